# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Graphs that train through, or in, conds, loops and functions.

As in `training_graphs`, each function builds a network in the default graph
and returns its train op.
"""

from __future__ import annotations

import unittest
from typing import Callable, Dict

import tensorflow as tf

from tests.support.graphs import maskable_graphs
from tests.support.graphs import training_graphs as graphs

v1 = tf.compat.v1


def _recurrent() -> tf.Operation:
  cell = graphs.needs(v1, 'nn', 'rnn_cell', 'GRUCell')(
      5, kernel_initializer=graphs.initializer())

  def weights() -> tf.Tensor:
    outputs, _ = v1.nn.dynamic_rnn(
        cell, tf.reshape(tf.constant(graphs.INPUTS), [16, 3, 2]),
        dtype=tf.float32)
    return graphs.logits_of(outputs[:, -1])

  return graphs.train_op_of(weights)


def _loop() -> tf.Operation:
  def weights() -> tf.Tensor:
    kernel = graphs.variable('kernel', [6, 6], use_resource=True)
    _, hidden = tf.while_loop(
        lambda i, _: i < 3,
        lambda i, hidden: (i + 1, tf.tanh(tf.matmul(hidden, kernel))),
        [tf.constant(0), tf.constant(graphs.INPUTS)])
    return graphs.logits_of(hidden)

  return graphs.train_op_of(weights)


def _branches(use_resource: bool) -> tf.Operation:
  def weights() -> tf.Tensor:
    kernel = graphs.variable('kernel', [6, 6], use_resource=use_resource)
    inputs = tf.constant(graphs.INPUTS)
    step = v1.train.get_or_create_global_step()
    return graphs.logits_of(tf.cond(
        tf.equal(tf.cast(step, tf.int32) % 2, 0),
        lambda: tf.matmul(inputs, kernel),
        lambda: tf.matmul(tf.tanh(inputs), kernel)))

  return graphs.train_op_of(weights)


def _function() -> tf.Operation:
  def weights() -> tf.Tensor:
    kernel = graphs.variable('kernel', [6, 6], use_resource=True)
    return graphs.logits_of(tf.function(
        lambda inputs: tf.tanh(tf.matmul(inputs, kernel)),
        autograph=False)(tf.constant(graphs.INPUTS)))

  return graphs.train_op_of(weights)


def _global_step(use_resource: bool) -> tf.Variable:
  with v1.variable_scope('', use_resource=use_resource):
    return v1.train.get_or_create_global_step()


def _conditional_update(use_resource: bool) -> tf.Operation:
  """Updates in two of three runs, as a loss scale that overflows does."""
  if not use_resource and maskable_graphs.is_control_flow_v2():
    raise unittest.SkipTest('functions take no ref variables')
  loss = graphs.loss_of(graphs.mlp(use_resource=use_resource))
  step = _global_step(use_resource)
  count = v1.get_variable('count', [], tf.int32, use_resource=use_resource,
                          initializer=v1.zeros_initializer(), trainable=False)
  optimizer = v1.train.GradientDescentOptimizer(0.25)
  gradients = optimizer.compute_gradients(loss)
  with tf.control_dependencies([count.assign_add(1)]):
    due = tf.not_equal(count.read_value() % 3, 2)
  return tf.cond(
      due, lambda: optimizer.apply_gradients(gradients, step), tf.no_op).op


def _updates_in_loop() -> tf.Operation:
  """Two steps a run."""
  hidden = graphs.variable('hidden', [6, 4], use_resource=True)
  step = _global_step(True)

  def one_step(i: tf.Tensor) -> tf.Tensor:
    inputs = tf.constant(graphs.INPUTS)
    wanted = tf.one_hot(graphs.LABELS, graphs.NUM_CLASSES)
    predicted = tf.nn.softmax(tf.matmul(inputs, hidden.read_value()))
    gradient = tf.matmul(inputs, (predicted - wanted) / 16.0, transpose_a=True)
    with tf.control_dependencies([hidden.assign_sub(0.25 * gradient)]):
      with tf.control_dependencies([step.assign_add(1)]):
        return i + 1

  [count] = tf.nest.flatten(
      tf.while_loop(lambda i: i < 2, one_step, [tf.constant(0)]))
  return count.op


CONTROL_FLOW: Dict[str, Callable[[], tf.Operation]] = {
    'dynamic_rnn': _recurrent,
    'while_loop': _loop,
    'cond, ref': lambda: _branches(False),
    'cond': lambda: _branches(True),
    'tf.function': _function,
    'updates in a cond, ref': lambda: _conditional_update(False),
    'updates in a cond': lambda: _conditional_update(True),
    'updates in a while_loop': _updates_in_loop,
}
