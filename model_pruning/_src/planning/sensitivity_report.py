# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What pruning each weight alone does to a loss, and what follows from it."""

from __future__ import annotations

import dataclasses
import re
from typing import Any, BinaryIO, Dict, List, Optional, Tuple

import numpy as np

from model_pruning._src.planning import loss_budget
from model_pruning._src.planning import picture
from model_pruning._src.planning import table
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import regexes

_ADDED = ('The losses of single weights are added, as if weights did not '
          'interact. Together they lose more: measure the pruned model.')
_DIGITS = 5
_MAX_NAME = 30
_MARKERS = 'osv^D'
_LEGEND_ROWS = 24


@dataclasses.dataclass(frozen=True)
class LossCurve:
  """What the loss is if one weight alone is pruned.

  Attributes:
    name: of the weight.
    shape: its shape.
    bytes_per_entry: of its dtype.
    multiply_adds: how many one example takes with the dense weight; None if
      that is not known.
    sparsities: what was tried: the shares of zeros that it really had.
    losses: the loss at each of them.
    multiply_adds_per_turn: of a weight in a loop that turns nobody knows how
      often, those of one turn; None for others.
  """

  name: str
  shape: Tuple[int, ...]
  bytes_per_entry: int
  multiply_adds: Optional[int]
  sparsities: Tuple[float, ...]
  losses: Tuple[float, ...]
  multiply_adds_per_turn: Optional[int] = None

  @property
  def size(self) -> int:
    """How many entries the weight has."""
    return int(np.prod(self.shape, dtype=np.int64))


@dataclasses.dataclass(frozen=True)
class SuggestedSpec:
  """The spec for a budget. Prints as sentences.

  Attributes:
    spec: the specification, to paste.
    sparsities: the target of each weight, by name.
    sparsity: the share of zeros in all these weights.
    baseline: the loss of the dense model.
    expected_loss: the loss if those of single weights could be added.
    note: what `expected_loss` does not know of.
  """

  spec: str
  sparsities: Dict[str, float]
  sparsity: float
  baseline: float
  expected_loss: float
  note: str = _ADDED

  def to_dict(self) -> Dict[str, Any]:
    """All of it as plain Python, for JSON."""
    return dataclasses.asdict(self)

  def __str__(self) -> str:
    return (f"Suggested for a sparsity of {self.sparsity:.4f} in all:\n"
            f"  '{self.spec}'\n"
            f'Expected loss: {self.expected_loss:.5g}, dense: '
            f'{self.baseline:.5g}. {self.note}')


@dataclasses.dataclass(frozen=True)
class SensitivityReport:
  """What pruning each weight alone does to the loss. Prints as a table.

  Attributes:
    baseline: the loss of the dense model.
    curves: one for each weight, in the order of the model.
    asked: the sparsities that were asked for; whole entries or blocks come near
      to them.
    spec: the specification that the sweep pruned with; its targets are not
      used.
    other_bytes: what all other variables of the model take.
    unknown_multiply_adds: why those of no weight are known; '' if some are.
  """

  baseline: float
  curves: Tuple[LossCurve, ...]
  asked: Tuple[float, ...]
  spec: str = ''
  other_bytes: int = 0
  unknown_multiply_adds: str = ''

  def suggest(self, *, sparsity: Optional[float] = None,
              max_bytes: Optional[int] = None,
              max_multiply_adds: Optional[int] = None) -> SuggestedSpec:
    """Finds the spec that meets one budget at the least expected loss.

    Args:
      sparsity: the share of zeros in all weights of the sweep together, in
        (0, 1).
      max_bytes: what the model may take, if each weight of the sweep is stored
        as a bitmask and its nonzero values.
      max_multiply_adds: how many one example may take, in the weights of which
        that is known.

    Returns:
      The spec, with a target for each weight, and what it will cost.

    Raises:
      ValueError: if not exactly one budget is given, or the sweep does not
        reach it.
    """
    given = {name: value for name, value in (
        ('sparsity', sparsity), ('max_bytes', max_bytes),
        ('max_multiply_adds', max_multiply_adds)) if value is not None}
    if len(given) != 1:
      raise ValueError(
          'Exactly one of `sparsity`, `max_bytes` and `max_multiply_adds` must '
          f'be given. Received: {sorted(given) or "none"}')
    (name, value), = given.items()
    units, saved = self._budget(name, value)
    curves = [loss_budget.convex_curve(
        curve.sparsities, [loss - self.baseline for loss in curve.losses])
              for curve in self.curves]
    try:
      targets, cost = loss_budget.cheapest(curves, units, saved)
    except ValueError as e:
      raise ValueError(
          f'The budget {name}={value} is not reached: {e}. Allow more, or '
          'sweep greater sparsities') from e
    sizes = [curve.size for curve in self.curves]
    total = sum(map(np.multiply, sizes, targets)) / max(sum(sizes), 1)
    rounded = {curve.name: round(float(target), _DIGITS)
               for curve, target in zip(self.curves, targets)}
    spec = spec_lib.PruningSpec.of(self.spec).replace(
        target_sparsity=round(float(total), _DIGITS),
        weight_sparsity_map=[f'{_pattern(key)}:{target:.{_DIGITS}g}'
                             for key, target in rounded.items()])
    note = _ADDED
    unknown = [curve.name for curve in self.curves
               if curve.multiply_adds is None]
    if unknown and name == 'max_multiply_adds':
      note += (' How many multiply-adds one example takes is not known of '
               f'{", ".join(unknown)}: the budget is without them.')
    return SuggestedSpec(str(spec), rounded, float(total), self.baseline,
                         self.baseline + cost, note)

  def _budget(self, name: str, value: float) -> Tuple[List[float], float]:
    """What each weight saves as a whole, and how much is to be saved."""
    if name == 'sparsity':
      if not 0.0 < value < 1.0:
        raise ValueError('Argument `sparsity` must be in (0, 1). Received: '
                         f'sparsity={value}')
      sizes = [float(curve.size) for curve in self.curves]
      return sizes, value * sum(sizes)
    if value <= 0:
      raise ValueError(f'Argument `{name}` must be positive. Received: '
                       f'{name}={value}')
    if name == 'max_bytes':
      units = [float(curve.size * curve.bytes_per_entry)
               for curve in self.curves]
      masks = sum(-(-curve.size // 8) for curve in self.curves)
      return units, max(sum(units) + masks + self.other_bytes - value, 0.0)
    if all(curve.multiply_adds is None for curve in self.curves):
      why = self.unknown_multiply_adds or (
          'they are in loops that turn nobody knows how often' if any(
              curve.multiply_adds_per_turn for curve in self.curves) else '')
      why = f' ({why})' * bool(why)
      raise ValueError('Argument `max_multiply_adds` must be left out: the '
                       f'multiply-adds of no weight are known{why}. Received: '
                       f'{name}={value}')
    units = [float(curve.multiply_adds or 0) for curve in self.curves]
    return units, max(sum(units) - value, 0.0)

  def to_rows(self) -> List[Dict[str, Any]]:
    """A row for each measured point, for pandas."""
    return [dict(weight=curve.name, shape=table.shape(curve.shape),
                 multiply_adds=curve.multiply_adds,
                 multiply_adds_per_turn=curve.multiply_adds_per_turn,
                 sparsity=sparsity, loss=loss, increase=loss - self.baseline)
            for curve in self.curves
            for sparsity, loss in zip(curve.sparsities, curve.losses)]

  def to_dict(self) -> Dict[str, Any]:
    """All of it as plain Python, for JSON."""
    return dict(baseline=self.baseline, spec=self.spec,
                other_bytes=self.other_bytes, rows=self.to_rows())

  def __str__(self) -> str:
    rows = [(_end(curve.name), table.shape(curve.shape), *[
        f'{loss - self.baseline:+.3g}' for loss in curve.losses])
            for curve in self.curves]
    return '\n'.join([
        f'Loss of the dense model: {self.baseline:.5g}. What each weight adds '
        'if it alone is pruned to a sparsity of:',
        *table.lines(('weight', 'shape', *[f'{one:.3g}' for one in self.asked]),
                     rows)])

  def save_png(self, file: BinaryIO) -> None:
    """Draws the curves to a file that is open for writing bytes.

    Raises:
      ImportError: if matplotlib is not installed.
    """
    made = picture.new_figure(9, 5)
    axes = made.subplots()
    for i, curve in enumerate(self.curves):
      axes.plot(
          [0.0, *curve.sparsities], [self.baseline, *curve.losses],
          color=picture.COLORS[i % len(picture.COLORS)], markersize=4,
          marker=_MARKERS[i // len(picture.COLORS) % len(_MARKERS)],
          label=_end(curve.name))
    axes.axhline(self.baseline, color='#999999', linewidth=1,
                 label='dense model')
    axes.set_xlim(0, 1)
    axes.set_xlabel('sparsity of one weight (share of zeros)')
    axes.set_ylabel('loss of the model')
    axes.set_title('Each weight pruned alone')
    axes.grid(alpha=0.3)
    axes.legend(loc='center left', bbox_to_anchor=(1.0, 0.5), frameon=False,
                fontsize=8, ncol=1 + len(self.curves) // _LEGEND_ROWS)
    made.savefig(file, format='png', dpi=picture.DOTS_PER_INCH)


def _pattern(name: str) -> str:
  """The pattern of a spec for a name: the name itself, if it can be one."""
  return re.escape(name) if regexes.why_not(name) else name


def _end(name: str) -> str:
  return name if len(name) <= _MAX_NAME else '...' + name[3 - _MAX_NAME:]
