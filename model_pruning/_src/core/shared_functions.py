# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Functions that are traced once and called for all weights that are alike."""

from __future__ import annotations

import collections
import contextlib
from typing import (
  Any,
  Callable,
  Hashable,
  List,
  MutableMapping,
  Sequence,
  Tuple,
)

import tensorflow as tf

from model_pruning._src.compat import tensorflow as tf_compat

# A name of the computation, then everything that determines its ops.
Likeness = Tuple[Hashable, ...]

# The functions of this process that are traced outside of any graph, the least
# recently used first. A network rarely has more kinds of weights.
_MAX_FUNCTIONS = 256
_FUNCTIONS: MutableMapping[Likeness, Any] = collections.OrderedDict()


class SharedFunctions:
  """Calls of Python functions that share one traced function if they are alike.

  New masks take up to some hundred operations per weight, and a network has
  many weights of the same shape with the same schedule. So the operations are
  traced once, as a function that is called for each of these weights. In a
  graph that a session runs, the calls of one update share it; inside of a
  `tf.function`, all models of the process do, as each weight of a Keras model
  has an update of its own.
  """

  def __init__(self, likenesses: Sequence[Likeness]):
    """Decides which calls share a function.

    Args:
      likenesses: the likenesses of all calls to come. Calls with equal ones
        must take arguments of equal dtypes and shapes, and do the same with
        them, whoever makes them. A likeness and the function that is traced
        for it are kept in memory. Each begins with the name of the computation,
        since one object may define both when masks change and how sparse they
        are.
    """
    numbers = collections.Counter(likenesses)
    # Under XLA the operations are different ones.
    if (not tf.executing_eagerly() and not tf_compat.in_xla_context()
        and tf_compat.is_eager_outside()):
      # An object without an `__eq__` of its own equals only itself, and may be
      # changed between two calls: its functions are not shared.
      self._shared = {likeness for likeness in numbers
                      if all(type(part).__eq__ is not object.__eq__
                             for part in likeness)}
      self._functions = _FUNCTIONS
    else:
      self._shared = {likeness for likeness, number in numbers.items()
                      if number > 1}
      self._functions = {}

  def call(self, likeness: Likeness, function: Callable[..., List[tf.Tensor]],
           arguments: Sequence[tf.Tensor]) -> List[tf.Tensor]:
    """Returns `function(*arguments)`, a list of tensors."""
    if likeness not in self._shared:
      return function(*arguments)
    concrete = self._functions.pop(likeness, None)
    if concrete is None:
      concrete = self._trace(function, arguments)
    self._functions[likeness] = concrete
    while len(self._functions) > max(_MAX_FUNCTIONS, len(self._shared)):
      self._functions.pop(next(iter(self._functions)))
    return tf_compat.call_in_graph(concrete, arguments)

  def _trace(self, function: Callable[..., List[tf.Tensor]],
             arguments: Sequence[tf.Tensor]) -> Any:
    signature = [tf.TensorSpec(argument.shape, argument.dtype)
                 for argument in arguments]
    with contextlib.ExitStack() as stack:
      if self._functions is _FUNCTIONS:  # They outlive the current graph.
        stack.enter_context(tf.init_scope())
      return tf.function(
          function, autograph=False).get_concrete_function(*signature)
