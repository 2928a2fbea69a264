# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`HParams`, where the google-research library had it."""

from __future__ import annotations

from typing import Any, Callable, Dict, Mapping

from model_pruning._src.spec import errors
from model_pruning._src.spec import text
from model_pruning._src.spec import value_type
from model_pruning._src.spec.hparams import HParams

__all__ = ['HParams', 'parse_values']


def parse_values(values: str, type_map: Mapping[str, Callable[[str], Any]],
                 ignore_unknown: bool = False) -> Dict[str, Any]:
  """Parses `name=value` items (docs/guide.md has the grammar).

  >>> parse_values('x=5,l=[1,2],a[1]=3', {'x': int, 'l': int, 'a': float})
  {'x': 5, 'l': [1, 2], 'a': {1: 3.0}}

  Args:
    values: the text.
    type_map: for each name the type of its value, or of each element.
    ignore_unknown: whether other names are left out instead of an error.

  Returns:
    For each name a value, a list, or a dictionary of the indices that were
    given.

  Raises:
    ValueError: the text is malformed, a name is unknown or given twice, or a
      value is not of its type.
  """
  found: Dict[str, Any] = {}
  for item in text.read_items(values):
    name = item.name
    if name not in type_map:
      if ignore_unknown:
        continue
      raise ValueError(errors.unknown_name(name, type_map))
    value = _parsed(name, item.value, type_map[name])
    earlier = found.get(name)
    if name in found and (item.at is None or not isinstance(earlier, dict)
                          or item.at in earlier):
      raise ValueError(
          f'Argument `{name}` must be given once. Received: values={values!r}')
    if item.at is None:
      found[name] = value
    else:
      found.setdefault(name, {})[item.at] = value
  return found


def _parsed(name: str, value: Any, type_: Callable[[str], Any]) -> Any:
  if type_ in (bool, int, float, str):
    kind = value_type.Kind(type_, isinstance(value, list))  # type: ignore[arg-type]
    return kind.from_text(name, value)
  try:
    return ([type_(element) for element in value] if isinstance(value, list)
            else type_(value))
  except ValueError:
    raise errors.argument_error(name, f'be text of {type_!r}', value) from None
