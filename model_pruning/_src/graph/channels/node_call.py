# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""An operation of a graph, as the rules that follow channels see it."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence, Set, Tuple

import numpy as np
import tensorflow as tf

from model_pruning._src.channels import dependency as dependency_lib
from model_pruning._src.graph.channels import context as context_lib
from model_pruning._src.graph.channels import probe as probe_lib
from model_pruning._src.graph.channels import sizes as sizes_lib
from model_pruning._src.graph.channels import tensors

_Tensor = tensors.Tensor


class NodeCall:
  """An operation, whose channels a rule follows.

  A rule looks which channels come in, says what constants have to do with
  them, and returns those that go out, as `LayerCall` does for layers:

      def rule(call):
        out = call.make(call.shape(1)[-1])
        call.use(1, 0, call.along(0), Role.CONSUMES)
        call.use(1, 1, out, Role.MAKES)
        return [call.spread(out)]

  Attributes:
    op: the operation.
  """

  def __init__(self, context: context_lib.Context, op: tf.Operation,
               inputs: Sequence[_Tensor]):
    """Wraps an operation.

    Args:
      context: takes what the rule says.
      op: the operation.
      inputs: what is known of its inputs.
    """
    self._context = context
    self.op = op
    self._inputs = list(inputs)
    self._counted: Set[int] = set()

  @property
  def sizes(self) -> sizes_lib.Sizes:
    """The numbers of the graph."""
    return self._context.sizes

  def shape(self, index: int) -> Tuple[int, ...]:
    """The shape of an input; it must be known."""
    return tuple(self.op.inputs[index].shape.as_list())

  def output_shape(self, index: int = 0) -> Tuple[int, ...]:
    """The shape of an output; it must be known."""
    return tuple(self.op.outputs[index].shape.as_list())

  @property
  def is_known(self) -> bool:
    """Whether shapes are, of the first output too, and values of integers."""
    return all(tensor.shape.is_fully_defined() for tensor in (
        *self.op.inputs, *self.op.outputs[:1])) and all(
            tensor.name in self._context.probe.integers
            for tensor in self.op.inputs
            if tensor.dtype in probe_lib.INTEGERS)

  def attr(self, name: str) -> Any:
    """An attribute of the operation; text as str."""
    value = self.op.get_attr(name)
    return value.decode() if isinstance(value, bytes) else value

  @property
  def channel_axis(self) -> int:
    """The axis of tensors that holds the channels, by `data_format`."""
    return 1 if self.attr('data_format').startswith('NC') else -1

  def value(self, index: int) -> np.ndarray:
    """The value of an input of integers."""
    return self._context.probe.integers[self.op.inputs[index].name]

  def is_constant(self, index: int) -> bool:
    """Whether an input depends on constants only."""
    return self.op.inputs[index].op.name in self._context.constant

  def weight(self, index: int) -> Optional[tensors.Weight]:
    """The constant that an input is; None if it is none."""
    return self._inputs[index].weight

  def numbers(self, index: int) -> Optional[np.ndarray]:
    """The numbers that an input consists of; None if they are not followed."""
    return self._inputs[index].numbers

  def channels(self, index: int) -> np.ndarray:
    """The channels of an input, in its shape."""
    tensor = self._inputs[index]
    if tensor.weight is not None:
      return self._channels_of_weight(tensor.weight, self.shape(index))
    if tensor.channels is not None:
      return tensor.channels
    return np.zeros(self.shape(index), np.int64)

  def along(self, index: int, axis: int = -1) -> np.ndarray:
    """The channels along an axis of an input; see `Dependency.along`."""
    return self.line(self.channels(index), axis)

  def line(self, channels: np.ndarray, axis: int) -> np.ndarray:
    """The channels along an axis of a tensor; see `Dependency.along`."""
    return self._context.dependency.along(channels, axis)

  def varies(self, channels: np.ndarray, axis: int) -> bool:
    """Whether a tensor has several channels along an axis."""
    return self._context.dependency.varies(channels, axis)

  def make(self, number: int) -> np.ndarray:
    """Channels that the operation makes."""
    return self._context.dependency.make(self.op.name, number)

  def use(self, index: int, axis: int, channels: np.ndarray,
          role: dependency_lib.Role) -> None:
    """Says which channels an axis of an input has, which is a constant.

    Args:
      index: of the input.
      axis: of it; may be negative.
      channels: as many as the axis has entries.
      role: what the operation does with them.
    """
    weight = self._inputs[index].weight
    assert weight is not None
    of_constant = weight.axes[axis]
    if of_constant is None:
      self.freeze(channels, f'{self.op.name}: its kernel has one for all')
    else:
      self._context.dependency.use(weight.name, weight.name, of_constant,
                                   channels, role, weight.rank)

  def use_line(self, index: int, channels: np.ndarray) -> None:
    """Says that an input has an entry for each of the channels.

    Args:
      index: of the input, of shape [number of channels].
      channels: these.
    """
    weight = self._inputs[index].weight
    if weight is None:
      self.unite(self.along(index, 0), channels)
    else:
      self.use(index, 0, channels, self._context.roles[weight.name])

  def unite(self, first: np.ndarray, second: np.ndarray) -> None:
    """Channels at equal places are the same, or go together."""
    self._context.dependency.ids.unite(first, second)

  def merge(self, indices: Sequence[int]) -> np.ndarray:
    """Those of an operation entry by entry; see `Dependency.merge`.

    A constant with several axes has the channels of the others.
    """
    tables = [i for i in indices if self._is_table(i)]
    others = [i for i in indices if i not in tables]
    if not any(self.channels(i).any() for i in others):
      others, tables = list(indices), []
    merged = np.broadcast_to(self._context.dependency.merge(
        [self.channels(i) for i in others]), self.output_shape())
    for i in tables:
      weight = self._inputs[i].weight
      assert weight is not None
      for axis in range(-len(self.shape(i)), 0):
        if self.shape(i)[axis] > 1 and self.varies(merged, axis):
          self.use(i, axis, self.line(merged, axis),
                   self._context.roles[weight.name])
    return merged

  def aligned(self, channels: np.ndarray) -> np.ndarray:
    """A tensor whose channels lie along one axis; see `Dependency.aligned`."""
    return self._context.dependency.aligned(channels)

  def spread(self, channels: np.ndarray, axis: int = -1,
             output: int = 0) -> np.ndarray:
    """An output with channels along an axis, the same everywhere else."""
    shape = self.output_shape(output)
    line = [1] * len(shape)
    line[axis] = -1
    return np.broadcast_to(np.reshape(channels, line), shape)

  def freeze(self, channels: np.ndarray, reason: str) -> None:
    """Lets channels stay, for a reason in a few words."""
    self._context.dependency.freeze(channels, reason)

  def keep_one(self, channels: np.ndarray) -> None:
    """Lets one of some channels stay, as one of those that a kernel makes."""
    self._context.dependency.parts.append(channels)

  def frozen(self, number: int, reason: str) -> np.ndarray:
    """New channels that stay."""
    channels = self._context.dependency.ids.fresh(number)
    self.freeze(channels, f'{self.op.name}: {reason}')
    return channels

  def count(self, index: int, place: int, channels: np.ndarray) -> bool:
    """Lets a number count channels; see `Sizes.count`.

    Args:
      index: of an input that is a line of numbers.
      place: of the number in it.
      channels: as many as it is.

    Returns:
      Whether it will be right when some of the channels are gone.
    """
    numbers = self._inputs[index].numbers
    if numbers is None:
      return False
    self._counted.add(index)
    return self._context.sizes.count(int(numbers.ravel()[place]), channels)

  def count_along(self, index: int, lines: Dict[int, np.ndarray]) -> bool:
    """Lets numbers, which are a shape, count channels along axes.

    Args:
      index: of the input.
      lines: the channels by axis. The numbers of other axes stay.

    Returns:
      Whether all will be right when some of the channels are gone.
    """
    numbers = self._inputs[index].numbers
    if numbers is None:
      return False
    lines = {axis % len(numbers): line for axis, line in lines.items()}
    for place, number in enumerate(numbers):
      if place not in lines:
        self.sizes.fix(number)
    return all(self.count(index, place, line)
               for place, line in lines.items())

  def is_handled(self, index: int) -> None:
    """Says that a rule looks after the numbers of an input itself."""
    self._counted.add(index)

  def stays(self, reason: Optional[str] = None) -> List[_Tensor]:
    """Lets all that goes in stay, and makes outputs of which nothing goes.

    Args:
      reason: in a few words. Default: the operation is not known.
    """
    reason = reason or f'{self.op.type} has no rule'
    for tensor, taken in zip(self._inputs, self.op.inputs):
      self._context.freeze(tensor, taken, f'{self.op.name}: {reason}')
    self._counted.clear()
    return [self.unknown(i, reason) for i in range(len(self.op.outputs))]

  def unknown(self, output: int, reason: str) -> _Tensor:
    """An output of which nothing goes."""
    shape = self.op.outputs[output].shape
    if not shape.is_fully_defined():
      return _Tensor()
    if not shape.as_list():
      return _Tensor(np.zeros((), np.int64))
    return _Tensor(self.spread(
        self.frozen(shape.as_list()[-1], reason), output=output))

  def finish(self) -> None:
    """Fixes the numbers that the rule did not say anything of."""
    for i, tensor in enumerate(self._inputs):
      if tensor.numbers is not None and i not in self._counted:
        self._context.sizes.fix(tensor.numbers)

  def run_on(self, moved: Dict[int, np.ndarray]) -> List[np.ndarray]:
    """Runs the operation itself on other entries: right if it only moves them.

    Args:
      moved: int64 arrays in place of inputs, by index; other inputs are those
        of integers, with their values.
    """
    node = tf.compat.v1.NodeDef()
    node.CopyFrom(self.op.node_def)
    node.device = ''
    del node.input[:]
    for name in ('_class', '_output_shapes'):
      node.attr.pop(name, None)
    for name in ('T', 'Tparams'):
      if name in node.attr:
        node.attr[name].type = tf.int64.as_datatype_enum
    values = [moved[i] if i in moved else self.value(i)
              for i in range(len(self.op.inputs))]
    with tf.Graph().as_default() as graph:
      feeds = [tf.compat.v1.placeholder(value.dtype, value.shape)
               for value in values]
      node.input.extend(feed.op.name for feed in feeds)
      graph_def = graph.as_graph_def()
      graph_def.node.append(node)
    graph = probe_lib.import_graph(graph_def)
    return probe_lib.run(
        graph, {f'{feed.op.name}:0': value
                for feed, value in zip(feeds, values)},
        [f'{node.name}:{i}' for i in range(len(self.op.outputs))])

  def _is_table(self, index: int) -> bool:
    return self._inputs[index].weight is not None and sum(
        size > 1 for size in self.shape(index)) > 1

  def _channels_of_weight(self, weight: tensors.Weight,
                          shape: Tuple[int, ...]) -> np.ndarray:
    """Channels of a constant; of one with several long axes nothing goes."""
    long = [axis for axis, size in enumerate(shape) if size > 1]
    if not long:
      return np.zeros(shape, np.int64)
    if len(long) > 1:
      reason = 'a constant with several axes'
      self._context.freeze_weight(weight, shape, f'{weight.name}: {reason}')
      line = self.frozen(shape[long[-1]], reason)
    else:
      [axis] = long
      line = self._context.lines.setdefault(
          weight.name, self._context.dependency.ids.fresh(shape[axis]))
      of_constant = weight.axes[axis]
      assert of_constant is not None
      self._context.dependency.use(
          weight.name, weight.name, of_constant, line,
          self._context.roles[weight.name], weight.rank)
    place = [1] * len(shape)
    place[long[-1]] = -1
    return np.broadcast_to(line.reshape(place), shape)
