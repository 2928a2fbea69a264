# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Whether a graph and the graph without some channels compute the same."""

from __future__ import annotations

import itertools
from typing import Any, List, Optional, Sequence

import tensorflow as tf

from model_pruning._src.channels import difference as difference_lib
from model_pruning._src.files import errors
from model_pruning._src.graph.channels import constants
from model_pruning._src.graph.channels import probe as probe_lib

# Where sizes of inputs are open, so many that the graph takes are run.
_NUM_SIZES = 2
# Larger tensors are compared only if they are outputs.
_MOST_ENTRIES = 1 << 20


def difference(graph_def: Any, small: Any, source: str,
               outputs: Sequence[str]) -> Optional[str]:
  """Compares two graphs on random inputs.

  Besides the outputs all is compared that has the same shape in both, as what
  goes into a softmax.

  Args:
    graph_def: a frozen GraphDef.
    small: the same nodes, with fewer channels in them.
    source: what it was read from, for errors.
    outputs: the names of tensors that must be the same.

  Returns:
    None if they agree, else a sentence: by how much they differ, and where.

  Raises:
    ValueError: if the graph does not run on random inputs.
  """
  for probe in itertools.islice(
      probe_lib.probes(graph_def, source), _NUM_SIZES):
    try:
      graph = probe_lib.with_inputs(small, probe.inputs)
    except (ValueError, tf.errors.OpError) as e:
      return f'the graph without them has no shapes: {errors.reason(e)}'
    names = _compared(probe.graph, graph, outputs)
    try:
      expected = probe_lib.run(probe.graph, probe.inputs, names)
    except tf.errors.OpError as e:
      raise ValueError(f'{source} does not run on random inputs, on which the '
                       'graph without channels is compared with it: '
                       f'{errors.reason(e)}') from e
    try:
      actual = probe_lib.run(graph, probe.inputs, names)
    except tf.errors.OpError as e:
      return f'the graph without them does not run: {errors.reason(e)}'
    tolerance = max((difference_lib.TOLERANCES.get(value.dtype.name, 0.0)
                     for value in expected), default=0.0)
    for name, one, other in zip(names, expected, actual):
      error = difference_lib.difference(one, other)
      if error > tolerance:
        return (f'they differ by {error:.2g} of the greatest value, at first '
                f'in the node {probe.graph.get_tensor_by_name(name).op.name!r}')
  return None


def _compared(graph: tf.Graph, small: tf.Graph,
              outputs: Sequence[str]) -> List[str]:
  """The names of what is compared, in the order in which it is computed."""
  constant = constants.constant_ops(graph)
  names = []
  for tensor in probe_lib.runs_once(graph):
    shapes = [one.shape for one in (
        tensor, small.get_tensor_by_name(tensor.name))]
    is_output = tensor.name in outputs
    is_inside = tensor.op.name not in constant and tensor.consumers() and all(
        shape.is_fully_defined() and shape.num_elements() <= _MOST_ENTRIES
        for shape in shapes) and shapes[0].as_list() == shapes[1].as_list()
    # What is text or a handle is computed from what is compared.
    if tensor.dtype.is_floating and (is_output or is_inside) or is_output and (
        tensor.dtype.is_integer or tensor.dtype.is_bool):
      names.append(tensor.name)
  return names
