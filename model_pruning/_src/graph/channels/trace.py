# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Follows the channels of a frozen graph."""

from __future__ import annotations

from typing import Any, Dict, Hashable, List, NamedTuple, Sequence

import numpy as np
import tensorflow as tf

from model_pruning._src.channels import dependency as dependency_lib
from model_pruning._src.graph.channels import constants
from model_pruning._src.graph.channels import context as context_lib

# Imported for the rules that they register.
from model_pruning._src.graph.channels import contractions  # noqa: F401
from model_pruning._src.graph.channels import entry_by_entry  # noqa: F401
from model_pruning._src.graph.channels import movements  # noqa: F401
from model_pruning._src.graph.channels import node_call
from model_pruning._src.graph.channels import probe as probe_lib
from model_pruning._src.graph.channels import rules
from model_pruning._src.graph.channels import sizes as sizes_lib
from model_pruning._src.graph.channels import tensors


class Traced(NamedTuple):
  """A graph, and what depends on what in it.

  Attributes:
    constants: the NodeDefs of its constants, by name.
    dependency: the channels; constants have their names for keys.
    outputs: the names of the tensors that stay as they are.
  """

  constants: Dict[Hashable, Any]
  dependency: dependency_lib.Dependency
  outputs: List[str]

  def values(self) -> Dict[Hashable, np.ndarray]:
    """The constants that have channels, by name."""
    return {use.weight: tf.make_ndarray(
        self.constants[use.weight].attr['value'].tensor)
        for use in self.dependency.uses}


def trace(graph_def: Any, source: str,
          outputs: Sequence[str] = ()) -> Traced:
  """Follows the channels of a graph.

  Args:
    graph_def: a frozen GraphDef.
    source: what it was read from, for errors.
    outputs: the names of nodes whose values stay as they are. Default: those
      that no other takes.

  Raises:
    ValueError: if the graph cannot be imported, or not be run on random inputs.
  """
  probe = next(probe_lib.probes(graph_def, source))
  dependency = dependency_lib.Dependency()
  constant = constants.constant_ops(probe.graph)
  context = context_lib.Context(
      probe, dependency, sizes_lib.Sizes(dependency), constant,
      constants.roles(probe.graph, constant), {})
  known: Dict[str, tensors.Tensor] = {}
  ends: List[str] = []
  for op in probe.graph.get_operations():
    inputs = [known.get(tensor.name, tensors.Tensor()) for tensor in op.inputs]
    call = node_call.NodeCall(context, op, inputs)
    found = _start(context, call) if not inputs else rules.follow(call)
    known.update((tensor.name, one) for tensor, one in zip(op.outputs, found))
    if op.name in outputs or not outputs and inputs and not any(
        tensor.consumers() for tensor in op.outputs):
      for tensor, one in zip(op.outputs, found):
        ends.append(tensor.name)
        context.freeze(one, tensor, 'they are outputs of the graph')
  context.sizes.finish()
  return Traced({node.name: node for node in graph_def.node
                 if node.op == 'Const'}, dependency, ends)


def _start(context: context_lib.Context,
           call: node_call.NodeCall) -> List[tensors.Tensor]:
  """What is known of the outputs of an operation without inputs."""
  op = call.op
  if op.type != 'Const':
    return call.stays('they are inputs of the graph')
  output = op.outputs[0]
  shape = output.shape.as_list()
  if output.name in context.probe.integers:
    return [tensors.Tensor(numbers=context.sizes.of_constant(
        op.name, context.probe.integers[output.name]))]
  if not output.dtype.is_floating:
    return [tensors.Tensor(np.zeros(shape, np.int64))]
  return [tensors.Tensor(weight=tensors.Weight(
      op.name, tuple(range(len(shape))), len(shape)))]
