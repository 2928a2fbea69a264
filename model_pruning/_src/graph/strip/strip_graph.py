# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Stripping a stored graph: folding its masks, and telling what was done."""

from __future__ import annotations

from typing import (
  Any,
  Dict,
  FrozenSet,
  List,
  NamedTuple,
  Optional,
  Sequence,
  Tuple,
)

import numpy as np
import tensorflow as tf

from model_pruning._src.graph import mask_collections
from model_pruning._src.graph.strip import constants
from model_pruning._src.graph.strip import fold_masks
from model_pruning._src.graph.strip import freeze
from model_pruning._src.graph.strip import graph_def_edits as edits
from model_pruning._src.graph.strip import graph_def_walk as walk
from model_pruning._src.graph.strip import mask_arguments
from model_pruning._src.graph.strip import mask_products
from model_pruning._src.graph.strip import report
from model_pruning._src.graph.strip import stored_graph
from model_pruning._src.graph.strip import variable_roles


class Stripped(NamedTuple):
  """A graph whose masks were folded.

  Attributes:
    graph_def: the GraphDef without them; variables are variables still.
    values: new values of weights that are variables, by node.
    state: names of the variables that belong to pruning.
    weights: an entry for each weight that has a mask.
    warnings: sentences for the user.
  """

  graph_def: Any
  values: Dict[str, np.ndarray]
  state: FrozenSet[str]
  weights: Tuple[report.StrippedWeight, ...]
  warnings: Tuple[str, ...]


def strip(stored: stored_graph.StoredGraph,
          outputs: Optional[Sequence[str]], only_outputs: bool) -> Stripped:
  """Folds the masks of a stored graph.

  Args:
    stored: the graph and its values; not changed.
    outputs: nodes whose values must stay as they are.
    only_outputs: whether to leave out all that these do not need.

  Returns:
    The graph without masks.
  """
  whole = stored.meta_graph.graph_def
  if only_outputs:
    graph_def = edits.subgraph(whole, outputs or ())
  else:
    graph_def = type(whole)()
    graph_def.CopyFrom(whole)
  has_variables = any(node.op in walk.VARIABLE_OPS for node in graph_def.node)
  state = variable_roles.VariableRoles(stored)
  listed = state.listed_in(mask_collections.MASKS)
  folded = fold_masks.fold_masks(
      graph_def, _variables(stored, graph_def, has_variables, listed),
      outputs or ())
  masks = frozenset(leaf.node for leaf in folded.masks)
  mask_arguments.drop_mask_arguments(
      graph_def, masks, frozenset(outputs or ()))
  if only_outputs:
    graph_def = edits.subgraph(graph_def, outputs or ())
  weights = [report.StrippedWeight.of(leaf.node, value)
             for leaf, value in folded.values.items()]
  warnings = list(folded.kept)
  nodes = {node.name: node for node in graph_def.node}
  names = set(nodes)
  # A mask that an output needs is one of the user's.
  needed = walk.ancestors(nodes, outputs or ())
  projected = [weight for weight in state.projected()
               if weight.name in names and weight.mask not in needed]
  entries, notes = variable_roles.report_projected(projected, stored)
  left = listed & names - masks - {leaf.node for leaf in folded.kept_masks}
  notes += [f'the mask {name} stays: no product of it with a weight of its '
            'shape was found' for name in sorted(left)]
  if not weights and not entries:
    notes.append('NO MASKS were found: no weight is multiplied by a variable '
                 'of zeros and ones, and none has one beside it. Nothing was '
                 'stripped')
  return Stripped(
      graph_def,
      {leaf.node: value for leaf, value in folded.values.items()
       if has_variables},
      state.belonging_to(masks | {weight.mask for weight in projected}),
      tuple(weights + entries), tuple(warnings + notes))


def freeze_stripped(stripped: Stripped, stored: stored_graph.StoredGraph,
                    outputs: Sequence[str]) -> Any:
  """Makes the variables of a stripped graph constants; gives the GraphDef."""
  graph_def = stripped.graph_def
  freeze.freeze(graph_def, lambda name: (
      stripped.values[name] if name in stripped.values
      else stored.value(name)))
  return edits.subgraph(graph_def, outputs)


def _variables(stored: stored_graph.StoredGraph, graph_def: Any,
               has_variables: bool,
               listed: FrozenSet[str]) -> mask_products.Variables:
  """What is known of the variables of a graph, or of its constants."""
  bodies: Dict[str, Dict[str, Any]] = {
      '': {node.name: node for node in graph_def.node}}
  for function in graph_def.library.function:
    bodies[function.signature.name] = {
        node.name: node for node in function.node_def}

  def shape(leaf: walk.Leaf) -> Optional[Tuple[int, ...]]:
    attr = bodies[leaf.body][leaf.node].attr
    if not has_variables:
      known = tf.TensorShape(attr['value'].tensor.tensor_shape)
    elif leaf.body:
      return None  # A variable of the function's own.
    else:
      known = tf.TensorShape(attr['shape'].shape)
    return tuple(known.as_list()) if known.is_fully_defined() else None

  def value(leaf: walk.Leaf) -> np.ndarray:
    if has_variables:
      return stored.value(leaf.node)
    return constants.value_of(bodies[leaf.body][leaf.node])

  return mask_products.Variables(
      value, shape,
      walk.VARIABLE_OPS if has_variables else frozenset(['Const']),
      stored.variables_in('trainable_variables'), listed)


def checked_outputs(graph_def: Any, names: List[str]) -> List[str]:
  """Names of output nodes, without `:0`.

  Raises:
    ValueError: there are none, or one is not in the graph.
  """
  outputs = [walk.node_of(name) for name in names]
  known = {node.name for node in graph_def.node}
  unknown = [name for name in outputs if name not in known]
  if unknown or not outputs:
    raise ValueError(
        'Argument `output_node_names` must name one node of the graph at '
        f'least, and no others. Received: output_node_names={names}, of which '
        f'the graph does not have {unknown}')
  return outputs
