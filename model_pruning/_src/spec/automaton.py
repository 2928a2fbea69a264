# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Regular expressions whose search takes a time linear in the text.

Python's `re` tries one way after the other; of `(a+)+b` there are 2**n in a
text of n letters. An automaton is in all states at once (Thompson 1968). It
cannot say where groups matched, which nobody asks here.
"""

from __future__ import annotations

import re
from typing import Any, Callable, List, Optional, Set

from model_pruning._src.spec import regex_cost

sre_parse = regex_cost.sre_parse

MOST_STATES = 5000
_NO_LIMIT = sre_parse.MAXREPEAT
_SETS = int(re.ASCII | re.UNICODE)  # What \\w and the like stand for.
_FLAGS = int(re.IGNORECASE | re.DOTALL | re.MULTILINE) | _SETS

# How a text goes on in a state: a test of the next character, or of the place
# if nothing is consumed, and the states after it.
_CharTest = Callable[[str], bool]
_PlaceTest = Callable[[str, int], bool]


class UnsupportedError(Exception):
  """An automaton cannot do what a pattern asks for."""


class _State:
  """A state of an automaton.

  Attributes:
    char: tests the character that leads to the next states.
    place: tests the place instead; if both are None, the way is free.
    next: the states that come after it.
    is_end: whether the pattern matches when it is reached.
  """

  __slots__ = ('char', 'place', 'next', 'is_end')

  def __init__(self, char: Optional[_CharTest] = None,
               place: Optional[_PlaceTest] = None):
    self.char = char
    self.place = place
    self.next: List[_State] = []
    self.is_end = False


class Automaton:
  """Searches a pattern."""

  def __init__(self, pattern: str):
    """Builds the automaton.

    Args:
      pattern: a pattern that `re.compile` takes.

    Raises:
      UnsupportedError: it looks ahead or behind, refers to groups, or has more
        than `MOST_STATES` states.
    """
    self._num_states = 0
    parsed = sre_parse.parse(pattern)
    flags = re.compile(pattern).flags & _FLAGS
    self._start = self._state()
    end = self._sequence(parsed, self._start, flags)
    end.is_end = True

  def search(self, text: str) -> bool:
    """Whether the pattern matches somewhere in a text."""
    states: Set[_State] = set()
    for position in range(len(text) + 1):
      states = self._reached([self._start, *states], text, position)
      if any(state.is_end for state in states):
        return True
      if position < len(text):
        char = text[position]
        states = {after for state in states
                  if state.char is not None and state.char(char)
                  for after in state.next}
    return False

  def _reached(self, states: List[_State], text: str,
               position: int) -> Set[_State]:
    """The states that are reached from some without a character."""
    seen: Set[_State] = set()
    while states:
      state = states.pop()
      if state not in seen:
        seen.add(state)
        if state.char is None and (
            state.place is None or state.place(text, position)):
          states.extend(state.next)
    return seen

  def _state(self, char: Optional[_CharTest] = None,
             place: Optional[_PlaceTest] = None) -> _State:
    self._count()
    return _State(char, place)

  def _count(self) -> None:
    """Raises an UnsupportedError if the automaton becomes too large."""
    self._num_states += 1
    if self._num_states > MOST_STATES:
      raise UnsupportedError('it is too large')

  def _after(self, before: _State, state: _State) -> _State:
    """Adds a state after another; returns a free one that comes after it."""
    before.next.append(state)
    free = self._state()
    state.next.append(free)
    return free

  def _sequence(self, parsed: Any, before: _State, flags: int) -> _State:
    self._count()  # An empty one can be repeated often too.
    for op, argument in parsed:
      before = self._part(str(op), argument, before, flags)
    return before

  def _part(self, op: str, argument: Any, before: _State,
            flags: int) -> _State:
    """Adds what one part of a pattern matches; returns the state after it."""
    if op == 'BRANCH':
      after = self._state()
      for branch in argument[1]:
        self._sequence(branch, before, flags).next.append(after)
      return after
    if op == 'SUBPATTERN':
      _, added, removed, inside = argument
      flags &= ~removed & ~(_SETS if added & _SETS else 0)
      return self._sequence(inside, before, flags | added & _FLAGS)
    if op in ('MAX_REPEAT', 'MIN_REPEAT'):
      least, most, inside = argument
      return self._repeat(least, most, inside, before, flags)
    if op == 'AT':
      test = re.compile(_PLACES[str(argument)], flags).match
      return self._after(before, self._state(
          place=lambda text, position: bool(test(text, position))))
    return self._after(before, self._state(_char_test(op, argument, flags)))

  def _repeat(self, least: int, most: int, inside: Any, before: _State,
              flags: int) -> _State:
    for _ in range(least):
      before = self._sequence(inside, before, flags)
    # A state of its own, which what comes before the loop does not share.
    start = self._state()
    before.next.append(start)
    if most == _NO_LIMIT:
      self._sequence(inside, start, flags).next.append(start)
      return self._after(start, self._state())
    after = self._state()
    for _ in range(most - least):
      start.next.append(after)
      following = self._state()
      self._sequence(inside, start, flags).next.append(following)
      start = following
    start.next.append(after)
    return after


_PLACES = {
    'AT_BEGINNING': '^', 'AT_BEGINNING_STRING': r'\A', 'AT_BOUNDARY': r'\b',
    'AT_NON_BOUNDARY': r'\B', 'AT_END': '$', 'AT_END_STRING': r'\Z'}
_CATEGORIES = {
    'CATEGORY_DIGIT': r'\d', 'CATEGORY_NOT_DIGIT': r'\D',
    'CATEGORY_SPACE': r'\s', 'CATEGORY_NOT_SPACE': r'\S',
    'CATEGORY_WORD': r'\w', 'CATEGORY_NOT_WORD': r'\W'}


def _char_test(op: str, argument: Any, flags: int) -> _CharTest:
  """A test of one character, which `re` does: it knows cases and categories."""
  test = re.compile(_char_pattern(op, argument), flags).fullmatch
  return lambda char: test(char) is not None


def _char_pattern(op: str, argument: Any) -> str:
  if op == 'ANY':
    return '.'
  if op == 'LITERAL':
    return re.escape(chr(argument))
  if op == 'NOT_LITERAL':
    return f'[^{_in_class(argument)}]'
  if op == 'IN':
    parts = [(str(name), value) for name, value in argument]
    negate = '^' if parts[0][0] == 'NEGATE' else ''
    return f'[{negate}{"".join(_class_part(*part) for part in parts)}]'
  raise UnsupportedError('it has ' + op.lower())


def _class_part(op: str, argument: Any) -> str:
  if op == 'NEGATE':
    return ''
  if op == 'LITERAL':
    return _in_class(argument)
  if op == 'RANGE':
    first, last = argument
    return f'{_in_class(first)}-{_in_class(last)}'
  return _CATEGORIES[str(argument)]


def _in_class(code: int) -> str:
  """A character as it is written in a set."""
  return f'\\U{code:08x}'
