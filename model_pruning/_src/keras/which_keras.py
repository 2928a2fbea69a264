# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Which of the Keras packages in this process an object belongs to.

There may be several: `tf.keras`, which is Keras 2 or Keras 3, `keras` and
`tf_keras`. A layer of one cannot be put in a model of another.
"""

from __future__ import annotations

import sys
from typing import Any, List, Optional, Tuple

import tensorflow as tf

_PACKAGES = ('keras', 'tf_keras')


def keras_of(thing: Any) -> Optional[Any]:
  """The Keras package whose classes the class of `thing` inherits from.

  Args:
    thing: a layer, a model, a callback, or anything else.

  Returns:
    The module, which has `layers`, `models`, ...; None if it is of no Keras.

  Raises:
    RuntimeError: That Keras computes with another backend than TensorFlow.
  """
  keras = _package_of(thing)
  if keras is not None:
    check_backend(keras)
  return keras


def check_backend(keras: Any) -> None:
  """Raises a RuntimeError if a Keras does not compute with TensorFlow.

  Args:
    keras: The module of a Keras package.
  """
  backend = keras.backend.backend()
  if backend != 'tensorflow':
    raise RuntimeError(
        'model_pruning prunes Keras models of the TensorFlow backend only, '
        f'and this Keras {keras.__version__} runs on {backend!r}: set the '
        'environment variable KERAS_BACKEND=tensorflow before Keras is '
        'imported.')


def _package_of(thing: Any) -> Optional[Any]:
  """The Keras package of `thing`, whatever its backend; None if none."""
  for base in type(thing).__mro__:
    module = base.__module__
    package = module.split('.')[0]
    if module.startswith('tensorflow.python.keras.'):
      return tf.keras
    if package in _PACKAGES and package in sys.modules:
      # In TF 2.6 to 2.12 `keras` lacks some of the names that `tf.keras` has.
      if package == 'keras' and isinstance(thing, _bases(tf.keras)):
        return tf.keras
      return sys.modules[package]
  return None


def _bases(keras: Any) -> Tuple[type, ...]:
  return (keras.layers.Layer, keras.callbacks.Callback)


def loaded() -> List[Any]:
  """`tf.keras` and every other Keras package that the process has loaded."""
  modules = [tf.keras]
  for package in _PACKAGES:
    module = sys.modules.get(package)
    if hasattr(module, 'layers'):
      modules.append(module)
  return list({module.layers.Layer: module
               for module in reversed(modules)}.values())


def is_layer(thing: Any) -> bool:
  """Whether `thing` is a layer (a model is one) of any Keras."""
  keras = keras_of(thing)
  return keras is not None and isinstance(thing, keras.layers.Layer)
