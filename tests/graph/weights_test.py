# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Which variables of a graph are weights, wherever their values go."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from tensorflow.python.framework import function as function_lib

import model_pruning
from model_pruning._src.graph import function_bodies
from model_pruning._src.graph import weights
from tests.support.graphs import maskable_graphs

v1 = tf.compat.v1

_INPUTS = np.random.RandomState(0).randn(3, 6).astype(np.float32)
_SPEC = 'target_sparsity=0.5,sparsity_function_end_step=0'


def _defun(*dtypes, **kwargs):
  return function_lib.Defun(*dtypes, **kwargs)


def _identity_with_a_gradient(x):
  """What tensor2tensor's shared embedding and softmax goes through."""
  @_defun(tf.float32, tf.float32,
          func_name=f'id_grad_{v1.get_default_graph().unique_name("f")}')
  def gradient(x, dy):
    del x
    return dy

  @_defun(tf.float32, grad_func=gradient,
          func_name=f'id_{v1.get_default_graph().unique_name("f")}')
  def same(x):
    return tf.identity(x)

  y = same(tf.convert_to_tensor(x))
  y.set_shape(x.shape)
  return y


def defun_identity(w):
  return tf.matmul(_INPUTS, _identity_with_a_gradient(w))


def defun_identity_and_gather(w):
  return tf.gather(_identity_with_a_gradient(w), [0, 1, 5])


def function_identity(w):
  same = tf.function(tf.identity, autograph=False)
  return tf.matmul(_INPUTS, same(tf.convert_to_tensor(w)))


def function_that_captures_and_returns(w):
  # A function can take the handle of a variable, and of a ref only the value.
  held = w if hasattr(w, 'handle') else tf.convert_to_tensor(w)
  read = tf.function(lambda: tf.cast(tf.identity(held), tf.float64),
                     autograph=False)
  return tf.matmul(_INPUTS.astype(np.float64), read())


def function_that_returns_a_slice(w):
  part = tf.function(lambda x: tf.reshape(x[:, :4], [6, 4]), autograph=False)
  return tf.matmul(_INPUTS, part(tf.convert_to_tensor(w)))


def nested_functions(w):
  inner = tf.function(lambda x, y: (y, tf.transpose(x)), autograph=False)

  @tf.function(autograph=False)
  def outer(x):
    _, turned = inner(x, tf.zeros([]))
    return tf.transpose(turned)

  return tf.matmul(_INPUTS, outer(tf.convert_to_tensor(w)))


def nested_defuns(w):
  name = v1.get_default_graph().unique_name('d')

  @_defun(tf.float32, func_name=f'inner_{name}')
  def inner(x):
    return tf.identity(x)

  @_defun(tf.float32, func_name=f'outer_{name}')
  def outer(x):
    return tf.matmul(_INPUTS, tf.reshape(inner(x), [6, 6]))

  return outer(tf.convert_to_tensor(w))


def out_of_a_loop(w):
  _, value = tf.while_loop(
      lambda i, _: i < 2, lambda i, x: (i + 1, tf.identity(x)),
      [tf.constant(0), tf.convert_to_tensor(w)])
  return tf.matmul(_INPUTS, value)


def round_a_loop(w):
  """The weight takes the place of another loop variable in the next turn."""
  *_, last = tf.while_loop(
      lambda i, *_: i < 3, lambda i, a, b, c: (i + 1, a, a, b),
      [tf.constant(0), tf.convert_to_tensor(w), tf.eye(6), tf.eye(6)])
  return tf.matmul(_INPUTS, last)


def out_of_a_cond(w):
  value = v1.cond(tf.reduce_sum(_INPUTS) > -1e6, lambda: tf.identity(w),
                  lambda: tf.transpose(w))
  return tf.matmul(_INPUTS, value)


def out_of_a_case(w):
  value = tf.switch_case(tf.constant(1), [
      lambda: tf.zeros([6, 6]), lambda: tf.identity(w)])
  return tf.matmul(_INPUTS, value)


def loop_in_a_function(w):
  def turn(i, x, kernel):
    return i + 1, tf.matmul(x, kernel), kernel

  looped = tf.function(lambda kernel: tf.while_loop(
      lambda i, *_: i < 2, turn, [tf.constant(0), tf.constant(_INPUTS), kernel]
  )[1], autograph=False)
  return looped(tf.convert_to_tensor(w))


def custom_gradient(w):
  @tf.custom_gradient
  def same(x):
    return tf.identity(x), lambda dy: dy

  return tf.matmul(_INPUTS, same(tf.convert_to_tensor(w)))


def tensor_array(w):
  """Layers that are stacked and looped over."""
  layers = tf.reshape(w, [2, 3, 6])

  def turn(x, layer):
    return tf.pad(tf.matmul(x, layer, transpose_b=True), [[0, 0], [0, 3]])

  return tf.scan(turn, layers, tf.constant(_INPUTS))


_USED = {use.__name__: use for use in (
    defun_identity, defun_identity_and_gather, function_identity,
    function_that_captures_and_returns, function_that_returns_a_slice,
    nested_functions, nested_defuns, out_of_a_loop, round_a_loop,
    out_of_a_cond, out_of_a_case, loop_in_a_function, custom_gradient,
    tensor_array)}


def another_output_of_a_function(w):
  """What a function computes with is not the weight."""
  both = tf.function(lambda x, y: (x, y), autograph=False)
  first, second = both(tf.convert_to_tensor(w), tf.eye(6))
  return tf.matmul(_INPUTS, second) + tf.reduce_sum(first)


def another_variable_of_a_loop(w):
  _, a, b = tf.while_loop(
      lambda i, *_: i < 2, lambda i, a, b: (i + 1, a, b),
      [tf.constant(0), tf.convert_to_tensor(w), tf.eye(6)])
  return tf.matmul(_INPUTS, b) + tf.reduce_sum(a)


def sliced_and_added(w):
  """As BERT's table of positions."""
  return tf.constant(_INPUTS) + tf.slice(w, [0, 0], [3, 6])


_NOT_USED = {use.__name__: use for use in (
    another_output_of_a_function, another_variable_of_a_loop,
    sliced_and_added)}


def _train_op(build, use_resource):
  step = v1.train.get_or_create_global_step()
  w = v1.get_variable('w', [6, 6], use_resource=use_resource,
                      initializer=v1.truncated_normal_initializer(seed=1))
  loss = tf.reduce_sum(tf.square(tf.cast(build(w), tf.float32)))
  return v1.train.GradientDescentOptimizer(1e-3).minimize(loss, step)


def _modes(names):
  return [(name, resource, v2) for name in names for resource in (False, True)
          for v2 in (False, True)
          if not v2 or maskable_graphs.has_control_flow_v2()]


class UsesTest(parameterized.TestCase):

  @parameterized.parameters(*_modes(_USED))
  def test_a_weight_is_found(self, name, use_resource, v2):
    with tf.Graph().as_default() as graph, maskable_graphs.control_flow(v2):
      _train_op(_USED[name], use_resource)
      report = model_pruning.plan(graph, _SPEC).report
    self.assertEqual([weight.name for weight in report.pruned], ['w'])

  @parameterized.parameters(*_modes(_NOT_USED))
  def test_a_weight_that_is_used_otherwise_can_be_named(
      self, name, use_resource, v2):
    with tf.Graph().as_default() as graph, maskable_graphs.control_flow(v2):
      _train_op(_NOT_USED[name], use_resource)
      [skipped] = model_pruning.plan(graph, _SPEC).report.skipped
      named = model_pruning.plan(
          graph, _SPEC + ',weight_sparsity_map=[w:0.75]').report
    self.assertIs(skipped.kind, model_pruning.SkipKind.USE)
    self.assertRegex(skipped.reason, r'uses it \(\w.* do(es)?\); weight_spars')
    self.assertEqual([weight.name for weight in named.pruned], ['w'])

  @parameterized.parameters(
      ('defun_identity', _SPEC, 0.5),
      ('function_that_returns_a_slice', _SPEC, 0.5),
      ('round_a_loop', _SPEC, 0.5),
      ('sliced_and_added', _SPEC + ',weight_sparsity_map=[w:0.75]', 0.75))
  def test_it_is_pruned(self, name, spec, sparsity):
    with tf.Graph().as_default():
      train_op = _train_op({**_USED, **_NOT_USED}[name], True)
      with v1.train.MonitoredSession(
          hooks=[model_pruning.PruningHook(spec)]) as session:
        session.run(train_op)
        [w] = v1.trainable_variables()
        self.assertEqual(np.mean(session.run(w) == 0.0), sparsity)

  def test_a_function_that_calls_itself_comes_to_an_end(self):
    with tf.Graph().as_default() as graph:
      fine = tf.function(tf.identity, autograph=False)
      w = v1.get_variable('w', [6, 6], use_resource=True)
      tf.matmul(_INPUTS, fine(tf.convert_to_tensor(w)))
      graph_def = graph.as_graph_def()
    [body] = [f for f in graph_def.library.function
              if 'identity' in f.signature.name][:1]
    call = body.node_def.add(
        name='again', op='PartitionedCall',
        input=[body.signature.input_arg[0].name])
    call.attr['f'].func.name = body.signature.name
    body.ret[body.signature.output_arg[0].name] = 'again:output:0'
    functions = function_bodies.Functions(_Serialized(graph_def))
    [op] = [op for op in graph.get_operations() if functions.is_call(op)]
    passage = functions.follow(op, 0, weights.PASSES_ON)
    self.assertIn(function_bodies.Use('PartitionedCall', 0), passage.uses)
    self.assertEmpty(passage.outputs)


class _Serialized:
  """Stands for a graph that has a GraphDef."""

  def __init__(self, graph_def):
    self._graph_def = graph_def

  def as_graph_def(self):
    return self._graph_def


if __name__ == '__main__':
  absltest.main()
