# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Random functional graphs of Keras, of every layer that moves channels.

A graph grows from its inputs step by step: each step takes tensors that are
there and adds one. Its last tensors are the outputs, with a few more from
anywhere.
"""

from __future__ import annotations

from typing import Any, List

import numpy as np
import tensorflow as tf

from tests.support.channels import channel_models
from tests.support.channels import random_graph

# Imported for the steps that it registers.
from tests.support.channels import random_parts  # noqa: F401
from tests.support.channels import random_steps

keras = tf.keras
layers = keras.layers

_MAX_ENTRIES = 4096  # Of a tensor without its batch: graphs stay small.
_MAX_CHANNELS = 24


def random_model(seed: int, num_steps: int = 10) -> Any:
  """A random functional model with random weights, the same for a seed.

  Args:
    seed: from 0 to 2**32 - 1.
    num_steps: the number of layers, about.

  Returns:
    A model of one to three inputs and one to three outputs.
  """
  random = np.random.RandomState(seed)
  inputs = [keras.Input((6, 6, 3))]
  if random.rand() < 0.3:
    inputs.append(keras.Input((5, 4)))
  if random.rand() < 0.3:
    inputs.append(keras.Input((4,)))
  graph = random_graph.RandomGraph(random, inputs)
  graph.tensors.append(layers.Conv2D(6, 3, padding='same')(inputs[0]))
  for one in inputs[1:]:
    graph.tensors.append(layers.Dense(6)(one))
  for _ in range(num_steps):
    tensor = random_steps.STEPS[random.randint(len(random_steps.STEPS))](graph)
    if tensor is None:
      continue
    dims = [int(dim) for dim in tuple(tensor.shape)[1:]]
    if np.prod(dims) <= _MAX_ENTRIES and dims[-1] <= _MAX_CHANNELS * (
        3 if len(dims) == 1 else 1):
      graph.tensors.append(tensor)
  return channel_models.randomize(
      keras.Model(inputs, _outputs(graph, len(inputs))), seed)


def _outputs(graph: random_graph.RandomGraph, num_inputs: int) -> List[Any]:
  vectors = []
  for tensor in graph.tensors[num_inputs:][-3:]:
    if len(tensor.shape) == 4 and graph.random.rand() < 0.6:
      tensor = layers.GlobalAveragePooling2D()(tensor)
    vectors.append(layers.Flatten()(tensor))
  last = layers.Concatenate()(vectors) if len(vectors) > 1 else vectors[0]
  outputs = [layers.Dense(3)(last)]
  while graph.random.rand() < 0.3 and len(outputs) < 3:
    tensor = graph.pick(2, 3, 4)
    outputs.append(layers.Dense(2)(tensor) if graph.random.rand() < 0.7
                   else layers.ReLU()(tensor))
  return outputs
