# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What is constant in a graph, and what its constants do with channels."""

from __future__ import annotations

from typing import Dict, Set

import tensorflow as tf

from model_pruning._src.channels import dependency as dependency_lib

_Role = dependency_lib.Role

# What hands on the entries of its first input, each as it is or cast.
SAME = frozenset([
    'Identity', 'Cast', 'CheckNumerics', 'PreventGradient', 'Snapshot',
    'StopGradient'])
# What computes entry by entry, and is finite at zero.
POINTWISE = frozenset([
    'Abs', 'Ceil', 'Elu', 'Erf', 'Exp', 'Expm1',
    'FakeQuantWithMinMaxArgs', 'FakeQuantWithMinMaxVars', 'Floor', 'LeakyRelu',
    'Log1p', 'Neg', 'Relu', 'Relu6', 'Round', 'Selu', 'Sigmoid', 'Sign',
    'Softplus', 'Softsign', 'Sqrt', 'Square', 'Tanh'])
# What is not: it is followed through constants only.
NOT_OF_ZERO = frozenset(['Inv', 'Log', 'Reciprocal', 'Rsqrt'])
MERGES = frozenset([
    'Add', 'AddN', 'AddV2', 'BiasAdd', 'Maximum', 'Minimum', 'Mul',
    'SquaredDifference', 'Sub'])
DIVISIONS = frozenset(['Div', 'RealDiv'])
_PLACES = frozenset(['ExpandDims', 'Reshape', 'Squeeze', 'Transpose'])
_PURE = SAME | POINTWISE | NOT_OF_ZERO | MERGES | DIVISIONS | _PLACES


def constant_ops(graph: tf.Graph) -> Set[str]:
  """Returns the names of the operations that depend on constants only."""
  found: Set[str] = set()
  for op in graph.get_operations():
    if op.type == 'Const' or op.type in _PURE and op.inputs and all(
        tensor.op.name in found for tensor in op.inputs):
      found.add(op.name)
  return found


def roles(graph: tf.Graph, constant: Set[str]
          ) -> Dict[str, dependency_lib.Role]:
  """Returns what each constant with an entry per channel does with them.

  One that is added to channels or that they are multiplied by, as a bias or
  gamma, is zeroed with them. One that is subtracted from them, divides them,
  or goes through a function before, as a mean or a variance, stays.

  Args:
    graph: the graph.
    constant: the names of the operations that depend on constants only.

  Returns:
    A role by the name of the operation. Kernels, which operations take with
    more axes than one, have other roles.
  """
  return {op.name: _role_of(op, constant) for op in graph.get_operations()
          if op.type == 'Const'}


def _role_of(op: tf.Operation, constant: Set[str]) -> dependency_lib.Role:
  found = set()
  waiting = [op.outputs[0]]
  for tensor in waiting:  # Grows while it is walked.
    for user in tensor.consumers():
      for i, taken in enumerate(user.inputs):
        if taken is not tensor:
          continue
        if user.type.startswith('FusedBatchNorm'):
          found.add(_Role.SCALES if i in (1, 2) else _Role.COUNTS)
        elif user.type == 'Sub' and i == 1:
          continue  # A mean: zero or not, nothing ends.
        elif user.type in ('Add', 'AddV2', 'BiasAdd', 'Mul', 'Sub'):
          if user.name in constant:
            waiting.append(user.outputs[0])
          else:
            found.add(_Role.MAKES if user.type == 'BiasAdd' else _Role.SCALES)
        elif user.type in SAME | _PLACES and i == 0:
          waiting.append(user.outputs[0])
        else:
          found.add(_Role.COUNTS)
  for role in (_Role.COUNTS, _Role.SCALES, _Role.MAKES):
    if role in found:
      return role
  return _Role.COUNTS
