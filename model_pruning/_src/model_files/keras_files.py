# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Keras models in `.keras` and `.h5` files, loaded and saved."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
import types
from typing import Any, Dict, Optional

from model_pruning._src.files import errors
from model_pruning._src.files import replace
from model_pruning._src.model_files import kinds
from model_pruning._src.storage import new_file


def load(path: str, custom: Optional[str] = None,
         compiled: bool = False) -> Any:
  """Loads the Keras model of a file.

  Args:
    path: a `.keras` file, or an `.h5` file with a whole model.
    custom: a module, or a `.py` file, whose classes and functions the model
      uses by their names.
    compiled: whether it must have the loss that it was compiled with. Default:
      it is not compiled.

  Raises:
    ValueError: if the file holds no model, or it cannot be loaded.
  """
  import tensorflow as tf
  found = kinds.recognize(path)
  if found.kind not in (kinds.Kind.KERAS, kinds.Kind.HDF5):
    raise ValueError(f'{found} is no Keras file: give a .keras or .h5 file '
                     'with a whole model')
  if found.kind is kinds.Kind.HDF5 and not has_model(path):
    raise ValueError(f'{path} has weights only; give a file with the whole '
                     'model, as `model.save` writes it')
  objects = _custom_objects(custom)
  try:
    model = tf.keras.models.load_model(
        path, custom_objects=objects, compile=False)
    if compiled:
      model = _compiled(model, found, objects)
  except Exception as e:  # Keras raises whatever a config leads it to.
    raise ValueError(
        f'{path} cannot be loaded by the Keras of TensorFlow {tf.__version__}: '
        f'{errors.reason(e)}. Custom classes and functions come from a module, '
        'see --custom') from e
  if compiled and getattr(model, 'optimizer', None) is None:
    raise ValueError(f'{path} has a model that is not compiled; compile it '
                     'with a loss and save it again')
  return model


def _compiled(model: Any, file: kinds.Found,
              objects: Optional[Dict[str, Any]]) -> Any:
  """A model with the loss that it was saved with.

  Keras 3 writes names of metrics to HDF5 files, such as `mse`, with which it
  does not load them. The loss can be had all the same.
  """
  import h5py
  import tensorflow as tf
  if file.kind is kinds.Kind.KERAS:
    return tf.keras.models.load_model(file.path, custom_objects=objects)
  with h5py.File(file.path, 'r') as opened:
    config = opened.attrs.get('training_config')
  if config is not None:
    text = config.decode() if isinstance(config, bytes) else config
    with tf.keras.utils.custom_object_scope(objects or {}):
      model.compile('sgd', _loss(json.loads(text)['loss']))
  return model


def _loss(config: Any) -> Any:
  """Losses of a config: of the model, or of each output by name or order."""
  import tensorflow as tf
  if isinstance(config, dict) and 'class_name' not in config:
    return {name: _loss(one) for name, one in config.items()}
  if isinstance(config, list):
    return [_loss(one) for one in config]
  return config if config is None else tf.keras.losses.get(config)


def has_model(path: str) -> bool:
  """Whether an HDF5 file has a whole Keras model and not only weights."""
  import h5py
  with errors.reading(path, 'an HDF5 file'), h5py.File(path, 'r') as file:
    return 'model_config' in file.attrs


def save(model: Any, path: str, overwrite: bool = False) -> None:
  """Saves a model in the format that the suffix of a path says.

  Args:
    model: a Keras model.
    path: ends with `.keras` or `.h5`.
    overwrite: whether a file that is there may be replaced.

  Raises:
    ValueError: if there is a file already and `overwrite` is false, the
      suffix is another one, or the model cannot be saved.
  """
  if os.path.splitext(path)[1] not in ('.keras', '.h5'):
    raise ValueError(f'{path} must end with .keras or .h5, which says what is '
                     'written')
  new_file.check_file(path, overwrite)
  directory, name = os.path.split(os.path.abspath(path))
  with replace.staged(directory) as staging:
    try:
      model.save(os.path.join(staging, name))
    except OSError:
      raise
    except Exception as e:
      raise ValueError(f'the model cannot be saved as {path}: '
                       f'{errors.reason(e)}') from e


def _custom_objects(custom: Optional[str]) -> Optional[Dict[str, Any]]:
  """The classes and functions of a module, by name."""
  if not custom:
    return None
  try:
    module = _module(custom)
  except Exception as e:  # It is the user's code.
    raise ValueError(f'the module {custom!r} with custom objects cannot be '
                     f'imported: {errors.reason(e)}') from e
  return {name: value for name, value in vars(module).items()
          if isinstance(value, (type, types.FunctionType))}


def _module(custom: str) -> types.ModuleType:
  """Imports a module by its name or its file."""
  if not custom.endswith('.py'):
    if os.getcwd() not in sys.path:
      sys.path.insert(0, os.getcwd())
    return importlib.import_module(custom)
  name = os.path.splitext(os.path.basename(custom))[0]
  spec = importlib.util.spec_from_file_location(name, custom)
  if spec is None or spec.loader is None:
    raise ValueError('it is no Python file')
  module = importlib.util.module_from_spec(spec)
  spec.loader.exec_module(module)
  return module
