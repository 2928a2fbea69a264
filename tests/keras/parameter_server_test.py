# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Pruned Keras models on a cluster of parameter servers in this process."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest

import model_pruning
from tests.support import keras_models
from tests.support import keras_training
from tests.support.clusters import loopback

keras = tf.keras
_NUM_WORKERS = 2
_NUM_PS = 2


def _strategy():
  """A strategy for servers that live as long as the process."""
  addresses = loopback.free_addresses(_NUM_WORKERS + _NUM_PS)
  spec = tf.train.ClusterSpec({'worker': addresses[:_NUM_WORKERS],
                               'ps': addresses[_NUM_WORKERS:]})
  # `fit` keeps threads of a worker waiting, and by default there is one a CPU.
  config = tf.compat.v1.ConfigProto(inter_op_parallelism_threads=8)
  for job in spec.jobs:
    for index in range(spec.num_tasks(job)):
      tf.distribute.Server(
          spec, job, index, protocol='grpc', config=config, start=True)
  kind = getattr(tf.distribute, 'ParameterServerStrategy',
                 tf.distribute.experimental.ParameterServerStrategy)
  return kind(tf.distribute.cluster_resolver.SimpleClusterResolver(
      spec, rpc_layer='grpc'))


def _why_not():
  """Why this process has no coordinator of parameter servers."""
  if not hasattr(tf.distribute.experimental, 'coordinator'):
    return f'TensorFlow {tf.__version__} has no ClusterCoordinator'
  return ''


class ParameterServerTest(absltest.TestCase):

  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    reason = _why_not()
    if reason:
      raise absltest.SkipTest(reason)
    cls.strategy = _strategy()
    kind = getattr(tf.distribute, 'coordinator',
                   tf.distribute.experimental.coordinator)
    cls.coordinator = kind.ClusterCoordinator(cls.strategy)

  def _start(self):
    tf.random.set_seed(1)
    with self.strategy.scope():
      model = keras_models.functional()
      keras_models.compile_(model)
      pruner = model_pruning.keras.prune(model, keras_training.SPEC)
    return model, pruner

  def test_a_loop_of_scheduled_steps_is_exact_after_each(self):
    model, pruner = self._start()
    check = keras_training.exact_after_each_step(self, model, pruner)
    images, labels = keras_models.batch()
    if hasattr(model.optimizer, 'build'):
      with self.strategy.scope():
        model.optimizer.build(model.trainable_variables)

    def replica_step():
      with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(
            labels=labels, logits=model(images, training=True)))
      variables = model.trainable_variables
      model.optimizer.apply_gradients(
          zip(tape.gradient(loss, variables), variables))

    step = tf.function(lambda: self.strategy.run(replica_step),
                       autograph=False)
    for num_updates in range(1, keras_training.NUM_STEPS + 1):
      self.coordinator.schedule(step)
      self.coordinator.join()
      check(num_updates)

  def test_fit_ends_exact(self):
    if keras_models.IS_KERAS_3:
      self.skipTest('fit of Keras 3 takes no ParameterServerStrategy')
    model, pruner = self._start()
    data = keras.utils.experimental.DatasetCreator(
        lambda context: tf.data.Dataset.from_tensors(
            keras_models.batch()).repeat())
    # Workers do not wait for each other: what one of them does to a weight
    # another undoes, until masks stay as they are.
    model.fit(data, epochs=2, steps_per_epoch=2 * keras_training.NUM_STEPS,
              verbose=0)
    self.assertEqual(pruner.step, 4 * keras_training.NUM_STEPS)
    values = keras_training.values_of(model)
    self.assertNotEmpty(pruner.masks)
    for name, mask in pruner.masks.items():
      self.assertEqual(
          mask.sum(),
          keras_training.num_kept_after(mask.size, pruner.step), name)
      np.testing.assert_array_equal(values[name] != 0, mask, name)


if __name__ == '__main__':
  absltest.main()
