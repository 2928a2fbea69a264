# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Functions of a graph as nodes of a graph."""

from __future__ import annotations

from typing import Any, Dict, Tuple

import tensorflow as tf
from tensorflow.python.framework import function_def_to_graph


def nodes_of(function: Any, graph: tf.Graph) -> Tuple[Any, Dict[str, str]]:
  """The body of a FunctionDef as a GraphDef, its arguments as placeholders.

  There is no public way to number the outputs of nodes, which functions name.
  Tried on TF 1.14 to 2.21.

  Args:
    function: a FunctionDef.
    graph: a graph that has the functions which this one calls.

  Returns:
    The GraphDef, and for each output as the function names it, such as
    `x:sum:0`, its name in the GraphDef, such as `x:0`.
  """
  with graph.as_default():
    return function_def_to_graph.function_def_to_graph_def(function)
