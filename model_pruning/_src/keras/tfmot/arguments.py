# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The arguments of `prune_low_magnitude`, and their form in saved files."""

from __future__ import annotations

import dataclasses
import sys
from typing import Any, Dict, Mapping, Optional, Sequence, Tuple, Union

from model_pruning._src.axes import mask_updates
from model_pruning._src.axes import saliencies
from model_pruning._src.axes import schedules as curves
from model_pruning._src.core import schedule as schedule_lib
from model_pruning._src.keras.tfmot import schedules
from model_pruning._src.planning import plan
from model_pruning._src.spec import errors
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import weight_rule


@dataclasses.dataclass(frozen=True)
class PruningArguments:
  """When, how far and in which structure the weights of a layer are pruned.

  Attributes:
    structure: the spec of structure and saliency; if `schedule` is None, the
      schedule of the spec counts too.
    schedule: the schedule; None to use that of the spec.
  """

  structure: spec_lib.PruningSpec
  schedule: Optional[schedules.PruningSchedule]

  @classmethod
  def of(cls, schedule: Optional[schedules.PruningSchedule],
         block_size: Sequence[int], block_pooling_type: str,
         sparsity_m_by_n: Optional[Sequence[int]],
         spec: Union[spec_lib.PruningSpec, str, None]) -> PruningArguments:
    """Checks arguments of `prune_low_magnitude`.

    Raises:
      ValueError: if one of them is not what it must be, or there is a spec
        and another.
      TypeError: if the schedule is none.
    """
    if spec is not None:
      if (schedule is not None or tuple(block_size) != (1, 1)
          or block_pooling_type != 'AVG' or sparsity_m_by_n):
        raise ValueError(
            'Argument `spec` must be without `pruning_schedule`, `block_size`, '
            '`block_pooling_type` and `sparsity_m_by_n`, for which it has '
            f'fields. Received: spec={str(spec)!r}')
      return cls(_checked_spec(spec_lib.PruningSpec.of(spec).resolve()), None)
    if schedule is None:
      schedule = schedules.ConstantSparsity(0.5, 0)
    if not callable(schedule):
      raise TypeError(
          'Argument `pruning_schedule` must be a PruningSchedule. '
          f'Received: pruning_schedule={schedule!r}')
    height, width = _pair('block_size', block_size)
    fields: Dict[str, Any] = {}
    if sparsity_m_by_n:
      fields['sparsity_m_by_n'] = _pair('sparsity_m_by_n', sparsity_m_by_n)
    if block_pooling_type not in ('AVG', 'MAX'):
      raise errors.argument_error(
          'block_pooling_type', "be 'AVG' or 'MAX'", block_pooling_type)
    return cls(spec_lib.PruningSpec(
        block_height=height, block_width=width,
        block_pooling_function=block_pooling_type, **fields), schedule)

  @property
  def spec(self) -> Optional[spec_lib.PruningSpec]:
    """The spec that the user passed; None if there is a schedule."""
    return None if self.schedule else self.structure

  @property
  def text(self) -> str:
    """The spec, or the name and the arguments of the schedule."""
    if self.schedule is None:
      return str(self.structure)
    arguments = schedules.arguments_of(self.schedule.get_config())
    return '{}({})'.format(type(self.schedule).__name__, ', '.join(
        f'{name}={value!r}' for name, value in arguments.items()))

  def rule_for(self,
               candidate: plan.Candidate) -> Optional[weight_rule.WeightRule]:
    """The rule of a weight, or None if it is not pruned."""
    named = (candidate.on_request and self.spec is not None
             and self.structure.has_own_target(candidate.name))
    if candidate.reason is not None and not named:
      return None
    rule = self.structure.rule_for(candidate.name, candidate.shape)
    if (self.spec is not None and rule is not None
        and rule.target_sparsity == rule.initial_sparsity == 0.0):
      return None
    return rule

  def timing_of(self, rule: weight_rule.WeightRule) -> schedule_lib.Timing:
    """When the masks of a weight change, and how sparse they are then."""
    if self.schedule is None:
      return schedule_lib.Timing.of(self.structure, rule)
    timing = schedules.timing_of(self.schedule)
    if self.structure.m_by_n is None:
      return timing
    return timing._replace(sparsity=_ending_at(
        timing.sparsity, rule.target_sparsity))

  def get_config(self) -> Dict[str, Any]:
    """The arguments in a form that JSON can represent."""
    if self.schedule is None:
      return {'spec': str(self.structure)}
    m_by_n = self.structure.m_by_n
    return {
        'spec': None,
        'pruning_schedule': _describe(self.schedule),
        'block_size': [self.structure.block_height,
                       self.structure.block_width],
        'block_pooling_type': self.structure.block_pooling_function,
        'sparsity_m_by_n': list(m_by_n) if m_by_n else None}


def _ending_at(curve: Any, target: float) -> Any:
  """A curve that ends at the sparsity of the pattern of m zeros in n."""
  if isinstance(curve, curves.PolynomialSparsity):
    return dataclasses.replace(
        curve, final_sparsity=target,
        initial_sparsity=target if curve.begin_step == curve.end_step
        else min(curve.initial_sparsity, target))
  return curves.PolynomialSparsity(target, target, 0, 0)


def _checked_spec(spec: spec_lib.PruningSpec) -> spec_lib.PruningSpec:
  """Raises a ValueError for what one layer cannot do by itself."""
  if not mask_updates.AXIS.entry(spec.mask_update).follows_schedule:
    raise ValueError(
        'Argument `spec` must have mask_update=rank for a wrapper; '
        '`model_pruning.keras.prune` has the others. '
        f'Received: mask_update={spec.mask_update}')
  if saliencies.AXIS.entry(spec.prune_option).uses_gradient:
    raise ValueError(
        'Argument `spec` must have prune_option=weight for a wrapper; '
        '`model_pruning.keras.prune` has the others. '
        f'Received: prune_option={spec.prune_option}')
  if spec.group_pruning or spec.sparsity_distribution != 'uniform':
    raise ValueError(
        'Argument `spec` must not rank weights of several layers together for '
        'a wrapper; `model_pruning.keras.prune` can. '
        f'Received: spec={str(spec)!r}')
  return spec


def _pair(name: str, value: Any) -> Tuple[int, int]:
  if (not isinstance(value, (tuple, list)) or len(value) != 2
      or not all(isinstance(item, int) and item > 0 for item in value)):
    raise errors.argument_error(
        name, 'be a tuple or list of two positive integers', value)
  return value[0], value[1]


def _describe(schedule: Any) -> Dict[str, Any]:
  """A schedule as JSON: its class, where that is, and its arguments."""
  config = schedule.get_config()
  return {'class_name': type(schedule).__name__,
          'module': type(schedule).__module__,
          'config': schedules.arguments_of(config)}


def from_config(keras: Any, config: Mapping[str, Any],
                custom_objects: Optional[Mapping[str, Any]]
                ) -> Dict[str, Any]:
  """Rebuilds the arguments from the configuration in a file."""
  if config.get('pruning_schedule') is None:
    return {}
  stored = config['pruning_schedule']
  name = stored['class_name']
  found = _find_class(keras, name, stored.get('module'), custom_objects)
  if found is None:
    raise ValueError(
        f'The schedule {name!r} of a file must be known: register its class '
        f'with `register_keras_serializable`, or load the file under '
        f'`custom_object_scope({{{name!r}: {name}}})`.')
  return {'pruning_schedule': found.from_config(stored['config'])}


def _find_class(keras: Any, name: str, module: Optional[str],
                custom_objects: Optional[Mapping[str, Any]]) -> Any:
  """The class of a schedule, which this process must have loaded already."""
  bare_name = name.split('>')[-1]
  get_registered = getattr(keras.utils, 'get_registered_object', None)
  known = {schedule.__name__: schedule for schedule in (
      schedules.ConstantSparsity, schedules.PolynomialDecay)}
  candidates = [
      (custom_objects or {}).get(name),
      get_registered(name) if get_registered else None,
      keras.utils.get_custom_objects().get(name), known.get(bare_name),
      getattr(sys.modules.get(module or ''), bare_name, None)]
  return next((found for found in candidates if found is not None), None)
