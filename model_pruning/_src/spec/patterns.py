# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Lists of `pattern:value` entries, which give weights values by their names.

A pattern is a regex that is searched in the name; an entry is split at its
last colon, so a pattern may contain colons. An entry whose pattern *is* the
name goes before all others. Entries are kept as text in one canonical
spelling, so that equal maps are equal tuples.
"""

from __future__ import annotations

import re
from typing import (
  Any,
  Callable,
  Dict,
  Iterable,
  List,
  Mapping,
  NamedTuple,
  Optional,
  Tuple,
)

from model_pruning._src.spec import errors
from model_pruning._src.spec import text as text_lib
from model_pruning._src.spec import value_type

_PAIR = re.compile(r'\s*(-?\d+)\s*[xX]\s*(-?\d+)\s*')
_STRINGS = value_type.Kind(str, is_list=True)
_MAX_NAMES_SHOWN = 20
_QUOTE_IT = ('In a string, put quotes around an entry with a comma, a space or '
             'a bracket.')


class ValueType(NamedTuple):
  """What stands after the colon.

  Attributes:
    description: What an entry looks like, for errors.
    read: From text or a Python value to the value; ValueError or TypeError if
      it is none.
    write: From the value to its canonical text.
  """
  description: str
  read: Callable[[Any], Any]
  write: Callable[[Any], str]


def read_pair(value: Any) -> Tuple[int, int]:
  """Returns the two ints of `'2x4'` or of `(2, 4)`."""
  if isinstance(value, str):
    match = _PAIR.fullmatch(value)
    if match is None:
      raise ValueError(value)
    value = match.groups()
  first, second = value
  if any(isinstance(v, (bool, float)) for v in value):
    raise TypeError(value)
  return int(first), int(second)


def write_pair(pair: Tuple[int, int]) -> str:
  """Returns `'2x4'` for (2, 4)."""
  return f'{pair[0]}x{pair[1]}'


def _read_dims(value: Any) -> Tuple[int, int]:
  dims = read_pair(value)
  if any(dim < 1 and dim != -1 for dim in dims):
    raise ValueError(value)
  return dims


def _read_sparsity(value: Any) -> float:
  if isinstance(value, bool) or not 0.0 <= float(value) < 1.0:
    raise ValueError(value)
  return float(value)


SPARSITY = ValueType('pattern:sparsity, with a sparsity in [0, 1)',
                     _read_sparsity, text_lib.format_value)
BLOCK_DIMS = ValueType(
    'pattern:HxW, with block dimensions >= 1 or -1 (all of the dimension)',
    _read_dims, write_pair)


def _checked_pattern(field: str, given: Any, seen: Iterable[str]) -> str:
  pattern = given.strip() if isinstance(given, str) else ''
  if not pattern:
    raise errors.argument_error(field, 'have patterns that are text', given)
  try:
    re.compile(pattern)
  except re.error as e:
    raise ValueError(
        f'Argument `{field}` must have patterns that are regular expressions '
        f'({e}). Received: {pattern!r}. {_QUOTE_IT}') from None
  if pattern in seen:
    raise ValueError(f'Argument `{field}` must have a pattern once. '
                     f'Received: {pattern!r} again')
  return pattern


def canonical_patterns(field: str, value: Any) -> Tuple[str, ...]:
  """Returns a list of patterns, checked; blank ones are dropped."""
  patterns: List[str] = []
  for pattern in _STRINGS.check(field, value):
    if pattern.strip():
      patterns.append(_checked_pattern(field, pattern, patterns))
  return tuple(patterns)


def _entry(pattern: Any, value: Any) -> str:
  return f'{pattern}:{value}' if pattern else str(value)


def canonical_entries(field: str, value: Any,
                      value_type: ValueType) -> Tuple[str, ...]:
  """Returns the entries of a map in their canonical spelling.

  Args:
    field: The name of the map, for errors.
    value: A list of `'pattern:value'` or a mapping from pattern to value.
      Blank entries, which the lists of old specs start with, are dropped.
    value_type: What the values are.

  Raises:
    ValueError: An entry is malformed, or a pattern is repeated.
  """
  if isinstance(value, Mapping):
    pairs = list(value.items())
  else:
    pairs = [entry.rpartition(':')[::2]
             for entry in _STRINGS.check(field, value) if entry.strip()]
  canonical: Dict[str, str] = {}
  for pattern, item in pairs:
    try:
      if pattern == '':
        raise ValueError(item)
      text = value_type.write(value_type.read(item))
    except (TypeError, ValueError):
      raise ValueError(
          f'Argument `{field}` must have entries {value_type.description}. '
          f'Received: {_entry(pattern, item)!r}. {_QUOTE_IT}') from None
    pattern = _checked_pattern(field, pattern, canonical)
    canonical[pattern] = f'{pattern}:{text}'
  return tuple(canonical.values())


def patterns_of(entries: Iterable[str]) -> Tuple[str, ...]:
  """Returns the patterns of canonical entries."""
  return tuple(entry.rpartition(':')[0] for entry in entries)


def bare_name(weight_name: str) -> str:
  """Returns the name of a weight without the `:0` of its tensor."""
  return re.sub(r':\d+$', '', weight_name)


def matches(pattern: str, name: str) -> bool:
  """Whether a pattern is the bare name of a weight or is found in it."""
  return pattern == name or re.search(pattern, name) is not None


def find(field: str, entries: Iterable[str], name: str,
         one_pattern: bool = False) -> Optional[Tuple[str, str]]:
  """Returns the entry for a weight.

  Args:
    field: The name of the map, for the error.
    entries: Canonical entries.
    name: The bare name of the weight.
    one_pattern: Whether two patterns with the same value are an error too.

  Returns:
    The pattern and the text of the value, or None if no entry matches.

  Raises:
    ValueError: Patterns with different values match.
  """
  hits = [entry.rpartition(':')[::2] for entry in entries]
  hits = [(pattern, text) for pattern, text in hits if matches(pattern, name)]
  exact = [hit for hit in hits if hit[0] == name]
  hits = exact or hits
  for pattern, text in hits[1:]:
    if one_pattern or text != hits[0][1]:
      first = ':'.join(hits[0])
      raise ValueError(
          f'Argument `{field}` must give the weight {name!r} one value. '
          f'Received: entries {first!r} and {f"{pattern}:{text}"!r}, which '
          'both match. Narrow one of the patterns, or add an entry with the '
          f'exact name, {f"{name}:<value>"!r}.')
  return hits[0] if hits else None


def check_all_match(field: str, patterns: Iterable[str],
                    weight_names: Iterable[str]) -> None:
  """Raises a ValueError if a pattern matches none of the weights."""
  names = [bare_name(name) for name in weight_names]
  for pattern in patterns:
    if not any(matches(pattern, name) for name in names):
      shown = ', '.join(names[:_MAX_NAMES_SHOWN]) or 'none'
      more = len(names) - _MAX_NAMES_SHOWN
      raise ValueError(
          f'Argument `{field}` must have patterns that match a weight. '
          f'Received: {pattern!r}, which matches none. The weights are: '
          f'{shown}{f" and {more} more" if more > 0 else ""}.')
