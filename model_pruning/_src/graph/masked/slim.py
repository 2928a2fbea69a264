# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""tf-slim, for the parts of the library that are written in its style."""

from __future__ import annotations

import sys
from typing import Any, Callable

try:
  import tf_slim
except ImportError as e:
  raise ImportError(
      'The masked layers and `train` are in the style of tf-slim and need it. '
      'Install it as an extra, `pip install model-pruning[slim]`, or install '
      f'tf-slim and six. The import failed with: {e}') from e

arg_scope = tf_slim.arg_scope
collect_named_outputs = tf_slim.utils.collect_named_outputs
get_variable_collections = tf_slim.utils.get_variable_collections
learning = tf_slim.learning
model_variable = tf_slim.model_variable


def add_arg_scope(function: Callable[..., Any]) -> Callable[..., Any]:
  """Makes arguments of a function settable by `arg_scope`.

  By that of tf-slim, and by that of `tf.contrib` if the program has imported
  it by now: the two do not know each other.
  """
  function = tf_slim.add_arg_scope(function)
  contrib = sys.modules.get('tensorflow.contrib.framework')
  return contrib.add_arg_scope(function) if contrib else function
