# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A call of a layer, as the rules that follow channels see it."""

from __future__ import annotations

import copy
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
import tensorflow as tf

from model_pruning._src.channels import dependency as dependency_lib
from model_pruning._src.compat import keras_variables
from model_pruning._src.keras.channels import interpreter
from model_pruning._src.keras.models import layer_graph
from model_pruning._src.keras.models import which_keras

_Role = dependency_lib.Role


class LayerCall:
  """A call of a layer, whose channels a rule follows.

  A rule looks which channels come in, says what the weights of the layer have
  to do with them, and returns those that go out:

      def rule(call):
        channels = call.along(call.inputs[0])
        out = call.make(call.layer.units)
        call.consumes(call.layer.kernel, 0, channels)
        call.makes(call.layer.kernel, 1, out)
        call.counts('units', out)
        return [call.spread(out)]

  Channels are int64 arrays: a tensor's have its shape, with a batch of 1.

  Attributes:
    layer: what is called.
    args: its positional arguments, with channels in place of tensors.
    kwargs: its other arguments, likewise.
    inputs: the channels of its tensors, in order.
    shapes: of its outputs, with a batch of 1.
    recomputed: takes by its `id` each normalization that may lose channels,
      though it computes with all; None if none may.
  """

  def __init__(self, dependency: dependency_lib.Dependency,
               call: interpreter.Call, shapes: Sequence[Tuple[int, ...]],
               original: Any = None,
               recomputed: Optional[Dict[int, Any]] = None):
    """Wraps a call.

    Args:
      dependency: takes what the rule says.
      call: the call, with channels as values.
      shapes: of its outputs, with a batch of 1.
      original: the layer to speak of, if it is a copy that is called.
      recomputed: see the attribute.
    """
    self.recomputed = recomputed
    self._dependency = dependency
    self._called = call.layer
    self.layer = call.layer if original is None else original
    self.args, self.kwargs = call.args, call.kwargs
    self.inputs: List[np.ndarray] = call.tensors
    self.shapes = list(shapes)
    self._path: Tuple[Any, ...] = ()
    self._owner = self.layer
    self._key: Any = id(self.layer)

  @property
  def kind(self) -> str:
    """What is called: 'Conv2D', 'ops.Relu', 'tf.nn.relu' or 'own MyLayer'."""
    layer = self.layer
    if not which_keras.is_layer(layer):
      return f'ops.{type(layer).__name__}'
    if type(layer).__name__ in ('TFOpLambda', 'SlicingOpLambda',
                                'ClassMethod'):
      return f'tf.{layer.get_config().get("function")}'
    kind = layer_graph.kind_of(layer)
    # One of somebody's own may have the name of one of Keras.
    return kind if layer_graph.computes_as_keras(layer) else f'own {kind}'

  @property
  def name(self) -> str:
    """The name of the layer."""
    return str(self.layer.name)

  def of_inner(self, layer: Any, *path: Any) -> LayerCall:
    """A call of a layer inside, whose configuration is at a path of this one.

    Its inputs and shapes are those of this one.
    """
    inner = copy.copy(self)
    inner.layer, inner._path = layer, (*self._path, *path)
    inner._key = (self._key, layer.name, *path)
    return inner

  def argument(self, position: int, name: str, default: Any = None) -> Any:
    """An argument by its position, or by its name."""
    if position < len(self.args):
      return self.args[position]
    return self.kwargs.get(name, default)

  def along(self, channels: np.ndarray, axis: int = -1) -> np.ndarray:
    """The channels along an axis of a tensor; see `Dependency.along`."""
    return self._dependency.along(channels, axis)

  def varies(self, channels: np.ndarray, axis: int) -> bool:
    """Whether a tensor has several channels along an axis."""
    return self._dependency.varies(channels, axis)

  def make(self, number: int, what: str = 'outputs') -> np.ndarray:
    """Channels that the layer makes, the same at each of its calls."""
    return self._dependency.make((self._key, what), int(number))

  def consumes(self, weight: Any, axis: int, channels: np.ndarray) -> None:
    """The layer sums over channels, which are an axis of a weight."""
    self._use(weight, axis, channels, _Role.CONSUMES)

  def makes(self, weight: Any, axis: int, channels: np.ndarray) -> None:
    """An axis of a weight, or a bias, makes channels."""
    self._use(weight, axis, channels, _Role.MAKES)

  def scales(self, weight: Any, axis: int, channels: np.ndarray) -> None:
    """A weight has an entry, or a filter, for each channel by itself."""
    self._use(weight, axis, channels, _Role.SCALES)

  def has_statistics(self, weight: Any, axis: int,
                     channels: np.ndarray) -> None:
    """A weight has an entry for each channel that is never pruned."""
    self._use(weight, axis, channels, _Role.COUNTS)

  def counts(self, path: Any, channels: np.ndarray) -> None:
    """A number in the configuration of the layer counts channels.

    Args:
      path: its key, or a tuple of keys and indices.
      channels: those that it counts.
    """
    path = path if isinstance(path, tuple) else (path,)
    self._dependency.size(id(self._owner), (*self._path, *path), channels)

  def counts_argument(self, path: Tuple[Any, ...],
                      channels: np.ndarray) -> None:
    """An integer in the arguments of this call counts channels.

    Args:
      path: `('args', position, ...)` or `('kwargs', name, ...)`.
      channels: those that it counts.
    """
    self._dependency.size(id(self._owner), path, channels)

  def keeps_one(self, channels: np.ndarray) -> None:
    """One at least of these channels stays, however little they matter."""
    self._dependency.parts.append(channels)

  def unite(self, first: np.ndarray, second: np.ndarray) -> None:
    """Channels at equal places are the same, or go together."""
    self._dependency.ids.unite(first, second)

  def merge(self, tensors: Sequence[np.ndarray]) -> np.ndarray:
    """Those of an operation entry by entry; see `Dependency.merge`."""
    return self._dependency.merge(tensors)

  def aligned(self, channels: np.ndarray) -> np.ndarray:
    """A tensor whose channels lie along one axis; see `Dependency.aligned`."""
    return self._dependency.aligned(channels)

  def spread(self, channels: np.ndarray, axis: int = -1,
             output: int = 0) -> np.ndarray:
    """An output with channels along an axis, the same everywhere else."""
    shape = self.shapes[output]
    line = [1] * len(shape)
    line[axis] = -1
    return np.broadcast_to(np.reshape(channels, line), shape)

  def freeze(self, channels: np.ndarray, reason: str) -> None:
    """Lets channels stay, for a reason in a few words."""
    self._dependency.freeze(channels, reason)

  def stays(self, reason: Optional[str] = None) -> List[np.ndarray]:
    """Lets all that goes in stay, and makes outputs of which nothing goes.

    Args:
      reason: in a few words. Default: the layer is not known.
    """
    reason = f'{self.name}: {reason or f"{self.kind} has no rule"}'
    for channels in self.inputs:
      self.freeze(channels, reason)
    outputs = []
    for i, shape in enumerate(self.shapes):
      if not shape:
        outputs.append(np.zeros(shape, np.int64))
        continue
      made = self._dependency.ids.fresh(shape[-1])
      self.freeze(made, reason)
      outputs.append(self.spread(made, output=i))
    return outputs

  def run_on_channels(self) -> List[np.ndarray]:
    """Runs the layer itself on channels: right for what only moves data."""
    numbers: Dict[int, Any] = {
        id(one): tf.constant(one, tf.int32) for one in self.inputs}
    args, kwargs = tf.nest.map_structure(
        lambda one: numbers.get(id(one), one), (self.args, self.kwargs))
    outputs = tf.nest.flatten(self._called(*args, **kwargs))
    return [self.aligned(np.array(output, np.int64)) for output in outputs]

  def _use(self, weight: Any, axis: int, channels: np.ndarray,
           role: dependency_lib.Role) -> None:
    if weight is None:
      return
    self._dependency.use(
        id(weight), keras_variables.variable_name(weight),
        axis % len(weight.shape), channels, role, len(weight.shape))
