# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the runs of an experiment say, seed by seed, against each other."""

from __future__ import annotations

import math
import re
import statistics
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence

_WANTED_TIMES = 6.0  # How much smaller models of the older library were.


class Kind(NamedTuple):
  """What runs that differ in their seed only have in common."""

  method: str
  spec: str


_DENSE = Kind('dense', '')
_OURS, _PEER = 'ours', 'tfmot'


class Estimate(NamedTuple):
  """A mean over seeds, in percentage points or points of BLEU.

  Attributes:
    mean: of the values.
    error: the standard error of the mean; None if there is one value.
  """

  mean: float
  error: Optional[float]

  @classmethod
  def of(cls, values: Sequence[float]) -> Estimate:
    """That of the values, at least one."""
    error = (statistics.stdev(values) / math.sqrt(len(values))
             if len(values) > 1 else None)
    return cls(statistics.mean(values), error)

  def __str__(self) -> str:
    return f'{self.mean:+.2f}' + (
        '' if self.error is None else f' ± {self.error:.2f}')


class Runs:
  """The runs of one file of results."""

  def __init__(self, rows: Sequence[Dict[str, Any]]):
    """Sorts the rows of a file by kind and seed."""
    self._rows: Dict[Kind, Dict[int, Dict[str, Any]]] = {}
    for row in rows:
      self._rows.setdefault(
          Kind(row['method'], row['spec']), {})[row['seed']] = row

  def kinds(self) -> List[Kind]:
    """By method, in the order in which they came, then by sparsity."""
    methods = list(dict.fromkeys(kind.method for kind in self._rows))
    return sorted(self._rows, key=lambda kind: (
        methods.index(kind.method), _sparsity(kind), kind.spec))

  def of(self, kind: Kind) -> Dict[int, Dict[str, Any]]:
    """The rows of a kind, by seed."""
    return self._rows.get(kind, {})

  def mean(self, kind: Kind, key: str) -> Optional[float]:
    """The mean of a figure over the seeds; None if the kind has no such."""
    values = [row[key] for row in self.of(kind).values() if key in row]
    return statistics.mean(values) if values else None

  def drop(self, kind: Kind) -> Any:
    """What is lost against dense; '' for dense, or if that is not known."""
    return '' if kind == _DENSE else self._difference(_DENSE, kind) or ''

  def times_smaller(self, kind: Kind, key: str) -> Optional[float]:
    """The gzip of the dense run over a size; None if that is not known."""
    dense = self.of(_DENSE)
    factors = [dense[seed]['gzip_bytes'] / row[key]
               for seed, row in self.of(kind).items() if seed in dense]
    return statistics.mean(factors) if factors else None

  def against_peer(self) -> Iterator[List[Any]]:
    """For each spec that both have: drops, difference, and the bar."""
    for kind in self.kinds():
      peer = Kind(_PEER, kind.spec)
      difference = self._difference(peer, kind)
      if kind.method != _OURS or difference is None:
        continue
      seeds = self.of(kind).keys() & self.of(peer).keys()
      if difference.error is None:
        verdict = 'open: one seed'
      else:
        verdict = ('met' if difference.mean <= difference.error
                   else 'missed: ours is worse')
      yield [f'`{kind.spec}`', len(seeds), self.drop(kind), self.drop(peer),
             difference, verdict]

  def six_times(self, key: str) -> str:
    """Which kind of ours loses least of those that are so much smaller."""
    factors = sorted(
        (factor, kind) for kind in self.kinds()
        if kind.method not in (_DENSE.method, _PEER)
        for factor in [self.times_smaller(kind, key)] if factor is not None)
    if not factors:
      return 'not known yet'
    enough = [pair for pair in factors if pair[0] >= _WANTED_TIMES]
    factor, kind = min(enough or factors[-1:],
                       key=lambda pair: self.drop(pair[1]).mean)
    return (('' if enough else 'not reached; at most ')
            + f'{factor:.1f} times at `{kind.spec}` ({kind.method}), with a '
            f'drop of {self.drop(kind)} points')

  def _difference(self, first: Kind, second: Kind) -> Optional[Estimate]:
    """Points of the first minus the second, of the seeds that both have."""
    rows, others = self.of(first), self.of(second)
    values = [100 * (_quality(rows[seed]) - _quality(others[seed]))
              for seed in sorted(rows.keys() & others.keys())]
    return Estimate.of(values) if values else None


def _quality(row: Dict[str, Any]) -> float:
  """How good a run is, from 0 to 1: by its BLEU, if it translates."""
  quality: float = row['bleu'] / 100 if 'bleu' in row else row['accuracy']
  return quality


def _sparsity(kind: Kind) -> float:
  found = re.search(r'target_sparsity=([\d.]+)', kind.spec)
  return float(found.group(1)) if found else 0.0
