# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A call of a layer, as seen by the rules that trace channels."""

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
  """A call of a layer through which a rule traces channels.

  A rule reads the channels of the inputs, records how the weights of the layer
  use them, and returns the channels of the outputs:

      def rule(call):
        channels = call.along(call.inputs[0])
        out = call.make(call.layer.units)
        call.consumes(call.layer.kernel, 0, channels)
        call.makes(call.layer.kernel, 1, out)
        call.counts('units', out)
        return [call.spread(out)]

  Channels are int64 arrays; those of a tensor have its shape, with a batch of
  1.

  Attributes:
    layer: the layer that is called.
    args: its positional arguments, with channels in place of tensors.
    kwargs: its other arguments, likewise.
    inputs: the channels of its tensors, in order.
    shapes: the shapes of its outputs, with a batch of 1.
    recomputed: a dict to which rules add each normalization, by its `id`, that
      may lose channels although it computes with all of them; None if none may.
  """

  def __init__(self, dependency: dependency_lib.Dependency,
               call: interpreter.Call, shapes: Sequence[Tuple[int, ...]],
               original: Any = None,
               recomputed: Optional[Dict[int, Any]] = None):
    """Wraps a call.

    Args:
      dependency: records what the rule says.
      call: the call, with channels as values.
      shapes: the shapes of its outputs, with a batch of 1.
      original: the original layer, if a copy of it is called. Default: None.
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
    """The kind of layer: 'Conv2D', 'ops.Relu', 'tf.nn.relu', 'own MyLayer'."""
    layer = self.layer
    if not which_keras.is_layer(layer):
      return f'ops.{type(layer).__name__}'
    if type(layer).__name__ in ('TFOpLambda', 'SlicingOpLambda',
                                'ClassMethod'):
      return f'tf.{layer.get_config().get("function")}'
    kind = layer_graph.kind_of(layer)
    # A custom layer may have the name of a layer of Keras.
    return kind if layer_graph.computes_as_keras(layer) else f'own {kind}'

  @property
  def name(self) -> str:
    """The name of the layer."""
    return str(self.layer.name)

  def of_inner(self, layer: Any, *path: Any) -> LayerCall:
    """A call of an inner layer, whose configuration is at `path` of this one.

    It has the inputs and the shapes of this call.
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
    """Returns new channels of the layer, the same at each of its calls."""
    return self._dependency.make((self._key, what), int(number))

  def consumes(self, weight: Any, axis: int, channels: np.ndarray) -> None:
    """Records that the layer sums over channels along an axis of a weight."""
    self._use(weight, axis, channels, _Role.CONSUMES)

  def makes(self, weight: Any, axis: int, channels: np.ndarray) -> None:
    """Records that an axis of a weight, or a bias, makes channels."""
    self._use(weight, axis, channels, _Role.MAKES)

  def scales(self, weight: Any, axis: int, channels: np.ndarray) -> None:
    """Records that a weight has one entry or filter for each channel."""
    self._use(weight, axis, channels, _Role.SCALES)

  def has_statistics(self, weight: Any, axis: int,
                     channels: np.ndarray) -> None:
    """Records that a weight has one statistic, never pruned, per channel."""
    self._use(weight, axis, channels, _Role.COUNTS)

  def counts(self, path: Any, channels: np.ndarray) -> None:
    """Records that a number in the configuration counts channels.

    Args:
      path: the key of the number, or a tuple of keys and indices.
      channels: the channels that it counts.
    """
    path = path if isinstance(path, tuple) else (path,)
    self._dependency.size(id(self._owner), (*self._path, *path), channels)

  def counts_argument(self, path: Tuple[Any, ...],
                      channels: np.ndarray) -> None:
    """Records that an integer in the arguments of this call counts channels.

    Args:
      path: `('args', position, ...)` or `('kwargs', name, ...)`.
      channels: the channels that it counts.
    """
    self._dependency.size(id(self._owner), path, channels)

  def keeps_one(self, channels: np.ndarray) -> None:
    """Records that at least one of these channels must be kept."""
    self._dependency.parts.append(channels)

  def unite(self, first: np.ndarray, second: np.ndarray) -> None:
    """Unites channels at the same index: they can only go together."""
    self._dependency.ids.unite(first, second)

  def merge(self, tensors: Sequence[np.ndarray]) -> np.ndarray:
    """The channels of an elementwise operation; see `Dependency.merge`."""
    return self._dependency.merge(tensors)

  def aligned(self, channels: np.ndarray) -> np.ndarray:
    """A tensor whose channels lie along one axis; see `Dependency.aligned`."""
    return self._dependency.aligned(channels)

  def spread(self, channels: np.ndarray, axis: int = -1,
             output: int = 0) -> np.ndarray:
    """An output of full shape, with `channels` along one of its axes."""
    shape = self.shapes[output]
    line = [1] * len(shape)
    line[axis] = -1
    return np.broadcast_to(np.reshape(channels, line), shape)

  def freeze(self, channels: np.ndarray, reason: str) -> None:
    """Marks channels as kept, for a reason in a few words."""
    self._dependency.freeze(channels, reason)

  def stays(self, reason: Optional[str] = None) -> List[np.ndarray]:
    """Marks all channels of the inputs and of the new outputs as kept.

    Args:
      reason: why, in a few words. Default: the layer is not known.
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
    """Runs the layer itself on channels, for layers that only move data."""
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
