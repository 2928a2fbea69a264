# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`insert_masks` gives what `apply_mask` gives, and nobody placed it."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.graph import partitioned
from model_pruning._src.graph.masked import apply_mask
from tests.support.graphs import maskable_graphs

v1 = tf.compat.v1

# With the control flow of TF 2 only the read of a ref variable is outside.
_READS_IN_FUNCTIONS = ('cond_that_reads', 'cond_in_a_loop', 'dynamic_rnn',
                       'loop_that_reads', 'loop_with_an_embedding')
_CASES = [
    (f'{name}_{"resource" if resource else "ref"}', name, resource, False)
    for name in maskable_graphs.BUILDERS for resource in (False, True)]
_CASES += [
    (f'{name}_{"resource" if resource else "ref"}_v2', name, resource, True)
    for name in ('loop_around_a_read', 'cond_around_a_read')
    for resource in (False, True)]
_CASES += [(f'{name}_ref_v2', name, False, True)
           for name in _READS_IN_FUNCTIONS]
if not maskable_graphs.has_control_flow_v2():
  print(f'TensorFlow {tf.__version__} cannot switch to control flow v2')
  _CASES = [case for case in _CASES if not case[-1]]


def _unchanged(variable):
  return variable


def _masked_by_hand(variable):
  return apply_mask.apply_mask(variable, variable.name.split(':')[0])


def _value(name, shape):
  return maskable_graphs.constant(name, *shape)


def _value_or_random_mask(name, shape):
  value = _value(name, shape)
  return value > 0 if name.endswith('/mask') else value


def _value_or_ones(name, shape):
  return np.ones(shape) if name.endswith('/mask') else _value(name, shape)


def _run(name, resource, v2, use, insert, *values_of):
  """Output and gradients of one of the graphs, for each way to set values."""
  with tf.Graph().as_default() as graph, maskable_graphs.control_flow(
      v2), v1.variable_scope('', use_resource=resource):
    output = maskable_graphs.BUILDERS[name](use)
    if insert:
      model_pruning.insert_masks(graph, 'target_sparsity=0.5')
    fetches = [output] + [
        tf.convert_to_tensor(gradient) for gradient in tf.gradients(
            tf.square(output), v1.trainable_variables())]
    results = []
    with v1.Session() as session:
      for value_of in values_of:
        maskable_graphs.set_values(session, value_of)
        results.append(session.run(fetches))
    return results


class EqualToHandPlacedMasksTest(parameterized.TestCase):

  def assert_all_equal(self, results, wanted):
    self.assertLen(results, len(wanted))
    for result, want in zip(results, wanted):
      np.testing.assert_array_equal(result, want)

  @parameterized.named_parameters(*_CASES)
  def test_outputs_and_gradients_are_those_of_masks_placed_by_hand(
      self, name, resource, v2):
    try:
      [dense] = _run(name, resource, v2, _unchanged, False, _value)
    except (LookupError, TypeError) as e:
      self.skipTest(f'TensorFlow {tf.__version__} makes no gradient here: {e}')
    [by_hand] = _run(
        name, resource, v2, _masked_by_hand, False, _value_or_random_mask)
    with_random_masks, with_ones = _run(
        name, resource, v2, _unchanged, True, _value_or_random_mask,
        _value_or_ones)
    self.assert_all_equal(with_random_masks, by_hand)
    self.assert_all_equal(with_ones, dense)

  @parameterized.named_parameters(*_CASES)
  def test_collections_are_those_of_masks_placed_by_hand(
      self, name, resource, v2):
    described = []
    for use in _unchanged, _masked_by_hand:
      with tf.Graph().as_default() as graph, maskable_graphs.control_flow(
          v2), v1.variable_scope('', use_resource=resource):
        maskable_graphs.BUILDERS[name](use)
        if use is _unchanged:
          model_pruning.insert_masks(graph, 'target_sparsity=0.5')
          for weight, product in zip(apply_mask.get_weights(),
                                     apply_mask.get_masked_weights()):
            self.assertEqual(
                product.op.name,
                weight.name.split(':')[0] + '/weights/masked_weight')
        described.append([
            (type(entry) is tf.Tensor, tf.TensorShape(entry.shape).as_list(),
             entry.dtype.base_dtype, '' if isinstance(entry, tf.Tensor)
             else partitioned.parts_of(entry)[0].name.replace('/part_0', ''))
            for entries in (
                apply_mask.get_weights(), apply_mask.get_masks(),
                apply_mask.get_thresholds(), apply_mask.get_masked_weights())
            for entry in entries])
    self.assertEqual(*described)


class SparseGradientTest(parameterized.TestCase):

  @parameterized.parameters(False, True)
  def test_the_gradient_of_an_embedding_has_the_rows_looked_up(self, resource):
    with tf.Graph().as_default() as graph, v1.variable_scope(
        '', use_resource=resource):
      output = maskable_graphs.embedding(_unchanged)
      model_pruning.insert_masks(graph, 'target_sparsity=0.5')
      [gradient] = tf.gradients(output, v1.trainable_variables())
      self.assertIsInstance(gradient, tf.IndexedSlices)
      with v1.Session() as session:
        maskable_graphs.set_values(session, _value_or_random_mask)
        rows = session.run(gradient.values).reshape([-1, 5])
    mask = _value_or_random_mask('w/mask', [9, 5])
    np.testing.assert_array_equal(rows, mask[[1, 2, 8, 1]])


if __name__ == '__main__':
  absltest.main()
