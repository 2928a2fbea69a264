# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Reading and assigning variables as a whole, also those made of parts.

A scope with a partitioner makes variables of parts (`PartitionedVariable`,
which has no public name). The parts lie along one axis.
"""

from __future__ import annotations

from typing import Any, List, Optional

import tensorflow as tf

from model_pruning._src.compat import tensorflow as tf_compat


def is_partitioned(variable: Any) -> bool:
  """Whether a variable is made of parts."""
  return hasattr(variable, 'as_tensor') and hasattr(variable, '__iter__')


def parts_of(variable: Any) -> List[Any]:
  """The variables that a variable, or tensor, is made of; else itself."""
  return list(variable) if is_partitioned(variable) else [variable]


def partition_axis(variable: Any) -> int:
  """The axis along which the parts of a variable lie; 0 if there is one part.

  Raises:
    ValueError: there are several such axes.
  """
  whole = tf.TensorShape(variable.shape).as_list()
  axes = [i for i, size in enumerate(list(variable)[0].shape.as_list())
          if size != whole[i]]
  if len(axes) > 1:
    raise ValueError(
        f'The variable {variable.name!r} must be partitioned along one axis. '
        f'Received: a partition along the axes {axes}')
  return axes[0] if axes else 0


def read(value: Any) -> tf.Tensor:
  """The value of a variable when control reaches this point; or a tensor.

  What a variable converts to may have been read before, outside of the
  control dependencies of the caller.
  """
  if is_partitioned(value):
    return tf.concat([part.read_value() for part in value],
                     axis=partition_axis(value))
  if hasattr(value, 'read_value'):
    return value.read_value()
  return tf.convert_to_tensor(value)


def assign(variable: Any, value: tf.Tensor,
           name: Optional[str] = None) -> tf.Operation:
  """Assigns a value to a variable.

  Args:
    variable: a variable, maybe in parts.
    value: tensor of its shape; cast to its dtype.
    name: of the operation.

  Returns:
    The operation that assigns.
  """
  value = tf.cast(value, variable.dtype.base_dtype)
  parts, values = parts_of(variable), [value]
  if is_partitioned(variable):
    axis = partition_axis(variable)
    values = tf.split(
        value, [part.shape.as_list()[axis] for part in parts], axis=axis)
  assignments = [part.assign(part_value)
                 for part, part_value in zip(parts, values)]
  with tf_compat.control_dependencies(assignments):
    return tf.no_op(name=name)
