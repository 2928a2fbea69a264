# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Replaces the reads of a weight by `mask * weight`."""

from __future__ import annotations

import contextlib
from typing import Any, Iterator, List

import tensorflow as tf

from model_pruning._src.compat import graph as graph_compat
from model_pruning._src.graph import variables as variables_lib
from model_pruning._src.graph.insert_masks import weight_uses
from model_pruning._src.graph.masked import apply_mask


def mask_uses(uses: weight_uses.Uses, mask: tf.Variable,
              name: str) -> List[tf.Tensor]:
  """Masks all uses of a variable.

  Args:
    uses: the uses.
    mask: of the shape and dtype of the variable.
    name: of the weight; the scope of what is made.

  Returns:
    Products of mask and variable, one for each value in `uses`.
  """
  products = []
  for value in uses.values:
    # Each read has its own product: between two reads the variable may change.
    with beside(value.tensor.op, mask.device, name):
      products.append(product(mask, value.tensor))
    _replace(value, products[-1])
    for gather in value.gathers:
      with beside(gather, mask.device, name):
        _mask_rows(gather, tf.convert_to_tensor(mask))
  for gather in uses.gathers:
    with beside(gather, mask.device, name):
      _mask_rows(gather, variables_lib.source(mask))
  return products


def product(mask: Any, value: Any) -> tf.Tensor:
  """The product, under the name that tools look for."""
  return tf.multiply(mask, value, name=apply_mask.MASKED_WEIGHT_NAME)


@contextlib.contextmanager
def beside(op: tf.Operation, device: str, scope: str) -> Iterator[None]:
  """Context manager: new operations run as often as `op`, on a device."""
  with graph_compat.control_flow_of(op), tf.compat.v1.device(
      device), tf.name_scope(scope + '/'):
    yield


def _replace(value: weight_uses.Value, tensor: tf.Tensor) -> None:
  """Makes the ops that take a value take `tensor` instead."""
  for op in value.takers:
    _give(op, value.tensor, tensor)
  for op, outputs in value.copied:
    with beside(op, op.device, op.name):
      copy = _copy(op, value.tensor, tensor)
    for output, copied in zip(outputs, copy.outputs):
      _replace(output, copied)


def _mask_rows(gather: tf.Operation, mask: tf.Tensor) -> None:
  """Multiplies the result of a lookup by the same lookup in the mask.

  The gradient stays one of the rows looked up; that of a lookup in the product
  would have all rows.
  """
  [rows] = gather.outputs
  takers = list(weight_uses.takers_of(rows))
  mask_rows = _copy(gather, gather.inputs[0], mask).outputs[0]
  masked_rows = product(mask_rows, rows)
  for op in takers:
    _give(op, rows, masked_rows)


def _give(op: tf.Operation, old: tf.Tensor, new: tf.Tensor) -> None:
  for i, taken in enumerate(op.inputs):
    if taken is old:
      graph_compat.update_input(op, i, new)


def _copy(op: tf.Operation, old: tf.Tensor, new: tf.Tensor) -> tf.Operation:
  """An operation like `op` that takes `new` where `op` takes `old`."""
  return op.graph.create_op(
      op.type, [new if taken is old else taken for taken in op.inputs],
      [output.dtype for output in op.outputs], name='masked',
      attrs=dict(op.node_def.attr))
