# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Budgets: how much of a model is to be left when channels are pruned."""

from __future__ import annotations

import re
from typing import Any, Dict, NamedTuple, Optional

from model_pruning._src.axes import distributions
from model_pruning._src.spec import errors

# The fields that are budgets, and what each of them counts.
FIELDS = {'target_macs': 'multiply-adds', 'target_params': 'parameters'}

_SHARE = re.compile(r'([0-9]{1,3}(?:\.[0-9]{1,6})?)\s*%')


class Budget(NamedTuple):
  """A share of a model that is to be left.

  Attributes:
    field: the field of the spec that has it, a key of `FIELDS`.
    share: what is left of the model, in (0, 1].
    min_sparsity: the least share of the channels of each set to prune.
    max_sparsity: the greatest.
  """

  field: str
  share: float
  min_sparsity: float = 0.0
  max_sparsity: float = 1.0

  @property
  def unit(self) -> str:
    """What is counted: multiply-adds or parameters."""
    return FIELDS[self.field]

  @classmethod
  def of(cls, spec: Any) -> Optional[Budget]:
    """Returns the budget of a spec, or None if it has none."""
    for field in FIELDS:
      if getattr(spec, field):
        return cls(field, float(getattr(spec, field)[:-1]) / 100.0,
                   spec.min_weight_sparsity, spec.max_weight_sparsity)
    return None


def canonical(field: str, value: Any) -> str:
  """Returns a budget as a spec stores it.

  >>> canonical('target_macs', ' 37.50 %')
  '37.5%'

  Args:
    field: The name of the field, for the error.
    value: Text of a share of the model in (0%, 100%], or '': no budget.

  Raises:
    ValueError: It is something else.
  """
  text = value.strip() if isinstance(value, str) else None
  if text == '':
    return ''
  match = _SHARE.fullmatch(text) if text else None
  if match is None or not 0.0 < float(match.group(1)) <= 100.0:
    raise errors.argument_error(
        field, f'be the share of the {FIELDS[field]} of the model that is to '
        "be left, above 0% and up to 100%, such as '50%'", value)
  return f'{float(match.group(1)):.9g}%'


def check_is_only_target(fields: Dict[str, Any]) -> None:
  """Raises a ValueError if a budget is given beside a target sparsity.

  Args:
    fields: those of a spec that are given, each by its name.
  """
  for field in FIELDS:
    if fields.get(field) and 'target_sparsity' in fields:
      raise ValueError(
          f'Argument `{field}` must not be combined with target_sparsity: '
          'give the share of the model that is left, or the share of channels '
          f'that goes. Received: {field}={errors.shown(fields[field])}, '
          f'target_sparsity={errors.shown(fields["target_sparsity"])}')


def by_weights(spec: Any) -> Any:
  """Returns the spec of weights that are pruned by themselves.

  It says which weights of a model whose channels are pruned have a rule. With
  a budget these share one ranking, and the target of their rules is the share
  of the budget that goes.

  Args:
    spec: a `PruningSpec` with `structure=channels`.
  """
  if Budget.of(spec) is None:
    return spec.replace(structure='auto')
  # The bounds are of sets of channels, and say nothing of a share of the cost.
  return spec.replace(
      structure='auto', target_sparsity=spec.target_sparsity,
      sparsity_distribution='global', min_weight_sparsity=0.0,
      max_weight_sparsity=1.0, **dict.fromkeys(FIELDS, ''))


def is_one_ranking(distribution: str) -> bool:
  """Whether a distribution goes with a budget, which ranks all channels."""
  entry = distributions.AXIS.entry(distribution)
  return entry.is_one_ranking or entry.targets is None
