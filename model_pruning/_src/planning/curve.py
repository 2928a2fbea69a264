# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How sparse a spec is at each step of a training."""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, List, Optional, Tuple, Union

import numpy as np

from model_pruning._src.core import schedule
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import weight_rule

# Of the curve in a terminal: lines, and characters of a line.
_HEIGHT = 12
_WIDTH = 64


@dataclasses.dataclass(frozen=True)
class SparsityCurve:
  """The sparsity after each mask update. Prints as a curve.

  Attributes:
    spec: the specification, with the steps of this training.
    num_steps: optimizer updates of the training.
    steps: the updates at which masks change.
    sparsities: the share of zeros after each of them.
  """

  spec: str
  num_steps: int
  steps: Tuple[int, ...]
  sparsities: Tuple[float, ...]

  def at(self, step: int) -> float:
    """The share of zeros after `step` updates."""
    i = int(np.searchsorted(self.steps, step, side='right'))
    return self.sparsities[i - 1] if i else 0.0

  def to_dict(self) -> Dict[str, Any]:
    """All of it as plain Python, for JSON."""
    return dict(dataclasses.asdict(self), steps=list(self.steps),
                sparsities=list(self.sparsities))

  def __str__(self) -> str:
    columns = [self.at(round(i * self.num_steps / (_WIDTH - 1)))
               for i in range(_WIDTH)]
    top = max([*columns, 1e-9])
    lines: List[str] = [f'{self.spec}: {len(self.steps)} mask updates']
    for row in range(_HEIGHT, 0, -1):
      # A column ends in the row in which its value lies.
      cells = ''.join(
          '*' if row - 1 < value / top * _HEIGHT <= row else ' '
          for value in columns)
      lines.append(f'  {row / _HEIGHT * top:6.1%} |{cells}'.rstrip())
    lines.append('         +' + '-' * _WIDTH)
    end = f'{self.num_steps:,}'
    lines.append('         0' + end.rjust(_WIDTH) + ' steps')
    for step in sorted({*self.steps[:1], *self.steps[-1:]}):
      lines.append(f'  {self.at(step):.4f} from step {step:,} on')
    return '\n'.join(lines)


def curve_of(spec: Union[spec_lib.PruningSpec, str], *, num_steps: int,
             steps_per_epoch: Optional[int] = None) -> SparsityCurve:
  """Computes how sparse a spec is at each step.

  >>> curve = curve_of('target_sparsity=0.5', num_steps=1000)
  >>> curve.at(0), curve.at(1000)
  (0.0, 0.5)

  Args:
    spec: a `PruningSpec`, or its string.
    num_steps: optimizer updates of the training.
    steps_per_epoch: how many of them an epoch has, for steps in epochs.

  Raises:
    ValueError: if the spec or the length is not valid.
  """
  resolved = spec_lib.PruningSpec.of(spec).resolve(
      num_steps=num_steps, steps_per_epoch=steps_per_epoch)
  steps = schedule.UpdateSteps.of(resolved).up_to(num_steps)
  rule = resolved.rule_for('', (1, 1))
  if rule is None:  # A pattern leaves out every name.
    raise ValueError(f'The spec prunes nothing: {resolved}')
  curve = weight_rule.curve(resolved, rule)
  sparsities = curve(np.array(steps, np.int64))
  return SparsityCurve(
      str(resolved), num_steps, tuple(int(step) for step in steps),
      tuple(float(sparsity) for sparsity in sparsities))
