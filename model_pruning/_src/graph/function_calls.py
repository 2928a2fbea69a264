# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The operations that call functions of a graph."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Tuple


class _Call(NamedTuple):
  """How an operation calls functions.

  Attributes:
    attrs: names of the attributes that name a function, or a list of them.
    first_argument: index of the input that is the first argument.
  """

  attrs: Tuple[str, ...]
  first_argument: int


# By the type of the operation. A call of one function may also have the name
# of that function as its type; such calls are not listed here.
CALLS: Dict[str, _Call] = {
    'PartitionedCall': _Call(('f',), 0),
    'StatefulPartitionedCall': _Call(('f',), 0),
    'If': _Call(('then_branch', 'else_branch'), 1),
    'StatelessIf': _Call(('then_branch', 'else_branch'), 1),
    'Case': _Call(('branches',), 1),
    'StatelessCase': _Call(('branches',), 1),
    'While': _Call(('cond', 'body'), 0),
    'StatelessWhile': _Call(('cond', 'body'), 0),
}

# Loops whose body takes the number of the turn first, and not an input.
FOR_LOOPS: Dict[str, _Call] = {'For': _Call(('body',), 2)}
# Start, limit and step: inputs of such a loop that are none of its values.
FOR_LOOP_INPUTS = 3


def is_listed(op_type: str) -> bool:
  """Whether operations of a type call functions that attributes name."""
  return op_type in CALLS or op_type in FOR_LOOPS


def functions_of(value: Any) -> List[Any]:
  """The functions that an AttrValue names: one, a list of them, or none."""
  return [value.func] if value.HasField('func') else list(value.list.func)
