# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Which constants of a frozen GraphDef are weights that can be pruned."""

from __future__ import annotations

from typing import Any, Dict, List, Set, Tuple

from model_pruning._src.graph import weights as weights_lib
from model_pruning._src.graph.strip import graph_def_walk as walk
from model_pruning._src.model_files import graph_defs
from model_pruning._src.planning import plan
from model_pruning._src.planning import reasons

# Where a constant is: the function ('' is the graph) and the node.
_Place = Tuple[str, str]


def candidates(graph_def: Any) -> List[Tuple[graph_defs.Constant,
                                             plan.Candidate]]:
  """The constants of floats with two dimensions, and what is said of each.

  Args:
    graph_def: a GraphDef. Its loops, branches and functions are followed.

  Returns:
    Pairs of a constant and a candidate, which has a reason if no matrix
    product, convolution or gather takes the constant.
  """
  uses = _uses(graph_def)
  found = []
  for constant in graph_defs.constants(graph_def):
    types = uses.get((constant.function, constant.node.name), set())
    reason = None
    on_request = False
    if 0 in constant.shape:
      reason = reasons.Reason.of(reasons.SkipKind.EMPTY)
    elif not types:
      reason = reasons.Reason.of(reasons.SkipKind.USE)
    elif all('Depthwise' in op_type for op_type in types):
      reason = reasons.Reason.of(reasons.SkipKind.DEPTHWISE)
      on_request = True
    found.append((constant, plan.Candidate(
        constant.name, constant.shape, reason, on_request)))
  return found


def _uses(graph_def: Any) -> Dict[_Place, Set[str]]:
  """Which types of operations compute with a constant."""
  uses: Dict[_Place, Set[str]] = {}
  for instance in walk.instances(graph_def):
    for node in instance.body.nodes.values():
      if weights_lib.is_contraction(node.op):
        for ref in walk.data_inputs(node):
          for place in _constants_behind(instance, ref):
            uses.setdefault(place, set()).add(node.op)
  return uses


def _constants_behind(instance: walk.Instance, ref: str) -> Set[_Place]:
  """The constants whose entries an input consists of, each as it is."""
  found: Set[_Place] = set()
  waiting = [(instance, ref)]
  seen = set()
  while waiting:
    instance, ref = waiting.pop()
    source = instance.resolve(ref)
    if source is None:
      continue
    body = source.instance.body.name
    key = (body, source.node.name)
    if source.node.op == 'Const':
      found.add(key)
    elif source.node.op in weights_lib.PASSES_ON and key not in seen:
      seen.add(key)
      waiting += [(source.instance, before)
                  for before in walk.data_inputs(source.node)]
  return found
