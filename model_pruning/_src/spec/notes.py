# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Sentences about specs that are legal and may not do what was meant."""

from __future__ import annotations

from typing import (
  Any,
  Callable,
  Optional,
  Sequence,
  Tuple,
  TYPE_CHECKING,
)

from model_pruning._src.axes import structures
from model_pruning._src.spec import text as text_lib
from model_pruning._src.spec import weight_rule

if TYPE_CHECKING:
  from model_pruning._src.spec import fields as fields_lib  # pylint: disable=g-bad-import-order

_WITHOUT_EFFECT = {
    'nbins': 'masks are exact, not from a histogram',
    'use_tpu': 'the same operations run on every device',
    'threshold_decay': 'the threshold is that of the last mask update',
}


def _text(sparsity: float) -> str:
  return text_lib.format_value(round(sparsity, 4))


def _curve(spec: fields_lib.Fields) -> Any:
  """The curve of most weights; if it is flat, one of a map that is not."""
  targets = [spec.target_sparsity] + [
      float(entry.rpartition(':')[2])
      for entry in spec.weight_sparsity_map + spec.group_sparsity_map]
  curves = [weight_rule.curve(spec, weight_rule.WeightRule(
      target, weight_rule.initial_sparsity(spec, target),
      structures.Unstructured())) for target in targets]
  return next((curve for curve in curves if not _is_constant(curve)), curves[0])


def _is_constant(curve: Any) -> bool:
  return bool(curve.initial_sparsity == curve.final_sparsity)


def _last_update(spec: fields_lib.Fields) -> int:
  """The last mask update of a window that ends before the curve does."""
  window = spec.end_pruning_step - spec.begin_pruning_step
  # What is due at step 0 happens with the first optimizer update.
  return max(spec.end_pruning_step - window % spec.pruning_frequency, 1)


def _curve_ends_before_pruning(spec: fields_lib.Fields) -> Optional[str]:
  begin, end = (spec.sparsity_function_begin_step,
                spec.sparsity_function_end_step)
  first = spec.begin_pruning_step
  if _is_constant(_curve(spec)) or end > first or begin == end == first:
    return None
  return (f'The sparsity curve ends at step {end} and pruning begins at step '
          f'{first}: the first mask update jumps to the final sparsity '
          f'{_text(_curve(spec).final_sparsity)}.')


def _curve_begins_after_pruning(spec: fields_lib.Fields) -> Optional[str]:
  begin, last = spec.sparsity_function_begin_step, spec.end_pruning_step
  if _is_constant(_curve(spec)) or last == -1 or begin < last or (
      spec.sparsity_function_end_step <= last):
    return None
  return (f'The sparsity curve begins at step {begin} and pruning ends at step '
          f'{last}: weights stay at the initial sparsity '
          f'{_text(_curve(spec).initial_sparsity)}.')


def _pruning_ends_before_curve(spec: fields_lib.Fields) -> Optional[str]:
  last = spec.end_pruning_step
  begin, end = (spec.sparsity_function_begin_step,
                spec.sparsity_function_end_step)
  if _is_constant(_curve(spec)) or last == -1 or not begin < last < end:
    return None
  update = _last_update(spec)
  return (f'Pruning ends at step {last} and the sparsity curve at step {end}: '
          f'the last mask update, at step {update}, reaches a sparsity of '
          f'{_text(_curve(spec)(update))} instead of '
          f'{_text(_curve(spec).final_sparsity)}.')


def _window_shorter_than_frequency(
    spec: fields_lib.Fields) -> Optional[str]:
  first, last = spec.begin_pruning_step, spec.end_pruning_step
  if last == -1 or first == last or last - first >= spec.pruning_frequency:
    return None
  steps = f'step {max(first, 1)}'
  if first < spec.sparsity_function_end_step <= last:
    steps = f'steps {max(first, 1)} and {spec.sparsity_function_end_step}'
  return (f'Pruning lasts from step {first} to step {last}, less than '
          f'`pruning_frequency` {spec.pruning_frequency}: masks are updated '
          f'at {steps} only.')


def _sparsity_falls(spec: fields_lib.Fields) -> Optional[str]:
  curve = _curve(spec)
  if not curve.falls:
    return None
  return (f'The sparsity falls from {_text(curve.initial_sparsity)} to '
          f'{_text(curve.final_sparsity)}: pruned weights come back.')


def _bounds(spec: fields_lib.Fields) -> Sequence[str]:
  """The bounds of single weights that a spec has."""
  return [field for field in ('min_weight_sparsity', 'max_weight_sparsity')
          if not spec.is_default(field)]


def _bounds_without_effect(spec: fields_lib.Fields) -> Optional[str]:
  if not _bounds(spec):
    return None
  fields = ' and '.join(f'`{field}`' for field in _bounds(spec))
  if not spec.group_pruning and spec.sparsity_distribution == 'uniform':
    return (f'{fields} without effect: no weights share a target, as those of '
            'a group or of the distribution global or erk do.')
  if spec.weight_sparsity_map:
    return (f'{fields} without effect on the weights of '
            '`weight_sparsity_map`: each is pruned to its own target.')
  return None


def _groups_out_of_bounds(spec: fields_lib.Fields) -> Optional[str]:
  groups = []
  for entry in spec.group_sparsity_map:
    pattern, target = entry.rpartition(':')[::2]
    if not (spec.min_weight_sparsity <= float(target)
            <= spec.max_weight_sparsity):
      groups.append(f'{pattern!r} ({_text(float(target))})')
  if not groups:
    return None
  fields = ' and '.join(f'`{field}`' for field in _bounds(spec))
  return (f'Groups with a target that {fields} would not allow: '
          f'{", ".join(groups)}. Each of their weights is pruned to that '
          'target.')


# They compare steps, which have to be known for that.
_NOTES_ON_STEPS: Tuple[Callable[[fields_lib.Fields], Optional[str]], ...] = (
    _curve_ends_before_pruning,
    _curve_begins_after_pruning,
    _pruning_ends_before_curve,
    _window_shorter_than_frequency,
)
_NOTES: Tuple[Callable[[fields_lib.Fields], Optional[str]], ...] = (
    _sparsity_falls,
    _bounds_without_effect,
    _groups_out_of_bounds,
)


def notes(spec: fields_lib.Fields) -> Tuple[str, ...]:
  """Implements `PruningSpec.schedule_notes`."""
  about_steps = _NOTES_ON_STEPS if spec.is_resolved else ()
  about_schedule = (note(spec) for note in (*about_steps, *_NOTES))
  about_fields = (
      f'`{field}` is accepted and has no effect on the masks: {why}.'
      for field, why in _WITHOUT_EFFECT.items() if not spec.is_default(field))
  return tuple(filter(None, about_schedule)) + tuple(about_fields)
