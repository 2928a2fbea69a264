# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Operations that are made once for arguments that are alike."""

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

# The name of what is done, and what it depends on.
Likeness = Tuple[Hashable, ...]

# Of a process, where functions are traced outside of any graph: the last ones
# used. A network rarely has more kinds of weights.
_MAX_FUNCTIONS = 256
_FUNCTIONS: MutableMapping[Likeness, Any] = collections.OrderedDict()


class SharedFunctions:
  """Calls of one Python function; those that are alike share the operations.

  Making new masks takes up to some hundred operations per weight, and a network
  has many weights of the same shape, with the same schedule. A function of the
  operations is made once, and called for each of these: in a graph that a
  session runs, for those of one update; inside of a `tf.function`, for all
  models of the process, as each weight of a Keras model has an update of its
  own.
  """

  def __init__(self, likenesses: Sequence[Likeness]):
    """Prepares for calls.

    Args:
      likenesses: of all calls to come. Calls with equal ones must take
        arguments of equal dtypes and shapes, and do the same with them,
        whoever makes them. They are kept, and so is the first function.
        Each begins with the name of what is done: one object may say when
        masks change and how sparse they are as well.
    """
    numbers = collections.Counter(likenesses)
    # XLA takes other operations.
    if (not tf.executing_eagerly() and not tf_compat.in_xla_context()
        and tf_compat.is_eager_outside()):
      # What is equal to nothing but itself may do something else each time.
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
    """Returns what `function` makes of tensors, which is a list of tensors."""
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
      if self._functions is _FUNCTIONS:  # They outlive the graph of now.
        stack.enter_context(tf.init_scope())
      return tf.function(
          function, autograph=False).get_concrete_function(*signature)
