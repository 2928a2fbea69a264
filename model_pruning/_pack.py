# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`pack` and `load_packed`: packed files of arrays, models and checkpoints."""

from __future__ import annotations

import os
import re
from typing import (
  Any,
  Iterable,
  Iterator,
  List,
  Mapping,
  Optional,
  Tuple,
  Union,
)

import numpy as np

from model_pruning._src.storage import pack as pack_lib
from model_pruning._src.storage import packed_file
from model_pruning._src.storage import report as report_lib

# What Keras ends a name with that it has given before.
_NUMBER = re.compile(r'_\d+(?=/|$)')


def pack(source: Any, path: Union[str, os.PathLike], *,
         dtype: Optional[str] = None,
         overwrite: bool = False) -> report_lib.PackReport:
  """Stores the weights of a model in few bytes.

      report = model_pruning.pack(model, 'model.safetensors')
      print(report)
      model_pruning.load_packed(other_model, 'model.safetensors')

  Of each weight it stores which entries are not zero, and their values. Every
  bit comes back unless `dtype` asks for fewer. The format is described in
  docs/packed_format.md; weights are packed one at a time.

  Args:
    source: a built Keras model; a checkpoint, as its prefix or the directory
      of the latest one; a mapping from names to arrays, or pairs of a name and
      an array.
    path: the file to write, by convention with the suffix `.safetensors`.
    dtype: 'float16', 'bfloat16' or 'int8' to store rounded values of floats
      that have more bits; int8 has a scale for each output channel, and leaves
      vectors as they are. Default: None, every bit is kept.
    overwrite: whether a file at `path` may be replaced. Default: no.

  Returns:
    What became of each weight, and the size of the file. Strings in a
    checkpoint are left out, and the report says so.

  Raises:
    ImportError: if `zstandard` is not installed, an extra of this package.
    TypeError: if `source` is of another kind, or a dtype cannot be packed.
    ValueError: if the model is not built, there is no checkpoint, a value is
      beyond the range of `dtype`, or the file cannot be where it should.
  """
  arrays, left_out = _arrays_of(source)
  return pack_lib.pack_arrays(
      arrays, path, dtype, overwrite=overwrite, left_out=left_out)


def load_packed(model: Any, path: Union[str, os.PathLike], *,
                max_bytes: int = packed_file.MAX_BYTES) -> None:
  """Gives a Keras model the weights of a packed file.

  All names and shapes are checked, and all weights read, before the first one
  is changed.

  Args:
    model: a built Keras model with weights of the same names and shapes as the
      model that was packed. The numbers by which Keras tells models and layers
      of one name apart (`sequential_1/dense_3`) may differ.
    path: a file that `pack` wrote.
    max_bytes: how much memory the weights may take together. Default: 64 GiB.

  Raises:
    ImportError: if `zstandard` or `safetensors` is not installed.
    TypeError: if `model` is no Keras model.
    ValueError: if the file is missing or damaged, or if its weights are not
      those of the model: those that differ are named.
  """
  weights = _keras_weights(model, 'load_packed')
  arrays = _renamed(pack_lib.unpack(path, max_bytes=max_bytes),
                    [name for name, _ in weights])
  wrong = [f'{name} is not in the file' for name, _ in weights
           if name not in arrays]
  wrong += [f'{name} is not in the model' for name in arrays
            if name not in dict(weights)]
  for name, variable in weights:
    shape = tuple(int(dim) for dim in variable.shape)
    if name in arrays and arrays[name].shape != shape:
      wrong.append(f'{name} has shape {arrays[name].shape} in the file and '
                   f'{shape} in the model')
  if wrong:
    more = f', and {len(wrong) - 3} more' if len(wrong) > 3 else ''
    raise ValueError(f'{os.fspath(path)} is not of this model: '
                     f'{"; ".join(wrong[:3])}{more}')
  from model_pruning._src.compat import keras_variables
  for name, variable in weights:
    keras_variables.assign_value(
        keras_variables.backend_variable(variable),
        arrays[name].astype(_dtype_of(variable), copy=False))


def _renamed(arrays: Mapping[str, np.ndarray],
             names: List[str]) -> Mapping[str, np.ndarray]:
  """The arrays by these names, if only Keras' numbers make them differ."""
  if set(arrays) == set(names) or (
      [_NUMBER.sub('', name) for name in arrays]
      != [_NUMBER.sub('', name) for name in names]):
    return arrays
  return dict(zip(names, arrays.values()))


def _arrays_of(source: Any) -> Tuple[
    Iterable[Tuple[str, np.ndarray]], List[Tuple[str, str]]]:
  """The arrays of a source one by one, and what of it is left out."""
  if isinstance(source, Mapping):
    return source.items(), []
  if isinstance(source, (str, os.PathLike)):
    return _of_checkpoint(os.fspath(source))
  if hasattr(type(source), 'trainable_variables'):
    return _of_keras(source), []
  if isinstance(source, Iterable):
    return source, []
  raise TypeError(
      'Argument `source` must be a Keras model, the path of a checkpoint, a '
      'mapping from names to arrays, or pairs of them. '
      f'Received: {source!r} of type {type(source).__name__}')


def _of_keras(model: Any) -> Iterator[Tuple[str, np.ndarray]]:
  """The weights of a Keras model."""
  from model_pruning._src.compat import keras_variables
  for name, variable in _keras_weights(model, 'pack'):
    yield name, keras_variables.value_of(variable)


def _keras_weights(model: Any, verb: str) -> List[Tuple[str, Any]]:
  """Names and variables of `model.weights`; checks that it has some."""
  from model_pruning._src.keras.models import model_check
  from model_pruning._src.keras.models import named_variables
  model_check.check_built(model, verb)
  weights = {id(variable) for variable in model.weights}
  return [(name, variable)
          for name, variable in named_variables.named_variables(model)
          if id(variable) in weights]


def _dtype_of(variable: Any) -> np.dtype:
  """The NumPy dtype of a variable."""
  import tensorflow as tf
  return tf.as_dtype(variable.dtype).as_numpy_dtype


def _of_checkpoint(path: str) -> Tuple[
    Iterable[Tuple[str, np.ndarray]], List[Tuple[str, str]]]:
  """The tensors of a checkpoint, and those that are text."""
  import tensorflow as tf
  try:
    reader = tf.train.load_checkpoint(path)
    dtypes = reader.get_variable_to_dtype_map()
  except (ValueError, tf.errors.OpError) as e:
    raise ValueError(f'{path} is no checkpoint that can be read: '
                     f'{str(e).splitlines()[0]}') from e
  names = sorted(dtypes)
  text = [name for name in names if dtypes[name] == tf.string]
  return (((name, reader.get_tensor(name)) for name in names
           if name not in text),
          [(name, 'which is text') for name in text])
