# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""That nothing of the library uses a Keras which the model is not of."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

from absl.testing import absltest

# From TF 2.14 on `tf.keras` settles, when it is first used, on what this
# variable says then. If it can still say it at the end, nobody has used it.
_START = '''
import os, sys
os.environ.pop('TF_USE_LEGACY_KERAS', None)
import numpy as np
import tensorflow as tf
'''
_END = '''
import tf_keras
os.environ['TF_USE_LEGACY_KERAS'] = '1'
for name, module in (('tf.keras', tf.keras),
                     ('tf.compat.v1.keras', tf.compat.v1.keras)):
  assert module.layers.Dense.__module__.startswith('tf_keras.'), (
      name, module.layers.Dense.__module__)
print('not settled')
'''
_KERAS = '''
import {package} as keras

def model():
  return keras.Sequential([keras.Input((4,)), keras.layers.Dense(4)])

def fit(model, **arguments):
  model.compile('adam', 'mse')
  model.fit(np.ones([4, 4]), np.ones([4, 4]), verbose=0, **arguments)

import model_pruning
spec = 'target_sparsity=0.5,sparsity_function_end_step=0'
pruned = model()
model_pruning.plan(pruned, spec)
pruner = model_pruning.keras.prune(pruned, spec)
fit(pruned)
assert list(pruner.sparsity.values()) == [0.5]
print(pruner.report, pruner, pruner.masks, pruner.step)
pruner.strip()
model_pruning.keras.prune_now(model(), spec)
recorded = model()
pruner = model_pruning.keras.prune(
    recorded, spec + ',prune_option=first_order_gradient')
recorded.compile(pruner.with_gradients(keras.optimizers.SGD()), 'mse')
model_pruning.keras.xnnpack_report(model())
wrapped = model_pruning.keras.prune_low_magnitude(
    model(), model_pruning.keras.ConstantSparsity(0.5, 0))
fit(wrapped)
with model_pruning.keras.prune_scope():
  pass
model_pruning.keras.strip_pruning(wrapped)
'''
_CALLBACKS = '''
fit(wrapped, callbacks=[model_pruning.keras.UpdatePruningStep()])
model_pruning.keras.PruneLowMagnitude(keras.layers.Dense(4))
'''
_GRAPH = '''
import model_pruning
v1 = tf.compat.v1
spec = 'target_sparsity=0.5,sparsity_function_end_step=0'
for attach in ('hook', 'train op', 'masked', 'inserted'):
  with tf.Graph().as_default():
    kernel = v1.get_variable('kernel', [4, 4])
    if attach == 'masked':
      kernel = model_pruning.apply_mask(kernel)
    outputs = tf.matmul(tf.ones([1, 4]), kernel)
    if attach == 'inserted':
      model_pruning.insert_masks(tf.compat.v1.get_default_graph(), spec)
    step = v1.train.get_or_create_global_step()
    model_pruning.plan(None, spec)
    train_op = v1.train.AdamOptimizer().minimize(
        tf.reduce_sum(outputs), global_step=step)
    hooks = []
    if attach == 'hook':
      hooks.append(model_pruning.PruningHook(spec))
    elif attach == 'train op':
      train_op = model_pruning.prune_train_op(train_op, spec)
    else:
      with tf.control_dependencies([train_op]):
        train_op = model_pruning.Pruning(
            model_pruning.get_pruning_hparams().parse(
                spec)).conditional_mask_update_op()
    with v1.train.MonitoredTrainingSession(hooks=hooks) as session:
      session.run(train_op)
'''
_KERAS_IN_A_GRAPH = '''
tf.compat.v1.disable_eager_execution()
''' + _KERAS.split('recorded = ')[0]


class OtherKerasTest(absltest.TestCase):

  def setUp(self):
    super().setUp()
    if importlib.util.find_spec('tf_keras') is None:
      self.skipTest('There is no tf_keras here, and no choice of a Keras')

  def test_no_graph_and_no_model_settles_tf_keras(self):
    self._check(_GRAPH + (_KERAS + _CALLBACKS).format(package='tf_keras')
                + _KERAS.format(package='keras'))

  def test_a_model_of_tf_keras_in_a_graph_does_not(self):
    self._check(_KERAS_IN_A_GRAPH.format(package='tf_keras'))

  def _check(self, program):
    result = subprocess.run(
        [sys.executable, '-c', _START + program + _END], check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        universal_newlines=True,
        env=dict(os.environ, TF_CPP_MIN_LOG_LEVEL='3'))
    self.assertEqual(result.returncode, 0, result.stdout)
    self.assertEndsWith(result.stdout, 'not settled\n')


if __name__ == '__main__':
  absltest.main()
