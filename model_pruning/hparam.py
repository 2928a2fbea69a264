# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Hyperparameters as text: `name=value` items, parsed and printed.

  text   := [item (',' item)* [',']]
  item   := name '=' scalar | name '=[' scalars ']' | name '[' index ']=' scalar
  scalar := bare | '"' any text, '""' for '"' '"' | "'" any text "'"

The elements of a list are separated by commas or spaces. A bare scalar ends at
a comma and has no '['; a bare list element has no comma, space or bracket, but
may have balanced brackets (`[conv[0-9]:0.8]`). Whatever else is in a value
(a regex with a comma, say) is quoted. There are no backslash escapes, because
regexes are full of backslashes: inside quotes, the quote is doubled.

>>> parse('steps=20,patterns=[conv1,"a{1,2}"]', {'steps': 0, 'patterns': []})
{'steps': 20, 'patterns': ['conv1', 'a{1,2}']}
"""

from __future__ import annotations

import numbers
import re
from typing import Any, Dict, List, Mapping, Tuple, Union

from model_pruning import errors
from model_pruning import hparam_kind

_HEAD = re.compile(r'([a-zA-Z][\w.]*)(?:\[\s*(\d+)\s*\])?\s*=\s*')
_END_OF_ITEM = re.compile(r'\s*(?:,\s*|\Z)')
_QUOTED = re.compile(
    r'''\s*(?:"([^"]*(?:""[^"]*)*)"(?!")|'([^']*(?:''[^']*)*)'(?!'))''')
_OPENING_QUOTE = re.compile(r'''\s*["']''')
_BARE_SCALAR = re.compile(r'[^,\[]*')
# A `]` ends the list only if the item ends there too.
_END_OF_LIST = re.compile(r'\](?=\s*(?:,|\Z))')
_BARE_ELEMENT = re.compile(r'(?:[^ ,\]]|\](?!\s*(?:,|\Z)))+')
_AFTER_QUOTED_ELEMENT = re.compile(r'\s*(?=[,\]])|\s+')
_BALANCED = re.compile(r'(?!\[)(?:[^\[\]]|\[[^\[\]]*\])*')
# What `format_value` leaves unquoted.
_PLAIN_SCALAR = re.compile(r'''(?![\s"'])[^,\[]*(?<!\s)|''')
_PLAIN_ELEMENT = re.compile(
    r'''(?!["'\[])(?:[^\s,\[\]]|\[[^\s,\[\]]*\](?!\Z))+''')


def _malformed(text: str, position: int, why: str) -> ValueError:
  return ValueError(
      'Argument `text` must be items `name=value`, `name=[value,value]` or '
      f'`name[index]=value` with commas between. Received: text={text!r}, '
      f'where parsing stopped at {text[position:]!r}: {why}')


_QUOTE_IT = 'put quotes around a value that has a comma, a space or a bracket.'


def _read_quoted(text: str, position: int) -> Tuple[str, int]:
  match = _QUOTED.match(text, position)
  if match is None:
    raise _malformed(text, position, 'a quote is opened and never closed.')
  double, single = match.groups()
  if single is None:
    return double.replace('""', '"'), match.end()
  return single.replace("''", "'"), match.end()


def _read_scalar(text: str, position: int) -> Tuple[str, int]:
  if _OPENING_QUOTE.match(text, position):
    return _read_quoted(text, position)
  match = _BARE_SCALAR.match(text, position)
  return match.group(), match.end()


def _read_list(text: str, start: int) -> Tuple[List[str], int]:
  """Reads the elements after the `[` before `start`, and the `]`."""
  elements: List[str] = []
  bare: List[str] = []
  position = start
  while not _END_OF_LIST.match(text, position):
    if position == len(text):
      raise _malformed(text, start - 1, 'a list is opened and never closed.')
    if text[position] in ' ,':
      position += 1
    elif _OPENING_QUOTE.match(text, position):
      element, position = _read_quoted(text, position)
      elements.append(element)
      after = _AFTER_QUOTED_ELEMENT.match(text, position)
      if after is None:
        raise _malformed(text, position, 'text follows a closing quote.')
      position = after.end()
    else:
      match = _BARE_ELEMENT.match(text, position)
      elements.append(match.group())
      bare.append(match.group())
      position = match.end()
  if any(']' in e for e in bare) and not all(map(_BALANCED.fullmatch, bare)):
    raise _malformed(text, start - 1, _QUOTE_IT)
  return elements, position + 1


def _join_elements(name: str, elements: Mapping[int, str]) -> List[str]:
  if sorted(elements) != list(range(len(elements))):
    raise ValueError(
        f'Argument `{name}` must be given for every index from 0 on, without '
        f'a gap. Received: {", ".join(f"{name}[{i}]" for i in elements)}')
  return [elements[i] for i in range(len(elements))]


def _kind(default: Any) -> hparam_kind.Kind:
  if isinstance(default, hparam_kind.Kind):
    return default
  return hparam_kind.Kind.of(default)


def parse(text: str, fields: Mapping[str, Any]) -> Dict[str, Any]:
  """Parses `name=value` items.

  Args:
    text: The items; the module docstring has the grammar.
    fields: The names that may occur, each with its default value (whose type
      is the one the text must have) or its `Kind`.

  Returns:
    The values given, by name. Lists are lists.

  Raises:
    ValueError: The text is malformed, a name is unknown or given twice, or a
      value is not of its type.
  """
  if not isinstance(text, str):
    raise TypeError(
        f'Argument `text` must be a str. Received: text={text!r}')
  given: Dict[str, Union[str, List[str]]] = {}
  by_index: Dict[str, Dict[int, str]] = {}
  position = len(text) - len(text.lstrip())
  while position < len(text):
    start = position
    head = _HEAD.match(text, start)
    if head is None:
      raise _malformed(text, start, '`name=` is missing.')
    name, index = head.groups()
    if name not in fields:
      raise ValueError(errors.unknown_name(name, fields))
    if index is None and text.startswith('[', head.end()):
      value, position = _read_list(text, head.end() + 1)
    else:
      value, position = _read_scalar(text, head.end())
    end = _END_OF_ITEM.match(text, position)
    if end is None:
      raise _malformed(text, start, _QUOTE_IT)
    position = end.end()
    if name in given or (name in by_index and index is None) or (
        index is not None and int(index) in by_index.get(name, ())):
      raise ValueError(f'Argument `{name}` must be given once. Received: '
                       f'{text[:position]}')
    if index is None:
      given[name] = value
    else:
      by_index.setdefault(name, {})[int(index)] = value
  for name, elements in by_index.items():
    given[name] = _join_elements(name, elements)
  return {name: _kind(fields[name]).from_text(name, value)
          for name, value in given.items()}


def _quoted(text: str) -> str:
  quote = "'" if '"' in text and "'" not in text else '"'
  return quote + text.replace(quote, 2 * quote) + quote


def _format_float(value: float) -> str:
  mantissa, _, exponent = repr(float(value)).partition('e')
  if mantissa.endswith('.0'):
    mantissa = mantissa[:-2]
  return f'{mantissa}e{int(exponent)}' if exponent else mantissa


def _format_scalar(value: Any, plain=_PLAIN_SCALAR) -> str:
  if isinstance(value, bool):
    return 'true' if value else 'false'
  if isinstance(value, numbers.Integral):
    return str(int(value))
  if isinstance(value, numbers.Real):
    return _format_float(value)
  return str(value) if plain.fullmatch(str(value)) else _quoted(str(value))


def format_value(value: Any) -> str:
  """Returns the shortest text that `parse` reads as `value`."""
  if isinstance(value, (list, tuple)):
    elements = (_format_scalar(v, _PLAIN_ELEMENT) for v in value)
    return f'[{",".join(elements)}]'
  return _format_scalar(value)


def format(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> str:  # pylint: disable=redefined-builtin
  """Returns the shortest text that parses to `values`.

  Args:
    values: The values by name, printed in this order.
    defaults: What need not be printed: values that are equal to the default.
  """
  texts = {name: format_value(value) for name, value in values.items()}
  return ','.join(
      f'{name}={text}' for name, text in texts.items()
      if name not in defaults or text != format_value(defaults[name]))
