# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Finds nested optimizers, and which of them updates a variable.

Loss scaling, averaging and lookahead wrap an optimizer; others pass each
variable to one of several. Inner optimizers are found by their type in any
attribute of the outer one, so that custom optimizers are found as well.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple

from model_pruning._src.compat import keras_optimizers
from model_pruning._src.compat import keras_variables

# Optimizers hold inner ones in nested containers, such as a list of pairs.
_MAX_DEPTH = 4


def is_optimizer(thing: Any) -> bool:
  """Whether `thing` is an optimizer of Keras, or a custom one."""
  # The class is asked: variables forward unknown names to what they wrap.
  return hasattr(type(thing), 'apply_gradients') and not isinstance(thing, type)


def all_in(optimizer: Optional[Any]) -> List[Any]:
  """An optimizer and all the optimizers inside of it, each once.

  Args:
    optimizer: the outermost one; None for an empty list.
  """
  if optimizer is None:
    return []
  found = {id(optimizer): optimizer}
  waiting = [optimizer]
  while waiting:
    for inner, _ in _directly_in(waiting.pop()):
      if id(inner) not in found:
        found[id(inner)] = inner
        waiting.append(inner)
  return list(found.values())


def updating(optimizer: Optional[Any], variable: Any) -> List[Any]:
  """The optimizers that take part in updating a variable, innermost first.

  If it is not clear which inner optimizer of one updates the variable, the list
  starts with that one.

  Args:
    optimizer: the outermost one, which is the last of the list; None for an
      empty list.
    variable: a variable of a Keras model.
  """
  found: List[Any] = []
  while optimizer is not None and all(one is not optimizer for one in found):
    found.insert(0, optimizer)
    optimizer = _next_in(optimizer, variable)
  return found


def _next_in(optimizer: Any, variable: Any) -> Optional[Any]:
  inside = _directly_in(optimizer)
  verdicts = [_updates(inner, variable, named) for inner, named in inside]
  for wanted in (True, None):
    meant = [inner for (inner, _), verdict in zip(inside, verdicts)
             if verdict is wanted]
    if len(meant) == 1 and (wanted or len(inside) == 1):
      return meant[0]
  return None


def _updates(optimizer: Any, variable: Any,
             named: Optional[List[Any]]) -> Optional[bool]:
  """Whether an optimizer updates a variable; None if it is not known."""
  if named is not None:
    return any(_is_name_of(one, variable) for one in named)
  verdicts = [keras_optimizers.knows(one, variable)
              for one in all_in(optimizer)]
  if True in verdicts:
    return True
  return None if None in verdicts else False


def _is_name_of(thing: Any, variable: Any) -> bool:
  if isinstance(thing, str):
    return thing in (variable.name, keras_variables.variable_name(variable))
  return thing is variable


def _directly_in(optimizer: Any) -> List[Tuple[Any, Optional[List[Any]]]]:
  """The optimizers that one holds, each with the variables it is for."""
  found: Dict[int, Tuple[Any, Optional[List[Any]]]] = {}
  for value in getattr(optimizer, '__dict__', {}).values():
    for inner, named in _optimizers_of(value, 0):
      if inner is not optimizer and (
          named is not None or id(inner) not in found):
        found[id(inner)] = inner, named
  return list(found.values())


def _optimizers_of(thing: Any, depth: int
                   ) -> Iterator[Tuple[Any, Optional[List[Any]]]]:
  if is_optimizer(thing):
    yield thing, None
    return
  members = _members(thing)
  if depth == _MAX_DEPTH or not members:
    return
  direct = [member for member in members if is_optimizer(member)]
  if len(direct) == 1:
    yield direct[0], _variables_in(members)
    return
  for member in members:
    yield from _optimizers_of(member, depth + 1)


def _variables_in(members: List[Any]) -> Optional[List[Any]]:
  """The names or variables in lists beside an optimizer; None without one."""
  named = [one for member in members if isinstance(member, (list, tuple))
           for one in member if isinstance(one, str) or _is_variable(one)]
  return named or None


def _is_variable(thing: Any) -> bool:
  return hasattr(thing, 'assign') and hasattr(thing, 'shape')


def _members(thing: Any) -> List[Any]:
  if isinstance(thing, Mapping):
    return list(thing.values())
  if isinstance(thing, (list, tuple, set, frozenset)):
    return list(thing)
  if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
    return list(vars(thing).values())
  return []
