# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The fields of a specification: names, defaults and what they mean."""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, Optional, Tuple

from model_pruning._src.axes import mask_updates
from model_pruning._src.spec import budget as budget_lib
from model_pruning._src.spec import checks
from model_pruning._src.spec import errors
from model_pruning._src.spec import patterns as patterns_lib
from model_pruning._src.spec import training_length

# An int, or text such as 70% or 5ep, of which `resolve` makes an int.
Step = Any


@dataclasses.dataclass(frozen=True, repr=False)
class Fields:
  """How a model is pruned: when, how far, what, and in which structure.

  Fields are given by name. Steps are counts of optimizer updates: numbers, or
  text that is a share of the training ('70%') or epochs ('5ep'), for which
  `resolve` needs the length of the training. A map gives weights values by
  name: a list of `'pattern:value'`, or in Python a mapping from pattern to
  value. A pattern is a regex that is searched in the name of the weight
  (without `:0`). A pattern that is the very name of a weight goes before the
  others; two others that match it must give it the same value. Every field is
  checked, and stored in one canonical spelling, on construction.

  Attributes:
    name: Scope of the state variables; a TensorFlow scope name.
    begin_pruning_step: First step at which masks are updated, >= 0.
    end_pruning_step: Last one, >= `begin_pruning_step`; -1: no end.
    weight_sparsity_map: Target sparsities of single weights, in [0, 1).
    block_dims_map: Block dimensions HxW of single weights, as `block_height`
      and `block_width`.
    group_pruning: Whether weights share thresholds in groups. The weights
      that match a pattern of `group_sparsity_map` are a group; those that
      match none, nor one of `weight_sparsity_map`, are the group 'ungrouped'.
    group_sparsity_map: Target sparsities of groups, in [0, 1).
    group_block_dims_map: Block dimensions HxW of groups: instead of a pattern
      for weights, a pattern of `group_sparsity_map`, or 'ungrouped'.
    threshold_decay: In [0, 1); accepted, no effect.
    pruning_frequency: Steps from one mask update to the next, >= 1. Masks are
      updated at `sparsity_function_end_step` as well.
    nbins: Accepted, no effect.
    block_height: Rows of a block of the weight as a matrix of all dimensions
      but the last x the last; >= 1, or -1 for all rows.
    block_width: Columns of a block, >= 1, or -1 for all columns.
    block_pooling_function: AVG or MAX: what of its entries ranks a block.
    initial_sparsity: Sparsity where the curve begins, in [0, 1). A weight with
      its own target begins in proportion.
    target_sparsity: Sparsity where the curve ends, in [0, 1). With
      `sparsity_m_by_n` it is M/N; with a budget the share of it that goes.
    sparsity_function_begin_step: Where the curve begins, >= 0.
    sparsity_function_end_step: Where it ends, >= its begin; equal: a jump.
    sparsity_function_exponent: Its steepness, > 0 and finite; 1 is a line.
    use_tpu: Accepted, no effect.
    gradient_decay_rate: Decay of the mean gradient of the gradient options,
      in [0, 1).
    prune_option: What ranks entries: weight, first_order_gradient,
      second_order_gradient or mean_gradient.
    intra_block_sparsity: Whether entries are pruned, to the sparsity of the
      schedule, in each group of `block_width` (> 1) input channels.
    add_summary: Whether summaries of the sparsities are written.
    sparsity_m_by_n: 'MxN', in Python also (M, N), with 0 < M < N: M zeros in
      each N neighbours along the input channel. '': no such structure.
    do_not_prune: Patterns of weights that are left alone.
    sparsity_distribution: How the target is spread over the weights that have
      no target of their own: uniform (each has it), erk (Erdos-Renyi-Kernel:
      the small ones are denser), or global (one threshold for all).
    min_weight_sparsity: Least sparsity of each weight, in
      [0, `target_sparsity`], where weights share the target: those of one
      group, all of the distribution global, and the targets that erk gives.
      While the schedule is below it, its sparsity is the least.
    max_weight_sparsity: Greatest, in [`target_sparsity`, 1], of the same
      weights. While the schedule is above it, its sparsity is the greatest.
    structure: auto, or the name of the structure that the other fields ask
      for (unstructured, block or n_of_m): then a spec that asks for another
      one is an error. Or channels, which go with all weights that have them:
      see `model_pruning.keras.remove_channels`.
    target_macs: With `structure=channels`, instead of `target_sparsity`: the
      share of the multiply-adds of the model that is to be left, '50%' say.
      All channels are ranked together, by saliency per cost. '': no budget.
    target_params: The same for the share of the parameters that is to be left.
    sparsity_schedule: The curve of the sparsity: polynomial.
    mask_update: What a mask update does. rank: it keeps the entries that
      matter most. hold: nothing; entries that are zero when training starts
      stay zero, and no other is pruned, whatever the schedule says.
    keep_sparsity: Whether weights that are sparse already stay so: then a
      mask update prunes at least as much as the mask does, up to the target,
      unless the schedule falls. False: just what the schedule says, even if
      pruned entries come back.
  """
  name: str = 'model_pruning'
  begin_pruning_step: Step = 0
  end_pruning_step: Step = -1
  weight_sparsity_map: Tuple[str, ...] = ()
  block_dims_map: Tuple[str, ...] = ()
  group_pruning: bool = False
  group_sparsity_map: Tuple[str, ...] = ()
  group_block_dims_map: Tuple[str, ...] = ()
  threshold_decay: float = 0.0
  pruning_frequency: Step = 10
  nbins: int = 256
  block_height: int = 1
  block_width: int = 1
  block_pooling_function: str = 'AVG'
  initial_sparsity: float = 0.0
  target_sparsity: float = 0.5
  sparsity_function_begin_step: Step = 0
  sparsity_function_end_step: Step = 100
  sparsity_function_exponent: float = 3.0
  use_tpu: bool = False
  gradient_decay_rate: float = 0.99
  prune_option: str = 'weight'
  intra_block_sparsity: bool = False
  add_summary: bool = True
  sparsity_m_by_n: str = ''
  do_not_prune: Tuple[str, ...] = ()
  sparsity_distribution: str = 'uniform'
  min_weight_sparsity: float = 0.0
  max_weight_sparsity: float = 1.0
  structure: str = 'auto'
  target_macs: str = ''
  target_params: str = ''
  sparsity_schedule: str = 'polynomial'
  mask_update: str = 'rank'
  keep_sparsity: bool = True

  def __new__(cls, *values: Any, **fields: Any) -> Any:
    """Remembers whether a step is named; else the schedule can be chosen.

    Raises:
      TypeError: A value is given without the name of a field.
      ValueError: A budget is given beside a target sparsity.
    """
    if values:
      raise TypeError(
          f'{cls.__name__} must be given its fields by name, such as '
          f'{cls.__name__}(target_sparsity=0.9). Received: '
          f'{errors.shown(list(values))[1:-1]}')
    spec = super().__new__(cls)
    if not set(fields) >= set(DEFAULTS) - set(training_length.STEP_FIELDS):
      budget_lib.check_is_only_target(fields)
    named = [field for field in training_length.STEP_FIELDS if field in fields]
    if set(fields) >= set(DEFAULTS):
      # `dataclasses.replace` and mappings of all fields name every field,
      # whether anybody set it or not.
      named = [field for field in named if not (
          isinstance(fields[field], int) and fields[field] == DEFAULTS[field])]
    object.__setattr__(spec, '_names_steps', bool(named))
    return spec

  def __post_init__(self) -> None:
    for field, default in DEFAULTS.items():
      value = checks.canonical_value(field, default, getattr(self, field))
      object.__setattr__(self, field, value)
    checks.check(self)
    if self.m_by_n:
      m, n = self.m_by_n
      object.__setattr__(self, 'target_sparsity', m / n)
    budget = self.budget
    if budget:
      object.__setattr__(self, 'target_sparsity', 1.0 - budget.share)

  def __setstate__(self, state: Dict[str, Any]) -> None:
    """Restores a pickle; one of version 0.1 does not say what was named."""
    self.__dict__.update(state)
    if '_names_steps' not in state:
      self.__dict__['_names_steps'] = not all(
          map(self.is_default, training_length.STEP_FIELDS))

  @property
  def names_steps(self) -> bool:
    """Whether a step field was given, be it with its default value.

    If none was, the schedule can be chosen for the length of the training.
    """
    return bool(self.__dict__['_names_steps'])

  @property
  def is_resolved(self) -> bool:
    """Whether all steps are numbers, and none is a share or epochs."""
    return not any(isinstance(getattr(self, field), str)
                   for field in training_length.STEP_FIELDS)

  @property
  def follows_schedule(self) -> bool:
    """Whether masks change in training, as the schedule says."""
    return mask_updates.AXIS.entry(self.mask_update).follows_schedule

  def is_default(self, field: str) -> bool:
    """Whether a field has its default value."""
    return bool(getattr(self, field) == DEFAULTS[field])

  @property
  def m_by_n(self) -> Optional[Tuple[int, int]]:
    """`sparsity_m_by_n` as (M, N), or None if it is not set."""
    return (patterns_lib.read_pair(self.sparsity_m_by_n)
            if self.sparsity_m_by_n else None)

  @property
  def budget(self) -> Optional[budget_lib.Budget]:
    """`target_macs` or `target_params`, or None if neither is set."""
    return budget_lib.Budget.of(self)


DEFAULTS: Dict[str, Any] = {
    field.name: field.default for field in dataclasses.fields(Fields)}
