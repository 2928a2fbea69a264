# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The type of a hyperparameter, which is the type of its default value."""

from __future__ import annotations

import dataclasses
import numbers
from typing import Any, Callable, Dict, List, NamedTuple, Tuple, Union

from model_pruning._src.spec import errors
from model_pruning._src.spec import integers
from model_pruning._src.spec import training_length

# No int of 63 bits has more.
_MOST_DIGITS = 20


def _int_from_text(text: str) -> int:
  # Python takes long for millions of digits, and newer versions refuse them.
  if len(text.strip()) > _MOST_DIGITS and text.strip().lstrip('+-').isdigit():
    raise OverflowError(text[:_MOST_DIGITS])
  return int(text)


class _Scalar(NamedTuple):
  """How one scalar type is described, recognized, converted to and read."""
  description: str
  accepts: Callable[[Any], bool]
  convert: Callable[[Any], Any]
  from_text: Callable[[str], Any]


def _is_number(abstract_type: type) -> Callable[[Any], bool]:
  return lambda value: (
      isinstance(value, abstract_type) and not isinstance(value, bool))


class Step:
  """Stands for the type of a step: an int, or text such as '70%' or '5ep'."""


def _step(value: Any) -> Union[int, str]:
  return training_length.canonical_step('step', value)


def _is_step(value: Any) -> bool:
  try:
    _step(value)
  except ValueError:
    return False
  return True


def _bool_from_text(text: str) -> bool:
  words = {'true': True, 'True': True, 'false': False, 'False': False}
  word = text.strip()
  return words[word] if word in words else bool(_int_from_text(word))


# In the order in which the type of a value is inferred.
_SCALARS: Dict[type, _Scalar] = {
    bool: _Scalar('true or false', lambda value: isinstance(value, bool),
                  bool, _bool_from_text),
    int: _Scalar('an int', _is_number(numbers.Integral), int,
                 _int_from_text),
    float: _Scalar('a float', _is_number(numbers.Real), float, float),
    str: _Scalar('a str', lambda value: isinstance(value, str), str, str),
    # The last one: it is never inferred, since these are ints and strings.
    Step: _Scalar(
        'an int, a share of the training up to 100% such as 70%, or epochs '
        'such as 5ep', _is_step, _step, _step),
}
# The type of None, which may be replaced by anything.
_ANYTHING = _Scalar('anything', lambda value: True, lambda value: value,
                    lambda text: None if text == 'None' else text)


def _scalar_type(value: Any) -> type:
  for scalar_type, scalar in _SCALARS.items():
    if scalar.accepts(value):
      return scalar_type
  return type(value)


def _not_from_text(text: str) -> Any:
  raise ValueError(text)


@dataclasses.dataclass(frozen=True)
class Kind:
  """The type of a hyperparameter.

  Attributes:
    scalar: The type of the value or, if it is a list, of each element.
    is_list: Whether the value is a list.
  """
  scalar: type
  is_list: bool = False

  @classmethod
  def of(cls, default: Any) -> Kind:
    """The kind of `default`; an empty list is one of strings."""
    if not isinstance(default, (list, tuple)):
      return cls(_scalar_type(default))
    types = [_scalar_type(element) for element in default] or [str]
    return cls(float if set(types) == {int, float} else types[0], is_list=True)

  def to_plain(self) -> Tuple[Any, bool]:
    """The kind for a pickle, which names no module of this library."""
    return 'step' if self.scalar is Step else self.scalar, self.is_list

  @classmethod
  def from_plain(cls, plain: Tuple[Any, bool]) -> Kind:
    """The kind that `to_plain` has described."""
    scalar, is_list = plain
    return cls(Step if scalar == 'step' else scalar, is_list)

  def _rules(self) -> _Scalar:
    if self.scalar is type(None):
      return _ANYTHING
    return _SCALARS.get(self.scalar) or _Scalar(
        f'an instance of {self.scalar.__name__}',
        lambda value: isinstance(value, self.scalar),
        lambda value: value, _not_from_text)

  def __str__(self) -> str:
    description = self._rules().description
    return f'a list of which each is {description}' if self.is_list else (
        description)

  def check(self, name: str, value: Any) -> Any:
    """Returns a Python value as this kind: an int as a float, a list copied.

    Args:
      name: The hyperparameter, for the error.
      value: Any object.

    Raises:
      ValueError: The value is of another kind.
    """
    rules = self._rules()
    if rules is _ANYTHING and not self.is_list:
      return value
    if self.is_list != isinstance(value, (list, tuple)) or not all(
        map(rules.accepts, value if self.is_list else [value])):
      raise errors.argument_error(name, f'be {self}', value)
    elements = value if self.is_list else [value]
    if self.scalar is int and not all(map(integers.is_short, elements)):
      raise errors.argument_error(name, integers.TOO_LONG, value)
    try:
      converted = [rules.convert(element) for element in elements]
    except (OverflowError, ValueError, TypeError):  # 10**400 is no float.
      raise errors.argument_error(name, f'be {self}', value) from None
    return converted if self.is_list else converted[0]

  def from_text(self, name: str, text: Union[str, List[str]]) -> Any:
    """Returns the value that `text` stands for.

    Args:
      name: The hyperparameter, for the error.
      text: The text of the value or, if it was a list, of each element.

    Raises:
      ValueError: The text is not one of this kind.
    """
    if self.is_list and isinstance(text, str):
      raise errors.argument_error(
          name, f'be a list, such as {name}=[a,b]', text)
    if not self.is_list and not isinstance(text, str):
      raise errors.argument_error(name, f'be {self}, not a list', text)
    from_text = self._rules().from_text
    texts = [text] if isinstance(text, str) else text
    try:
      values = [from_text(one) for one in texts]
    except OverflowError:
      raise errors.argument_error(name, integers.TOO_LONG, text) from None
    except ValueError:
      raise errors.argument_error(name, f'be {self}', text) from None
    if self.scalar is int and not all(map(integers.is_short, values)):
      raise errors.argument_error(name, integers.TOO_LONG, text)
    return values[0] if isinstance(text, str) else values
