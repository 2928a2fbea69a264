# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What a spec will do to a model: the weights, the steps and the size."""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

import numpy as np

from model_pruning._src.axes import counts
from model_pruning._src.core import schedule
from model_pruning._src.planning import plan
from model_pruning._src.planning import report as report_lib
from model_pruning._src.planning import table
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import weight_rule

# A longer list of steps is printed as so many of it, evenly spread.
_MAX_ROWS = 12


@dataclasses.dataclass(frozen=True)
class PruningPreview:
  """What a spec will do to a model. Prints as a table.

  Attributes:
    report: what would be pruned and what not, each with the reason.
    steps: the optimizer updates at which masks would change. Without a number
      of training steps: up to where the sparsity stays.
    sparsities: after each of them, the share of zeros in all the pruned
      weights together.
    repeats_every: masks change every so many steps after the last of `steps`
      too, with the sparsity of the last; None: they do not.
    num_entries: entries of all the variables of the model.
    num_prunable: entries of the weights that are pruned.
    num_left: those of them that are not zero in the end.
    dense_bytes: what the entries of all the variables take.
    sparse_bytes: what they take where each pruned weight is a bitmask, with
      one bit for each entry, and its nonzero values. No format and no
      compression gets a file to exactly this; it is what to expect.
  """

  report: report_lib.PruningReport
  steps: Tuple[int, ...]
  sparsities: Tuple[float, ...]
  repeats_every: Optional[int]
  num_entries: int
  num_prunable: int
  num_left: int
  dense_bytes: int
  sparse_bytes: int

  def __str__(self) -> str:
    return self.to_text()

  def with_warning(self, warning: str) -> PruningPreview:
    """The same preview with one more warning in its report."""
    return dataclasses.replace(self, report=self.report.with_warning(warning))

  def to_dict(self) -> Dict[str, Any]:
    """All of it as plain Python, for JSON."""
    values = {field.name: getattr(self, field.name)
              for field in dataclasses.fields(self)}
    return dict(values, report=self.report.to_dict(), steps=list(self.steps),
                sparsities=list(self.sparsities))

  def to_text(self, verbose: bool = False) -> str:
    """The preview as tables.

    Args:
      verbose: whether the report has a line for every weight.

    Returns:
      Lines without an end of line behind the last.
    """
    lines = [self.report.to_text(verbose)]
    lines += table.lines(
        ('masks change at step', 'sparsity of the pruned weights'),
        [(str(self.steps[i]), f'{self.sparsities[i]:.4f}')
         for i in _spread(len(self.steps))])
    if self.repeats_every is not None:
      lines.append(f'  and every {self.repeats_every} steps from then on, at '
                   'the last sparsity')
    num_zeros = self.num_prunable - self.num_left
    lines += table.lines(('in the end', '', ''), [
        ('entries of the model', f'{self.num_entries:,}', ''),
        ('  of weights that are pruned', f'{self.num_prunable:,}', ''),
        ('    zero', f'{num_zeros:,}',
         _share(num_zeros, self.num_entries, 'of all entries')),
        ('    left', f'{self.num_left:,}', ''),
        ('bytes as dense arrays', f'{self.dense_bytes:,}', ''),
        ('bytes with a bitmask and the nonzero values',
         f'{self.sparse_bytes:,}',
         _share(self.sparse_bytes, self.dense_bytes, 'of dense'))])
    return '\n'.join(lines)


def _share(part: int, whole: int, what: str) -> str:
  return f'{part / whole:.1%} {what}' if whole else ''


def _spread(length: int) -> List[int]:
  """At most `_MAX_ROWS` of the indices of a list, the ends among them."""
  if length <= _MAX_ROWS:
    return list(range(length))
  return [round(i * (length - 1) / (_MAX_ROWS - 1)) for i in range(_MAX_ROWS)]


def make_preview(spec: spec_lib.PruningSpec,
                 candidates: Sequence[plan.Candidate],
                 bytes_per_entry: Sequence[int],
                 num_steps: Optional[int] = None,
                 others: Optional[Mapping[str, str]] = None) -> PruningPreview:
  """Finds out what a spec will do.

  Args:
    spec: the specification.
    candidates: every variable of the model.
    bytes_per_entry: of each of them.
    num_steps: how many optimizer updates training makes, if known.
    others: as for `plan.make_plan`.

  Returns:
    The preview.

  Raises:
    ValueError: as `plan.make_plan` does.
  """
  rules, report = plan.make_plan(
      spec, candidates, num_steps, others=others)
  steps, repeats_every = _steps(spec, num_steps)
  # A dimension that is not known, -1, counts as none.
  sizes = np.array([np.prod(np.maximum(candidate.shape, 0), dtype=np.int64)
                    for candidate in candidates], np.int64)
  num_bytes = sizes * np.array(bytes_per_entry, np.int64)
  pruned = [(i, rule) for i, rule in enumerate(rules) if rule is not None]
  chosen = [i for i, _ in pruned]
  num_prunable = int(sizes[chosen].sum())
  left = np.zeros(len(steps), np.int64)
  sparse_bytes = int(num_bytes.sum() - num_bytes[chosen].sum())
  for ranking in weight_rule.ranked_together([rule for _, rule in pruned]):
    members = [pruned[i][0] for i in ranking]
    curve = weight_rule.curve(spec, pruned[ranking[0]][1])
    num_left = counts.num_left(
        [pruned[i][1].structure.cells(candidates[pruned[i][0]].shape)
         for i in ranking], curve(np.array(steps, np.int64)))
    left += num_left
    # Of weights of several dtypes in one ranking, each keeps its share.
    share = (num_left[-1] / sizes[members].sum()) if steps else 1.0
    sparse_bytes += int(np.ceil(share * num_bytes[members].sum()))
    sparse_bytes += int((-(-sizes[members] // 8)).sum()) if steps else 0
  return PruningPreview(
      report=report, steps=steps,
      sparsities=tuple(
          ((num_prunable - left) / max(num_prunable, 1)).tolist()),
      repeats_every=repeats_every, num_entries=int(sizes.sum()),
      num_prunable=num_prunable,
      num_left=int(left[-1]) if steps else num_prunable,
      dense_bytes=int(num_bytes.sum()), sparse_bytes=sparse_bytes)


def _steps(spec: spec_lib.PruningSpec, num_steps: Optional[int]
           ) -> Tuple[Tuple[int, ...], Optional[int]]:
  """Steps of mask updates; whether, and how often, there are more."""
  update_steps = schedule.UpdateSteps.of(spec)
  if num_steps is not None:
    return update_steps.up_to(num_steps), None
  if spec.end_pruning_step != -1:
    return update_steps.up_to(max(spec.end_pruning_step, 1)), None
  last = max(spec.begin_pruning_step, spec.sparsity_function_end_step, 1)
  return update_steps.up_to(last), spec.pruning_frequency
