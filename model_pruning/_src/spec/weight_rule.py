# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What a spec means for one weight: sparsity, structure and group."""

from __future__ import annotations

import collections
import dataclasses
from typing import (
  Any,
  Dict,
  Iterable,
  List,
  Mapping,
  Optional,
  Sequence,
  Tuple,
  TYPE_CHECKING,
)

from model_pruning._src.axes import distributions
from model_pruning._src.axes import schedules
from model_pruning._src.axes import structures
from model_pruning._src.spec import errors
from model_pruning._src.spec import patterns as patterns_lib

if TYPE_CHECKING:
  from model_pruning._src.spec import fields as fields_lib  # pylint: disable=g-bad-import-order

UNGROUPED = 'ungrouped'
GLOBAL = 'global'


@dataclasses.dataclass(frozen=True)
class WeightRule:
  """How one weight is pruned.

  Attributes:
    target_sparsity: Fraction of zeros when the schedule is through, in [0, 1).
    initial_sparsity: Fraction of zeros when it starts, in [0, 1].
    structure: What is pruned together.
    group: The weights with the same group share one threshold; None: alone.
  """
  target_sparsity: float
  initial_sparsity: float
  structure: structures.Structure
  group: Optional[str] = None

  def describe(self) -> str:
    """Returns what is zero in the end, and with which group, for people."""
    text = self.structure.describe(self.target_sparsity)
    return f'{text}, group {self.group}' if self.group else text


def rule_for(spec: fields_lib.Fields, weight_name: str,
             shape: Sequence[int],
             group_name: Optional[str] = None) -> Optional[WeightRule]:
  """Implements `PruningSpec.rule_for`."""
  name = patterns_lib.bare_name(weight_name)
  if any(patterns_lib.matches(p, name) for p in spec.do_not_prune):
    return None
  if group_name is None or not spec.group_pruning:
    group, target = _group_and_target(spec, name)
    patterns: Tuple[Optional[str], ...] = (group,)
  else:
    group, target, patterns = _named_group(spec, name, group_name)
  return WeightRule(
      target_sparsity=target,
      initial_sparsity=initial_sparsity(spec, target),
      structure=_structure(spec, name, patterns, shape),
      group=group)


def own_target(spec: fields_lib.Fields,
               weight_name: str) -> Optional[Tuple[str, str]]:
  """The entry of `weight_sparsity_map` for a weight: pattern and value."""
  return patterns_lib.find('weight_sparsity_map', spec.weight_sparsity_map,
                          patterns_lib.bare_name(weight_name))


def _group_and_target(spec: fields_lib.Fields,
                      name: str) -> Tuple[Optional[str], float]:
  own = own_target(spec, name)
  group = patterns_lib.find('group_sparsity_map', spec.group_sparsity_map, name,
                           one_pattern=True)
  if own and group:
    raise ValueError(
        f'Arguments `weight_sparsity_map` and `group_sparsity_map` must not '
        f'both match the weight {name!r}. Received: entries '
        f'{errors.shown(":".join(own))} and {errors.shown(":".join(group))}. '
        'Narrow one of them.')
  if own:
    return None, float(own[1])
  if group:
    return group[0], float(group[1])
  if spec.group_pruning:
    return UNGROUPED, spec.target_sparsity
  if distributions.AXIS.entry(spec.sparsity_distribution).is_one_ranking:
    return GLOBAL, spec.target_sparsity
  return None, spec.target_sparsity


def _named_group(
    spec: fields_lib.Fields, name: str, group_name: str
) -> Tuple[Optional[str], float, Tuple[Optional[str], ...]]:
  """Group, target and block patterns of a weight that was put in a group."""
  own = own_target(spec, name)
  target = float(own[1]) if own else spec.target_sparsity
  if group_name == UNGROUPED:
    return None, target, (UNGROUPED,)
  if own:
    raise ValueError(
        f'Argument `weight_sparsity_map` must not match the weight {name!r}, '
        f'which is in the group {group_name!r}. Received: entry '
        f'{errors.shown(":".join(own))}')
  entry = patterns_lib.find('group_sparsity_map', spec.group_sparsity_map,
                           group_name, one_pattern=True)
  if entry:
    return group_name, float(entry[1]), (group_name, entry[0])
  return group_name, target, (group_name,)


def initial_sparsity(spec: fields_lib.Fields, target: float) -> float:
  """The start of the curve to `target`, in proportion to the spec's own."""
  if spec.target_sparsity == 0.0:
    return min(spec.initial_sparsity, target)
  return min(spec.initial_sparsity * (target / spec.target_sparsity), 1.0)


def curve(spec: fields_lib.Fields, rule: WeightRule) -> Any:
  """Returns the sparsity of a weight with `rule`, as a function of the step."""
  return schedules.AXIS.entry(spec.sparsity_schedule).of(spec, rule)


def _structure(spec: fields_lib.Fields, name: str,
               groups: Sequence[Optional[str]],
               shape: Sequence[int]) -> structures.Structure:
  structure = structures.AXIS.entry(structures.asked_for(spec))
  return structure.of(spec, _block_dims(spec, name, groups), shape)


def _block_dims(spec: fields_lib.Fields, name: str,
                groups: Sequence[Optional[str]]) -> Tuple[int, int]:
  own = patterns_lib.find('block_dims_map', spec.block_dims_map, name)
  if own:
    return patterns_lib.read_pair(own[1])
  for entry in spec.group_block_dims_map:
    pattern, dims = entry.rpartition(':')[::2]
    if pattern in groups:
      return patterns_lib.read_pair(dims)
  return spec.block_height, spec.block_width


def check_patterns(spec: fields_lib.Fields, weight_names: Iterable[str],
                   other_names: Iterable[str] = (),
                   group_names: Iterable[str] = (),
                   why_not: Optional[Mapping[str, str]] = None) -> None:
  """Implements `PruningSpec.check_patterns`."""
  names = list(weight_names)
  for field, patterns, allowed in (
      ('weight_sparsity_map', patterns_lib.patterns_of(
          spec.weight_sparsity_map), names),
      ('block_dims_map', patterns_lib.patterns_of(spec.block_dims_map), names),
      ('group_sparsity_map', patterns_lib.patterns_of(
          spec.group_sparsity_map), [*names, *group_names]),
      ('do_not_prune', spec.do_not_prune, [*names, *other_names])):
    patterns_lib.check_all_match(field, patterns, allowed, why_not)


def ranked_together(rules: Sequence[WeightRule]) -> List[List[int]]:
  """Indices of the weights that share a ranking, ranking by ranking."""
  rankings: Dict[Any, List[int]] = collections.OrderedDict()
  for i, rule in enumerate(rules):
    key = ('alone', i) if rule.group is None else ('group', rule.group)
    rankings.setdefault(key, []).append(i)
  return list(rankings.values())
