# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Forward graphs that multiply weights by masks, in all the ways there are."""

from __future__ import annotations

import contextlib
import unittest
from typing import Any, Callable, Dict, Iterator, List, NamedTuple

import numpy as np
import tensorflow as tf

import model_pruning

v1 = tf.compat.v1
INPUT = np.random.RandomState(7).randn(5, 6).astype(np.float32)


def _weight(name: str, shape: Any = (6, 6)) -> Any:
  seed = sum(map(ord, name))
  return v1.get_variable(
      name, shape, initializer=v1.random_normal_initializer(seed=seed))


def _state(name: str, shape: Any, value: float, collection: str,
           dtype: Any = tf.float32) -> Any:
  return v1.get_variable(
      name, shape, dtype, initializer=v1.constant_initializer(value),
      trainable=False, collections=['variables', collection])


def masked(weight: Any, scope: str, name: str = 'weights/masked_weight') -> Any:
  """The product of a weight and a mask, written with plain operations."""
  with v1.variable_scope(scope):
    mask = _state('mask', weight.shape.as_list(), 1.0, 'masks',
                  weight.dtype.base_dtype)
    threshold = _state('threshold', [], 0.0, 'thresholds')
  graph = v1.get_default_graph()
  product = tf.multiply(mask, weight, name)
  if not graph.building_function:
    graph.add_to_collection('kernel', weight)
    graph.add_to_collection('masked_weights', product)
  assert threshold is not None
  return product


def dense(inputs: tf.Tensor) -> tf.Tensor:
  """Two layers, one of them masked."""
  hidden = tf.nn.relu(tf.matmul(inputs, masked(_weight('a/w'), 'a')))
  return tf.matmul(hidden, _weight('b/w'))


def other_names(inputs: tf.Tensor) -> tf.Tensor:
  """No name says that there is a mask, and there are no collections."""
  weight = _weight('proj/wm')
  gate = v1.get_variable('proj/gate', [6, 6], trainable=False,
                         initializer=v1.ones_initializer())
  return tf.matmul(inputs, tf.multiply(gate, weight, 'masked_w'))


def weight_first(inputs: tf.Tensor) -> tf.Tensor:
  """``weight * mask``, and a weight of ones, that looks like a mask."""
  weight = v1.get_variable('w', [6, 6], initializer=v1.ones_initializer())
  mask = _state('layer/mask', [6, 6], 1.0, 'masks')
  return tf.matmul(inputs, weight * mask)


def partitioned(inputs: tf.Tensor) -> tf.Tensor:
  """A weight in two parts, its mask in two parts as well."""
  with v1.variable_scope('', partitioner=v1.fixed_size_partitioner(2)):
    weight = v1.get_variable(
        'p/w', [6, 6], initializer=v1.random_normal_initializer(seed=3))
    mask = v1.get_variable('p/mask', [6, 6], trainable=False,
                           initializer=v1.ones_initializer())
  return tf.matmul(inputs, tf.multiply(mask, weight))


def whole_mask_of_parts(inputs: tf.Tensor) -> tf.Tensor:
  """A weight in three parts, its mask in one."""
  weight = v1.get_variable(
      'p/w', [6, 6], initializer=v1.random_normal_initializer(seed=3),
      partitioner=v1.fixed_size_partitioner(3, axis=1))
  mask = v1.get_variable('p/mask', [6, 6], trainable=False,
                         initializer=v1.ones_initializer())
  return tf.matmul(inputs, tf.multiply(mask, weight))


def in_half_precision(inputs: tf.Tensor) -> tf.Tensor:
  """The weight is cast before it is masked."""
  product = masked(tf.cast(_weight('h/w'), tf.float16), 'h')
  return tf.cast(tf.matmul(tf.cast(inputs, tf.float16), product), tf.float32)


def masked_gather(inputs: tf.Tensor) -> tf.Tensor:
  """The same rows of an embedding and of its mask."""
  table = _weight('emb/w')
  mask = _state('emb/mask', [6, 6], 1.0, 'masks')
  ids = tf.argmax(inputs, axis=1)
  return tf.gather(mask, ids) * tf.gather(table, ids)


def masked_gather_nd(inputs: tf.Tensor) -> tf.Tensor:
  """The same rows, each by a vector of indices."""
  table = _weight('nd/w')
  mask = _state('nd/mask', [6, 6], 1.0, 'masks')
  ids = tf.expand_dims(tf.argmax(inputs, axis=1), 1)
  return tf.gather_nd(mask, ids) * tf.gather_nd(table, ids)


def used_twice(inputs: tf.Tensor) -> tf.Tensor:
  """One weight and one mask, two products."""
  weight = _weight('t/w')
  mask = _state('t/mask', [6, 6], 1.0, 'masks')
  return tf.matmul(tf.matmul(inputs, mask * weight), mask * weight)


def library(inputs: tf.Tensor) -> tf.Tensor:
  """`apply_mask` as it is called in a layer, and of a weight in parts."""
  with v1.variable_scope('first'):
    hidden = tf.matmul(inputs, model_pruning.apply_mask(_weight('w')))
  parts = v1.get_variable(
      'second/w', [6, 6], initializer=v1.random_normal_initializer(seed=3),
      partitioner=v1.fixed_size_partitioner(2))
  return tf.matmul(hidden, model_pruning.apply_mask_with_group(
      parts, 'second', group_name='group'))


@contextlib.contextmanager
def control_flow(version: int) -> Iterator[None]:
  """Builds loops and branches of version 1 or 2."""
  if not hasattr(v1, 'enable_control_flow_v2'):
    if version == 2:
      raise unittest.SkipTest(
          f'TensorFlow {tf.__version__} has control flow of version 1 only')
    yield
    return
  enabled = v1.control_flow_v2_enabled()
  (v1.enable_control_flow_v2 if version == 2
   else v1.disable_control_flow_v2)()
  try:
    yield
  finally:
    (v1.enable_control_flow_v2 if enabled
     else v1.disable_control_flow_v2)()


def _loop(inputs: tf.Tensor) -> tf.Tensor:
  weight, mask = _weight('l/w'), _state('l/mask', [6, 6], 1.0, 'masks')
  return v1.while_loop(
      lambda i, _: i < 3,
      lambda i, x: (i + 1, tf.tanh(tf.matmul(x, tf.multiply(mask, weight)))),
      [tf.constant(0), inputs])[1]


def _nested(inputs: tf.Tensor) -> tf.Tensor:
  weight, mask = _weight('n/w'), _state('n/mask', [6, 6], 1.0, 'masks')

  def step(i: tf.Tensor, x: tf.Tensor) -> Any:
    return i + 1, v1.cond(
        tf.equal(i, 1), lambda: tf.matmul(x, tf.multiply(mask, weight)),
        lambda: tf.tanh(x))

  return v1.while_loop(lambda i, _: i < 3, step, [tf.constant(0), inputs])[1]


def _gather_in_loop(inputs: tf.Tensor) -> tf.Tensor:
  """Rows by numbers that change from turn to turn, in both ways."""
  table, mask = _weight('g/w'), _state('g/mask', [6, 6], 1.0, 'masks')
  ids = tf.argmax(inputs, axis=1)

  def step(i: tf.Tensor, x: tf.Tensor) -> Any:
    rows = (ids + tf.cast(i, tf.int64)) % 6
    x += tf.gather(mask, rows) * tf.gather(table, rows)
    rows = tf.expand_dims(rows, 1)
    return i + 1, x - tf.gather_nd(mask, rows) * tf.gather_nd(table, rows) / 3

  return v1.while_loop(lambda i, _: i < 3, step, [tf.constant(0), inputs])[1]


def _in_control_flow(build: Callable[[tf.Tensor], tf.Tensor],
                     version: int) -> Callable[[tf.Tensor], tf.Tensor]:
  def build_with(inputs: tf.Tensor) -> tf.Tensor:
    with control_flow(version):
      return build(inputs)
  return build_with


def function(inputs: tf.Tensor) -> tf.Tensor:
  """The product is in a function, which is called in another."""
  weight, mask = _weight('f/w'), _state('f/mask', [6, 6], 1.0, 'masks')
  bias = _weight('f/b', [6])
  inner = tf.function(lambda x: tf.matmul(x, tf.multiply(mask, weight)),
                      autograph=False)
  outer = tf.function(lambda x: inner(tf.tanh(inner(x))) + bias,
                      autograph=False)
  return outer(inputs)


def shared_function(inputs: tf.Tensor) -> tf.Tensor:
  """One function, called with two weights and their masks."""
  pairs = [(_weight(f's{i}/w'), _state(f's{i}/mask', [6, 6], 1.0, 'masks'))
           for i in range(2)]
  multiply = tf.function(
      lambda x, mask, weight: tf.matmul(x, tf.multiply(mask, weight)),
      autograph=False)
  for weight, mask in pairs:
    inputs = multiply(inputs, tf.identity(mask), tf.identity(weight))
  return inputs


class Form(NamedTuple):
  """A way to write a masked graph.

  Attributes:
    build: gives the outputs for inputs [5, 6].
    num_weights: how many variables it masks.
    resource_only: whether it needs resource variables.
  """

  build: Callable[[tf.Tensor], tf.Tensor]
  num_weights: int = 1
  resource_only: bool = False


FORMS: Dict[str, Form] = {
    'dense': Form(dense),
    'other_names': Form(other_names),
    'weight_first': Form(weight_first),
    'partitioned': Form(partitioned, 2),
    'whole_mask_of_parts': Form(whole_mask_of_parts, 3),
    'in_half_precision': Form(in_half_precision),
    'masked_gather': Form(masked_gather),
    'masked_gather_nd': Form(masked_gather_nd),
    'used_twice': Form(used_twice),
    'library': Form(library, 3),
    'loop_v1': Form(_in_control_flow(_loop, 1)),
    'loop_v2': Form(_in_control_flow(_loop, 2), 1, True),
    'nested_v1': Form(_in_control_flow(_nested, 1)),
    'nested_v2': Form(_in_control_flow(_nested, 2), 1, True),
    'gather_in_loop_v1': Form(_in_control_flow(_gather_in_loop, 1)),
    'gather_in_loop_v2': Form(_in_control_flow(_gather_in_loop, 2), 1, True),
    'function': Form(function, 1, True),
    'shared_function': Form(shared_function, 2, True),
}


def build_form(form: Form, use_resource: bool) -> None:
  """Builds a form in the default graph, from `inputs` to `output`."""
  inputs = v1.placeholder(tf.float32, [None, 6], 'inputs')
  with v1.variable_scope('', use_resource=use_resource):
    tf.identity(form.build(inputs), 'output')


def prune(session: v1.Session, sparsity: float = 0.75) -> List[str]:
  """Initializes the variables; masks become zeros and ones.

  Returns:
    The names of the masks.
  """
  session.run(v1.global_variables_initializer())
  names = []
  for i, variable in enumerate(v1.global_variables()):
    if {'mask', 'gate'} & set(variable.op.name.split('/')):
      draw = np.random.RandomState(i).rand(*variable.shape.as_list())
      variable.load((draw >= sparsity).astype(
          variable.dtype.base_dtype.as_numpy_dtype), session)
      names.append(variable.op.name)
  return names


def outputs_of(graph_def: Any) -> np.ndarray:
  """The output of a frozen graph for `INPUT`."""
  with tf.Graph().as_default(), v1.Session() as session:
    tf.import_graph_def(graph_def, name='')
    return session.run('output:0', {'inputs:0': INPUT})


def save(directory: str, build: Callable[[tf.Tensor], tf.Tensor],
         has_masks: bool = True) -> np.ndarray:
  """Saves a graph from `inputs` to `output`; returns its output."""
  with tf.Graph().as_default(), v1.Session() as session:
    build_form(Form(build), use_resource=True)
    if has_masks:
      prune(session)
    else:
      session.run(v1.global_variables_initializer())
    v1.train.Saver().save(session, directory + '/model.ckpt', 100)
    return session.run('output:0', {'inputs:0': INPUT})
