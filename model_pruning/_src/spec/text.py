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
from typing import (
  Any,
  Dict,
  Iterator,
  List,
  Mapping,
  NamedTuple,
  Optional,
  Pattern,
  Tuple,
  Union,
)

from model_pruning._src.spec import errors
from model_pruning._src.spec import value_type

_HEAD = re.compile(r'([a-zA-Z][\w.]*)(?:\[\s*(\d+)\s*\])?\s*=\s*')
_END_OF_ITEM = re.compile(r'\s*(?:,\s*|\Z)')
_QUOTED = re.compile(
    r'''\s*(?:"([^"]*(?:""[^"]*)*)"(?!")|'([^']*(?:''[^']*)*)'(?!'))''')
_OPENING_QUOTE = re.compile(r'''\s*["']''')
_BARE_SCALAR = re.compile(r'[^,\[]+')
# A `]` ends the list only if the item ends there too.
_END_OF_LIST = re.compile(r'\](?=\s*(?:,|\Z))')
_BARE_ELEMENT = re.compile(r'(?:[^ ,\]]|\](?!\s*(?:,|\Z)))+')
_AFTER_QUOTED_ELEMENT = re.compile(r'\s*(?=[,\]])|\s+')
_BALANCED = re.compile(r'(?!\[)(?:[^\[\]]|\[[^\[\]]*\])*')
# What `format_value` leaves unquoted.
_PLAIN_SCALAR = re.compile(r'''(?![\s"'])[^,\[]*(?<!\s)|''')
_PLAIN_ELEMENT = re.compile(
    r'''(?!["'\[])(?:[^\s,\[\]]|\[[^\s,\[\]]*\](?!\Z))+''')


# Of an index, and of the items that an error shows.
_MOST_DIGITS = 9
_MOST_SHOWN = 5

_QUOTE_IT = 'put quotes around a value with a comma, a space or a bracket.'


class Item(NamedTuple):
  """`name=value`, `name=[values]` or `name[index]=value`, as text."""
  name: str
  at: Optional[int]
  value: Union[str, List[str]]


def _malformed(text: str, position: int, why: str) -> ValueError:
  return ValueError(
      'Argument `text` must be items `name=value`, `name=[value,value]` or '
      '`name[index]=value` with commas between. Received: text='
      f'{errors.shown(text)}, where parsing stopped at '
      f'{errors.shown(text[position:])}: {why}')


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
  return (match.group(), match.end()) if match else ('', position)


def _read_list(text: str, start: int) -> Tuple[List[str], int]:
  """Reads the elements after the `[` before `start`, and the `]`."""
  elements: List[str] = []
  bare: List[str] = []
  position = start
  while not _END_OF_LIST.match(text, position):
    if text.startswith((' ', ','), position):
      position += 1
      continue
    if _OPENING_QUOTE.match(text, position):
      element, position = _read_quoted(text, position)
      match = _AFTER_QUOTED_ELEMENT.match(text, position)
      if match is None:
        raise _malformed(text, position, 'text follows a closing quote.')
    else:
      match = _BARE_ELEMENT.match(text, position)
      if match is None:
        raise _malformed(
            text, start - 1, 'a list is opened and never closed.')
      element = match.group()
      bare.append(element)
    elements.append(element)
    position = match.end()
  if any(']' in e for e in bare) and not all(map(_BALANCED.fullmatch, bare)):
    raise _malformed(text, start - 1, _QUOTE_IT)
  return elements, position + 1


def read_items(text: str) -> Iterator[Item]:
  """The items of a text, in its order; of no type yet.

  Raises:
    ValueError: The text is malformed.
  """
  position = len(text) - len(text.lstrip())
  while position < len(text):
    start = position
    head = _HEAD.match(text, start)
    if head is None:
      raise _malformed(
          text, start, f'`name=` is missing here, or {_QUOTE_IT}')
    name, index = head.groups()
    if index is not None and len(index) > _MOST_DIGITS:
      raise _malformed(
          text, start, f'the index of `{errors.cut(name)}` is too large.')
    value: Union[str, List[str]]
    if index is None and text.startswith('[', head.end()):
      value, position = _read_list(text, head.end() + 1)
    else:
      value, position = _read_scalar(text, head.end())
    end = _END_OF_ITEM.match(text, position)
    if end is None:
      raise _malformed(text, start, _QUOTE_IT)
    position = end.end()
    yield Item(name, None if index is None else int(index), value)


def _more(items: List[Item]) -> str:
  more = len(items) - _MOST_SHOWN
  return f' and {more} more' if more > 0 else ''


def _value_of(name: str, items: List[Item]) -> Union[str, List[str]]:
  """Joins the items of one name: one value, or the elements of a list."""
  by_index = {item.at: item.value for item in items}
  if len(by_index) < len(items) or None in by_index and len(items) > 1:
    shown = ', '.join(
        name + ('' if item.at is None else f'[{item.at}]')
        + f'={errors.shown(item.value)}'
        for item in items[:_MOST_SHOWN]) + _more(items)
    raise ValueError(f'Argument `{name}` must be given once. Received: {shown}')
  if None in by_index:
    return items[0].value
  if set(by_index) != set(range(len(items))):
    shown = ', '.join(
        f'{name}[{item.at}]' for item in items[:_MOST_SHOWN]) + _more(items)
    raise ValueError(
        f'Argument `{name}` must be given for every index from 0 on, without '
        f'a gap. Received: {shown}')
  return [str(by_index[i]) for i in range(len(items))]


def _kind(default: Any) -> value_type.Kind:
  if isinstance(default, value_type.Kind):
    return default
  return value_type.Kind.of(default)


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
        f'Argument `text` must be a str. Received: text={errors.shown(text)}')
  items: Dict[str, List[Item]] = {}
  for item in read_items(text):
    if item.name not in fields:
      raise ValueError(errors.unknown_name(item.name, fields))
    items.setdefault(item.name, []).append(item)
  return {name: _kind(fields[name]).from_text(name, _value_of(name, items_))
          for name, items_ in items.items()}


def _quoted(text: str) -> str:
  quote = "'" if '"' in text and "'" not in text else '"'
  return quote + text.replace(quote, 2 * quote) + quote


def _format_float(value: float) -> str:
  if value == 0.0:
    return '0'  # -0.0 too, since they are equal.
  mantissa, _, exponent = repr(value).partition('e')
  if mantissa.endswith('.0'):
    mantissa = mantissa[:-2]
  return f'{mantissa}e{int(exponent)}' if exponent else mantissa


def _format_scalar(value: Any, plain: Pattern[str] = _PLAIN_SCALAR) -> str:
  if isinstance(value, bool):
    return 'true' if value else 'false'
  if isinstance(value, numbers.Integral):
    return str(int(value))
  if isinstance(value, numbers.Real):
    return _format_float(float(value))
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
