# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Two stored models, weight by weight: `model-pruning compare`."""

from __future__ import annotations

import dataclasses
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

import numpy as np

from model_pruning._src.model_files import arrays
from model_pruning._src.model_files import kinds
from model_pruning._src.model_files import stored_array
from model_pruning._src.planning import table
from model_pruning._src.storage import weight as weight_lib

_MAX_ROWS = 20


@dataclasses.dataclass(frozen=True)
class ComparedWeight:
  """A weight of two models.

  Attributes:
    name: its name in the first model.
    other_name: its name in the second.
    shape: its shape.
    zeros_before: how many of its entries are zero in the first model.
    zeros_after: how many are in the second.
    changed: how many entries differ, of those that are zero in neither.
    max_change: the largest difference of those.
    packed_before: bytes of the first as `pack` stores it.
    packed_after: bytes of the second.
  """

  name: str
  other_name: str
  shape: Tuple[int, ...]
  zeros_before: int
  zeros_after: int
  changed: int
  max_change: float
  packed_before: int
  packed_after: int

  @property
  def size(self) -> int:
    """How many entries it has."""
    return int(np.prod(self.shape, dtype=np.int64))

  @property
  def is_changed(self) -> bool:
    """Whether anything differs."""
    return bool(self.changed or self.zeros_before != self.zeros_after)


@dataclasses.dataclass(frozen=True)
class Comparison:
  """What differs between two stored models. Prints as a table.

  Attributes:
    before: the path of the first model.
    after: the path of the second.
    weights: those that both have.
    only_before: names of arrays that only the first has.
    only_after: names of arrays that only the second has.
    outputs: a sentence on how their outputs agree.
  """

  before: str
  after: str
  weights: Tuple[ComparedWeight, ...]
  only_before: Tuple[str, ...]
  only_after: Tuple[str, ...]
  outputs: str = ''

  def to_dict(self) -> Dict[str, Any]:
    """All of it as plain Python, for JSON."""
    return dict(
        dataclasses.asdict(self),
        weights=[dict(dataclasses.asdict(weight), shape=list(weight.shape))
                 for weight in self.weights],
        only_before=list(self.only_before), only_after=list(self.only_after))

  def __str__(self) -> str:
    changed = [weight for weight in self.weights if weight.is_changed]
    lines = [f'{self.before} -> {self.after}: {len(self.weights)} weights in '
             f'both, {len(changed)} of them changed.']
    shown = sorted(changed, key=lambda weight: -weight.size)[:_MAX_ROWS]
    lines += table.lines(
        ('changed weight', 'shape', 'zeros before', 'after', 'other entries '
         'changed', 'by at most', 'packed before', 'after'),
        [(weight.name, table.shape(weight.shape), f'{weight.zeros_before:,}',
          f'{weight.zeros_after:,}', f'{weight.changed:,}',
          f'{weight.max_change:.3g}', f'{weight.packed_before:,}',
          f'{weight.packed_after:,}')
         for weight in changed if weight in shown])
    if len(changed) > len(shown):
      lines.append(f'  and {len(changed) - len(shown)} smaller ones')
    packed = [sum(weight.packed_before for weight in self.weights),
              sum(weight.packed_after for weight in self.weights)]
    lines.append(f'  Packed bytes of all: {packed[0]:,} -> {packed[1]:,}.')
    renamed = sum(weight.name != weight.other_name for weight in self.weights)
    if renamed:
      lines.append(f'  {renamed} weights have other names in the second '
                   'model; they were matched by shape and order.')
    for names, where in ((self.only_before, 'first'),
                         (self.only_after, 'second')):
      if names:
        more = ', ...' if len(names) > 5 else ''
        lines.append(f'  Only in the {where} model: {len(names)}, '
                     f'{", ".join(names[:5])}{more}.')
    return '\n'.join([*lines, f'  {self.outputs}'] if self.outputs else lines)


def compare(before: str, after: str,
            progress: Optional[Callable[..., Any]] = None,
            outputs: str = '', custom: Optional[str] = None) -> Comparison:
  """Compares two stored models.

  Weights are matched by name; those left over by shape, in their order.

  Args:
    before: the path of the first model.
    after: the path of the second, of any kind too.
    progress: called with a list of pairs, gives them one by one and shows how
      far it is. Default: nothing is shown.
    outputs: a sentence on the outputs of both, if they were computed.
    custom: a module with the custom objects of Keras files.

  Raises:
    ValueError: if one is no model, is damaged, or they have no weight of the
      same shape.
  """
  first = list(arrays.weights_of(kinds.recognize(before), custom))
  second = list(arrays.weights_of(kinds.recognize(after), custom))
  pairs = list(_matched(first, second))
  if not pairs:
    raise ValueError(f'{before} and {after} have no weight of one shape')
  weights = tuple(_compared(one, other)
                  for one, other in (progress(pairs) if progress else pairs))
  matched = {id(array) for pair in pairs for array in pair}
  return Comparison(
      before, after, weights,
      tuple(array.name for array in first if id(array) not in matched),
      tuple(array.name for array in second if id(array) not in matched),
      outputs)


def _matched(
    first: List[stored_array.StoredArray],
    second: List[stored_array.StoredArray]
) -> Iterator[Tuple[stored_array.StoredArray, stored_array.StoredArray]]:
  """Pairs of one weight, in the order of the first model."""
  named = {array.name: array for array in second}
  partner: Dict[int, stored_array.StoredArray] = {}
  taken = set()
  for array in first:
    other = named.get(array.name)
    if other is not None and other.shape == array.shape:
      partner[id(array)] = other
      taken.add(id(other))
  waiting: Dict[Tuple[int, ...], List[stored_array.StoredArray]] = {}
  for array in second:
    if id(array) not in taken:
      waiting.setdefault(array.shape, []).append(array)
  for array in first:
    if id(array) not in partner and waiting.get(array.shape):
      partner[id(array)] = waiting[array.shape].pop(0)
    if id(array) in partner:
      yield array, partner[id(array)]


def _compared(one: stored_array.StoredArray,
              other: stored_array.StoredArray) -> ComparedWeight:
  """One weight of two models."""
  before, after = one.load(), other.load()
  in_both = (before != 0) & (after != 0)
  differs = in_both & (before != after)
  largest = 0.0
  if differs.any() and before.dtype != np.bool_:
    largest = float(np.max(np.abs(
        before[differs].astype(np.float64) - after[differs])))
  return ComparedWeight(
      name=one.name, other_name=other.name, shape=one.shape,
      zeros_before=int(before.size - np.count_nonzero(before)),
      zeros_after=int(after.size - np.count_nonzero(after)),
      changed=int(np.count_nonzero(differs)), max_change=largest,
      packed_before=len(weight_lib.encode(one.name, before)[1]),
      packed_after=len(weight_lib.encode(other.name, after)[1]))
