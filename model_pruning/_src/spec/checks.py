# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the fields of a `PruningSpec` may be, each and together: two tables."""

from __future__ import annotations

import math
import re
import types
from typing import Any, Callable, Dict, NamedTuple, Tuple, TYPE_CHECKING

from model_pruning._src.axes import axis
from model_pruning._src.axes import distributions
from model_pruning._src.axes import mask_updates
from model_pruning._src.axes import saliencies
from model_pruning._src.axes import schedules
from model_pruning._src.axes import structures
from model_pruning._src.spec import budget as budget_lib
from model_pruning._src.spec import errors
from model_pruning._src.spec import patterns as patterns_lib
from model_pruning._src.spec import training_length
from model_pruning._src.spec import value_type
from model_pruning._src.spec import weight_rule

if TYPE_CHECKING:
  from model_pruning._src.spec import fields as fields_lib  # pylint: disable=g-bad-import-order

AUTO = 'auto'
_STRUCTURE_FIELDS = ('block_height', 'block_width', 'block_dims_map',
                     'sparsity_m_by_n', 'intra_block_sparsity')

# What every TensorFlow from 1.14 on takes as a name scope.
_SCOPE_NAME = re.compile(r'[A-Za-z0-9.][A-Za-z0-9_.\\/-]*')


def _choice(*choices: str) -> Callable[[str, Any], str]:
  """One of `choices`, in any case."""

  def canonical(field: str, value: Any) -> str:
    by_lower_case = {choice.lower(): choice for choice in choices}
    key = value.strip().lower() if isinstance(value, str) else value
    if not isinstance(key, str) or key not in by_lower_case:
      raise errors.argument_error(
          field, f'be one of {", ".join(choices)}', value)
    return by_lower_case[key]

  return canonical


def _entry_of(entries: axis.Axis[Any]) -> Callable[[str, Any], str]:
  """The name of an entry; entries that are added later count too."""
  return lambda field, value: _choice(*entries)(field, value)


def _entries(value_type: patterns_lib.ValueType
             ) -> Callable[[str, Any], Tuple[str, ...]]:
  return lambda field, value: patterns_lib.canonical_entries(
      field, value, value_type)


def _name(field: str, value: Any) -> str:
  name = value.strip() if isinstance(value, str) else ''
  if not _SCOPE_NAME.fullmatch(name):
    raise errors.argument_error(
        field, 'be a TensorFlow scope name: letters, digits and _ . / \\ -, of '
        'which the first is a letter, a digit or a dot', value)
  return name


def _m_by_n(field: str, value: Any) -> str:
  if isinstance(value, str) and not value.strip():
    return ''
  try:
    m, n = patterns_lib.read_pair(value)
    if not 0 < m < n:
      raise ValueError(value)
  except (TypeError, ValueError, OverflowError):
    raise errors.argument_error(
        field, "be 'MxN' with 0 < M < N (M zeros in each N), or ''",
        value) from None
  return patterns_lib.write_pair((m, n))


# Fields that are more than a number or a bool: value to canonical value.
_CANONICAL: Dict[str, Callable[[str, Any], Any]] = {
    'name': _name,
    **dict.fromkeys(training_length.STEP_FIELDS,
                    training_length.canonical_step),
    'weight_sparsity_map': _entries(patterns_lib.SPARSITY),
    'block_dims_map': _entries(patterns_lib.BLOCK_DIMS),
    'group_sparsity_map': _entries(patterns_lib.SPARSITY),
    'group_block_dims_map': _entries(patterns_lib.BLOCK_DIMS),
    'block_pooling_function': _choice('AVG', 'MAX'),
    'prune_option': _entry_of(saliencies.AXIS),
    'sparsity_m_by_n': _m_by_n,
    **dict.fromkeys(budget_lib.FIELDS, budget_lib.canonical),
    'do_not_prune': patterns_lib.canonical_patterns,
    'sparsity_distribution': _entry_of(distributions.AXIS),
    'sparsity_schedule': _entry_of(schedules.AXIS),
    'mask_update': _entry_of(mask_updates.AXIS),
    'structure': lambda field, value: _choice(AUTO, *structures.AXIS)(
        field, value),
}


def canonical_value(field: str, default: Any, value: Any) -> Any:
  """Returns `value` as the spec stores it.

  Raises:
    ValueError: It is not of the type of `default`, or not of the form that
      the field needs.
  """
  if field in _CANONICAL:
    return _CANONICAL[field](field, value)
  return value_type.Kind.of(default).check(field, value)


class _Rule(NamedTuple):
  """Something that must hold for `fields`, the first of which is blamed."""
  fields: Tuple[str, ...]
  must: str
  holds: Callable[[fields_lib.Fields], bool]


def _in_unit_range(field: str) -> _Rule:
  return _Rule((field,), 'be in [0, 1)', lambda s: 0 <= getattr(s, field) < 1)


def _at_least(field: str, minimum: int) -> _Rule:
  return _Rule((field,), f'be >= {minimum}',
               lambda s: getattr(s, field) >= minimum)


def _block_dim(field: str) -> _Rule:
  return _Rule((field,), 'be >= 1 or -1 (all of the dimension)',
               lambda s: getattr(s, field) == -1 or getattr(s, field) >= 1)


def _without(field: str, *others: str, must: str = '') -> _Rule:
  """If `field` is set, the `others` are at their defaults."""
  must = must or f'not be combined with {", ".join(others)}'
  return _Rule(
      (field,) + others, must,
      lambda s: not getattr(s, field) or all(map(s.is_default, others)))


def _budget_rules(field: str) -> Tuple[_Rule, ...]:
  """A budget is one of channels, and takes the place of all targets."""
  return (
      _Rule((field, 'structure'), 'have `structure=channels`, or be left out',
            lambda s: not getattr(s, field) or s.structure == 'channels'),
      _Rule((field, 'target_sparsity'),
            'not be combined with target_sparsity: give the share of the model '
            'that is left, or the share of channels that goes',
            lambda s: s.budget is None or s.is_default('target_sparsity')
            or math.isclose(s.target_sparsity, 1.0 - s.budget.share)),
      _without(field, 'weight_sparsity_map', 'group_pruning'),
      _Rule((field, 'sparsity_distribution'),
            'have sparsity_distribution=global, or none, because all '
            'channels are ranked together',
            lambda s: not getattr(s, field) or budget_lib.is_one_ranking(
                s.sparsity_distribution)),
      _Rule((field, 'mask_update'),
            'not be combined with mask_update=hold, which prunes no channel',
            lambda s: not getattr(s, field) or mask_updates.AXIS.entry(
                s.mask_update).follows_schedule),
  )


_UNKNOWN_GROUP = ('have the patterns of `group_sparsity_map`, or '
                  f'{weight_rule.UNGROUPED!r}, before the colon')

_RULES = (
    _at_least('begin_pruning_step', 0),
    _Rule(('end_pruning_step', 'begin_pruning_step'),
          'be -1 (no end) or >= `begin_pruning_step`',
          lambda s: (s.end_pruning_step == -1
                     or s.end_pruning_step >= s.begin_pruning_step)),
    _at_least('pruning_frequency', 1),
    _in_unit_range('threshold_decay'),
    _block_dim('block_height'),
    _block_dim('block_width'),
    _in_unit_range('initial_sparsity'),
    _in_unit_range('target_sparsity'),
    _at_least('sparsity_function_begin_step', 0),
    _Rule(('sparsity_function_begin_step', 'sparsity_function_end_step'),
          'be <= `sparsity_function_end_step`',
          lambda s: (s.sparsity_function_begin_step
                     <= s.sparsity_function_end_step)),
    _Rule(('sparsity_function_exponent',), 'be > 0 and finite',
          lambda s: 0 < s.sparsity_function_exponent < math.inf),
    _in_unit_range('gradient_decay_rate'),
    _Rule(('group_sparsity_map', 'group_pruning'),
          'be empty unless `group_pruning` is true',
          lambda s: s.group_pruning or not s.group_sparsity_map),
    _Rule(('group_block_dims_map', 'group_pruning'),
          'be empty unless `group_pruning` is true',
          lambda s: s.group_pruning or not s.group_block_dims_map),
    _Rule(('group_block_dims_map', 'group_sparsity_map'), _UNKNOWN_GROUP,
          lambda s: (set(patterns_lib.patterns_of(s.group_block_dims_map))
                     <= {weight_rule.UNGROUPED,
                         *patterns_lib.patterns_of(s.group_sparsity_map)})),
    _Rule(('group_sparsity_map',),
          f'not have the pattern {weight_rule.UNGROUPED!r}, which stands for '
          'the weights that no pattern matches',
          lambda s: weight_rule.UNGROUPED not in patterns_lib.patterns_of(
              s.group_sparsity_map)),
    _without('group_pruning', 'sparsity_distribution',
             'sparsity_m_by_n', 'intra_block_sparsity'),
    _without('sparsity_m_by_n', 'block_height', 'block_width',
             'block_dims_map', 'intra_block_sparsity',
             'sparsity_distribution', 'min_weight_sparsity',
             'max_weight_sparsity'),
    _without('target_macs', 'target_params'),
    *(rule for field in budget_lib.FIELDS for rule in _budget_rules(field)),
    _Rule(('min_weight_sparsity', 'target_sparsity'),
          'be >= 0 and <= `target_sparsity`',
          lambda s: bool(s.budget)
          or 0 <= s.min_weight_sparsity <= s.target_sparsity),
    _Rule(('max_weight_sparsity', 'target_sparsity'),
          'be >= `target_sparsity` and <= 1',
          lambda s: bool(s.budget)
          or s.target_sparsity <= s.max_weight_sparsity <= 1),
    _Rule(('min_weight_sparsity', 'max_weight_sparsity'),
          'be in [0, 1) and <= `max_weight_sparsity`, which is <= 1',
          lambda s: not s.budget or (
              0 <= s.min_weight_sparsity <= s.max_weight_sparsity <= 1
              and s.min_weight_sparsity < 1)),
    _Rule(('target_sparsity', 'sparsity_m_by_n'),
          'be left out or be M/N, with `sparsity_m_by_n`',
          lambda s: (not s.m_by_n or s.is_default('target_sparsity')
                     or math.isclose(s.target_sparsity,
                                     s.m_by_n[0] / s.m_by_n[1],
                                     rel_tol=1e-6))),
    _Rule(('intra_block_sparsity', 'block_height', 'block_width'),
          'have `block_height` 1 and `block_width` > 1, the size of a group',
          lambda s: not s.intra_block_sparsity or (
              s.block_height == 1 and s.block_width > 1)),
    _without('intra_block_sparsity', 'block_dims_map'),
    _Rule(('intra_block_sparsity', 'sparsity_distribution'),
          'not be combined with the distribution global',
          lambda s: not (
              s.intra_block_sparsity and
              distributions.AXIS.entry(s.sparsity_distribution).is_one_ranking)),
    _Rule(('structure', *_STRUCTURE_FIELDS),
          f'be {AUTO} or the structure that the other fields ask for',
          lambda s: s.structure in (AUTO, structures.asked_for(s))),
    _Rule(('mask_update', 'prune_option'),
          'not be hold with another `prune_option` than weight',
          lambda s: s.is_default('prune_option') or mask_updates.AXIS.entry(
              s.mask_update).follows_schedule),
    _Rule(('mask_update', 'keep_sparsity'),
          'not be hold where `keep_sparsity` is false',
          lambda s: s.keep_sparsity or mask_updates.AXIS.entry(
              s.mask_update).follows_schedule),
)


def check(spec: fields_lib.Fields) -> None:
  """Raises a ValueError for the first rule that the spec breaks."""
  for rule in _RULES:
    of_spec: Any = spec
    steps = {field: getattr(spec, field) for field in rule.fields
             if field in training_length.STEP_FIELDS}
    if any(isinstance(step, str) for step in steps.values()):
      # Of one unit they are in the order that their steps will have. Others
      # can be compared when the length of training is known.
      numbers = training_length.in_one_unit(list(steps.values()))
      if numbers is None or len(numbers) < 2:
        continue
      of_spec = types.SimpleNamespace(**dict(zip(steps, numbers)))
    if not rule.holds(of_spec):
      received = ', '.join(
          f'{f}={errors.shown(getattr(spec, f))}' for f in rule.fields)
      raise ValueError(
          f'Argument `{rule.fields[0]}` must {rule.must}. Received: {received}')
