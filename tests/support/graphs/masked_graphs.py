# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Graphs with masked weights, for the tests of `Pruning`."""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np
import tensorflow as tf
from absl.testing import parameterized

from model_pruning._src.graph.masked import apply_mask

v1 = tf.compat.v1


def linspace(*shape: int) -> np.ndarray:
  """1, 2, 3, ... in a shape: the first entries are the smallest."""
  return np.arange(1, 1 + np.prod(shape), dtype=np.float32).reshape(shape)


class GraphTestCase(parameterized.TestCase):
  """A test in a graph of its own, with a session and a global step."""

  def setUp(self):
    super().setUp()
    graph = tf.Graph()
    scope = graph.as_default()
    scope.__enter__()
    self.addCleanup(scope.__exit__, None, None, None)
    self.session = v1.Session(graph=graph)
    self.addCleanup(self.session.close)
    self.step = v1.train.get_or_create_global_step()

  def initialize(self) -> None:
    self.session.run(v1.global_variables_initializer())

  def run_at(self, step: int, op: Any) -> None:
    """Runs an operation at a value of the global step."""
    self.step.load(step, self.session)
    self.session.run(op)

  def value(self, name: str) -> Any:
    """The value of the variable of a name."""
    [variable] = [variable for variable in v1.global_variables()
                  if variable.op.name == name]
    return self.session.run(variable)

  def num_kept(self, group_name: Any = None) -> Sequence[int]:
    """The number of ones in each mask."""
    return [int(self.session.run(tf.reduce_sum(mask)))
            for mask in apply_mask.get_masks(group_name)]

  def masks(self) -> Sequence[np.ndarray]:
    """The values of the masks."""
    return [self.session.run(tf.convert_to_tensor(mask))
            for mask in apply_mask.get_masks()]


def masked_weight(value: np.ndarray, name: str = 'w', prune_option='weight',
                  group_name: Any = None, **kwargs: Any) -> tf.Variable:
  """A variable with a mask in its own scope."""
  weight = v1.get_variable(
      name, value.shape, value.dtype,
      initializer=v1.constant_initializer(value), **kwargs)
  apply_mask.apply_mask_with_group(weight, name, prune_option, group_name)
  return weight
