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
from model_pruning._src.spec import budget as budget_lib
from model_pruning._src.spec import compression_fields
from model_pruning._src.spec import errors
from model_pruning._src.spec import fields as fields_lib
from model_pruning._src.spec import for_training
from model_pruning._src.spec import hparams as hparams_lib
from model_pruning._src.spec import notes
from model_pruning._src.spec import text as text_lib
from model_pruning._src.spec import training_length
from model_pruning._src.spec import value_type
from model_pruning._src.spec import weight_rule

if TYPE_CHECKING:
  import model_pruning

# What a rule is made of, for whoever takes rules apart.
Block = structures.Block
NOfM = structures.NOfM
Unstructured = structures.Unstructured
WeightRule = weight_rule.WeightRule


class PruningSpec(fields_lib.Fields):
  __doc__ = fields_lib.Fields.__doc__

  @classmethod
  def parse(cls, text: str) -> PruningSpec:
    """Returns the spec that a string stands for.

    Args:
      text: `name=value` items; docs/guide.md has the grammar.

    Raises:
      ValueError: The text is malformed, or a value is not what it must be.
    """
    return cls(**text_lib.parse(text, _KINDS))

  @classmethod
  def of(
      cls,
      spec: Union[PruningSpec, str, hparams_lib.HParams, Mapping[str, Any]],
  ) -> PruningSpec:
    """Returns a spec given in any of its forms.

    Args:
      spec: A spec, its string, or an `HParams` or a mapping with some or all
        of the fields and nothing else. `tf.contrib`'s `HParams` will do; the
        fields that old ones have for matrix compression are left out. Of an
        `HParams`, steps that differ from the defaults count as named.

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
          f'mapping. Received: spec={errors.shown(spec)} of type '
          f'{type(spec).__name__}')
    for name in values:
      if name not in _DEFAULTS:
        raise ValueError(errors.unknown_name(name, _DEFAULTS))
    if _is_hparams(spec):  # It has all fields, whether anybody set them or not.
      values = {name: value for name, value in values.items()
                if name not in training_length.STEP_FIELDS
                or value != _DEFAULTS[name]}
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
    for_training.check_count('steps_per_epoch', steps_per_epoch)
    for_training.check_count('epochs', epochs)
    choice = for_training.choose(int(steps_per_epoch) * int(epochs), warm_up,
                                 recovery, num_updates)
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

    A `target_sparsity` that came from `sparsity_m_by_n` or from a budget goes
    with it.
    """
    if (self.m_by_n and 'sparsity_m_by_n' in values
        or self.budget and values.keys() & budget_lib.FIELDS):
      values.setdefault('target_sparsity', _DEFAULTS['target_sparsity'])
    spec = self.of({**_values(self), **values})
    # With all fields given, `of` cannot tell which somebody named.
    object.__setattr__(spec, '_names_steps', self.names_steps or any(
        field in values for field in training_length.STEP_FIELDS))
    return spec

  def resolve(self, *, num_steps: Optional[int] = None,
              steps_per_epoch: Optional[int] = None) -> PruningSpec:
    """Returns the spec for a training of known length: all steps are ints.

    A spec that names no step gets the schedule of `for_training`.

    >>> PruningSpec(begin_pruning_step='10%').resolve(num_steps=2000)
    PruningSpec.parse('begin_pruning_step=200')

    Args:
      num_steps: Optimizer updates of the whole training, if known.
      steps_per_epoch: Optimizer updates of an epoch, if known.

    Raises:
      ValueError: A share of the training, or epochs, are named without the
        length they take; or the steps that they are do not go together.
    """
    training_length.check_length(num_steps, steps_per_epoch)
    if not self.names_steps:
      if num_steps is None or not self.follows_schedule:
        return self
      return self.replace(**for_training.choose(num_steps).fields())
    if self.is_resolved:
      return self
    return self.replace(**{
        field: training_length.step_at(
            field, getattr(self, field), num_steps, steps_per_epoch)
        for field in training_length.STEP_FIELDS})

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
                     group_names: Iterable[str] = (),
                     why_not: Optional[Mapping[str, str]] = None) -> None:
    """Raises a ValueError if a pattern matches no name it can apply to.

    Args:
      weight_names: The weights that can be pruned.
      other_names: Those that cannot: `do_not_prune` may match them too.
      group_names: Groups that weights were put in by hand.
      why_not: Reasons for names that are not in `weight_names`. The error says
        that of each which the pattern matches.
    """
    weight_rule.check_patterns(
        self, weight_names, other_names, group_names, why_not)

  def schedule_notes(self) -> Tuple[str, ...]:
    """Returns sentences on what is legal here and may surprise; often none.

    Of shares and epochs only what holds for every length of the training;
    `resolve` first for all of them.
    """
    return notes.notes(self)

  def plan(self, model: Any, *, num_steps: Optional[int] = None,
           steps_per_epoch: Optional[int] = None
           ) -> model_pruning.PruningPreview:
    """Returns what this spec would do: `model_pruning.plan`.

    Args:
      model: A built Keras model, a graph, or None, the default graph. It is
        not changed.
      num_steps: How many optimizer updates training makes, if known.
      steps_per_epoch: How many of them an epoch has, if known.

    Raises:
      TypeError: `model` is neither a Keras model nor a graph.
      ValueError: It is not built, has no trainable variables, or a pattern
        matches none of its weights.
    """
    # The verb of the library. It is there once the package is, and needs the
    # front ends, which a spec must not need to be imported.
    import model_pruning
    return model_pruning.plan(
        model, self, num_steps=num_steps, steps_per_epoch=steps_per_epoch)

  def __str__(self) -> str:
    """The shortest string that parses to an equal spec."""
    values = _values(self)
    if self.m_by_n or self.budget:
      del values['target_sparsity']
    defaults = dict(_DEFAULTS)
    if self.names_steps and all(
        map(self.is_default, training_length.STEP_FIELDS)):
      del defaults[_NAMED_STEP]  # That it names its steps is to come back.
    return text_lib.format(values, defaults)

  def __repr__(self) -> str:
    return f'{type(self).__name__}.parse({str(self)!r})'


# Pickles look for a class in the module that it names: a public one, which
# stays where it is when this file moves.
PruningSpec.__module__ = 'model_pruning.spec'

_DEFAULTS = fields_lib.DEFAULTS
# What is printed of a spec that names steps, all of them with their defaults.
_NAMED_STEP = 'sparsity_function_end_step'
# Text is read as what a field takes; a step field takes more than ints.
_KINDS: Dict[str, Any] = {
    **_DEFAULTS, **{field: value_type.Kind(str)
                    for field in training_length.STEP_FIELDS}}


def _is_hparams(spec: Any) -> bool:
  return isinstance(spec, hparams_lib.HParams) or (
      callable(getattr(spec, 'parse_json', None))
      and callable(getattr(spec, 'values', None)))


def _values(spec: PruningSpec) -> Dict[str, Any]:
  """The fields of a spec, with steps only if it names one."""
  return {field: getattr(spec, field) for field in _DEFAULTS
          if spec.names_steps or field not in training_length.STEP_FIELDS}


def get_pruning_hparams() -> hparams_lib.HParams:
  """Returns the fields of a spec at their defaults, as a mutable object.

  After them it has those of matrix compression, which old specs may set. Steps
  may be text, such as '70%', as in a spec.

  >>> hparams = get_pruning_hparams().parse('target_sparsity=0.9')
  >>> PruningSpec.of(hparams)
  PruningSpec.parse('target_sparsity=0.9')
  """
  return hparams_lib.HParams(
      **_DEFAULTS, **compression_fields.DEFAULTS).with_kinds({
          field: value_type.Kind(value_type.Step)
          for field in training_length.STEP_FIELDS})
