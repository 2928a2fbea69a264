# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""GraphDefs in files, and the weights among their constants."""

from __future__ import annotations

import os
import re
from typing import Any, Iterable, Iterator, List, NamedTuple, Tuple

import numpy as np
import tensorflow as tf
from google.protobuf import text_format

from model_pruning._src.files import errors
from model_pruning._src.files import reading
from model_pruning._src.graph.strip import graph_def_check
from model_pruning._src.graph.strip import graph_def_walk as walk
from model_pruning._src.graph.strip import messages

_INITIALIZER = '__saved_model_init_op'
# Kernels are often kept as float16 and cast when they are used.
_FLOATS = ('float16', 'bfloat16', 'float32', 'float64')


class Constant(NamedTuple):
  """A constant of a graph that can be a weight.

  Attributes:
    name: of the node; in a function, `<function>/<node>`.
    shape: its shape.
    dtype: the name of its dtype.
    function: the function that it is in; '' is the graph.
    node: its NodeDef.
  """

  name: str
  shape: Tuple[int, ...]
  dtype: str
  function: str
  node: Any

  def load(self) -> np.ndarray:
    """Returns the value."""
    return tf.make_ndarray(self.node.attr['value'].tensor)


def read(path: str) -> Any:
  """Reads a GraphDef, binary or text, and checks that its parts fit together.

  Args:
    path: of the file.

  Raises:
    ValueError: if it is damaged, or has no nodes.
  """
  if is_text(path):
    content = reading.read_bytes(path, 'a GraphDef')
    graph_def = tf.compat.v1.GraphDef()
    with errors.reading(path, 'a GraphDef'):
      text_format.Parse(content.decode(), graph_def)
  else:
    graph_def = messages.read_graph_def(path)
  if not graph_def.node:
    raise ValueError(f'{path} is no GraphDef with nodes in it')
  graph_def_check.check(graph_def, path)
  return graph_def


def is_text(path: str) -> bool:
  """Whether a GraphDef is kept as text."""
  with open(path, 'rb') as file:
    return re.match(rb'\s*(node|library|versions|version|#)',
                    file.read(64)) is not None


def serialize(graph_def: Any, as_text: bool) -> bytes:
  """A GraphDef as the bytes of a file."""
  return (text_format.MessageToString(graph_def).encode() if as_text
          else graph_def.SerializeToString())


def saved_model(directory: str) -> Any:
  """Reads the message of a SavedModel.

  Raises:
    ValueError: if it is damaged, its variables have no values, or it has no
      graph or several.
  """
  path = os.path.join(directory, messages.SAVED_MODEL)
  message = messages.read_saved_model(directory)
  if len(message.meta_graphs) != 1:
    raise ValueError(f'{path} has {len(message.meta_graphs)} graphs, and one '
                     'is what is looked at')
  graph_def = message.meta_graphs[0].graph_def
  graph_def_check.check(graph_def, path)
  variables = [node.name for node in graph_def.node
               if node.op in walk.VARIABLE_OPS]
  values = os.path.join(directory, 'variables', 'variables.index')
  if variables and not os.path.exists(values):
    raise ValueError(f'{directory} has variables, such as {variables[0]!r}, '
                     f'and there is no {values} with their values')
  return message


def signature_of(meta_graph: Any) -> Any:
  """The signature `serving_default` of a MetaGraphDef, or its first one.

  Returns:
    The SignatureDef; None if there is none.
  """
  names = sorted(name for name in meta_graph.signature_def
                 if name != _INITIALIZER)
  if not names:
    return None
  default = tf.saved_model.DEFAULT_SERVING_SIGNATURE_DEF_KEY
  return meta_graph.signature_def[
      default if default in names else names[0]]


def constants(graph_def: Any) -> List[Constant]:
  """The constants of floats with two dimensions at least.

  Args:
    graph_def: a GraphDef; its functions are looked into.
  """
  found = []
  for function, nodes in _bodies(graph_def):
    for node in nodes:
      if node.op != 'Const':
        continue
      tensor = node.attr['value'].tensor
      shape = tuple(dim.size for dim in tensor.tensor_shape.dim)
      dtype = tf.as_dtype(tensor.dtype).name
      if dtype in _FLOATS and len(shape) >= 2:
        name = f'{function}/{node.name}' if function else node.name
        found.append(Constant(name, shape, dtype, function, node))
  return found


def _bodies(graph_def: Any) -> Iterator[Tuple[str, Iterable[Any]]]:
  """The nodes of the graph, called '', and of each of its functions."""
  yield '', graph_def.node
  for function in graph_def.library.function:
    yield function.signature.name, function.node_def
