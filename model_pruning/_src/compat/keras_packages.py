# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What differs between versions about the Keras packages of a process.

From TF 2.14 on `tf.keras` settles on Keras 2, Keras 3 or `tf_keras` when it is
first used, by the environment of that moment, and for good. So it is used for
those models only that are of it, and for what is of no model.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import Any

import tensorflow as tf


def is_settled(keras: Any) -> bool:
  """Whether a `tf.keras` has settled on the Keras that it stands for.

  There is no public way to ask. `_initialized` was tried on TF 2.15, what it
  was renamed to on TF 2.16 to 2.21. Before TF 2.14 nothing has it, and there is
  nothing to settle.

  Args:
    keras: `tf.keras`, or `tf.compat.v1.keras`.
  """
  # Not of the object itself: that would be the first use.
  names = vars(keras)
  return bool(names.get('_tfll_initialized', names.get('_initialized', True)))


def default() -> Any:
  """The Keras of what belongs to no model.

  It is `tf.keras`, unless nobody has used that so far and `tf_keras` is there.
  """
  if 'tf_keras' in sys.modules and not is_settled(tf.keras):
    return sys.modules['tf_keras']
  return tf.keras


def full_package(name: str) -> Any:
  """A Keras package that is loaded, with all that it has.

  In TF 2.6 to 2.12 `keras` lacks some of the names that `tf.keras` has, which
  is `keras.api._v2.keras` up to TF 2.15. Loading that settles nothing.

  Args:
    name: `keras`, `tf_keras` or `tensorflow.python.keras`.
  """
  if name == 'tensorflow.python.keras':
    # It is `tf.keras` before TF 2.6. TF 2.6 to 2.21 still have the package,
    # without the folder of its public names.
    if _exists('tensorflow.python.keras.api'):
      return tf.keras
    return importlib.import_module(name)
  if (name == 'keras' and hasattr(sys.modules[name], 'api')
      and _exists('keras.api._v2')):
    return importlib.import_module('keras.api._v2.keras')
  return sys.modules[name]


def _exists(name: str) -> bool:
  """Whether there is a module; modules that TF 1.14 loads have no spec."""
  return name in sys.modules or importlib.util.find_spec(name) is not None


def session() -> tf.compat.v1.Session:
  """The session of Keras 2 in graph mode.

  `tf_keras` has one of its own, which no public name leads to.
  `tf_keras.api._v1` was tried on TF 2.15 to 2.21.
  """
  keras = tf.compat.v1.keras
  if 'tf_keras' in sys.modules and not is_settled(keras):
    keras = importlib.import_module('tf_keras.api._v1.keras')
  return keras.backend.get_session()
