# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Operations that are made once for arguments that are alike."""

from __future__ import annotations

import collections
from typing import Any, Callable, Dict, Hashable, List, Sequence

import tensorflow as tf

from model_pruning._src.compat import tensorflow as tf_compat


class SharedFunctions:
  """Calls of one Python function; those that are alike share the operations.

  Making new masks takes some hundred operations per weight, and a network has
  many weights of the same shape. A function of the operations is made once,
  and called for each of these.
  """

  def __init__(self, likenesses: Sequence[Hashable]):
    """Prepares for calls.

    Args:
      likenesses: of all calls to come. Calls with equal ones must take
        arguments of equal dtypes and shapes, and do the same with them.
    """
    self._shared = {likeness for likeness, number in
                    collections.Counter(likenesses).items() if number > 1}
    self._functions: Dict[Hashable, Any] = {}

  def call(self, likeness: Hashable, function: Callable[..., List[tf.Tensor]],
           arguments: Sequence[tf.Tensor]) -> List[tf.Tensor]:
    """Returns what `function` makes of tensors, which is a list of tensors."""
    if likeness not in self._shared:
      return function(*arguments)
    if likeness not in self._functions:
      self._functions[likeness] = tf.function(
          function, autograph=False).get_concrete_function(*[
              tf.TensorSpec(argument.shape, argument.dtype)
              for argument in arguments])
    return tf_compat.call_in_graph(self._functions[likeness], arguments)
