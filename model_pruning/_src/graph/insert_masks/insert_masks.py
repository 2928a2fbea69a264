# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`insert_masks`: makes a graph that nobody prepared multiply by masks.

    logits = model(images)
    model_pruning.insert_masks(tf.compat.v1.get_default_graph(),
                               'target_sparsity=0.9')
    train_op = optimizer.minimize(loss(logits), global_step)

The graph is then as if `apply_mask` had been called for each weight where the
model was written.
"""

from __future__ import annotations

import contextlib
import dataclasses
import re
from typing import (
  Any,
  Iterator,
  List,
  NamedTuple,
  Optional,
  Sequence,
  Tuple,
  Union,
)

import tensorflow as tf

from model_pruning._src.compat import graph as graph_compat
from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.graph import mask_collections
from model_pruning._src.graph import partitioned
from model_pruning._src.graph import training_graph
from model_pruning._src.graph import weights as weights_lib
from model_pruning._src.graph.insert_masks import splice
from model_pruning._src.graph.insert_masks import weight_uses
from model_pruning._src.graph.masked import apply_mask
from model_pruning._src.planning import plan
from model_pruning._src.planning import reasons
from model_pruning._src.planning import report as report_lib
from model_pruning._src.spec import patterns as patterns_lib
from model_pruning._src.spec import pruning_spec as spec_lib

# What only gradients are made of: some types, and the scopes that
# `tf.gradients` makes for the gradient of an operation.
_GRADIENT_TYPE = re.compile(r'.*(Grad(V\d)?|GradGrad|BackpropFilter(V\d)?)$')
_GRADIENT_NAME = re.compile(r'(.*/)?gradients(_\d+)?/.*_grad/')


# Which of its reads are of the forward pass is known from what they lead to.
_NO_PRODUCT = reasons.Reason(
    'no matrix product, convolution or gather uses it, where a mask could be '
    'inserted; `apply_mask` in the code of the model masks it',
    reasons.SkipKind.USE)


class _Masking(NamedTuple):
  """A weight that is to be masked.

  Attributes:
    weight: the weight.
    uses: for each of its parts how it is used.
  """

  weight: weights_lib.GraphWeight
  uses: Sequence[weight_uses.Uses]


def insert_masks(
    graph: tf.Graph,
    spec: Union[spec_lib.PruningSpec, str, Any]) -> report_lib.PruningReport:
  """Multiplies the weights of a forward graph by masks, wherever it uses them.

  Each weight that the spec prunes gets one mask and one threshold,
  `<weight>/mask` and `<weight>/threshold`, in the collections that
  `apply_mask` fills; the masks are ones until `Pruning` updates them. All that
  computes with the weight takes the product, in loops and branches of
  TF 1 too; lookups in an embedding are masked row by row. Savers,
  initializers, summaries, regularizers and moving averages still see the
  weight itself.

  To be called when the forward graph is complete, and before gradients,
  savers and sessions are made. Called again, it masks what is new.

  Args:
    graph: the graph to change.
    spec: a `PruningSpec`, or its string: says which weights.

  Returns:
    What is masked and what is not, with the reasons; it is logged too.

  Raises:
    TypeError: if `graph` is no graph.
    ValueError: if the graph is finalized, is that of a function, has
      gradients, or trains on several replicas; if a pattern of the spec
      matches no weight that it can apply to; if a weight that the spec names
      cannot be masked. The graph is as it was.
  """
  spec = spec_lib.PruningSpec.of(spec)
  _check_graph(graph)
  found = weights_lib.find_weights(graph)
  _check_no_gradients(graph, found)
  reader = weight_uses.Reader(graph)
  candidates, maskings = [], []
  for weight in found:
    uses = [reader.uses_of(part) for part in weight.stored.parts]
    candidates.append(_candidate(weight.candidate, uses))
    maskings.append(_Masking(weight, uses))
  _check_reachable(spec, found, candidates)
  # What ranks the entries is decided by `Pruning`, not by the plan.
  rules, report = plan.make_plan(
      spec.replace(prune_option='weight'), candidates, is_training=False,
      others=weights_lib.not_trainable(graph))
  chosen = [masking for masking, rule in zip(maskings, rules)
            if rule is not None and any(use.values or use.gathers
                                        for use in masking.uses)]
  for masking in chosen:
    _check_mask(graph, masking)
  with _at_top(graph):
    for masking in chosen:
      _mask(graph, masking, spec.prune_option)
  report = dataclasses.replace(report, spec=str(spec), warnings=(
      *report.warnings, *_warnings(graph, report, chosen)))
  report.log()
  return report


def _check_graph(graph: tf.Graph) -> None:
  if not isinstance(graph, tf.Graph):
    raise TypeError('Argument `graph` must be a tf.Graph. '
                    f'Received: graph={graph!r}')
  if graph.building_function:
    raise ValueError(
        'Argument `graph` must be a graph of `tf.compat.v1`, with its own '
        'variables. Received: the graph of a function. With eager mode on, '
        'build the model inside `with tf.Graph().as_default():`, or prune a '
        'Keras model with `keras.prune` of this library')
  if graph.finalized:
    raise ValueError('Argument `graph` must not be finalized: masks are added '
                     'to it. Call `insert_masks` where the model is built')
  replicated = [variable.name for variable in graph.get_collection(
      tf.compat.v1.GraphKeys.TRAINABLE_VARIABLES)
                if tf_compat.replicas(variable)[0] is not variable]
  if tf.distribute.has_strategy() or replicated:
    raise ValueError(
        'Masks must be inserted outside of a `tf.distribute` strategy, in a '
        'graph that was built outside of one. Received: a call inside '
        f'{tf.distribute.get_strategy()!r} with the replicated variables '
        f'{replicated[:3]}. `PruningHook` works there')


def _check_no_gradients(graph: tf.Graph,
                        found: Sequence[weights_lib.GraphWeight]) -> None:
  """Refuses a graph whose gradients would not be those of the masked one."""
  training = training_graph.TrainingGraph(graph)
  updates = [op for weight in found for part in weight.stored.parts
             for op in training.updates_of(part)]
  gradients = [op for op in graph.get_operations()
               if _GRADIENT_TYPE.match(op.type)
               or _GRADIENT_NAME.match(op.name)]
  for op in (updates + gradients)[:1]:
    raise ValueError(
        'Masks must be inserted before gradients are built, which would else '
        'be those of the weights without masks. Received: a graph with '
        f'{op.name!r} of type {op.type}. To prune a graph that trains, use '
        '`PruningHook`')


def _candidate(candidate: plan.Candidate,
               uses: Sequence[weight_uses.Uses]) -> plan.Candidate:
  """A weight as the rewriting sees it."""
  out_of_reach = [reason for use in uses for reason in use.out_of_reach]
  if out_of_reach and (candidate.reason is None or candidate.on_request):
    return dataclasses.replace(
        candidate, on_request=False, reason=out_of_reach[0])
  if any(use.masks for use in uses):
    # What takes it takes a product now, so that it seems to be used no more.
    return dataclasses.replace(candidate, reason=None)
  if reasons.kind_of(candidate.reason or '') is reasons.SkipKind.USE:
    return dataclasses.replace(candidate, on_request=False, reason=_NO_PRODUCT)
  return candidate


def _check_reachable(spec: spec_lib.PruningSpec,
                     found: Sequence[weights_lib.GraphWeight],
                     candidates: Sequence[plan.Candidate]) -> None:
  """Refuses a spec with a pattern for nothing but what cannot be masked."""
  for entry in spec.weight_sparsity_map + spec.group_sparsity_map:
    pattern = entry.rpartition(':')[0]
    named = [(weight, candidate)
             for weight, candidate in zip(found, candidates)
             if patterns_lib.matches(pattern, candidate.name)]
    exact = [pair for pair in named if pair[1].name == pattern]
    reachable = [
        candidate for _, candidate in exact or named
        if candidate.reason is None or candidate.on_request]
    for weight, candidate in named:
      if not reachable and weight.candidate.reason != candidate.reason:
        raise ValueError(
            f'The spec must not name a weight that cannot be masked. Received: '
            f'{entry!r} for {candidate.name!r}: {candidate.reason}. '
            '`PruningHook` prunes it without a change of the graph')


def _check_mask(graph: tf.Graph, masking: _Masking) -> None:
  """Raises now where an edit would fail with half of the graph changed."""
  name = masking.weight.candidate.name
  mask = _mask_of(graph, masking)
  for suffix in ('mask', 'threshold') if mask is None else ():
    if _has_operation(graph, f'{name}/{suffix}'):
      raise ValueError(
          'The graph must have nothing of the name of a mask but masks of '
          '`apply_mask` and `insert_masks`. Received: a graph with '
          f'{name}/{suffix}. Is it pruned already?')
  if mask is not None and (_kinds(partitioned.parts_of(mask))
                           != _kinds(masking.weight.stored.parts)):
    raise ValueError(
        f'The mask {mask.name!r}, which some uses of {name!r} have, must be '
        'of the shape, dtype and parts of the weight to be given to its other '
        f'uses too. Received: shape={mask.shape}, dtype={mask.dtype}')


def _has_operation(graph: tf.Graph, name: str) -> bool:
  try:
    graph.get_operation_by_name(name)
  except KeyError:
    return False
  return True


def _warnings(graph: tf.Graph, report: report_lib.PruningReport,
              chosen: Sequence[_Masking]) -> Iterator[str]:
  if report.pruned and not chosen:
    yield ('Nothing was added: every weight that the spec prunes is multiplied '
           'by a mask already.')
  if chosen and any(op.type == 'SaveV2' for op in graph.get_operations()):
    yield ('The graph has a saver that was made before the masks and does not '
           'save them. Make savers after insert_masks.')


def _mask_of(graph: tf.Graph, masking: _Masking) -> Any:
  """The mask that some uses of a weight have already, or None."""
  indices = [i for use in masking.uses for i in use.masks]
  return graph.get_collection(
      mask_collections.MASKS)[min(indices)] if indices else None


def _kinds(parts: Sequence[tf.Variable]) -> List[Tuple[List[int], tf.DType]]:
  return [(part.shape.as_list(), part.dtype.base_dtype) for part in parts]


@contextlib.contextmanager
def _at_top(graph: tf.Graph) -> Iterator[None]:
  """Context manager: new operations ignore the scopes of the caller."""
  with graph.as_default(), tf.name_scope(''), tf.compat.v1.device(
      None), tf.control_dependencies(None):
    yield


def _mask(graph: tf.Graph, masking: _Masking, prune_option: str) -> None:
  """Gives one weight its mask, and all that computes with it the product."""
  weight, existing = masking.weight, _mask_of(graph, masking)
  state = None if existing is not None else _create_state(weight, prune_option)
  product: Optional[tf.Tensor] = None
  if state is not None and not _is_read_whole(masking):
    with splice.beside(weight.stored.parts[0].op, weight.stored.parts[0].device,
                       weight.candidate.name):
      product = splice.product(state.mask, weight.stored.whole)
  products: List[tf.Tensor] = []
  mask = existing if state is None else state.mask
  for mask_part, uses in zip(partitioned.parts_of(mask), masking.uses):
    products += splice.mask_uses(uses, mask_part, weight.candidate.name)
  if state is not None:
    if product is None:
      product = next(product for product in products
                     if not graph_compat.in_control_flow(product.op))
    apply_mask.register(weight.stored.whole, state, product)


def _is_read_whole(masking: _Masking) -> bool:
  """Whether the whole weight is read in each run, and so a product is."""
  return len(masking.uses) == 1 and not all(
      graph_compat.in_control_flow(value.tensor.op)
      for value in masking.uses[0].values)


def _create_state(weight: weights_lib.GraphWeight,
                  prune_option: str) -> apply_mask.MaskState:
  """Mask and threshold, each part of them where its part of the weight is."""
  def device_of(op: tf.Operation) -> str:
    part = re.search(r'/part_(\d+)', op.name[len(weight.candidate.name):])
    return weight.stored.parts[int(part.group(1)) if part else 0].device

  def partition(shape: tf.TensorShape, dtype: tf.DType) -> List[int]:
    del dtype
    return [len(weight.stored.parts) if i == weight.stored.axis else 1
            for i in range(shape.rank)]

  is_partitioned = graph_compat.partition_of(weight.stored.parts[0]) is not None
  with tf.compat.v1.device(device_of), tf.compat.v1.variable_scope(
      tf.compat.v1.VariableScope(
          reuse=False, partitioner=partition if is_partitioned else None)):
    return apply_mask.create_state(
        weight.stored.whole, weight.candidate.name, prune_option)
