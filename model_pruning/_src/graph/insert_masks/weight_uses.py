# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Where the forward pass takes the value of a weight from, and what takes it.

A variable is read by many: by what computes with it, and by savers,
initializers, summaries, regularizers and moving averages, which are to see the
weight as the optimizer left it. Only an operation that leads to a contraction
computes with it.
"""

from __future__ import annotations

import re
from typing import (
  Dict,
  FrozenSet,
  Iterable,
  Iterator,
  List,
  NamedTuple,
  Sequence,
  Set,
  Tuple,
)

import tensorflow as tf

from model_pruning._src.graph import function_bodies
from model_pruning._src.graph import mask_collections
from model_pruning._src.graph import partitioned
from model_pruning._src.graph import variables as variables_lib
from model_pruning._src.graph import weights as weights_lib

# What hands on a variable itself. A ref that goes into anything else is read.
_SAME_REF = frozenset(['RefEnter', 'RefSwitch', 'RefIdentity', 'RefMerge'])
_SAME_HANDLE = frozenset(['Enter', 'Switch', 'Identity', 'Merge'])
_HANDLE_GATHERS = frozenset(['ResourceGather', 'ResourceGatherNd'])

# What makes another weight of a weight, entry by entry, on its way to a
# contraction: its scale, noise, quantization.
_ENTRY_BY_ENTRY = frozenset([
    'Abs', 'Add', 'AddV2', 'ClipByValue', 'Div', 'DivNoNan', 'Exp',
    'FakeQuantWithMinMaxArgs', 'FakeQuantWithMinMaxVars',
    'FakeQuantWithMinMaxVarsPerChannel', 'Maximum', 'Minimum', 'Mul', 'Neg',
    'Pad', 'QuantizeAndDequantizeV2', 'QuantizeAndDequantizeV3',
    'QuantizeAndDequantizeV4', 'RealDiv', 'Relu', 'Round', 'Select',
    'SelectV2', 'Sigmoid', 'Sign', 'Sqrt', 'Square', 'StopGradient', 'Sub',
    'Tanh',
])
_FOLLOWED = weights_lib.PASSES_ON | _ENTRY_BY_ENTRY

# A copy of these would be in no loop or branch, or would have a state twice.
_NOT_COPIED = re.compile(
    r'(Ref)?(Enter|Switch|Merge|NextIteration|Exit)$|TensorArray'
    r'|Stateful|While$|If$|Case$')
# They take no entries of a weight.
_TAKE_THE_SHAPE = frozenset(['Shape', 'ShapeN', 'Size', 'Rank'])


class Value(NamedTuple):
  """A tensor that holds the entries of a weight, and what is to be masked.

  Attributes:
    tensor: the entries.
    takers: operations that take it, to be given the masked tensor instead.
    gathers: lookups of rows of it, whose results are to be masked.
    copied: operations on it that the forward pass uses and others too. A copy
      of each takes the masked tensor, and the values, one for each output, say
      what takes the outputs of the copy.
  """

  tensor: tf.Tensor
  takers: List[tf.Operation]
  gathers: List[tf.Operation]
  copied: List[Tuple[tf.Operation, List[Value]]]


class Uses(NamedTuple):
  """How the forward pass uses a variable.

  Attributes:
    values: what is read of it and not masked.
    gathers: lookups of rows in the variable itself, not masked.
    out_of_reach: what is said of uses that cannot be masked.
    masks: indices, in the collection of masks, of those it is multiplied by.
  """

  values: List[Value]
  gathers: List[tf.Operation]
  out_of_reach: List[str]
  masks: Set[int]


class _Taken(NamedTuple):
  """What an operation makes of a tensor.

  Attributes:
    forward: whether it leads to a contraction.
    elsewhere: whether it leads to something else as well.
    masks: indices of the masks that what it leads to is multiplied by.
  """

  forward: bool
  elsewhere: bool
  masks: FrozenSet[int]


class Reader:
  """Finds the uses of variables in one graph."""

  def __init__(self, graph: tf.Graph):
    """Reads the graph once; masks inserted later are not known."""
    self._functions = function_bodies.Functions(graph)
    self._masks: Dict[str, int] = {}  # Operation with mask values -> index.
    masks = graph.get_collection(mask_collections.MASKS)
    for i, mask in enumerate(masks):
      waiting = [variables_lib.source(part)
                 for part in partitioned.parts_of(mask)]
      while waiting:
        for op in waiting.pop().consumers():
          if op.name not in self._masks and (
              op.type in weights_lib.MOVES
              or weights_lib.is_gather(op.type)):
            self._masks[op.name] = i
            waiting.extend(op.outputs)

  def uses_of(self, variable: tf.Variable) -> Uses:
    """Finds the uses of a variable, which is no distributed one."""
    uses = Uses([], [], [], set())
    held = variables_lib.source(variable)
    is_handle = held.dtype == tf.resource
    for tensor in _same_variable(held, _SAME_HANDLE if is_handle
                                 else _SAME_REF):
      if not is_handle:
        # What takes a ref takes its value. Its Identity is the read that all
        # share, and is a value of its own.
        self._add_value(tensor, uses, reads=('Identity',))
      for op in takers_of(tensor):
        if op.type == ('ReadVariableOp' if is_handle else 'Identity'):
          self._add_value(op.outputs[0], uses)
        elif is_handle:
          self._add_use_of_handle(op, tensor, uses)
    return uses

  def _add_use_of_handle(self, op: tf.Operation, handle: tf.Tensor,
                         uses: Uses) -> None:
    if op.type in _HANDLE_GATHERS:
      masks = self._masks_beside(op.outputs[0])
      uses.masks.update(masks)
      if not op.outputs[0].consumers():
        uses.out_of_reach.append(
            f'nothing takes yet what {op.name!r} looks up in it; masks are '
            'inserted when the forward graph is complete')
      elif not masks:
        uses.gathers.append(op)
    elif self._functions.is_call(op) and self._leads_on(op, handle):
      uses.out_of_reach.append(
          f'it is read inside a function, by {op.name!r} of type {op.type}, '
          'and functions cannot be changed; '
          'tf.compat.v1.disable_control_flow_v2() before the model is built '
          'keeps tf.cond and tf.while_loop out of functions')

  def _add_value(self, tensor: tf.Tensor, uses: Uses,
                 reads: Sequence[str] = ()) -> None:
    value = self._value(tensor, uses.masks, reads, is_read=True)
    if value.takers or value.gathers or value.copied:
      uses.values.append(value)

  def _value(self, tensor: tf.Tensor, masks: Set[int],
             ignored: Sequence[str] = (), is_read: bool = False) -> Value:
    value = Value(tensor, [], [], [])
    for op in takers_of(tensor):
      if op.type in ignored:
        continue
      if is_read and weights_lib.is_gather(op.type):
        found = self._masks_beside(op.outputs[0])
        masks.update(found)
        if not found:
          lookups = (value.gathers if _is_embedding_lookup(op, tensor)
                     else value.takers)
          lookups.append(op)
        continue
      taken = self._taken(op, tensor)
      masks.update(taken.masks)
      if not taken.forward:
        continue
      if taken.elsewhere and not _NOT_COPIED.match(op.type):
        value.copied.append(
            (op, [self._value(output, masks) for output in op.outputs]))
      else:
        value.takers.append(op)
    return value

  def _taken(self, op: tf.Operation, tensor: tf.Tensor) -> _Taken:
    """What `op`, and what follows it, makes of `tensor`."""
    forward = elsewhere = False
    masks: Set[int] = set()
    seen = {op.name}
    waiting = [(op, tensor)]
    while waiting:
      op, tensor = waiting.pop()
      product = self._masks_of(op)
      if product:
        masks.update(product)
        continue
      if weights_lib.is_contraction(op.type):
        forward = True
        continue
      outputs: Iterable[tf.Tensor] = ()
      if op.type in _FOLLOWED:
        outputs = weights_lib.handed_on(op, tensor)
      elif self._functions.is_call(op):
        computes, outputs = self._through(op, tensor)
        forward = forward or computes
        elsewhere = elsewhere or not (computes or outputs)
      elif op.type not in _TAKE_THE_SHAPE:
        elsewhere = True
      for output in outputs:
        for taker in takers_of(output):
          if taker.name not in seen:
            seen.add(taker.name)
            waiting.append((taker, output))
    return _Taken(forward, elsewhere or bool(masks), frozenset(masks))

  def _masks_of(self, op: tf.Operation) -> Set[int]:
    """The masks that `op` multiplies by."""
    if op.type != 'Mul':
      return set()
    return {self._masks[taken.op.name] for taken in op.inputs
            if taken.op.name in self._masks}

  def _masks_beside(self, tensor: tf.Tensor) -> Set[int]:
    """The masks that `tensor` is multiplied by."""
    return {mask for op in takers_of(tensor) for mask in self._masks_of(op)}

  def _leads_on(self, call: tf.Operation, tensor: tf.Tensor) -> bool:
    """Whether a contraction takes `tensor` in a call, or what comes out."""
    computes, outputs = self._through(call, tensor)
    return computes or any(
        self._taken(op, output).forward
        for output in outputs for op in takers_of(output))

  def _through(self, call: tf.Operation,
               tensor: tf.Tensor) -> Tuple[bool, List[tf.Tensor]]:
    """Whether a call computes with `tensor`, and the outputs that have it."""
    computes = False
    outputs: Dict[int, tf.Tensor] = {}
    for i, taken in enumerate(call.inputs):
      if taken is tensor:
        inside = self._functions.follow(call, i, _FOLLOWED)
        computes = computes or any(
            weights_lib.is_contraction(use.op_type) for use in inside.uses)
        outputs.update((j, call.outputs[j]) for j in inside.outputs)
    return computes, list(outputs.values())


def takers_of(tensor: tf.Tensor) -> Iterable[tf.Operation]:
  """The operations that take `tensor`, each once."""
  return {op.name: op for op in tensor.consumers()}.values()


def _same_variable(held: tf.Tensor,
                   hands_on: FrozenSet[str]) -> Iterator[tf.Tensor]:
  """The handles or refs that stand for one variable, inside loops too."""
  seen = set()
  waiting = [held]
  while waiting:
    tensor = waiting.pop()
    yield tensor
    for op in takers_of(tensor):
      if op.type in hands_on and op.name not in seen:
        seen.add(op.name)
        waiting.extend(op.outputs[:2])  # Merge has an index as well.


def _is_embedding_lookup(op: tf.Operation, table: tf.Tensor) -> bool:
  """Whether `op` is the gather of `tf.nn.embedding_lookup`.

  Its caller has the Identity after the gather. The result of another gather is
  in the hands of whoever called it and cannot be replaced.
  """
  if op.type not in ('Gather', 'GatherV2') or op.inputs[0] is not table:
    return False
  takers = takers_of(op.outputs[0])
  return bool(takers) and all(
      taker.name.startswith(op.name + '/') for taker in takers)
