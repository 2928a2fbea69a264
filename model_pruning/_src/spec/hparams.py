# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`HParams`: hyperparameters as one mutable object with typed attributes."""

from __future__ import annotations

import json
from typing import Any, Dict, Mapping, Optional, Tuple

from model_pruning._src.spec import errors
from model_pruning._src.spec import text as text_lib
from model_pruning._src.spec import value_type


class HParams:
  """Named values that keep the type they were created with.

  >>> hparams = HParams(learning_rate=0.1, layers=[64, 64])
  >>> hparams.parse('learning_rate=1e-3').learning_rate
  0.001
  >>> str(hparams)
  "[('layers', [64, 64]), ('learning_rate', 0.001)]"

  An int is taken for a float; nothing else changes its type on assignment.
  An empty list is one of strings; a value of None takes any type.
  """

  _kinds: Dict[str, value_type.Kind]

  def __init__(self, **values: Any):
    object.__setattr__(self, '_kinds', {})
    for name, value in values.items():
      self.add_hparam(name, value)

  def add_hparam(self, name: str, value: Any) -> None:
    """Adds a hyperparameter; its type is that of `value`.

    Raises:
      ValueError: The name is in use, by a hyperparameter or by this class.
    """
    if hasattr(self, name):
      raise ValueError(
          f'Argument `name` must be a name that is not in use or reserved. '
          f'Received: name={name!r}')
    kind = value_type.Kind.of(value)
    checked = kind.check(name, value)
    # A new mapping: a copy of this object shares the old one.
    object.__setattr__(self, '_kinds', {**self._kinds, name: kind})
    object.__setattr__(self, name, checked)

  def set_hparam(self, name: str, value: Any) -> None:
    """Sets the value of an existing hyperparameter.

    Raises:
      KeyError: There is no such hyperparameter.
      ValueError: The value is not of the hyperparameter's type.
    """
    self.override_from_dict({name: value})

  def del_hparam(self, name: str) -> None:
    """Removes a hyperparameter if it exists."""
    if name in self._kinds:
      kinds = {n: kind for n, kind in self._kinds.items() if n != name}
      object.__setattr__(self, '_kinds', kinds)
      object.__delattr__(self, name)

  def __setattr__(self, name: str, value: Any) -> None:
    if name not in self._kinds:
      raise AttributeError(
          f'{errors.unknown_name(name, self._kinds)} New names are added with '
          '`add_hparam`.')
    self.set_hparam(name, value)

  __delattr__ = del_hparam

  def parse(self, text: str) -> HParams:
    """Sets values from text (docs/guide.md has the grammar).

    Nothing is changed when anything in the text is wrong.

    Returns:
      This object.

    Raises:
      ValueError: As `text_lib.parse` does.
    """
    return self.override_from_dict(text_lib.parse(text, self._kinds))

  def parse_json(self, text: str) -> HParams:
    """Sets values from a JSON object, as `override_from_dict`."""
    values = json.loads(text)
    if not isinstance(values, dict):
      raise errors.argument_error('text', 'be a JSON object', text)
    return self.override_from_dict(values)

  def override_from_dict(self, values: Mapping[str, Any]) -> HParams:
    """Sets several values; nothing is changed when any of them is wrong.

    Returns:
      This object.

    Raises:
      KeyError: A name is unknown.
      ValueError: A value is not of its hyperparameter's type.
    """
    for name in values:
      if name not in self._kinds:
        raise KeyError(errors.unknown_name(name, self._kinds))
    checked = {name: self._kinds[name].check(name, value)
               for name, value in values.items()}
    for name, value in checked.items():
      object.__setattr__(self, name, value)
    return self

  def values(self) -> Dict[str, Any]:
    """Returns the values by name, in the order of creation."""
    return {name: getattr(self, name) for name in self._kinds}

  def get(self, key: str, default: Any = None) -> Any:
    """Returns the value of `key`, or `default` if there is none.

    Raises:
      ValueError: The hyperparameter exists and `default` is not of its type.
    """
    if key not in self._kinds:
      return default
    if default is not None:
      self._kinds[key].check(key, default)
    return getattr(self, key)

  def to_json(
      self,
      indent: Optional[int] = None,
      separators: Optional[Tuple[str, str]] = None,
      sort_keys: bool = False,
  ) -> str:
    """Returns the values as a JSON object; arguments as of `json.dumps`.

    What can be called, at any depth, is left out.
    """
    return json.dumps(
        _without_callables(self.values()), indent=indent,
        separators=separators, sort_keys=sort_keys)

  def with_kinds(self, kinds: Mapping[str, value_type.Kind]) -> HParams:
    """Gives hyperparameters that exist another type; returns this object."""
    object.__setattr__(self, '_kinds', {**self._kinds, **kinds})
    return self

  def __getstate__(self) -> Dict[str, Any]:
    return {'values': self.values(), 'kinds': {
        name: kind.to_plain() for name, kind in self._kinds.items()}}

  def __setstate__(self, state: Dict[str, Any]) -> None:
    if '_kinds' in state:  # A pickle of version 0.1.0 has the attributes.
      kinds = state['_kinds']
      values = {name: state[name] for name in kinds}
    else:
      kinds = {name: value_type.Kind.from_plain(plain)
               for name, plain in state['kinds'].items()}
      values = state['values']
    object.__setattr__(self, '_kinds', kinds)
    for name, value in values.items():
      object.__setattr__(self, name, value)

  def __contains__(self, key: str) -> bool:
    return key in self._kinds

  def __str__(self) -> str:
    return str(sorted(self.values().items()))

  def __repr__(self) -> str:
    values = ', '.join(f'{n}={v!r}' for n, v in self.values().items())
    return f'{type(self).__name__}({values})'


def _without_callables(value: Any) -> Any:
  if isinstance(value, dict):
    return {name: _without_callables(item) for name, item in value.items()
            if not callable(item)}
  if isinstance(value, (list, tuple)):
    return [_without_callables(item) for item in value if not callable(item)]
  return value


# Pickles look for a class in the module that it names: a public one, which
# stays where it is when this file moves.
HParams.__module__ = 'model_pruning.python.hparam'
