# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What differs between versions of TensorFlow in the graphs of sessions.

Differences are found by looking for the feature, not for a version. Private
API is used in this folder only; each use says on which versions it was tried.
"""

from __future__ import annotations

import contextlib
from typing import Any, Iterator, Sequence

import tensorflow as tf
from tensorflow.core.framework import variable_pb2
from tensorflow.core.protobuf import control_flow_pb2
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow.core.protobuf import tensor_bundle_pb2
from tensorflow.core.protobuf import trackable_object_graph_pb2
from tensorflow.python.ops import variables as variables_lib


def partition_of(variable: tf.Variable) -> Any:
  """Which slice of a partitioned variable `variable` is; None if it is whole.

  There is no public way to ask. `_save_slice_info`, which savers go by, was
  tried on TF 1.14 to 2.21.

  Returns:
    A `tf.Variable.SaveSliceInfo`: full_name, full_shape, var_offset, var_shape.
  """
  return getattr(variable, '_save_slice_info', None)


def set_partition(variable: tf.Variable, full_name: str, like: Any) -> None:
  """Makes savers store `variable` as a slice, as that of `partition_of`.

  Args:
    variable: of the shape of the slice.
    full_name: of the partitioned variable in checkpoints.
    like: the `SaveSliceInfo` of a variable that is partitioned in this way.
  """
  variable._set_save_slice_info(tf.compat.v1.Variable.SaveSliceInfo(  # pylint: disable=protected-access
      full_name, like.full_shape, like.var_offset, like.var_shape))


def in_control_flow(op: tf.Operation) -> bool:
  """Whether what `op` makes is inside a `cond` or a `while_loop` of TF 1.

  There is no public way to ask; tried on TF 1.14 to 2.21.
  """
  context = op._get_control_flow_context()  # pylint: disable=protected-access
  if context is not None and op.type in ('Exit', 'RefExit'):
    context = context.outer_context
  return context is not None


def add_control_inputs(op: tf.Operation,
                       control_inputs: Sequence[tf.Operation]) -> None:
  """Makes an operation of a graph wait for others, whenever it is run.

  Public TensorFlow cannot change an operation. `_add_control_inputs` was tried
  on TF 1.14 to 2.21. A session that has run `op` before does not notice.
  """
  op._add_control_inputs(control_inputs)  # pylint: disable=protected-access


@contextlib.contextmanager
def control_flow_of(op: tf.Operation) -> Iterator[None]:
  """Context manager: new operations join the control-flow context of `op`.

  There is no public way to add to a `tf.cond` or `tf.while_loop` of TF 1 that
  is complete. Tried on TF 1.14 to 2.21.
  """
  context = op._get_control_flow_context()  # pylint: disable=protected-access
  with tf.control_dependencies(None):  # Leaves the context of the caller.
    if context is None:
      yield
      return
    context.Enter()
    try:
      yield
    finally:
      context.Exit()


def update_input(op: tf.Operation, index: int, tensor: tf.Tensor) -> None:
  """Gives an operation of a v1 graph another tensor as an input.

  There is no public way. Tried on TF 1.14 to 2.21. A session that has run the
  graph already goes on without.
  """
  op._update_input(index, tensor)  # pylint: disable=protected-access


def partitioned_variable(parts: Sequence[tf.Variable], axis: int) -> Any:
  """What `get_variable` returned where it made `parts` along `axis`.

  There is no public constructor. Tried on TF 1.14 to 2.21.
  """
  partition = partition_of(parts[0])
  shape = list(partition.full_shape)
  partitions = [1] * len(shape)
  partitions[axis] = len(parts)
  return variables_lib.PartitionedVariable(
      partition.full_name, shape, parts[0].dtype.base_dtype, list(parts),
      partitions)


def add_state_variables(layer: Any, variables: Sequence[tf.Variable]) -> None:
  """Puts variables among the `variables` of a `tf.compat.v1.layers.Layer`.

  Its `add_weight` gives them the regularizer of the variable scope, and an
  attribute is not tracked. `_non_trainable_weights` was tried on TF 1.14 to
  2.15 and tf_keras 2.21.
  """
  layer._non_trainable_weights.extend(variables)  # pylint: disable=protected-access


def variable_def(serialized: bytes) -> Any:
  """Parses the entry of a variable in a collection of a MetaGraphDef.

  The message has no public name; that of its module was tried on TF 1.14 to
  2.21.
  """
  return variable_pb2.VariableDef.FromString(serialized)


def saved_model_message(serialized: bytes) -> Any:
  """Parses `saved_model.pb`.

  The message has no public name; that of its module was tried on TF 1.14 to
  2.21.
  """
  return saved_model_pb2.SavedModel.FromString(serialized)


def bundle_header(serialized: bytes) -> Any:
  """Parses what the index of a checkpoint has under the empty key.

  The message has no public name; that of its module was tried on TF 1.14 to
  2.21.
  """
  return tensor_bundle_pb2.BundleHeaderProto.FromString(serialized)


def bundle_entry(serialized: bytes) -> Any:
  """Parses what the index of a checkpoint has for a tensor.

  The message has no public name; that of its module was tried on TF 1.14 to
  2.21.
  """
  return tensor_bundle_pb2.BundleEntryProto.FromString(serialized)


def object_graph_message(serialized: bytes) -> Any:
  """Parses the graph of Python objects that a checkpoint has as a tensor.

  The message has no public name; that of its module was tried on TF 1.14 to
  2.21.
  """
  return trackable_object_graph_pb2.TrackableObjectGraph.FromString(serialized)


# The collections of loops and branches of version 1, and their messages.
CONTEXT_COLLECTIONS = {'while_context': control_flow_pb2.WhileContextDef,
                       'cond_context': control_flow_pb2.CondContextDef}


def context_def(collection: str, serialized: bytes) -> Any:
  """Parses a loop or branch of version 1 in a collection of a MetaGraphDef.

  The messages have no public names; those of their module were tried on TF
  1.14 to 2.21.
  """
  return CONTEXT_COLLECTIONS[collection].FromString(serialized)
