# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Lists of `pattern:value` entries, which give weights values by their names.

A pattern is a regex that is searched in the name; an entry is split at its
last colon, so a pattern may contain colons. An entry whose pattern *is* the
name goes before all others. Entries are kept as text in one canonical
spelling, so that equal maps are equal tuples.
"""

from __future__ import annotations

import difflib
import numbers
import re
from typing import (
  Any,
  Callable,
  Container,
  Dict,
  Iterable,
  Mapping,
  NamedTuple,
  Optional,
  Sequence,
  Sized,
  Tuple,
)

from model_pruning._src.spec import errors
from model_pruning._src.spec import integers
from model_pruning._src.spec import regexes
from model_pruning._src.spec import text as text_lib
from model_pruning._src.spec import value_type

_PAIR = re.compile(r'\s*(-?\d{1,18})\s*[xX]\s*(-?\d{1,18})\s*')
_STRINGS = value_type.Kind(str, is_list=True)
# Similar names are looked for among so many, for patterns that are not longer.
_MAX_SIMILAR = 500
_MAX_SIMILAR_LENGTH = 200
_SIMILAR = 0.75  # As `difflib` counts; 1 is the same.
_MAX_NAMES_SHOWN = 20
_MOST_PATTERNS = 20_000
_QUOTE_IT = ('In a string, put quotes around an entry with a comma, a space or '
             'a bracket.')


class ValueType(NamedTuple):
  """What stands after the colon.

  Attributes:
    description: What an entry looks like, for errors.
    read: From text or a Python value to the value; ValueError, TypeError or
      OverflowError if it is none.
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
  if isinstance(value, bytes):  # Which are ints too.
    raise TypeError('bytes')
  first, second = value
  if not all(isinstance(v, (str, numbers.Integral))
             and not isinstance(v, bool) for v in (first, second)):
    raise TypeError('no ints')
  pair = int(first), int(second)
  if not all(map(integers.is_short, pair)):
    raise OverflowError('more than 63 bits')
  return pair


def write_pair(pair: Tuple[int, int]) -> str:
  """Returns `'2x4'` for (2, 4)."""
  return f'{pair[0]}x{pair[1]}'


def _read_dims(value: Any) -> Tuple[int, int]:
  dims = read_pair(value)
  if any(dim < 1 and dim != -1 for dim in dims):
    raise ValueError(value)
  return dims


def _read_sparsity(value: Any) -> float:
  if isinstance(value, bool) or not isinstance(value, (str, numbers.Real)):
    raise TypeError('no number')
  if not 0.0 <= float(value) < 1.0:
    raise ValueError('not in [0, 1)')
  return float(value)


SPARSITY = ValueType('pattern:sparsity, with a sparsity in [0, 1)',
                     _read_sparsity, text_lib.format_value)
BLOCK_DIMS = ValueType(
    'pattern:HxW, with block dimensions >= 1 or -1 (all of the dimension)',
    _read_dims, write_pair)


def _checked_pattern(field: str, given: Any, seen: Container[str]) -> str:
  pattern = given.strip() if isinstance(given, str) else ''
  if not pattern:
    raise errors.argument_error(field, 'have patterns that are text', given)
  why = regexes.why_not(pattern)
  if why:
    raise ValueError(
        f'Argument `{field}` must have patterns that are regular expressions '
        f'({why}). Received: {errors.shown(pattern)}. {_QUOTE_IT}')
  if pattern in seen:
    raise ValueError(f'Argument `{field}` must have a pattern once. '
                     f'Received: {errors.shown(pattern)} again')
  return pattern


def _check_number(field: str, values: Sized) -> None:
  if len(values) > _MOST_PATTERNS:
    raise ValueError(
        f'Argument `{field}` must have {_MOST_PATTERNS} patterns at most. '
        f'Received: {len(values)} of them')


def canonical_patterns(field: str, value: Any) -> Tuple[str, ...]:
  """Returns a list of patterns, checked; blank ones are dropped."""
  patterns: Dict[str, None] = {}  # In this order, and quick to look up.
  given = _STRINGS.check(field, value)
  _check_number(field, given)
  for pattern in given:
    if pattern.strip():
      patterns[_checked_pattern(field, pattern, patterns)] = None
  return tuple(patterns)


def _entry(pattern: Any, value: Any) -> str:
  """An entry as it may have been written, for errors."""
  if isinstance(pattern, str) and isinstance(value, str):
    return errors.shown(f'{pattern}:{value}' if pattern else value)
  return errors.shown(value if pattern == '' else {pattern: value})


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
  _check_number(field, pairs)
  canonical: Dict[str, str] = {}
  for pattern, item in pairs:
    try:
      if isinstance(pattern, str) and not pattern:
        raise ValueError(item)
      text = value_type.write(value_type.read(item))
    except (TypeError, ValueError, OverflowError):
      raise ValueError(
          f'Argument `{field}` must have entries {value_type.description}. '
          f'Received: {_entry(pattern, item)}. {_QUOTE_IT}') from None
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
  return pattern == name or regexes.search(pattern, name)


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
          f'Received: entries {errors.shown(first)} and '
          f'{errors.shown(f"{pattern}:{text}")}, which '
          'both match. Narrow one of the patterns, or add an entry with the '
          f'exact name, {f"{name}:<value>"!r}.')
  return hits[0] if hits else None


def check_all_match(field: str, patterns: Iterable[str],
                    weight_names: Iterable[str],
                    why_not: Optional[Mapping[str, str]] = None) -> None:
  """Raises a ValueError if a pattern matches none of the weights.

  Args:
    field: The name of the field, for the error.
    patterns: Its patterns.
    weight_names: The weights that they can apply to.
    why_not: Reasons for other names; said if a pattern matches them.
  """
  names = [bare_name(name) for name in weight_names]
  for pattern in patterns:
    if not any(matches(pattern, name) for name in names):
      raise ValueError(
          f'Argument `{field}` must have patterns that match a weight. '
          f'Received: {errors.shown(pattern)}, which matches none. '
          f'{_near_misses(pattern, names, why_not or {})}The weights are: '
          f'{_listed(names) or "none"}.')


def _near_misses(pattern: str, names: Sequence[str],
                 why_not: Mapping[str, str]) -> str:
  """Sentences on what a pattern that matches no weight may have meant."""
  not_pruned = [f'{name!r}: {reason}' for name, reason in why_not.items()
                if matches(pattern, name)]
  if not_pruned:
    return ('It matches what cannot be pruned by it: '
            f'{_listed(not_pruned, "; ")}. ')
  if len(pattern) > _MAX_SIMILAR_LENGTH:
    return ''
  # By the whole name, and by its end: patterns are often that of a name.
  similar = [
      name for name in [*names[:_MAX_SIMILAR], *list(why_not)[:_MAX_SIMILAR]]
      if difflib.get_close_matches(
          bare_name(pattern).lower(),
          [name.lower(), name.rpartition('/')[2].lower()], 1, _SIMILAR)]
  return ('Similar names are: ' + _listed([
      repr(name) + (f' ({why_not[name]})' if name in why_not else '')
      for name in similar]) + '. ') if similar else ''


def _listed(items: Sequence[str], separator: str = ', ') -> str:
  more = len(items) - _MAX_NAMES_SHOWN
  return separator.join(items[:_MAX_NAMES_SHOWN]) + (
      f' and {more} more' if more > 0 else '')
