# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Channels of operations that compute entry by entry."""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np

from model_pruning._src.graph.channels import constants
from model_pruning._src.graph.channels import node_call
from model_pruning._src.graph.channels import rules
from model_pruning._src.graph.channels import tensors

_Call = node_call.NodeCall


@rules.for_ops(constants.SAME)
def _same(call: _Call) -> Sequence[Any]:
  output = call.op.outputs[0]
  if call.numbers(0) is not None and output.dtype.is_integer:
    call.is_handled(0)
    return [tensors.Tensor(numbers=call.numbers(0))]
  if call.weight(0) is not None:
    return [tensors.Tensor(weight=call.weight(0))]
  return [call.channels(0)]


@rules.for_ops(['IdentityN'])
def _same_ones(call: _Call) -> Sequence[Any]:
  return [call.channels(i) for i in range(len(call.op.inputs))]


@rules.for_ops(constants.POINTWISE)
def _pointwise(call: _Call) -> Sequence[Any]:
  # Rounding for few bits leaves zeros zero, and the others are for all.
  if call.op.type.startswith('FakeQuant') and call.weight(0) is not None:
    return [tensors.Tensor(weight=call.weight(0))]
  return [call.channels(0)]


@rules.for_ops(constants.NOT_OF_ZERO)
def _not_of_zero(call: _Call) -> Sequence[Any]:
  if not call.is_constant(0):
    return call.stays('it is not finite at zero')
  return [call.channels(0)]


@rules.for_ops(constants.MERGES - {'BiasAdd'})
def _merged(call: _Call) -> Sequence[Any]:
  numbers = [call.numbers(i) for i in range(len(call.op.inputs))]
  if call.op.type == 'Mul' and all(one is not None for one in numbers):
    call.is_handled(0)
    call.is_handled(1)
    return [tensors.Tensor(numbers=call.sizes.product(*numbers))]
  return [call.merge(range(len(numbers)))]


@rules.for_ops(constants.DIVISIONS)
def _divided(call: _Call) -> Sequence[Any]:
  if not call.is_constant(1):
    return call.stays('what it divides by could be zero')
  return [call.merge([0, 1])]


@rules.for_ops(['Softmax', 'LogSoftmax'])
def _softmax(call: _Call) -> Sequence[Any]:
  if call.varies(call.channels(0), len(call.shape(0)) - 1):
    return call.stays('softmax depends on all channels')
  return [call.channels(0)]


@rules.for_ops(['Mean', 'Sum', 'Max', 'Min', 'Prod'])
def _reduced(call: _Call) -> Sequence[Any]:
  rank = len(call.shape(0))
  axes = sorted({axis % rank for axis in call.value(1).ravel().tolist()})
  numbers = call.numbers(0)
  if call.op.type == 'Prod' and numbers is not None and rank == 1 and axes:
    call.is_handled(0)
    product = numbers[0]
    for one in numbers[1:]:
      product = call.sizes.product(product, one)
    return [tensors.Tensor(
        numbers=np.reshape(product, call.output_shape()))]
  tensor = call.channels(0)
  if any(call.varies(tensor, axis) for axis in axes):
    return call.stays('it reduces channels')
  for axis in axes:
    tensor = np.take(tensor, [0], axis=axis)
  return [tensor.reshape(call.output_shape())]
