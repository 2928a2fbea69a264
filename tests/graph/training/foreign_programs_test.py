# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Programs of others read what we write, and start us from their files."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from tensorflow.python.tools import freeze_graph

import model_pruning
from tests.support import exact_runs
from tests.support import simulation
from tests.support.graphs import prunable_graphs

v1 = tf.compat.v1

_SPEC = model_pruning.PruningSpec.parse(exact_runs.SPEC)
_EXPECTED = simulation.train(exact_runs.PROBLEM, _SPEC, 'kernel', 25)


def _pruned_train_op(use_resource):
  return model_pruning.prune_train_op(
      prunable_graphs.exact_train_op(exact_runs.PROBLEM, use_resource), _SPEC)


def _kernel():
  [kernel] = v1.trainable_variables()
  return kernel


@parameterized.named_parameters(('ref', False), ('resource', True))
class ReadersTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    self._directory = self.create_tempdir().full_path

  def _save(self, use_resource, steps=(13,)):
    """Trains, saves after each of the numbers of steps, returns the paths."""
    with tf.Graph().as_default(), v1.Session() as session:
      train_op = _pruned_train_op(use_resource)
      tf.identity(_kernel(), name='output')
      saver = v1.train.Saver(max_to_keep=None)
      session.run(v1.global_variables_initializer())
      paths = []
      for step in range(1, max(steps) + 1):
        session.run(train_op)
        if step in steps:
          paths.append(saver.save(session, f'{self._directory}/{step}'))
      return paths

  def test_freeze_graph_reads_a_checkpoint_and_its_meta_graph(
      self, use_resource):
    [path] = self._save(use_resource)
    output = self._directory + '/frozen.pb'
    with tf.Graph().as_default():  # It imports into the default graph.
      freeze_graph.freeze_graph(
          input_graph='', input_saver='', input_binary=True,
          input_checkpoint=path, output_node_names='output',
          restore_op_name='', filename_tensor_name='', output_graph=output,
          clear_devices=True, initializer_nodes='',
          input_meta_graph=path + '.meta')
    graph_def = v1.GraphDef()
    with open(output, 'rb') as file:
      graph_def.ParseFromString(file.read())
    self.assertFalse([node.name for node in graph_def.node
                      if 'mask' in node.name])
    with tf.Graph().as_default(), v1.Session() as session:
      tf.import_graph_def(graph_def, name='')
      np.testing.assert_array_equal(session.run('output:0'), _EXPECTED[12])

  def test_an_average_of_checkpoints_goes_on(self, use_resource):
    paths = self._save(use_resource, (13, 15))
    files = [exact_runs.contents(path) for path in paths]
    averages = {}
    for name, value in files[-1].items():  # As tensor2tensor's avg_checkpoints.
      averages[name] = value
      if value.dtype == np.float32:
        averages[name] = np.mean([file[name] for file in files], axis=0)
    with tf.Graph().as_default(), v1.Session() as session:
      for name, value in averages.items():
        v1.get_variable(name, initializer=value)
      session.run(v1.global_variables_initializer())
      path = v1.train.Saver().save(session, self._directory + '/average')
    with tf.Graph().as_default(), v1.Session() as session:
      train_op = _pruned_train_op(use_resource)
      v1.train.Saver().restore(session, path)
      np.testing.assert_array_equal(
          session.run(_kernel()), averages['kernel'])
      session.run(train_op)
      self.assertEqual(np.count_nonzero(session.run(_kernel())),
                       np.count_nonzero(_EXPECTED[15]))


class SlimTest(parameterized.TestCase):
  """`assign_from_checkpoint_fn`, whose Saver skips what the file lacks."""

  def setUp(self):
    super().setUp()
    try:
      import tf_slim  # pylint: disable=import-outside-toplevel
    except ImportError as error:
      self.skipTest(f'tf-slim does not work here: {error}')
    self._slim = tf_slim
    self._directory = self.create_tempdir().full_path

  def _file(self, value):
    with tf.Graph().as_default(), v1.Session() as session:
      prunable_graphs.exact_train_op(exact_runs.PROBLEM, True)
      session.run(v1.global_variables_initializer())
      _kernel().load(value, session)
      return v1.train.Saver(v1.trainable_variables()).save(
          session, self._directory + '/file')

  def _init_fn(self, path):
    return self._slim.assign_from_checkpoint_fn(
        path, v1.global_variables(), ignore_missing_vars=True)

  @parameterized.named_parameters(('dense', False), ('sparse', True))
  def test_its_loop_starts_from_the_zeros_of_a_file(self, is_sparse):
    value = exact_runs.PROBLEM.weight.copy()
    if is_sparse:
      value.ravel()[::3] = 0.0
    path = self._file(value)
    seen = []

    def train_step_fn(session, *args):
      del args
      session.run(train_op)
      seen.extend(session.run([_kernel(), mask]))
      return 0.0, True

    with tf.Graph().as_default():
      # Only the masks tell what is pruned: none is due.
      train_op = model_pruning.prune_train_op(
          prunable_graphs.exact_train_op(exact_runs.PROBLEM, True),
          exact_runs.SPEC + ',begin_pruning_step=9')
      [mask] = [v for v in v1.global_variables() if v.op.name == 'kernel/mask']
      with tf.control_dependencies([train_op]):
        train_op = tf.constant(0.0)
      self._slim.learning.train(
          train_op, None, init_fn=self._init_fn(path),
          train_step_fn=train_step_fn, save_summaries_secs=0,
          log_every_n_steps=1)
    kernel, mask = seen
    np.testing.assert_array_equal(mask, value != 0)
    np.testing.assert_array_equal(kernel != 0, value != 0)

  def test_without_another_saver_the_call_comes_before_pruning(self):
    value = exact_runs.PROBLEM.weight.copy()
    value.ravel()[::3] = 0.0
    path = self._file(value)
    for is_before in (True, False):
      with tf.Graph().as_default(), v1.Session() as session:
        train_op = prunable_graphs.exact_train_op(exact_runs.PROBLEM, True)
        if is_before:
          init_fn = self._init_fn(path)
        model_pruning.prune_train_op(train_op, exact_runs.SPEC)
        if not is_before:
          init_fn = self._init_fn(path)
        session.run(v1.global_variables_initializer())
        init_fn(session)
        [mask] = [v for v in v1.global_variables()
                  if v.op.name == 'kernel/mask']
        np.testing.assert_array_equal(
            session.run(mask), (value != 0) | (not is_before))


if __name__ == '__main__':
  absltest.main()
