# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`PruningSpec`: one value, or one string, that says how a model is pruned.

>>> spec = PruningSpec.parse('target_sparsity=0.9,weight_sparsity_map=[fc:0.5]')
>>> spec.rule_for('fc/weights', [64, 10]).target_sparsity
0.5
>>> print(spec.replace(block_width=4))
weight_sparsity_map=[fc:0.5],block_width=4,target_sparsity=0.9
"""

from __future__ import annotations

import dataclasses
from typing import (
  Any,
  Dict,
  Iterable,
  Mapping,
  Optional,
  Sequence,
  Tuple,
  TYPE_CHECKING,
  Union,
)

from absl import logging

from model_pruning._src.axes import structures
from model_pruning._src.spec import checks
from model_pruning._src.spec import compression_fields
from model_pruning._src.spec import errors
from model_pruning._src.spec import for_training
from model_pruning._src.spec import hparams as hparams_lib
from model_pruning._src.spec import notes
from model_pruning._src.spec import patterns as patterns_lib
from model_pruning._src.spec import text as text_lib
from model_pruning._src.spec import weight_rule

if TYPE_CHECKING:
  from model_pruning._src.planning import preview  # pylint: disable=g-bad-import-order

# What a rule is made of, for whoever takes rules apart.
Block = structures.Block
NOfM = structures.NOfM
Unstructured = structures.Unstructured
WeightRule = weight_rule.WeightRule


@dataclasses.dataclass(frozen=True, repr=False)
class PruningSpec:
  """How a model is pruned: when, how far, what, and in which structure.

  Steps are counts of optimizer updates. A map gives weights values by name: a
  list of `'pattern:value'`, or in Python a mapping from pattern to value. A
  pattern is a regex that is searched in the name of the weight (without
  `:0`). A pattern that is the very name of a weight goes before the others;
  two others that match it must give it the same value. Every field is
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
      `sparsity_m_by_n` it is M/N.
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
      one is an error.
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
  begin_pruning_step: int = 0
  end_pruning_step: int = -1
  weight_sparsity_map: Tuple[str, ...] = ()
  block_dims_map: Tuple[str, ...] = ()
  group_pruning: bool = False
  group_sparsity_map: Tuple[str, ...] = ()
  group_block_dims_map: Tuple[str, ...] = ()
  threshold_decay: float = 0.0
  pruning_frequency: int = 10
  nbins: int = 256
  block_height: int = 1
  block_width: int = 1
  block_pooling_function: str = 'AVG'
  initial_sparsity: float = 0.0
  target_sparsity: float = 0.5
  sparsity_function_begin_step: int = 0
  sparsity_function_end_step: int = 100
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
  sparsity_schedule: str = 'polynomial'
  mask_update: str = 'rank'
  keep_sparsity: bool = True

  def __post_init__(self) -> None:
    for field, default in _DEFAULTS.items():
      value = checks.canonical_value(field, default, getattr(self, field))
      object.__setattr__(self, field, value)
    checks.check(self)
    if self.m_by_n:
      m, n = self.m_by_n
      object.__setattr__(self, 'target_sparsity', m / n)

  @classmethod
  def parse(cls, text: str) -> PruningSpec:
    """Returns the spec that a string stands for.

    Args:
      text: `name=value` items; docs/guide.md has the grammar.

    Raises:
      ValueError: The text is malformed, or a value is not what it must be.
    """
    return cls(**text_lib.parse(text, _DEFAULTS))

  @classmethod
  def of(
      cls,
      spec: Union[PruningSpec, str, hparams_lib.HParams, Mapping[str, Any]],
  ) -> PruningSpec:
    """Returns a spec given in any of its forms.

    Args:
      spec: A spec, its string, or an `HParams` or a mapping with some or all
        of the fields and nothing else. `tf.contrib`'s `HParams` will do; the
        fields that old ones have for matrix compression are left out.

    Raises:
      TypeError: `spec` is something else.
      ValueError: It has an unknown name or a wrong value, or asks for matrix
        compression.
    """
    if isinstance(spec, PruningSpec):
      return spec
    if isinstance(spec, str):
      return cls.parse(spec)
    values: Any = spec
    if _is_hparams(spec):
      values = compression_fields.without(values.values())
    if not isinstance(values, Mapping):
      raise TypeError(
          'Argument `spec` must be a PruningSpec, a str, an HParams or a '
          f'mapping. Received: spec={spec!r} of type {type(spec).__name__}')
    for name in values:
      if name not in _DEFAULTS:
        raise ValueError(errors.unknown_name(name, _DEFAULTS))
    return cls(**values)

  @classmethod
  def for_training(cls, target_sparsity: float, steps_per_epoch: int,
                   epochs: int, warm_up: float = 0.1, recovery: float = 0.25,
                   num_updates: int = 50, **fields: Any) -> PruningSpec:
    """Returns a spec whose steps fit a training, and logs what they are.

    >>> PruningSpec.for_training(0.5, 1000, 10).sparsity_function_end_step
    7500

    Args:
      target_sparsity: Sparsity where the curve ends.
      steps_per_epoch: Optimizer updates of an epoch.
      epochs: How many epochs training has.
      warm_up: Share of the training before anything is pruned.
      recovery: Share of it after the target is reached; masks stay.
      num_updates: About how often masks are updated between the two.
      **fields: Other fields of the spec.

    Raises:
      ValueError: An argument is not what it must be, or a field is among
        those that are chosen here.
    """
    choice = for_training.choose(
        steps_per_epoch, epochs, warm_up, recovery, num_updates)
    for name in choice.fields():
      if name in fields:
        raise errors.argument_error(
            name, 'be left out, because `for_training` chooses it',
            fields[name])
    spec = cls.of(dict(fields, target_sparsity=target_sparsity,
                       **choice.fields()))
    logging.info('%s %r', choice, spec)
    return spec

  def replace(self, **values: Any) -> PruningSpec:
    """Returns this spec with other values of some fields.

    A `target_sparsity` that came from `sparsity_m_by_n` goes with it.
    """
    if self.m_by_n and 'sparsity_m_by_n' in values:
      values.setdefault('target_sparsity', _DEFAULTS['target_sparsity'])
    return self.of({**_values(self), **values})

  def is_default(self, field: str) -> bool:
    """Whether a field has its default value."""
    return bool(getattr(self, field) == _DEFAULTS[field])

  @property
  def m_by_n(self) -> Optional[Tuple[int, int]]:
    """`sparsity_m_by_n` as (M, N), or None if it is not set."""
    return (patterns_lib.read_pair(self.sparsity_m_by_n)
            if self.sparsity_m_by_n else None)

  def rule_for(self, weight_name: str, shape: Sequence[int],
               group_name: Optional[str] = None) -> Optional[WeightRule]:
    """Returns how a weight is pruned.

    The distribution 'erk' is not applied here: it needs all the weights, and
    changes the `target_sparsity` of the rules afterwards.

    Args:
      weight_name: Name of the weight, with or without `:0`.
      shape: Its shape, known in full. Blocks are cut to it.
      group_name: The group that the weight was put in by hand: patterns of the
        group maps are searched in it instead of in the name of the weight.
        'ungrouped' is by itself. No effect without `group_pruning`.

    Returns:
      The rule, or None if a pattern of `do_not_prune` matches.

    Raises:
      ValueError: Two patterns give the weight different values.
    """
    return weight_rule.rule_for(self, weight_name, shape, group_name)

  def has_own_target(self, weight_name: str) -> bool:
    """Whether `weight_sparsity_map` gives the weight a target."""
    return weight_rule.own_target(self, weight_name) is not None

  def check_patterns(self, weight_names: Iterable[str],
                     other_names: Iterable[str] = (),
                     group_names: Iterable[str] = ()) -> None:
    """Raises a ValueError if a pattern matches no name it can apply to.

    Args:
      weight_names: The weights that can be pruned.
      other_names: Those that cannot: `do_not_prune` may match them too.
      group_names: Groups that weights were put in by hand.
    """
    weight_rule.check_patterns(self, weight_names, other_names, group_names)

  def schedule_notes(self) -> Tuple[str, ...]:
    """Returns sentences on what is legal here and may surprise; often none."""
    return notes.notes(self)

  def plan(self, model: Any,
           num_steps: Optional[int] = None) -> preview.PruningPreview:
    """Returns what this spec would do: `model_pruning.plan`.

    Args:
      model: A built Keras model, a graph, or None, the default graph. It is
        not changed.
      num_steps: How many optimizer updates training makes, if known.

    Raises:
      TypeError: `model` is neither a Keras model nor a graph.
      ValueError: It is not built, has no trainable variables, or a pattern
        matches none of its weights.
    """
    # The verb of the library. It is there once the package is, and needs the
    # front ends, which a spec must not need to be imported.
    import model_pruning
    return model_pruning.plan(model, self, num_steps=num_steps)

  def __str__(self) -> str:
    """The shortest string that parses to an equal spec."""
    values = _values(self)
    if self.m_by_n:
      del values['target_sparsity']
    return text_lib.format(values, _DEFAULTS)

  def __repr__(self) -> str:
    return f'{type(self).__name__}.parse({str(self)!r})'


# Pickles look for a class in the module that it names: a public one, which
# stays where it is when this file moves.
PruningSpec.__module__ = 'model_pruning.spec'

_DEFAULTS: Dict[str, Any] = {
    field.name: field.default for field in dataclasses.fields(PruningSpec)}


def _is_hparams(spec: Any) -> bool:
  return isinstance(spec, hparams_lib.HParams) or (
      callable(getattr(spec, 'parse_json', None))
      and callable(getattr(spec, 'values', None)))


def _values(spec: PruningSpec) -> Dict[str, Any]:
  return {field: getattr(spec, field) for field in _DEFAULTS}


def get_pruning_hparams() -> hparams_lib.HParams:
  """Returns the fields of a spec at their defaults, as a mutable object.

  After them it has those of matrix compression, which old specs may set.

  >>> hparams = get_pruning_hparams().parse('target_sparsity=0.9')
  >>> PruningSpec.of(hparams)
  PruningSpec.parse('target_sparsity=0.9')
  """
  return hparams_lib.HParams(**_DEFAULTS, **compression_fields.DEFAULTS)
