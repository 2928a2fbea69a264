# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What is said at the end of a training disturbs nothing else."""

from __future__ import annotations

import gc

import tensorflow as tf
from absl.testing import absltest

from model_pruning._src.compat import keras_variables
from model_pruning._src.keras import training_end


class AtEndTest(absltest.TestCase):

  def test_what_is_of_a_graph_is_not_read_by_garbage_collection(self):
    with tf.Graph().as_default():
      variable = tf.compat.v1.get_variable('variable', [2])
    calls = []
    deleted = training_end.AtEnd(lambda: calls.append('deleted'), [variable])
    living = training_end.AtEnd(lambda: calls.append('living'), [variable])
    del deleted
    gc.collect()
    self.assertEmpty(calls)
    living.now()
    living.now()
    self.assertEqual(calls, ['living'])

  def test_a_deletion_while_a_graph_is_built_is_eager(self):
    if not tf.executing_eagerly():
      self.skipTest('it needs a variable of eager mode')
    calls = []
    deleted = training_end.AtEnd(
        lambda: calls.append(tf.executing_eagerly()), [tf.Variable([1.0])])
    with tf.Graph().as_default():
      del deleted
      gc.collect()
      self.assertFalse(tf.executing_eagerly())
    self.assertEqual(calls, [True])

  def test_a_read_is_noticed_by_no_gradient(self):
    if not tf.executing_eagerly():
      self.skipTest('it needs a variable of eager mode')
    variable = tf.Variable([1.0])

    @tf.custom_gradient
    def identity(x):
      # As garbage collection may do it, at any place.
      self.assertEqual(keras_variables.value_of(variable)[0], 1.0)
      return tf.identity(x), lambda upstream: upstream

    with tf.GradientTape() as tape:
      loss = identity(tf.constant(2.0))
      self.assertEmpty(tape.watched_variables())
    self.assertEqual(loss.numpy(), 2.0)

  def test_in_a_graph_nothing_is_called_of_a_model_with_nothing_to_prune(self):
    calls = []
    with tf.Graph().as_default():
      deleted = training_end.AtEnd(lambda: calls.append('deleted'), [])
      del deleted
      gc.collect()
    self.assertEmpty(calls)


if __name__ == '__main__':
  absltest.main()
