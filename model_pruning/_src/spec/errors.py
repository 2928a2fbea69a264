# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The one form of argument errors."""

from __future__ import annotations

import difflib
from typing import Any, Iterable


def argument_error(name: str, must: str, received: Any) -> ValueError:
  """Returns the error for the argument `name`, which must `must`.

  >>> print(argument_error('steps', 'be >= 0', -1))
  Argument `steps` must be >= 0. Received: steps=-1
  """
  return ValueError(
      f'Argument `{name}` must {must}. Received: {name}={received!r}')


def unknown_name(name: str, known: Iterable[str]) -> str:
  """Returns the message for a `name` that is not a `known` one.

  The message is for a KeyError as well as for a ValueError.

  >>> unknown_name('step', ['steps']).split('. ')[-1]
  'Did you mean `steps`?'
  """
  known = list(known)
  close = difflib.get_close_matches(name, known, n=1)
  hint = f' Did you mean `{close[0]}`?' if close else ''
  return (f'Argument `{name}` must be one of {", ".join(known)}. '
          f'Received: {name}.{hint}')
