# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What differs between versions of TensorFlow in any mode.

Differences are found by looking for the feature, not for a version. Private
API is used in this folder only; each use says on which versions it was tried.
"""

from __future__ import annotations

import contextlib
from typing import Any, Iterator, List, Sequence

import tensorflow as tf

try:
  from tensorflow.python.ops import control_flow_util
except ImportError:  # pragma: no cover - not so on any version tried
  control_flow_util = None


def where(condition: tf.Tensor, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
  """`x` where `condition` is true, else `y`; all three of one shape.

  Not `tf.where`: TF 1.x and 2.x have two of that name, and the one that
  broadcasts is slower.
  """
  return tf.raw_ops.Select(condition=condition, x=x, y=y)


def in_xla_context() -> bool:
  """Whether ops made now are compiled by XLA (`jit_compile=True`, TPU).

  There is no public way to ask. Tried on TF 1.14 to 2.21: a function with
  `jit_compile` is traced inside an XLA control flow context. Where the private
  module should be gone, every function counts as compiled: right, but slower.
  """
  if tf.executing_eagerly():
    return False
  graph = tf.compat.v1.get_default_graph()
  if control_flow_util is None:
    return graph.building_function
  return control_flow_util.GraphOrParentsInXlaContext(graph)


def _components(value: Any) -> List[Any]:
  """The parts of a distributed variable or result, or the one there is."""
  values = getattr(value, 'values', None)  # A method of operations.
  return list(values) if isinstance(values, (list, tuple)) else [value]


def replicas(variable: tf.Variable) -> List[tf.Variable]:
  """Returns the variables of a distributed variable, one per replica."""
  return _components(variable)


def is_eager_outside() -> bool:
  """Whether TensorFlow is eager outside of a function that is being traced."""
  with tf.init_scope():
    return bool(tf.executing_eagerly())


def workers_are_asynchronous() -> bool:
  """Whether code of now runs on workers that do not wait for each other.

  What one of them reads of a counter, another may have moved since.
  """
  return isinstance(tf.distribute.get_strategy(), (
      tf.distribute.experimental.ParameterServerStrategy,
      tf.compat.v1.distribute.experimental.ParameterServerStrategy))


def control_dependencies(assignments: Sequence[Any]) -> Any:
  """Context manager: in a graph, new operations run after `assignments`.

  Args:
    assignments: what `Variable.assign` returned: an op, a tensor, a variable,
      or under a strategy a container of them. Eagerly they have run already.
  """
  if tf.executing_eagerly():
    return contextlib.nullcontext()
  # One group: each operation made inside gets an edge from each dependency.
  return tf.control_dependencies([tf.group(*[
      part for assignment in assignments
      for part in _components(assignment)])])


def call_in_graph(function: Any,
                  arguments: Sequence[tf.Tensor]) -> List[tf.Tensor]:
  """What a concrete function without captures returns: a list of tensors.

  In a graph this is the operation only. What `function` does besides, to make
  the call differentiable and to check the arguments, takes several times as
  long, and a network has many weights. That operations take a concrete
  function was tried on TF 1.14 to 2.21.
  """
  if tf.executing_eagerly():
    return list(function(*arguments))
  results = list(tf.raw_ops.PartitionedCall(
      args=arguments, Tout=function.output_dtypes, f=function))
  for result, shape in zip(results, function.output_shapes):
    result.set_shape(shape)
  return results


def ignore_errors(dataset: tf.data.Dataset) -> tf.data.Dataset:
  """The elements of a dataset that can be computed.

  A method since TF 2.11; the function before it warns since.
  """
  if hasattr(dataset, 'ignore_errors'):
    return dataset.ignore_errors()
  return dataset.apply(tf.data.experimental.ignore_errors())


@contextlib.contextmanager
def running_functions_eagerly() -> Iterator[None]:
  """Makes each `tf.function` that is called inside run as Python.

  The name before TF 2.3 was another, and TF 1.14 had none: there functions
  stay functions.
  """
  run_eagerly = getattr(
      tf.config, 'run_functions_eagerly',
      getattr(tf.config, 'experimental_run_functions_eagerly',
              lambda run_eagerly: None))
  ran_eagerly = getattr(tf.config, 'functions_run_eagerly', lambda: False)()
  run_eagerly(True)
  try:
    yield
  finally:
    run_eagerly(ran_eagerly)


def after_last_update(variable: tf.Variable) -> Any:
  """Context manager: new operations run after the newest update of a variable.

  A session runs updates of several variables in no order, and an optimizer
  names the update of one to nobody. Functions and eager mode keep the order.
  """
  if tf.executing_eagerly() or tf.compat.v1.get_default_graph(
      ).building_function:
    return contextlib.nullcontext()
  updates = [op for op in variable.handle.consumers()
             if any(part in op.type for part in ('Assign', 'Apply', 'Scatter'))
             and op is not variable.initializer]
  return tf.control_dependencies(updates[-1:])
