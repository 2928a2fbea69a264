# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Takes variables out of a MetaGraphDef: out of its saver and collections."""

from __future__ import annotations

from typing import Any, Dict, FrozenSet, Iterable, List, Set

import numpy as np
import tensorflow as tf

from model_pruning._src.compat import graph as graph_compat
from model_pruning._src.graph import mask_collections
from model_pruning._src.graph import reachable as reachable_lib
from model_pruning._src.graph.strip import constants
from model_pruning._src.graph.strip import graph_def_edits as edits
from model_pruning._src.graph.strip import graph_def_walk as walk
from model_pruning._src.graph.strip import stored_graph

_VARIABLE_COLLECTIONS = (
    'variables', 'trainable_variables', 'local_variables', 'model_variables',
    'moving_average_variables')
_MASK_COLLECTIONS = (
    mask_collections.MASKS, mask_collections.THRESHOLDS,
    mask_collections.WEIGHTS, mask_collections.MASKED_WEIGHTS,
    mask_collections.GRADIENTS, mask_collections.OLD_WEIGHTS,
    mask_collections.OLD_OLD_WEIGHTS)


def output_node_names(meta_graph: Any) -> List[str]:
  """The nodes of the outputs of all signatures of a MetaGraphDef."""
  return sorted({
      walk.node_of(name)
      for signature in meta_graph.signature_def.values()
      for output in signature.outputs.values()
      for name in _tensor_names(output)})


def _tensor_names(info: Any) -> List[str]:
  """Names of the tensors of a TensorInfo."""
  kind = info.WhichOneof('encoding')
  if kind == 'coo_sparse':
    sparse = info.coo_sparse
    return [sparse.values_tensor_name, sparse.indices_tensor_name,
            sparse.dense_shape_tensor_name]
  if kind == 'composite_tensor':
    return [name for component in info.composite_tensor.components
            for name in _tensor_names(component)]
  return [info.name] if info.name else []


def remove_variables(meta_graph: Any, names: Iterable[str]) -> FrozenSet[str]:
  """Takes variables and all that computes with them out of a MetaGraphDef.

  Args:
    meta_graph: changed in place.
    names: nodes of variables. One that the output of a signature needs stays.

  Returns:
    Names of the variables that are gone.
  """
  graph_def = meta_graph.graph_def
  nodes = {node.name: node for node in graph_def.node}
  needed = walk.ancestors(nodes, output_node_names(meta_graph))
  variables = frozenset(names) - needed
  if not variables:
    return variables
  instance = walk.instances(graph_def)[0]
  for node in graph_def.node:
    if node.op == 'SaveV2':
      _save_less(node, instance, variables)
  _restore_less(graph_def, instance, variables)
  removed = _dependents(graph_def, variables | _empty_shards(graph_def))
  removed |= _only_for(nodes, removed)
  edits.remove_named(graph_def.node, removed)
  for node in graph_def.node:
    places = node.attr['_class'].list.s if '_class' in node.attr else ()
    if any(place.decode().replace('loc:@', '', 1) in removed
           for place in places):
      del node.attr['_class']
  library = type(graph_def.library)()
  library.CopyFrom(graph_def.library)
  edits.copy_used_functions(library, graph_def)
  _filter_collections(meta_graph, removed)
  return variables


def _save_less(node: Any, instance: walk.Instance,
               variables: FrozenSet[str]) -> None:
  """Removes variables from those that a SaveV2 saves."""
  sources = [instance.resolve(ref) for ref in node.input[3:]]
  kept = [i for i, source in enumerate(sources)
          if source is None or source.node.name not in variables]
  inputs = [*node.input[:3], *(node.input[3 + i] for i in kept)]
  _keep_entries(node, instance, kept)
  del node.input[:]
  node.input.extend(inputs)


def _restore_less(graph_def: Any, instance: walk.Instance,
                  variables: FrozenSet[str]) -> None:
  """Removes variables from those that each RestoreV2 restores."""
  dropped: Dict[str, Set[int]] = {}
  for node in graph_def.node:
    if node.op in ('Assign', 'AssignVariableOp'):
      variable, value = map(instance.resolve, node.input[:2])
      if (variable and value and variable.node.name in variables
          and value.node.op == 'RestoreV2'):
        dropped.setdefault(value.node.name, set()).add(int(value.output))
  for name, indices in dropped.items():
    node = instance.body.nodes[name]
    kept = [i for i in range(len(node.attr['dtypes'].list.type))
            if i not in indices]
    _keep_entries(node, instance, kept)
    for other in graph_def.node:
      for i, ref in enumerate(other.input):
        if walk.node_of(ref) == name and not ref.startswith('^'):
          index = int(ref.partition(':')[2] or 0)
          # What takes a dropped one is removed with its variable.
          other.input[i] = f'{name}:{kept.index(index)}' if index in kept else (
              next(iter(variables)))


def _keep_entries(node: Any, instance: walk.Instance,
                  kept: List[int]) -> None:
  """Keeps some of the tensors that a SaveV2 or RestoreV2 names."""
  for ref in node.input[1:3]:
    names = instance.resolve(ref)
    assert names is not None
    constant = names.node
    entries = constants.value_of(constant)[kept]
    constant.attr['value'].tensor.CopyFrom(
        tf.compat.v1.make_tensor_proto(np.asarray(entries, object), tf.string))
    constant.attr.pop('_output_shapes', None)
  types = [node.attr['dtypes'].list.type[i] for i in kept]
  del node.attr['dtypes'].list.type[:]
  node.attr['dtypes'].list.type.extend(types)
  node.attr.pop('_output_shapes', None)


def _empty_shards(graph_def: Any) -> Set[str]:
  """Names of savers that have nothing to save, and of their files.

  A saver has one for each device. Their files are merged: those of the empty
  ones are taken out of the list.
  """
  empty = {node.name for node in graph_def.node
           if node.op in ('SaveV2', 'RestoreV2')
           and not node.attr['dtypes'].list.type}
  files = {node.name for node in graph_def.node if node.op == 'Identity'
           and any(ref[1:] in empty for ref in node.input
                   if ref.startswith('^'))}
  for node in graph_def.node:
    if node.op == 'Pack' and any(
        walk.node_of(ref) in files for ref in node.input):
      inputs = [ref for ref in node.input if walk.node_of(ref) not in files]
      del node.input[:]
      node.input.extend(inputs)
      node.attr['N'].i = len(walk.data_inputs(node))
      node.attr.pop('_output_shapes', None)
  return empty | files


def _dependents(graph_def: Any, names: Iterable[str]) -> Set[str]:
  """Names of nodes and of all nodes computed from them."""
  consumers: Dict[str, List[str]] = {}
  for node in graph_def.node:
    for ref in walk.data_inputs(node):
      consumers.setdefault(walk.node_of(ref), []).append(node.name)
  return set(reachable_lib.reachable(
      names, lambda name: consumers.get(name, ())))


def _only_for(nodes: Dict[str, Any], removed: Set[str]) -> Set[str]:
  """Names of nodes that did nothing but feed removed ones."""
  consumed = {walk.node_of(ref) for node in nodes.values()
              for ref in node.input}
  ends = [name for name in nodes
          if name not in consumed and name not in removed]
  kept = set(reachable_lib.reachable(
      ends, lambda name: [before for before
                          in map(walk.node_of, nodes[name].input)
                          if before not in removed]))
  return {name for name in walk.ancestors(nodes, removed)
          if name not in kept}


def _filter_collections(meta_graph: Any, removed: Set[str]) -> None:
  """Takes removed nodes out of the collections of a MetaGraphDef."""
  groups = [key[len(mask_collections.MASKS):]
            for key in meta_graph.collection_def
            if key.startswith(mask_collections.MASKS + '_')]
  of_masks = {name + suffix for name in _MASK_COLLECTIONS
              for suffix in ['', *groups]}
  for key in list(meta_graph.collection_def):
    values = meta_graph.collection_def[key]
    if key in of_masks:
      del meta_graph.collection_def[key]
    elif key in _VARIABLE_COLLECTIONS:
      kept = [variable.SerializeToString() for variable
              in stored_graph.variable_defs(meta_graph, key)
              if walk.node_of(variable.variable_name) not in removed]
      del values.bytes_list.value[:]
      values.bytes_list.value.extend(kept)
    elif values.HasField('node_list'):
      kept = [name for name in values.node_list.value
              if walk.node_of(name) not in removed]
      del values.node_list.value[:]
      values.node_list.value.extend(kept)
    elif key in graph_compat.CONTEXT_COLLECTIONS:
      contexts = [_context_without(
          graph_compat.context_def(key, value), removed)
                  for value in values.bytes_list.value]
      del values.bytes_list.value[:]
      values.bytes_list.value.extend(contexts)


def _context_without(context: Any, removed: Set[str]) -> bytes:
  """A loop or branch of version 1 that names no removed node."""
  _forget(context, removed)
  return context.SerializeToString()


def _forget(context: Any, removed: Set[str]) -> None:
  known = context.values_def
  kept = [name for name in known.values if walk.node_of(name) not in removed]
  del known.values[:]
  known.values.extend(kept)
  for inside, outside in list(known.external_values.items()):
    if {walk.node_of(inside), walk.node_of(outside)} & removed:
      del known.external_values[inside]
  for nested in context.nested_contexts:
    _forget(getattr(nested, nested.WhichOneof('ctxt')), removed)
