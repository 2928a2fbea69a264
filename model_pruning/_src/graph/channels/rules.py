# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Which rule follows the channels through which operation."""

from __future__ import annotations

from typing import Callable, Dict, Iterable, List, Sequence, Union

import numpy as np

from model_pruning._src.graph.channels import node_call
from model_pruning._src.graph.channels import tensors

# Returns what is known of the first outputs, or their channels.
Rule = Callable[[node_call.NodeCall],
                Sequence[Union[np.ndarray, tensors.Tensor]]]

_BY_TYPE: Dict[str, Rule] = {}


def for_ops(types: Iterable[str]) -> Callable[[Rule], Rule]:
  """Registers a rule for types of operations."""
  def register(rule: Rule) -> Rule:
    _BY_TYPE.update(dict.fromkeys(types, rule))
    return rule
  return register


def follow(call: node_call.NodeCall) -> List[tensors.Tensor]:
  """Returns what is known of the outputs of an operation."""
  rule = _BY_TYPE.get(call.op.type)
  if rule is None:
    found = call.stays()
  elif not call.is_known:
    found = call.stays('shapes are not known')
  else:
    found = [one if isinstance(one, tensors.Tensor) else tensors.Tensor(one)
             for one in rule(call)]
    found += [call.unknown(i, f'output {i} has no rule')
              for i in range(len(found), len(call.op.outputs))]
  call.finish()
  return found
