# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The one form of argument errors."""

from __future__ import annotations

import difflib
from typing import Any, Iterable, List

_MOST_CHARACTERS = 300  # Of a value that is shown.
_MOST_ELEMENTS = 20
_MOST_LEVELS = 3
_MOST_BITS = 200  # Python refuses to print much longer ints, or takes long.


def argument_error(name: str, must: str, received: Any) -> ValueError:
  """Returns the error for the argument `name`, which must `must`.

  >>> print(argument_error('steps', 'be >= 0', -1))
  Argument `steps` must be >= 0. Received: steps=-1
  """
  return ValueError(
      f'Argument `{name}` must {must}. Received: {name}={shown(received)}')


def shown(value: Any) -> str:
  """Returns the `repr` of a value, or of a long one the beginning.

  Whatever the value is, the text is short and there is one.

  >>> shown(['conv', 0.5])
  "['conv', 0.5]"
  >>> shown(10**400)
  '<an int of 1329 bits>'
  """
  return cut(_shown(value, _MOST_LEVELS))


def cut(text: str) -> str:
  """Returns a text, or of a long one the beginning and how long it is."""
  if len(text) <= _MOST_CHARACTERS:
    return text
  return f'{text[:_MOST_CHARACTERS]}... <{len(text)} characters>'


def _shown(value: Any, levels: int) -> str:
  if isinstance(value, (str, bytes)) and len(value) > _MOST_CHARACTERS:
    unit = 'characters' if isinstance(value, str) else 'bytes'
    # Less than `cut` leaves, so that it leaves the length.
    return f'{value[:_MOST_CHARACTERS // 2]!r}... <{len(value)} {unit}>'
  if isinstance(value, int) and value.bit_length() > _MOST_BITS:
    return f'<an int of {value.bit_length()} bits>'
  if type(value) in (list, tuple, dict):
    return _shown_elements(value, levels - 1)
  try:
    return repr(value)
  except Exception:  # Whatever somebody's `__repr__` does.
    return f'<an object of type {type(value).__name__}>'


def _shown_elements(values: Any, levels: int) -> str:
  """The `repr` of a list, tuple or dict with few elements and few levels."""
  opening, closing = (('[', ']') if isinstance(values, list) else
                      ('(', ')') if isinstance(values, tuple) else ('{', '}'))
  if levels < 0:
    return f'{opening}...{closing}'
  elements: List[str] = []
  for element in values:
    if len(elements) == _MOST_ELEMENTS:
      elements.append(f'... <{len(values)} elements>')
      break
    text = _shown(element, levels)
    if isinstance(values, dict):
      text += f': {_shown(values[element], levels)}'
    elements.append(text)
  trailing = ',' if isinstance(values, tuple) and len(values) == 1 else ''
  return f'{opening}{", ".join(elements)}{trailing}{closing}'


def unknown_name(name: Any, known: Iterable[str]) -> str:
  """Returns the message for a `name` that is not a `known` one.

  The message is for a KeyError as well as for a ValueError.

  >>> unknown_name('step', ['steps']).split('. ')[-1]
  'Did you mean `steps`?'
  """
  known = list(known)
  close: List[str] = []
  if isinstance(name, str) and len(name) < _MOST_CHARACTERS:
    close = difflib.get_close_matches(name, known, n=1)
  hint = f' Did you mean `{close[0]}`?' if close else ''
  text = cut(name) if isinstance(name, str) else shown(name)
  return (f'Argument `{text}` must be one of {", ".join(known)}. '
          f'Received: {text}.{hint}')
