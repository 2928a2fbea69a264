# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Finds the Keras package of this process to which an object belongs.

There may be several: `tf.keras`, which is Keras 2 or Keras 3, `keras` and
`tf_keras`. A layer of one cannot be put in a model of another.
"""

from __future__ import annotations

import sys
from typing import Any, List, Optional

import tensorflow as tf

from model_pruning._src.compat import keras_packages

_PACKAGES = ('keras', 'tf_keras')


def keras_of(thing: Any) -> Optional[Any]:
  """The Keras package whose classes the class of `thing` inherits from.

  Args:
    thing: a layer, a model, a callback, or anything else.

  Returns:
    The module, with `layers`, `models`, ...; None if `thing` is of no Keras.

  Raises:
    RuntimeError: That Keras computes with another backend than TensorFlow.
    TypeError: That Keras is the package of before `tf.keras`.
  """
  keras = _package_of(thing)
  if keras is not None:
    check_backend(keras)
  return keras


def check_backend(keras: Any) -> None:
  """Raises if models of a Keras package cannot be pruned.

  Args:
    keras: The module of a Keras package.

  Raises:
    RuntimeError: It does not compute with TensorFlow.
    TypeError: It is the package of before `tf.keras`.
  """
  if _is_multi_backend(keras):
    raise TypeError(
        'model_pruning prunes models of `tf.keras`, of `tf_keras` and of the '
        f'package `keras` from 2.4 on, and not those of keras '
        f'{keras.__version__}: import `tensorflow.keras` in its place, which '
        'has the same layers.')
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
    if module.startswith('tensorflow.python.keras.'):
      return keras_packages.full_package('tensorflow.python.keras')
    package = module.split('.')[0]
    if package in _PACKAGES and package in sys.modules:
      return keras_packages.full_package(package)
  return None


def _is_multi_backend(keras: Any) -> bool:
  """Whether it is the package `keras` up to 2.3, which is not `tf.keras`."""
  return not hasattr(keras.layers.Layer, 'trainable_variables')


def loaded() -> List[Any]:
  """Every Keras package that the process has loaded."""
  modules = [keras_packages.full_package(package) for package in _PACKAGES
             if hasattr(sys.modules.get(package), 'layers')
             and not _is_multi_backend(sys.modules[package])]
  if not modules or keras_packages.is_settled(tf.keras):
    modules.append(tf.keras)
  return list({module.layers.Layer: module for module in modules}.values())


def is_layer(thing: Any) -> bool:
  """Whether `thing` is a layer (a model is one) of any Keras."""
  keras = keras_of(thing)
  return keras is not None and isinstance(thing, keras.layers.Layer)
