# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Channels of attention: its heads."""

from __future__ import annotations

from typing import Any, Dict, Sequence, Tuple

import numpy as np

from model_pruning._src.compat import keras_variables
from model_pruning._src.keras.channels import layer_call
from model_pruning._src.keras.channels import rules

_PARTS = ('query', 'key', 'value', 'attention_output')


@rules.for_kinds('MultiHeadAttention', 'GroupedQueryAttention')
def _attention(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  weights = _weights(call.layer)
  names = {f'{part}/kernel' for part in _PARTS}
  tensors = [call.argument(0, 'query'), call.argument(1, 'value'),
             call.argument(2, 'key')]
  config = call.layer.get_config()
  if (not names <= set(weights) or tensors[0].ndim != 3
      or config.get('output_shape') is not None or len(call.shapes) != 1):
    return call.stays('its arguments have no rule')
  query, value = (call.along(tensor) for tensor in tensors[:2])
  key = value if tensors[2] is None else call.along(tensors[2])
  if call.kind == 'GroupedQueryAttention':  # It requires equal sizes.
    call.unite(query, value)
    call.unite(query, key)
  for one in call.inputs:  # Masks.
    if all(one is not tensor for tensor in tensors):
      call.freeze(one, f'{call.name}: it is a mask')
  heads, shared = _heads(call, config)
  for part, channels, made in (('query', query, heads), ('key', key, shared),
                               ('value', value, shared),
                               ('gate', query, heads)):
    call.consumes(weights.get(f'{part}/kernel'), 0, channels)
    call.makes(weights.get(f'{part}/kernel'), 1, made)
    # A bias has two axes, and is no kernel for that.
    call.scales(weights.get(f'{part}/bias'), 0, made)
  call.consumes(weights['attention_output/kernel'], 0, heads)
  # In Keras 2 the configuration has the shapes that the layer was built with.
  for name, channels in (('query_shape', query), ('value_shape', value),
                         ('key_shape', key)):
    if config.get(name) is not None:
      call.counts((name, -1), channels)
  # It makes as many channels as the query has.
  out = call.make(len(query))
  call.unite(out, query)
  call.makes(weights['attention_output/kernel'], 2, out)
  call.makes(weights.get('attention_output/bias'), 0, out)
  return [call.spread(out)]


def _heads(call: layer_call.LayerCall, config: Dict[str, Any]
           ) -> Tuple[np.ndarray, np.ndarray]:
  """The heads of queries, and those of keys and values."""
  if 'num_heads' in config:
    heads = call.make(config['num_heads'], 'heads')
    call.counts('num_heads', heads)
    return heads, heads
  number, num_shared = (config[name] for name in (
      'num_query_heads', 'num_key_value_heads'))
  shared = call.make(num_shared, 'heads')
  if num_shared > 1:  # A key goes with all the queries that share it.
    heads = np.repeat(shared, number // num_shared)
    call.counts('num_key_value_heads', shared)
  else:
    heads = call.make(number, 'queries')
    call.freeze(shared, f'{call.name}: all queries share one head')
  call.counts('num_query_heads', heads)
  return heads, shared


def _weights(layer: Any) -> Dict[str, Any]:
  """The weights by the last two parts of their names."""
  found = {}
  for weight in layer.weights:
    name = keras_variables.variable_name(weight).partition(':')[0]
    found['/'.join(name.split('/')[-2:])] = weight
  return found
