# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The parts of a model that XNNPACK could run with the channels first.

A part consists of connected calls that can have the channels first. If the
neighbours of one call do not fit, none of the part has the channels first.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from model_pruning._src.keras.models import layer_graph
from model_pruning._src.keras.tfmot import wrapper
from model_pruning._src.keras.xnnpack import layer_roles as layers


def calls_of(model: Any) -> List[layer_graph.Call]:
  """The calls of a model, with wrappers replaced by their inner layers."""
  calls = layer_graph.calls_of(model)
  for call in calls:
    if isinstance(call.layer, wrapper.PruningWrapper):
      call.layer = call.layer.layer
  return calls


class Subgraph:
  """Calls that all have the channels first, or none of them.

  Attributes:
    calls: the calls, in the order of computation.
    reason: why they have the channels last; empty if they have them first.
  """

  def __init__(self) -> None:
    """Makes an empty one."""
    self.calls: List[layer_graph.Call] = []
    self.reason = ''


class Subgraphs:
  """The roles of the calls of a model, and the subgraphs that they form."""

  def __init__(self, calls: List[layer_graph.Call]):
    """Builds the subgraphs from the calls, in the order of computation."""
    self._calls = calls
    self._roles = {id(call): layers.role_of(call) for call in calls}
    self._subgraph_of: Dict[int, Subgraph] = {}
    for call in calls:
      if self._is_inside(call):
        self._join(call)
    for subgraph in self.all():
      subgraph.reason = subgraph.reason or self._why_not(subgraph)

  def role(self, call: layer_graph.Call) -> layers.Role:
    """The role of a call."""
    return self._roles[id(call)]

  def of(self, call: layer_graph.Call) -> Optional[Subgraph]:
    """The subgraph of a call; None if it can be in none."""
    return self._subgraph_of.get(id(call))

  def all(self) -> List[Subgraph]:
    """All subgraphs, each of them once."""
    return list({id(subgraph): subgraph
                 for subgraph in self._subgraph_of.values()}.values())

  def counted(self, subgraph: Subgraph) -> List[Any]:
    """The layers of a subgraph whose zeros are counted, each of them once.

    Late versions of XNNPACK count a dense layer that takes the output of the
    pooling as well.
    """
    found: Dict[int, Any] = {}
    for call in subgraph.calls:
      if layers.is_pointwise(call.layer):
        found[id(call.layer)] = call.layer
      if self.role(call).kind == layers.TAIL:
        found.update({id(consumer.layer): consumer.layer
                      for consumer in self._consumers(call)
                      if consumer.kind == 'Dense'})
    return list(found.values())

  def _is_inside(self, call: layer_graph.Call) -> bool:
    return self.role(call).kind in (layers.HEAD, layers.BODY, layers.TAIL)

  def _join(self, call: layer_graph.Call) -> None:
    """Puts a call in the subgraph of the calls before it."""
    subgraph = Subgraph()
    if self.role(call).kind != layers.HEAD:
      for taken in call.inputs:
        producer = self._producer(taken)
        if self._is_inside(producer):
          subgraph = _merged(self._subgraph_of[id(producer)], subgraph)
        elif not subgraph.reason:
          subgraph.reason = self._why_not_behind(call, producer)
        for member in subgraph.calls:
          self._subgraph_of[id(member)] = subgraph
    subgraph.calls.append(call)
    self._subgraph_of[id(call)] = subgraph

  def _producer(self, call: layer_graph.Call) -> layer_graph.Call:
    """The call itself, or the one that it is folded into or passes on."""
    while self.role(call).kind == layers.FOLDED and call.inputs:
      call = call.inputs[0]
    return call

  def _consumers(self, call: layer_graph.Call) -> List[layer_graph.Call]:
    found: List[layer_graph.Call] = []
    for consumer in call.consumers:
      found += ([consumer] if self.role(consumer).kind != layers.FOLDED
                else self._consumers(consumer))
    return found

  def _is_output(self, call: layer_graph.Call) -> bool:
    return call.is_output or any(
        self._is_output(consumer) for consumer in call.consumers
        if self.role(consumer).kind == layers.FOLDED)

  def _why_not_behind(self, call: layer_graph.Call,
                      producer: layer_graph.Call) -> str:
    if producer.kind == 'InputLayer':
      return (f'{call.name!r} takes an input of the model, and only a 3x3 '
              'convolution with strides 2 of 3 channels may')
    return (f'{call.name!r} takes the output of {producer.name!r}, which is '
            f'not in it: {self.role(producer).reason}')

  def _why_not(self, subgraph: Subgraph) -> str:
    """Why the outputs of some call must have the channels last."""
    members = {id(call) for call in subgraph.calls}
    for call in subgraph.calls:
      consumers = self._consumers(call)
      outside = [consumer for consumer in consumers
                 if id(consumer) not in members
                 or self.role(consumer).kind == layers.HEAD]
      if not outside and not self._is_output(call):
        continue
      is_pooled = len(call.shape) < 4 or call.shape[1:3] == (1, 1)
      if self.role(call).kind != layers.TAIL and not is_pooled:
        where = (f'goes to {outside[0].name!r}, which is not in it: '
                 f'{self.role(outside[0]).reason or "it begins another"}'
                 if outside else 'is an output of the model')
        return (f'the output of {call.name!r} {where}; it must go through '
                'GlobalAveragePooling2D')
      if len(outside) < len(consumers):
        return (f'the output of {call.name!r} is needed inside and outside of '
                'it')
    return ''


def _merged(first: Subgraph, second: Subgraph) -> Subgraph:
  if first is not second:
    first.calls += second.calls
    first.reason = first.reason or second.reason
  return first
