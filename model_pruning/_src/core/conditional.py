# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Work that is done in some steps only."""

from __future__ import annotations

from typing import Callable, Sequence

import tensorflow as tf

from model_pruning._src.compat import tensorflow as tf_compat


def run_if(predicate: tf.Tensor, run: Callable[..., tf.Tensor],
           arguments: Sequence[tf.Tensor], otherwise: tf.Tensor) -> tf.Tensor:
  """`run(*arguments)` if `predicate` is true, else `otherwise`.

  In a graph that a session runs, `tf.cond` of TF 2 makes a function of each
  branch, and an argument of both of whatever one takes. With many weights that
  is a good part of the time to attach pruning, and a session turns it into the
  two kinds of operations that are made here.

  Args:
    predicate: bool scalar.
    run: changes variables, and returns a tensor that depends on all that.
    arguments: the tensors that it takes, apart from scalars.
    otherwise: a tensor like the one that `run` returns.

  Returns:
    A tensor that is there when the work is done.
  """
  if (tf.executing_eagerly() or tf_compat.in_xla_context()
      or tf.compat.v1.get_default_graph().building_function):
    # With nothing but a control dependency on it, a cond would not be waited
    # for once it is lowered.
    return tf.identity(tf.compat.v1.cond(
        predicate, lambda: run(*arguments), lambda: tf.identity(otherwise)))
  # An output that a Switch does not make stops what takes it or waits for it.
  choice = tf.raw_ops.Switch(data=otherwise, pred=predicate)
  with tf.control_dependencies([tf.identity(choice.output_true)]):
    given = []
    for argument in arguments:
      with tf.device(argument.device or None):
        given.append(tf.raw_ops.Switch(
            data=argument, pred=predicate).output_true)
    done = run(*given)
  return tf.raw_ops.Merge(inputs=[choice.output_false, done]).output
