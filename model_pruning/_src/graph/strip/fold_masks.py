# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Taking masks out of a GraphDef: the weight is multiplied once, here.

Each product of a weight and its mask becomes an identity of the weight, and
the weight gets the value of the product. That is right only if the weight is
used nowhere without its mask; where it is, the mask stays and is reported.
"""

from __future__ import annotations

import collections
from typing import Any, Dict, FrozenSet, Iterable, List, NamedTuple, Tuple

import numpy as np

from model_pruning._src.graph.strip import graph_def_edits as edits
from model_pruning._src.graph.strip import graph_def_walk as walk
from model_pruning._src.graph.strip import mask_products


class Folded(NamedTuple):
  """What `fold_masks` did.

  Attributes:
    values: the new values of weights, by leaf.
    masks: the leaves that were the masks of them.
    kept_masks: the leaves that are the masks of products that stay.
    kept: a sentence for each weight whose products stay.
  """

  values: Dict[walk.Leaf, np.ndarray]
  masks: Tuple[walk.Leaf, ...]
  kept_masks: FrozenSet[walk.Leaf]
  kept: Tuple[str, ...]


def fold_masks(graph_def: Any, variables: mask_products.Variables,
               output_node_names: Iterable[str]) -> Folded:
  """Takes the masks out of a GraphDef.

  Args:
    graph_def: the GraphDef, changed in place. The values of variables are not
      in it; those of weights that are constants are changed.
    variables: what is known of its variables.
    output_node_names: nodes whose values must stay as they are; what these do
      not need does not matter.

  Returns:
    What was done.
  """
  instances = walk.instances(graph_def)
  finder = mask_products.Finder(variables)
  products = finder.products(instances)
  kept = _not_to_fold(finder, instances, products, list(output_node_names))
  folded = [product for product in products if _key(product) not in kept]
  values: Dict[walk.Leaf, np.ndarray] = {}
  for product in folded:
    for masking in product.maskings:
      if masking.weight not in values:
        values[masking.weight] = masked_value(
            variables.value(masking.weight), masking.mask)
  for product in folded:
    _pass_weight(product)
  for instance in instances:
    for name, node in instance.body.nodes.items():
      leaf = walk.Leaf(instance.body.name, name)
      if node.op == 'Const' and leaf in values:
        edits.set_constant(node, values[leaf])
  return Folded(
      values, tuple(sorted(_mask_leaves(folded))),
      _mask_leaves(product for product in products if _key(product) in kept),
      tuple(f'the mask of {name} stays: {reason}'
            for name, reason in sorted(set(kept.values()))))


def _mask_leaves(
    products: Iterable[mask_products.Product]) -> FrozenSet[walk.Leaf]:
  return frozenset(leaf for product in products
                   for masking in product.maskings
                   for leaf in masking.mask_leaves)


def _key(product: mask_products.Product) -> Tuple[str, str]:
  """A function that is called twice has one node, and two products."""
  return product.instance.body.name, product.node.name


def _not_to_fold(
    finder: mask_products.Finder, instances: List[walk.Instance],
    products: List[mask_products.Product], outputs: List[str]
) -> Dict[Tuple[str, str], Tuple[str, str]]:
  """Products that must stay: the weight's name and why, by `_key`."""
  unmasked = _unmasked_uses(finder, instances, products, outputs)
  calls = collections.Counter(instance.body.name for instance in instances)
  found = collections.Counter(
      (*_key(product), product.weight_input) for product in products)
  masks: Dict[walk.Leaf, np.ndarray] = {}
  for product in products:
    for masking in product.maskings:
      mask = masks.setdefault(masking.weight, masking.mask)
      if not np.array_equal(mask, masking.mask):
        unmasked[masking.weight] = 'it has another mask as well'
  kept = {}
  for product in products:
    key = _key(product)
    if found[(*key, product.weight_input)] != calls[key[0]]:
      kept[key] = (product.maskings[0].weight.node, (
          f'the function {key[0]} is also called without a mask'))
    for masking in product.maskings:
      if masking.weight in unmasked:
        kept[key] = (masking.weight.node, unmasked[masking.weight])
  return kept


def _unmasked_uses(
    finder: mask_products.Finder, instances: List[walk.Instance],
    products: List[mask_products.Product], outputs: List[str]
) -> Dict[walk.Leaf, str]:
  """Variables that are used other than in products, and how."""
  graph = instances[0]
  needed = walk.ancestors(graph.body.nodes, outputs)
  masked = {(id(product.instance), product.node.name) for product in products}
  uses: Dict[walk.Leaf, str] = {}

  def add(instance: walk.Instance, ref: str, use: str) -> None:
    expression = finder.expression(instance, ref)
    for leaf in expression.leaves() if expression else ():
      uses[leaf] = f'the weight is also used without it, by {use}'

  for instance in instances:
    if (instance.graph_node or '') not in (needed | {''}):
      continue
    for name, node in instance.body.nodes.items():
      if (instance is graph and name not in needed
          or (id(instance), name) in masked
          or instance.is_call(node) or node.op in walk.FORWARDING_OPS
          or finder.expression(instance, name) is not None):
        continue  # Not a use, or its consumers are.
      for ref in walk.data_inputs(node):
        add(instance, ref, f'{name!r} ({node.op})')
    for ref in instance.own_results():
      add(instance, ref, f'the result of the function {instance.body.name}')
  for name in outputs:
    add(graph, name, f'the output {name!r}')
  return uses


def _pass_weight(product: mask_products.Product) -> None:
  """Makes a product an identity of its weight."""
  node = product.node
  if node.op != 'Mul':  # Its function is called from several places.
    return
  inputs = walk.data_inputs(node)
  controls = [ref for ref in node.input if ref.startswith('^')]
  node.op = 'Identity'
  del node.input[:]
  node.input.extend([inputs[product.weight_input], *controls])
  if product.instance.body.function is not None:
    edits.rename_output(
        product.instance.body.function, node.name, 'z', 'output')


def masked_value(weight: np.ndarray, mask: np.ndarray) -> np.ndarray:
  """``mask * weight`` as TensorFlow computes it, but with no -0.0.

  A negative zero makes no difference to what is computed with it, and one to
  the size of the compressed file.
  """
  with np.errstate(invalid='ignore'):  # inf * 0 is NaN in the graph too.
    product = weight * mask.astype(weight.dtype)
  return product + np.zeros([], weight.dtype)
