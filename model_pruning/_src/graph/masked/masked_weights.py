# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The masked weights of a graph, and what a spec makes of them.

They are read from the collections, where `apply_mask` or the caller's own code
put them.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, List, NamedTuple, Optional, Set

import tensorflow as tf

from model_pruning._src.graph import mask_collections
from model_pruning._src.graph import weights as weights_lib
from model_pruning._src.graph.masked import apply_mask
from model_pruning._src.planning import plan
from model_pruning._src.planning import report as report_lib
from model_pruning._src.spec import patterns as patterns_lib
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import weight_rule


class Masked(NamedTuple):
  """A weight and its variables, as the collections have them."""

  weight: Any
  state: apply_mask.MaskState
  group_name: Optional[str]

  @property
  def name(self) -> str:
    """Name of the weight, without `:0`."""
    return name_of(self.weight)

  @property
  def shape(self) -> List[int]:
    """Shape of the weight, which is known from its mask."""
    return tf.TensorShape(self.state.mask.shape).as_list()


class RankedWithRules(NamedTuple):
  """Weights that are ranked together, and the rule of each."""

  weights: List[Masked]
  rules: List[weight_rule.WeightRule]


class Rankings(NamedTuple):
  """What a spec makes of the masked weights of a graph."""

  rankings: List[RankedWithRules]
  report: report_lib.PruningReport


def name_of(variable: Any) -> str:
  """Name of a variable, partitioned or not, or of a tensor, without `:0`."""
  return patterns_lib.bare_name(variable.name)


def find(prune_option: str = 'weight') -> List[Masked]:
  """The masked weights of the default graph, each once.

  Args:
    prune_option: the gradient options need variables that masks made for
      'weight' have not: they are made.

  Returns:
    The weights in the order in which they were masked.

  Raises:
    ValueError: collections are not of one length.
  """
  found: Dict[int, Masked] = {}
  for use in find_uses(prune_option):
    found.setdefault(id(use.state.mask), use)
  return list(found.values())


def find_uses(prune_option: str = 'weight') -> List[Masked]:
  """As `find`, but a layer that is used twice is there twice."""
  one_each = [mask_collections.MASKS, mask_collections.THRESHOLDS]
  others = [mask_collections.WEIGHTS]
  if prune_option != 'weight':
    others += [mask_collections.GRADIENTS, mask_collections.OLD_WEIGHTS,
               mask_collections.OLD_OLD_WEIGHTS]
    _create_gradient_state(prune_option)
  lists = {name: mask_collections.get(name) for name in one_each + others}
  lengths = {name: len(items) for name, items in lists.items()}
  number = lengths[mask_collections.MASKS]
  # A program that deletes what a second tower added deletes masks and
  # thresholds, and may leave the rest: an index means the same in all.
  if any(lengths[name] != number for name in one_each) or any(
      lengths[name] < number for name in others):
    raise ValueError(
        'The collections of masked weights must have one entry for each '
        f'weight, for prune_option={prune_option!r}. Received: lengths '
        f'{lengths}. Was each weight masked with the prune_option of the '
        'spec, by `apply_mask(x, scope, prune_option)` or '
        '`Pruning.apply_mask`?')
  return [
      Masked(weight, apply_mask.MaskState(mask, threshold, *rest),
             _group_of(mask))
      for mask, threshold, weight, *rest in zip(*lists.values())]


def _create_gradient_state(prune_option: str) -> None:
  """Makes what `prune_option` needs of weights that were masked without it.

  Old programs never say it to a masked cell, which made these variables in any
  case. Here they are made when something needs them, beside the mask.
  """
  names = (mask_collections.GRADIENTS, mask_collections.OLD_WEIGHTS,
           mask_collections.OLD_OLD_WEIGHTS)
  masks = mask_collections.get(mask_collections.MASKS)
  weights = mask_collections.get(mask_collections.WEIGHTS)
  if len(masks) != len(weights):
    return  # It is not known which belong together.
  there = [mask_collections.get(name) for name in names]
  if len({len(entries) for entries in there}) > 1 or (
      len(there[0]) == len(masks)):
    return
  by_scope = {_scope_of(entries[0]): entries for entries in zip(*there)}
  if not set(by_scope) <= set(map(_scope_of, masks)):
    return  # Somebody has names of their own.
  graph = mask_collections.owning_graph()
  rows = []
  for mask, weight in zip(masks, weights):
    entries = by_scope.get(_scope_of(mask))
    group = _group_of(mask)
    if entries is None:
      scope = tf.compat.v1.VariableScope(
          tf.compat.v1.AUTO_REUSE, _scope_of(mask))
      with tf.init_scope():
        state = apply_mask.create_state(weight, scope, prune_option)
      entries = (state.gradient, state.old_weight, state.old_old_weight)
      by_scope[_scope_of(mask)] = entries  # A layer may be used again.
      if group is not None:
        for name, entry in zip(names, entries):
          graph.add_to_collection(
              mask_collections.attach_group_suffix(name, group), entry)
    rows.append(entries)
  for name, column in zip(names, zip(*rows)):
    graph.get_collection_ref(name)[:] = column  # In the order of the masks.


def _scope_of(variable: Any) -> str:
  """Where a variable of a mask is: its name without the last part."""
  return name_of(variable).rpartition('/')[0]


def _group_of(mask: Any) -> Optional[str]:
  """The group in whose collections a mask is."""
  graph = mask_collections.owning_graph()
  prefix = mask_collections.MASKS + '_'
  for key in graph.get_all_collection_keys():
    if isinstance(key, str) and key.startswith(prefix) and any(
        other is mask for other in graph.get_collection(key)):
      return key[len(prefix):]
  return None


def rank(spec: spec_lib.PruningSpec, found: List[Masked]) -> Rankings:
  """Says which weights are ranked together and how.

  Args:
    spec: the specification.
    found: the masked weights.

  Returns:
    The rankings of the weights that are pruned, and the report.

  Raises:
    ValueError: a pattern of the spec matches nothing, or two disagree.
  """
  candidates = [plan.Candidate(entry.name, tuple(entry.shape),
                               group_name=entry.group_name)
                for entry in found]
  candidates += _without_mask({entry.name for entry in found})
  # What ranks the entries is decided by the caller, not by the plan.
  rules, report = plan.make_plan(
      spec.replace(prune_option='weight'), candidates, is_training=False,
      others=weights_lib.not_trainable(mask_collections.owning_graph()))
  for candidate, rule in zip(candidates, rules):
    if rule is not None and candidate.reason is not None:
      raise ValueError(
          f'The spec must not name a weight without a mask. Received: '
          f'{str(spec)!r}, which names {candidate.name!r}. Mask it with '
          '`apply_mask`, or with `insert_masks`')
  pruned = [(entry, rule) for entry, rule in zip(found, rules)
            if rule is not None]
  return Rankings(
      [RankedWithRules([pruned[i][0] for i in indices],
                       [pruned[i][1] for i in indices])
       for indices in weight_rule.ranked_together(
           [rule for _, rule in pruned])],
      dataclasses.replace(report, spec=str(spec)))


def _without_mask(names: Set[str]) -> List[plan.Candidate]:
  """The other variables: a spec may say that they are not pruned."""
  others = [weight.candidate for weight in weights_lib.find_weights(
      mask_collections.owning_graph())]
  return [dataclasses.replace(other, reason='it has no mask',
                              on_request=-1 not in other.shape)
          for other in others if other.name not in names]
