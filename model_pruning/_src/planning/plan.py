# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""From a spec and the weights of a model to a rule for each of them.

A front end says which weights there are (`Candidate`); what the spec makes of
them is decided here, once for both front ends.
"""

from __future__ import annotations

import dataclasses
import math
from typing import (
  Dict,
  List,
  Mapping,
  NamedTuple,
  Optional,
  Sequence,
  Tuple,
)

from model_pruning._src.core import schedule
from model_pruning._src.core import sparsity_bounds
from model_pruning._src.planning import distribution
from model_pruning._src.planning import reasons
from model_pruning._src.planning import report as report_lib
from model_pruning._src.spec import patterns as patterns_lib
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import weight_rule


@dataclasses.dataclass(frozen=True)
class Candidate:
  """A weight of the model, as a front end found it.

  Attributes:
    name: its name, without `:0`; unique in the model.
    shape: its shape, -1 for what is not known.
    reason: why it is not pruned unless the spec asks for it; None if it is.
      A `reasons.Reason` has a kind to filter by.
    on_request: whether the spec can ask for it, with an entry of a sparsity
      map that is its name, or matches no weight which is pruned anyway.
    group_name: the group that it was put in by hand, if any.
  """

  name: str
  shape: Tuple[int, ...]
  reason: Optional[str] = None
  on_request: bool = False
  group_name: Optional[str] = None


class Plan(NamedTuple):
  """What a spec makes of a model.

  Attributes:
    rules: for each candidate its rule, or None if it is not pruned.
    report: the same for the user to read.
  """

  rules: List[Optional[weight_rule.WeightRule]]
  report: report_lib.PruningReport


def make_plan(spec: spec_lib.PruningSpec, candidates: Sequence[Candidate],
              num_steps: Optional[int] = None,
              is_training: bool = True,
              others: Optional[Mapping[str, str]] = None) -> Plan:
  """Finds the rule of every weight.

  Args:
    spec: the specification, with steps that are numbers (`spec.resolve`).
    candidates: every weight of the model.
    num_steps: how many optimizer updates training will make, if known: then
      the report warns of a schedule that cannot do its work in them.
    is_training: whether the report is about a training, and its length counts.
    others: names of variables that are no candidates, with the reasons, for
      the error of a pattern that matches them and nothing else.

  Returns:
    The plan.

  Raises:
    ValueError: if a pattern of the spec matches no weight that it can apply
      to, two patterns disagree on one, or weights with bounds
      share a ranking in which they cannot have them.
  """
  pruned_anyway = [c.name for c in candidates if c.reason is None]
  requested = _requested(spec, candidates, pruned_anyway)
  spec.check_patterns(pruned_anyway + requested,
                      [candidate.name for candidate in candidates],
                      [candidate.group_name for candidate in candidates
                       if candidate.group_name is not None],
                      {**(others or {}),
                       **{candidate.name: candidate.reason
                          for candidate in candidates
                          if candidate.reason is not None
                          and candidate.name not in requested}})
  rules = distribution.distribute(spec, candidates, [
      spec.rule_for(candidate.name, candidate.shape, candidate.group_name)
      if candidate.reason is None or candidate.name in requested else None
      for candidate in candidates])
  if spec.follows_schedule:
    rules = [None if rule is not None and _prunes_nothing(rule) else rule
             for rule in rules]
  else:  # Nothing is ranked.
    rules = [rule and dataclasses.replace(rule, group=None) for rule in rules]
  if sparsity_bounds.Bounds.of(spec).is_active:
    _check_bounds(candidates, rules)
  pruned = [
      report_lib.PrunedWeight(
          candidate.name, candidate.shape, rule.target_sparsity,
          rule.structure.describe(rule.target_sparsity), rule.group)
      if spec.follows_schedule else report_lib.PrunedWeight(
          candidate.name, candidate.shape, math.nan, 'the zeros it has')
      for candidate, rule in zip(candidates, rules) if rule is not None]
  skipped = [
      report_lib.SkippedWeight(
          candidate.name, candidate.shape,
          _reason(spec, candidate, candidate.name in requested))
      for candidate, rule in zip(candidates, rules) if rule is None]
  warnings = list(spec.schedule_notes()) if (
      spec.follows_schedule and spec.is_resolved) else []
  if not pruned:
    warnings.append('No weight of the model is pruned.')
  if is_training:
    warnings += warnings_on_length(spec, num_steps)
  return Plan(rules, report_lib.PruningReport(
      str(spec), tuple(pruned), tuple(skipped), tuple(warnings)))


# A schedule that is through in this share of the training is told of.
_SHORT = 0.05
_NO_LENGTH = (
    'The spec names no step and the length of the training is not known, so '
    'the target sparsity {1:.4g} is reached at step {0}, whatever the length '
    'is. Give `num_steps`, the optimizer updates of the training, for a '
    'schedule that fits it, or name the steps in the spec.')


def _prunes_nothing(rule: weight_rule.WeightRule) -> bool:
  return rule.target_sparsity == rule.initial_sparsity == 0.0


def _check_bounds(candidates: Sequence[Candidate],
                  rules: Sequence[Optional[weight_rule.WeightRule]]) -> None:
  groups: Dict[str, List[Tuple[Candidate, weight_rule.WeightRule]]] = {}
  for candidate, rule in zip(candidates, rules):
    if rule is not None and rule.group is not None:
      groups.setdefault(rule.group, []).append((candidate, rule))
  for members in groups.values():
    if len(members) > 1:
      sparsity_bounds.check([candidate.shape for candidate, _ in members],
                            [rule.structure for _, rule in members],
                            [candidate.name for candidate, _ in members])


def _reason(spec: spec_lib.PruningSpec, candidate: Candidate,
            is_requested: bool) -> str:
  """Why a candidate has no rule."""
  if candidate.reason is not None and not is_requested:
    return candidate.reason
  for pattern in spec.do_not_prune:
    if patterns_lib.matches(pattern, candidate.name):
      return reasons.Reason(f'do_not_prune has {pattern!r}',
                            reasons.SkipKind.DO_NOT_PRUNE)
  return reasons.Reason.of(reasons.SkipKind.TARGET)


def _requested(spec: spec_lib.PruningSpec, candidates: Sequence[Candidate],
               pruned_anyway: Sequence[str]) -> List[str]:
  """Names of the weights that the spec asks for."""
  requested = []
  for entry in spec.weight_sparsity_map + spec.group_sparsity_map:
    pattern = entry.rpartition(':')[0]
    by_name_only = any(
        patterns_lib.matches(pattern, name) for name in pruned_anyway)
    requested += [candidate.name for candidate in candidates
                  if candidate.on_request and (
                      candidate.name == pattern
                      or not by_name_only
                      and patterns_lib.matches(pattern, candidate.name))]
  return requested


def warnings_on_length(spec: spec_lib.PruningSpec,
                       num_steps: Optional[int]) -> List[str]:
  """Returns sentences on a schedule that does not fit a training.

  Args:
    spec: the specification, with steps that are numbers.
    num_steps: how many optimizer updates training will make; None: not known.
  """
  if not spec.follows_schedule:
    return []
  if num_steps is None:
    return [] if spec.names_steps else [_NO_LENGTH.format(
        max(spec.sparsity_function_end_step, 1), spec.target_sparsity)]
  steps = schedule.UpdateSteps.of(spec)
  if not steps.up_to(num_steps):
    return [
        f'Training of {num_steps} steps ends before the first mask update: '
        'nothing will be pruned. The first update is at step '
        f'{max(spec.begin_pruning_step, 1)}.']
  if steps.includes_final_step and spec.sparsity_function_end_step > num_steps:
    return [
        f'Training of {num_steps} steps ends before the target sparsity is '
        f'reached at step {spec.sparsity_function_end_step}.']
  end = max(spec.sparsity_function_end_step, spec.begin_pruning_step)
  if end < _SHORT * num_steps and spec.target_sparsity > spec.initial_sparsity:
    return [
        f'The target sparsity is reached at step {max(end, 1)}, in the first '
        f'{_SHORT:.0%} of a training of {num_steps} steps: weights are pruned '
        'before they have learned what matters. A spec that names no step gets '
        'a schedule for the length of the training.']
  return []
