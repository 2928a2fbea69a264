# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What is pruned, what is not and why, and what the user should know."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
from absl import logging

from model_pruning._src.planning import reasons
from model_pruning._src.planning import table

# A longer list of pruned weights is printed as its largest.
_MAX_WEIGHTS = 10
# A longer list of names is printed as their last parts.
_MAX_NAMES = 3
_MAX_LAST_PARTS = 6
# A warning, where `structure=channels` finds nothing that it can prune.
NO_CHANNEL = 'No channel of the model is pruned.'


@dataclasses.dataclass(frozen=True)
class PrunedWeight:
  """A weight with a mask.

  Attributes:
    name: its name, without `:0`.
    shape: its shape.
    target_sparsity: share of zeros when the schedule is through; NaN where
      masks follow no schedule.
    structure: what is pruned together: entries, blocks, or n of m.
    group: the weights of one group share a threshold; None is alone.
  """

  name: str
  shape: Tuple[int, ...]
  target_sparsity: float
  structure: str
  group: Optional[str] = None

  @property
  def size(self) -> int:
    """How many entries it has; those of dimensions that are not known as 1."""
    return int(np.prod(np.abs(self.shape), dtype=np.int64))


@dataclasses.dataclass(frozen=True)
class SkippedWeight:
  """A weight without a mask.

  Attributes:
    name: its name, without `:0`.
    shape: its shape, -1 for what is not known.
    reason: why it is not pruned, in a sentence.
  """

  name: str
  shape: Tuple[int, ...]
  reason: str

  @property
  def kind(self) -> reasons.SkipKind:
    """What the reason is about, to filter by."""
    return reasons.kind_of(self.reason)


@dataclasses.dataclass(frozen=True)
class PruningReport:
  """The outcome of attaching a spec to a model. Prints as a table.

  Attributes:
    spec: the specification string.
    pruned: weights that have a mask.
    skipped: weights that have none, each with the reason.
    warnings: sentences on what may not be what the user meant.
    budget: the budget that is asked for and what is left, in a sentence; '' if
      the specification has none.
  """

  spec: str
  pruned: Tuple[PrunedWeight, ...]
  skipped: Tuple[SkippedWeight, ...]
  warnings: Tuple[str, ...] = ()
  budget: str = ''

  def with_warning(self, warning: str) -> PruningReport:
    """The same report with one more warning."""
    return dataclasses.replace(self, warnings=(*self.warnings, warning))

  def log(self) -> None:
    """Logs in three lines what is pruned, and each warning as a warning."""
    size = sum(weight.size for weight in self.pruned)
    targets = _range([weight.target_sparsity for weight in self.pruned])
    skipped = ', '.join(
        f'{len(weights)} as {sentence.partition(";")[0]}'
        for sentence, weights in self._skipped_by_reason().items())
    logging.info(
        'model_pruning: %r prunes %d weights of %s entries%s.\n'
        '  It does not prune %d others%s.\n'
        '  print(report) for more, report.to_text(verbose=True) for each '
        'weight.', self.spec, len(self.pruned), f'{size:,}',
        f' to a sparsity of {targets}' if targets else '', len(self.skipped),
        f': {skipped}' if skipped else '')
    if self.budget:
      logging.info('model_pruning: %s', self.budget)
    for warning in self.warnings:
      logging.warning('model_pruning: %s', warning)

  def rows(self) -> List[Dict[str, Any]]:
    """One dict for each weight, pruned or not, for `pandas.DataFrame` say.

    Returns:
      Dicts with the keys `name`, `shape`, `is_pruned`, `target_sparsity`,
      `structure`, `group`, `kind` (the name of a `SkipKind`) and `reason`.
      What does not apply is None; a weight that is not pruned has a target of
      0.
    """
    rows: List[Dict[str, Any]] = [
        dict(name=weight.name, shape=weight.shape, is_pruned=True,
             target_sparsity=None if math.isnan(weight.target_sparsity)
             else weight.target_sparsity,
             structure=weight.structure, group=weight.group, kind=None,
             reason=None) for weight in self.pruned]
    rows += [
        dict(name=weight.name, shape=weight.shape, is_pruned=False,
             target_sparsity=0.0, structure=None, group=None,
             kind=weight.kind.name, reason=str(weight.reason))
        for weight in self.skipped]
    return rows

  def to_dict(self) -> Dict[str, Any]:
    """The report as what `json.dumps` takes, `budget` only if there is one."""
    return {
        'spec': self.spec,
        'weights': [{**row, 'shape': list(row['shape'])}
                    for row in self.rows()],
        'warnings': list(self.warnings),
        **({'budget': self.budget} if self.budget else {}),
    }

  def to_text(self, verbose: bool = False) -> str:
    """The report as a table.

    Args:
      verbose: whether every weight has a line. By default the largest of the
        pruned have one, and the others are grouped by the reason.

    Returns:
      Lines without an end of line behind the last.
    """
    lines = [f'Pruning with {self.spec!r}:']
    lines += table.lines(
        ('pruned', 'shape', 'target', 'structure'), self._pruned_rows(verbose))
    if verbose:
      lines += table.lines(
          ('not pruned', 'shape', 'reason'),
          [(weight.name, table.shape(weight.shape), weight.reason)
           for weight in self.skipped])
    else:
      lines += table.lines(
          ('not pruned', 'reason', 'names'),
          [(str(len(weights)), sentence, _names(weights))
           for sentence, weights in self._skipped_by_reason().items()])
    if self.budget:
      lines.append(f'  {self.budget}')
    lines += [f'  warning: {warning}' for warning in self.warnings]
    return '\n'.join(lines)

  def __str__(self) -> str:
    return self.to_text()

  def _pruned_rows(self, verbose: bool) -> List[Tuple[str, ...]]:
    largest = sorted(range(len(self.pruned)),
                     key=lambda i: -self.pruned[i].size)
    # A line that says "and 1 more" would be no shorter than the weight.
    if verbose or len(self.pruned) <= _MAX_WEIGHTS + 1:
      shown = set(largest)
    else:
      shown = set(largest[:_MAX_WEIGHTS])
    rows: List[Tuple[str, ...]] = [
        (weight.name, table.shape(weight.shape),
         _share(weight.target_sparsity), _structure(weight))
        for i, weight in enumerate(self.pruned) if i in shown]
    rest = [weight for i, weight in enumerate(self.pruned) if i not in shown]
    if rest:
      structures = sorted({_structure(weight) for weight in rest})
      rows.append((
          f'and {len(rest)} smaller ones',
          f'{sum(weight.size for weight in rest):,} entries',
          _range([weight.target_sparsity for weight in rest]),
          ' and '.join(structures[:2]) if len(structures) < 3
          else f'{len(structures)} kinds'))
    return rows

  def _skipped_by_reason(self) -> Dict[str, List[SkippedWeight]]:
    """The weights without a mask by a sentence, the largest group first.

    The sentence is that of the weights if they have the same, else that of
    their kind.
    """
    by_kind: Dict[Any, List[SkippedWeight]] = {}
    for weight in self.skipped:
      key = (weight.reason if weight.kind is reasons.SkipKind.OTHER
             else weight.kind)
      by_kind.setdefault(key, []).append(weight)
    groups = {}
    for weights in sorted(by_kind.values(), key=len, reverse=True):
      sentences = {weight.reason for weight in weights}
      sentence = (weights[0].reason if len(sentences) == 1
                  else weights[0].kind.value)
      groups[str(sentence)] = weights
    return groups


def describe(kind: str, spec: object, report: Optional[PruningReport],
             step: int) -> str:
  """The `repr` of what prunes: what is pruned, how far, at which step.

  Args:
    kind: the name of its class.
    spec: the specification.
    report: what is pruned; None if that is not known yet.
    step: the number of optimizer updates so far.
  """
  if report is None:
    return f'<{kind} {str(spec)!r}, not attached yet>'
  target = _range([weight.target_sparsity for weight in report.pruned])
  return (f'<{kind} {str(spec)!r}: {len(report.pruned)} weights'
          + (f' to a sparsity of {target}' if target else '')
          + f', at step {step}>')


def _structure(weight: PrunedWeight) -> str:
  return weight.structure + (f', group {weight.group}' if weight.group else '')


def _share(value: float) -> str:
  return '-' if math.isnan(value) else f'{value:.4g}'


def _range(values: Sequence[float]) -> str:
  """A number, or the least and the greatest of several."""
  texts = list(dict.fromkeys(map(_share, sorted(values))))
  return texts[0] if len(texts) == 1 else ' to '.join(
      [texts[0], texts[-1]] if texts else [])


def _names(weights: Sequence[SkippedWeight]) -> str:
  """The names of a few weights, the last parts of the names of many."""
  if len(weights) <= _MAX_NAMES:
    return ', '.join(weight.name for weight in weights)
  parts = list(dict.fromkeys(
      weight.name.rpartition('/')[2] for weight in weights))
  more = ['...'] if len(parts) > _MAX_LAST_PARTS else []
  return ', '.join(parts[:_MAX_LAST_PARTS] + more)
