# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Takes masks out of the arguments of functions that use them no more."""

from __future__ import annotations

from typing import (
  Any,
  Dict,
  FrozenSet,
  Iterator,
  List,
  NamedTuple,
  Optional,
  Set,
  Tuple,
)

from model_pruning._src.graph import function_calls
from model_pruning._src.graph import reachable
from model_pruning._src.graph.strip import graph_def_edits as edits
from model_pruning._src.graph.strip import graph_def_walk as walk
from model_pruning._src.graph.strip import mask_products

# What may be left of a product after it was folded: nodes that only read.
_WITHOUT_EFFECT = walk.FORWARDING_OPS | frozenset(
    mask_products.MOVING_OPS) | {'Cast', 'ConcatV2'}


class _CallSite(NamedTuple):
  """A node that calls functions."""

  owner: Any  # The FunctionDef that it is in, or the GraphDef.
  node: Any
  functions: Tuple[str, ...]

  @property
  def nodes(self) -> Any:
    """The nodes of the owner."""
    return (self.owner.node_def if hasattr(self.owner, 'node_def')
            else self.owner.node)

  @property
  def is_loop(self) -> bool:
    """Whether it is a loop, which returns all that it takes."""
    return self.node.op.endswith('While')


def drop_mask_arguments(graph_def: Any, masks: FrozenSet[str],
                        fixed: FrozenSet[str] = frozenset()) -> None:
  """Takes masks that nothing uses out of the arguments of functions.

  Args:
    graph_def: changed in place.
    masks: nodes of the graph that are masks.
    fixed: nodes of the graph whose outputs must keep their numbers.
  """
  while True:
    found = next(_unused(graph_def, masks, fixed), None)
    if found is None:
      return
    sites, functions, index = found
    for function in functions:
      _drop_argument(function, index, any(
          site.is_loop and site.node.attr['body'].func.name
          == function.signature.name for site in sites))
    for site in sites:
      _drop_input(site, index, fixed)


def _unused(graph_def: Any, masks: FrozenSet[str], fixed: FrozenSet[str]
            ) -> Iterator[Tuple[List[_CallSite], List[Any], int]]:
  """Arguments to drop: their call sites, their functions, their index."""
  library = {function.signature.name: function
             for function in graph_def.library.function}
  sites = list(_call_sites(graph_def, library))
  passed: Dict[str, Set[int]] = {}
  not_only_masks: Dict[str, Set[int]] = {}
  for instance in walk.instances(graph_def):
    for i, name in enumerate(instance.body.arguments):
      source = instance.resolve(name)
      is_mask = (source is not None and not source.instance.body.name
                 and source.node.name in masks)
      (passed if is_mask else not_only_masks).setdefault(
          instance.body.name, set()).add(i)
  for name, indices in passed.items():
    for index in indices - not_only_masks.get(name, set()):
      together = _together(name, sites)
      names = {name} | {other for site in together
                        for other in site.functions}
      functions = [library[other] for other in sorted(names)]
      if _can_drop(together, functions, index, fixed, graph_def):
        yield together, functions, index


def _can_drop(sites: List[_CallSite], functions: List[Any], index: int,
              fixed: FrozenSet[str], graph_def: Any) -> bool:
  """Whether nothing comes of an argument of functions called together."""
  bodies = {site.node.attr['body'].func.name for site in sites if site.is_loop}
  if not all(site.node.op in function_calls.CALLS for site in sites):
    return False
  if not all(_users(function, index, function.signature.name in bodies)
             for function in functions):
    return False
  return not any(
      site.owner is graph_def and site.node.name in fixed
      or _dead_outputs(site, index, fixed) is None
      for site in sites if site.is_loop)


def _call_sites(graph_def: Any, library: Dict[str, Any]
                ) -> Iterator[_CallSite]:
  """All nodes that name a function, to call it or otherwise."""
  for owner in (graph_def, *library.values()):
    for node in owner.node if owner is graph_def else owner.node_def:
      names = [function.name for function in walk.function_attrs(node)
               if function.name in library]
      names += [node.op] if node.op in library else []
      if names:
        yield _CallSite(owner, node, tuple(names))


def _together(name: str, sites: List[_CallSite]) -> List[_CallSite]:
  """The calls of a function, and those of what is called beside it."""
  names = {name}
  found: List[_CallSite] = []
  waiting = list(sites)
  while True:
    more = [site for site in waiting if names.intersection(site.functions)]
    if not more:
      return found
    found += more
    waiting = [site for site in waiting if site not in more]
    for site in more:
      names.update(site.functions)


def _users(function: Any, index: int,
           is_loop_body: bool) -> Optional[Set[str]]:
  """The nodes that take an argument, if nothing comes of them.

  Args:
    function: a FunctionDef.
    index: the number of the argument.
    is_loop_body: whether it may return the argument under the same number.

  Returns:
    Names of the nodes, and of the argument; None if something comes of them.
  """
  takers: Dict[str, List[Any]] = {}
  for node in function.node_def:
    for ref in walk.data_inputs(node):
      takers.setdefault(walk.node_of(ref), []).append(node)
  own_argument = function.signature.input_arg[index].name
  found = set(reachable.reachable([own_argument], lambda name: [
      node.name for node in takers.get(name, ())]))
  if any(node.name in found and node.op not in _WITHOUT_EFFECT
         for node in function.node_def):
    return None
  results = dict(function.ret)
  if is_loop_body:
    own = function.signature.output_arg[index].name
    if walk.node_of(results.pop(own)) not in found:
      return None
  if any(walk.node_of(ref) in found for ref in results.values()):
    return None
  return found


def _output_refs(site: _CallSite) -> Iterator[Tuple[Any, Any, int, str]]:
  """Where the outputs of a loop go.

  Yields:
    A container of references and the key of one in it; the number of the
    output; the node that takes it, or '' for a result of the owner.
  """
  places: List[Tuple[Any, Any, str]] = [
      (node.input, i, node.name)
      for node in site.nodes for i in range(len(node.input))]
  if hasattr(site.owner, 'ret'):
    places += [(site.owner.ret, key, '') for key in site.owner.ret]
  for container, key, taker in places:
    name, *rest = container[key].split(':')
    if name == site.node.name:
      yield container, key, int(rest[-1]) if rest else 0, taker


def _dead_outputs(site: _CallSite, index: int,
                  fixed: FrozenSet[str]) -> Optional[Set[str]]:
  """Identities of an output of a loop; None if something else takes it."""
  takers = {taker for _, _, number, taker in _output_refs(site)
            if number == index}
  dead = {node.name for node in site.nodes if node.name in takers
          and node.op == 'Identity' and node.name not in fixed}
  used = {walk.node_of(ref) for node in site.nodes for ref in node.input}
  return dead if takers == dead and not used & dead else None


def _drop_argument(function: Any, index: int, is_loop_body: bool) -> None:
  gone = _users(function, index, is_loop_body) or set()
  edits.remove_named(function.node_def, gone)
  _drop_control_outputs(function, gone)
  if is_loop_body:
    del function.ret[function.signature.output_arg[index].name]
    del function.signature.output_arg[index]
  del function.signature.input_arg[index]
  edits.forget_arguments(function)


def _drop_control_outputs(function: Any, gone: Set[str]) -> None:
  """Removes nodes from those that a function runs for their effects."""
  dropped = {name for name, node in function.control_ret.items()
             if node in gone}
  for name in dropped:
    del function.control_ret[name]
  kept = [name for name in function.signature.control_output
          if name not in dropped]
  del function.signature.control_output[:]
  function.signature.control_output.extend(kept)


def _drop_input(site: _CallSite, index: int, fixed: FrozenSet[str]) -> None:
  node = site.node
  if site.is_loop:
    dead = _dead_outputs(site, index, fixed) or set()
    edits.remove_named(site.nodes, dead)
    for container, key, number, _ in list(_output_refs(site)):
      if number > index:
        head = container[key].rpartition(':')[0]
        container[key] = f'{head}:{number - 1}'
    if len(node.attr['output_shapes'].list.shape):
      del node.attr['output_shapes'].list.shape[index]
  del node.attr['T' if site.is_loop else 'Tin'].list.type[index]
  node.attr.pop('_read_only_resource_inputs', None)
  node.attr.pop('_output_shapes', None)
  del node.input[function_calls.CALLS[node.op].first_argument + index]
