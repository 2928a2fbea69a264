# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The registry of the rules that trace channels through layers."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Sequence

import numpy as np

from model_pruning._src.keras.channels import layer_call

Rule = Callable[[layer_call.LayerCall], Sequence[np.ndarray]]

_BY_KIND: Dict[str, Rule] = {}
_BY_CLASS: Dict[type, Rule] = {}


def for_kinds(*kinds: str) -> Callable[[Rule], Rule]:
  """Registers a rule for kinds of `LayerCall.kind`."""
  def register(rule: Rule) -> Rule:
    _BY_KIND.update(dict.fromkeys(kinds, rule))
    return rule
  return register


def register_rule(layer_class: type) -> Callable[[Rule], Rule]:
  """Registers a rule that traces channels through a custom layer.

      @model_pruning.keras.register_rule(MyDense)
      def follow(call):
        out = call.make(call.layer.units)
        call.consumes(call.layer.kernel, 0, call.along(call.inputs[0]))
        call.makes(call.layer.kernel, 1, out)
        call.counts('units', out)
        return [call.spread(out)]

  `call.along(tensor, axis=-1)` returns the channels along an axis, `call.make`
  new ones. `consumes`, `makes`, `scales` and `has_statistics` record how an
  axis of a weight uses channels, `counts` which argument of the layer counts
  them. The rule returns the channels of each output, of its full shape:
  `call.spread` makes these from the channels of one axis, and `call.merge` from
  the channels of several tensors. `call.stays(reason)` keeps all channels.

  Args:
    layer_class: the class. Subclasses have the same rule, unless they have one
      of their own.

  Returns:
    A decorator, which returns the rule as it is.

  Raises:
    TypeError: if `layer_class` is no class.
  """
  if not isinstance(layer_class, type):
    raise TypeError('Argument `layer_class` must be a class of layers. '
                    f'Received: {layer_class!r}')

  def register(rule: Rule) -> Rule:
    _BY_CLASS[layer_class] = rule
    return rule
  return register


def follow(call: layer_call.LayerCall) -> List[np.ndarray]:
  """Returns the channels of the outputs of a call, each of its full shape."""
  return list(_rule_for(call)(call))




def _rule_for(call: layer_call.LayerCall) -> Rule:
  layer: Any = call.layer
  for base in type(layer).__mro__:
    if base in _BY_CLASS:
      return _BY_CLASS[base]
  # With LoRA, the layer does not compute with the kernel alone.
  if getattr(layer, 'lora_enabled', False):
    return lambda call: call.stays('it has adapters (LoRA)')
  if getattr(layer, 'quantization_mode', None):
    return lambda call: call.stays('it is quantized')
  return _BY_KIND.get(call.kind, layer_call.LayerCall.stays)
