# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Moving averages of weights, which evaluation uses in place of the weights.

`tf.train.ExponentialMovingAverage`, and optimizers around it, keep a variable
beside each weight and move it by ``average -= (average - weight) * rate``.
The average of a pruned weight is pruned too: otherwise evaluation would see
dense weights.
"""

from __future__ import annotations

from typing import Dict, List, Sequence

import tensorflow as tf

from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.graph import variables as variables_lib

_READS = frozenset(['Identity', 'ReadVariableOp', 'Cast'])
_SUBTRACTIONS = frozenset(['AssignSub', 'AssignSubVariableOp'])


def averages_of(
    variables: Sequence[tf.Variable]) -> Dict[str, List[tf.Variable]]:
  """The variables that are moving averages of `variables`.

  Args:
    variables: variables of one graph; of a distributed variable, the variable
      of each replica.

  Returns:
    The averages of each variable that has some, by the name of its operation.
  """
  if not variables:
    return {}
  others = {
      variables_lib.source(replica).op.name: replica
      for variable in variables[0].graph.get_collection(
          tf.compat.v1.GraphKeys.GLOBAL_VARIABLES)
      for replica in tf_compat.replicas(variable)}
  found: Dict[str, List[tf.Variable]] = {}
  for variable in variables:
    for subtraction in _subtractions(variables_lib.source(variable)):
      average = others.get(subtraction.inputs[0].op.name)
      if average is not None and average.shape == variable.shape:
        found.setdefault(variable.op.name, []).append(average)
  return found


def _subtractions(held: tf.Tensor) -> List[tf.Operation]:
  """Operations that move an average towards the variable behind `held`."""
  found = []
  for difference in _consumers(held, 'Sub', 1):
    for product in difference.outputs[0].consumers():
      if product.type == 'Mul':
        found += [
            op for op in product.outputs[0].consumers()
            if op.type in _SUBTRACTIONS
            and _is_read_of(difference.inputs[0], op.inputs[0])]
  return found


def _consumers(held: tf.Tensor, op_type: str,
               index: int) -> List[tf.Operation]:
  """Operations of a type whose input `index` is read from `held`."""
  found = []
  seen = set()
  waiting = [held]
  while waiting:
    tensor = waiting.pop()
    for op in tensor.consumers():
      if op.type == op_type and op.inputs[index] is tensor:
        found.append(op)
      elif op.type in _READS and op.name not in seen:
        seen.add(op.name)
        waiting.extend(op.outputs)
  return found


def _is_read_of(tensor: tf.Tensor, held: tf.Tensor) -> bool:
  """Whether `tensor` is the value of the variable behind `held`."""
  while tensor is not held and tensor.op.type in _READS:
    tensor = tensor.op.inputs[0]
  return tensor is held
