# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A tensor that lies in several variables of a graph.

A partitioned variable has parts along one dimension, and a mirrored one has a
copy, a replica, on each device. A mask lies as its weight does.
"""

from __future__ import annotations

import contextlib
from typing import Any, Callable, Container, Dict, List, Sequence

import numpy as np
import tensorflow as tf

from model_pruning._src.compat import graph as graph_compat
from model_pruning._src.compat import tensorflow as tf_compat


class StoredTensor:
  """A tensor, in one variable or in several.

  Attributes:
    parts: the variables: one, or those that lie along `axis`.
    axis: a dimension.
    dtype: of all of them.
    shape: of the whole tensor.
  """

  def __init__(self, parts: Sequence[tf.Variable], axis: int = 0):
    """Wraps variables; any of them can be a distributed one."""
    self.parts = list(parts)
    self.axis = axis
    self.dtype = primary(parts[0]).dtype.base_dtype
    self.shape = parts[0].shape
    if len(parts) > 1:
      dims = [part.shape.as_list() for part in parts]
      self.shape = tf.TensorShape([
          *dims[0][:axis], sum(shape[axis] for shape in dims),
          *dims[0][axis + 1:]])

  @property
  def whole(self) -> Any:
    """The variable that the program made, in one part or in several."""
    if graph_compat.partition_of(self.parts[0]) is None:
      return self.parts[0]
    return graph_compat.partitioned_variable(self.parts, self.axis)

  @property
  def device(self) -> str:
    """The device of the first part; the first replica's."""
    return primary(self.parts[0]).device

  @property
  def name(self) -> str:
    """The name of the whole, which it has in checkpoints."""
    partition = graph_compat.partition_of(self.parts[0])
    return partition.full_name if partition else self.names[0]

  @property
  def names(self) -> List[str]:
    """The names of the parts."""
    return [primary(part).op.name for part in self.parts]

  def is_among(self, names: Container[str]) -> bool:
    """Whether one of the parts has one of `names`."""
    return any(name in names for name in self.names)

  def variables(self) -> List[tf.Variable]:
    """All parts of all replicas."""
    return [replica for part in self.parts
            for replica in tf_compat.replicas(part)]

  def read_value(self) -> tf.Tensor:
    """The whole tensor."""
    return self.read(read)

  def read(self, read_part: Callable[[tf.Variable], tf.Tensor]) -> tf.Tensor:
    """The whole tensor, each part read by `read_part` on its device."""
    values = []
    for part in self.parts:
      with on_device_of(primary(part)):
        values.append(read_part(primary(part)))
    return values[0] if len(values) == 1 else tf.concat(values, self.axis)

  def assign(self, value: tf.Tensor) -> tf.Operation:
    """Puts the whole tensor into all parts and replicas."""
    return self.update(value, assign)

  def fetches(self) -> List[tf.Variable]:
    """Variables whose values `joined` takes; adds nothing to the graph."""
    return [primary(part) for part in self.parts]

  def joined(self, fetched: Sequence[np.ndarray]) -> np.ndarray:
    """The whole tensor, from the values of `fetches`."""
    if len(fetched) == 1:
      return np.asarray(fetched[0])
    return np.concatenate(fetched, self.axis)

  def load(self, value: Any, session: tf.compat.v1.Session) -> None:
    """Gives all variables a value in a session; adds nothing to the graph."""
    pieces = [value]
    if len(self.parts) > 1:
      sizes = [part.shape.as_list()[self.axis] for part in self.parts]
      pieces = np.split(value, np.cumsum(sizes)[:-1], self.axis)
    for part, piece in zip(self.parts, pieces):
      for replica in tf_compat.replicas(part):
        initializer = replica.initializer
        session.run(initializer, {initializer.inputs[1]: piece})

  def update(self, value: tf.Tensor,
             change: Callable[[tf.Variable, tf.Tensor], Any]) -> tf.Operation:
    """Changes all parts and replicas, each by its piece of `value`.

    Args:
      value: of the shape of the whole.
      change: takes a variable, no distributed one, and the piece of `value`
        for it; returns an operation, or what has one.
    """
    changes = []
    for part, piece in zip(self.parts, self.pieces(value)):
      for replica in tf_compat.replicas(part):
        with on_device_of(replica):
          changes.append(change(replica, piece))
    return grouped(changes)

  def pieces(self, value: tf.Tensor) -> List[tf.Tensor]:
    """The whole tensor, split into one tensor per part."""
    if len(self.parts) == 1:
      return [value]
    return tf.split(
        value, [part.shape.as_list()[self.axis] for part in self.parts],
        self.axis)


def stored_in(variables: Sequence[tf.Variable]) -> List[StoredTensor]:
  """The tensors that variables of a graph hold, in the order of the first.

  Args:
    variables: in any order; those of one partition are one tensor.
  """
  parts_of: Dict[str, List[tf.Variable]] = {}
  for variable in variables:
    partition = graph_compat.partition_of(variable)
    name = partition.full_name if partition else variable.op.name
    parts_of.setdefault(name, []).append(variable)
  return [_joined(parts) for parts in parts_of.values()]


def _joined(parts: Sequence[tf.Variable]) -> StoredTensor:
  partition = graph_compat.partition_of(parts[0])
  if partition is None:
    return StoredTensor(parts)
  axis = next((i for i, (part, full) in enumerate(
      zip(partition.var_shape, partition.full_shape)) if part != full), 0)
  return StoredTensor(sorted(
      parts, key=lambda part: graph_compat.partition_of(part).var_offset[axis]
  ), axis)


def source(variable: tf.Variable) -> tf.Tensor:
  """What operations on `variable` take: its resource handle, or its ref.

  Args:
    variable: no distributed one, but that of a replica.
  """
  handle = getattr(variable, 'handle', None)
  return handle if handle is not None else variable.op.outputs[0]


def on_device_of(variable: tf.Variable) -> Any:
  """Where a variable is, if it says so; for that of a replica."""
  return (tf.device(variable.device) if variable.device
          else contextlib.nullcontext())


def read(variable: tf.Variable) -> tf.Tensor:
  """The value of a variable when control reaches this point.

  What `read_value` adds to the read, to move the value to the device of the
  caller, is left out: there are many weights, and graphs are large enough.

  Args:
    variable: no distributed one, but that of a replica.
  """
  held = source(variable)
  if held.dtype != tf.resource:
    return variable.read_value()
  return tf.raw_ops.ReadVariableOp(
      resource=held, dtype=variable.dtype.base_dtype)


def assign(variable: tf.Variable, value: tf.Tensor) -> Any:
  """Puts a value into a variable that is like it; for that of a replica."""
  held = source(variable)
  if held.dtype != tf.resource:
    return variable.assign(value, read_value=False)
  return tf.raw_ops.AssignVariableOp(resource=held, value=value)


def grouped(ops: Sequence[Any]) -> Any:
  """`tf.group` of several, or the one there is: graphs are large enough."""
  return ops[0] if len(ops) == 1 else tf.group(*ops)


def primary(variable: tf.Variable) -> tf.Variable:
  """The variable itself, or the first replica's of a distributed one."""
  return tf_compat.replicas(variable)[0]
