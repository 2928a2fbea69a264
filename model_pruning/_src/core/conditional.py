# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Conditional work: ops that run in some training steps only."""

from __future__ import annotations

from typing import Callable, Sequence

import tensorflow as tf

from model_pruning._src.compat import tensorflow as tf_compat


def run_if(predicate: tf.Tensor, run: Callable[..., tf.Tensor],
           arguments: Sequence[tf.Tensor], otherwise: tf.Tensor) -> tf.Tensor:
  """`run(*arguments)` if `predicate` is true, else `otherwise`.

  In a graph that a session runs, the `tf.cond` of TF 2 makes a function of each
  branch, and what one branch reads becomes an argument of both. With many
  weights that takes a good part of the time to attach pruning, and the session
  lowers it to `Switch` and `Merge` ops anyway. Here these are made directly.

  Args:
    predicate: bool scalar.
    run: a function that changes variables, and returns a tensor that depends on
      all of these changes.
    arguments: the tensors that `run` takes; it may capture scalars besides.
    otherwise: a tensor of the dtype and shape of the one that `run` returns.

  Returns:
    A tensor that is available once the work is done.
  """
  if (tf.executing_eagerly() or tf_compat.in_xla_context()
      or tf.compat.v1.get_default_graph().building_function):
    # Once a cond is lowered, a control dependency on it does not wait for its
    # branches; one on an identity of its output does.
    return tf.identity(tf.compat.v1.cond(
        predicate, lambda: run(*arguments), lambda: tf.identity(otherwise)))
  # An op that takes, or waits for, the dead output of a Switch does not run.
  choice = tf.raw_ops.Switch(data=otherwise, pred=predicate)
  with tf.control_dependencies([tf.identity(choice.output_true)]):
    switched = []
    for argument in arguments:
      with tf.device(argument.device or None):
        switched.append(tf.raw_ops.Switch(
            data=argument, pred=predicate).output_true)
    done = run(*switched)
  return tf.raw_ops.Merge(inputs=[choice.output_false, done]).output
