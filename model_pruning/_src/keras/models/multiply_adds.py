# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The multiply-adds of a Keras model, counted in the graph of one example."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional

import tensorflow as tf

from model_pruning._src.compat import keras_variables
from model_pruning._src.files import errors
from model_pruning._src.keras.models import example_inputs
from model_pruning._src.multiply_adds import count as count_lib


class KerasCounts(NamedTuple):
  """The multiply-adds of one example.

  Attributes:
    of: the multiply-adds with a variable, by its `id`; None if they are not
      known. A variable without an entry takes part in none.
    others: the multiply-adds between activations; None if not known.
    problem: a sentence why nothing was counted; '' if it was.
    per_turn: the multiply-adds of one turn, by the `id` of a variable in a loop
      whose number of turns is not known, such as a recurrent layer.
  """

  of: Dict[int, Optional[int]]
  others: Optional[int]
  problem: str = ''
  per_turn: Dict[int, int] = {}


def count(model: Any) -> KerasCounts:
  """Counts the multiply-adds that one example takes in inference.

  Args:
    model: a built Keras model.

  Returns:
    The counts. If the inputs of the model are not known, or it cannot be
    traced, there is only a problem.
  """
  if not getattr(model, 'inputs', None):
    return KerasCounts({}, None, 'the inputs of the model are not known')
  if not tf.executing_eagerly():
    return KerasCounts({}, None, 'they are counted in eager mode')
  try:
    return _count(model)
  except Exception as e:  # A layer can do anything when it is traced.
    return KerasCounts({}, None, errors.reason(e))


def _count(model: Any) -> KerasCounts:
  signature = example_inputs.signature(
      model.inputs, batch=1, any_size=None)

  @tf.function(input_signature=signature, autograph=False)
  def infer(*inputs: tf.Tensor) -> Any:
    return model(list(inputs) if len(inputs) > 1 else inputs[0],
                 training=False)

  traced = infer.get_concrete_function()
  graph_def = traced.graph.as_graph_def()
  nodes = {node.name: node for node in graph_def.node}
  captured = list(traced.captured_inputs)
  arguments = list(traced.inputs)[len(traced.inputs) - len(captured):]
  variables: Dict[int, List[Any]] = {}
  for variable in model.variables:
    handle = getattr(keras_variables.backend_variable(variable), 'handle', None)
    variables.setdefault(id(handle), []).append(variable)
  named: Dict[str, Any] = {}
  for i, (outside, inside) in enumerate(zip(captured, arguments)):
    for variable in variables.get(id(outside), ())[:1]:
      name = f'variable_{i}'
      _put_variable(nodes[inside.op.name], name, variable)
      named[name] = variable
  counts = count_lib.count(
      graph_def, [output.name for output in traced.outputs])
  return KerasCounts(
      {id(named[name]): value for name, value in counts.weights.items()
       if name in named}, counts.others, per_turn={
          id(named[name]): value for name, value in counts.per_turn.items()
          if name in named})


def _put_variable(node: Any, name: str, variable: Any) -> None:
  """Turns the placeholder of a captured variable into one with a shape."""
  backend = keras_variables.backend_variable(variable)
  node.op = 'VarHandleOp'
  node.attr.clear()
  node.attr['dtype'].type = backend.dtype.base_dtype.as_datatype_enum
  node.attr['shape'].shape.CopyFrom(tf.TensorShape(backend.shape).as_proto())
  node.attr['shared_name'].s = name.encode()
