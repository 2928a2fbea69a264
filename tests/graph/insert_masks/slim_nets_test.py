# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`insert_masks` on whole networks of tf-slim."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.graph.masked import apply_mask
from tests.support import slim_nets
from tests.support.graphs import maskable_graphs

v1 = tf.compat.v1


def _weight(variable):
  """Random numbers that keep activations at their size, more or less."""
  name, shape = variable.op.name, variable.shape.as_list()
  is_depthwise = name.endswith('/depthwise_weights')
  fan_in = np.prod(shape[:2] if is_depthwise else shape[:-1])
  return maskable_graphs.constant(name, *shape) * np.float32(
      np.sqrt(2.0 / fan_in))


def _mask(kernel):
  return np.float32(maskable_graphs.constant(
      kernel.op.name + '/mask', *kernel.shape.as_list()) > 0)


def _run(fetches, values):
  """Runs with the variables in `values` set, the others initialized."""
  variables = {v.op.name: v for v in v1.global_variables()}
  with v1.Session() as session:
    session.run(
        v1.global_variables_initializer(),
        {variables[name].initial_value: value
         for name, value in values.items()})
    return session.run(fetches)


class NetsTest(parameterized.TestCase):

  @parameterized.named_parameters(
      (name, net) for name, net in slim_nets.NETS.items())
  def test_it_computes_and_learns_with_the_masked_kernels(self, net):
    results = {}
    for insert in False, True:
      with tf.Graph().as_default() as graph:
        logits = net.build(tf.constant(maskable_graphs.constant(
            'images', 2, net.image_size, net.image_size, 3)))
        self.assertEqual(logits.shape.as_list(), [2, slim_nets.NUM_CLASSES])
        if insert:
          report = model_pruning.insert_masks(graph, 'target_sparsity=0.5')
          self.assertEqual([weight.name for weight in report.pruned],
                           [weight.op.name
                            for weight in apply_mask.get_weights()])
          self.assertLen(report.pruned, net.num_kernels)
          for skipped in report.skipped:
            self.assertRegex(skipped.reason, 'depthwise|dimension')
        kernels = [v for v in v1.trainable_variables()
                   if v.op.name.endswith('/weights')]
        self.assertLen(kernels, net.num_kernels)
        fetches = [logits, v1.losses.get_regularization_losses(),
                   tf.gradients(tf.square(logits), kernels)]
        weights = {v.op.name: _weight(v) for v in v1.trainable_variables()
                   if v.op.name.endswith('weights')}
        masks = {v.op.name + '/mask': _mask(v) for v in kernels}
        if insert:
          results['masks of ones'] = _run(fetches, weights)
          results['masks'] = _run(fetches, {**weights, **masks})
        else:
          results['dense'] = _run(fetches, weights)
          results['sparse'] = _run(fetches, {
              name: weight * masks.get(name + '/mask', 1)
              for name, weight in weights.items()})
    tf.nest.map_structure(np.testing.assert_array_equal,
                          results['masks of ones'], results['dense'])
    logits, losses, gradients = results['masks']
    self.assertGreater(np.ptp(logits), 0.0)
    np.testing.assert_array_equal(logits, results['sparse'][0])
    np.testing.assert_array_equal(losses, results['dense'][1])
    for gradient, mask, sparse in zip(gradients, masks.values(),
                                      results['sparse'][2]):
      np.testing.assert_array_equal(gradient, sparse * mask)


if __name__ == '__main__':
  absltest.main()
