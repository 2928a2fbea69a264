# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The arrays that a model file holds, by name, one at a time.

Nothing is built and nothing is run: files are read as what they are.
"""

from __future__ import annotations

import os
from typing import Any, Callable, Dict, Iterator, List, Optional

import numpy as np

from model_pruning._src.model_files import keras_files
from model_pruning._src.model_files import kinds
from model_pruning._src.model_files import stored_array

_TEXT = ('string', 'object', 'resource', 'variant')


def arrays_of(found: kinds.Found, custom: Optional[str] = None
              ) -> List[stored_array.StoredArray]:
  """Lists the arrays of a model.

  Args:
    found: what `kinds.recognize` says of it.
    custom: a module with the custom objects of a Keras file.

  Returns:
    One for each array, in the order of the file or, where it has none, of the
    names. Text is among them. A Keras file that this Keras can load has the
    names of the variables of its model; one that it cannot load has those of
    the datasets in it.

  Raises:
    ImportError: if a package is missing that the format needs.
    ValueError: if the file is damaged; the path is named.
  """
  readers: Dict[kinds.Kind, Callable[[str], List[stored_array.StoredArray]]] = {
      kinds.Kind.CHECKPOINT: _of_checkpoint,
      kinds.Kind.SAVED_MODEL: _of_saved_model,
      kinds.Kind.GRAPH_DEF: _of_graph_def,
      kinds.Kind.HDF5: _of_hdf5,
      kinds.Kind.KERAS: _of_keras,
      kinds.Kind.TFLITE: _of_tflite,
      kinds.Kind.PACKED: _of_packed,
  }
  try:
    if found.kind is kinds.Kind.KERAS or (
        found.kind is kinds.Kind.HDF5 and keras_files.has_model(found.path)):
      loaded = _of_keras_model(found.path, custom)
      if loaded is not None:
        return loaded
    return readers[found.kind](found.path)
  except (ImportError, ValueError):
    raise
  except Exception as e:  # What a damaged file does to a parser is not known.
    text = ' '.join(str(e).split())[:300]
    raise ValueError(f'{found.path} cannot be read as a {found.kind.value}: '
                     f'{type(e).__name__}: {text}') from e


def _of_checkpoint(prefix: str) -> List[stored_array.StoredArray]:
  """The tensors of a checkpoint."""
  from model_pruning._src.model_files import checkpoints
  return checkpoints.arrays_of(prefix)


def _of_saved_model(directory: str) -> List[stored_array.StoredArray]:
  """The variables of a SavedModel, or the constants of one without."""
  from model_pruning._src.model_files import checkpoints
  from model_pruning._src.model_files import graph_defs
  message = graph_defs.saved_model(directory)
  prefix = os.path.join(directory, 'variables', 'variables')
  if os.path.exists(prefix + '.index'):
    return checkpoints.arrays_of(
        prefix, message.meta_graphs[0].object_graph_def)
  return _of_nodes(message.meta_graphs[0].graph_def)


def _of_graph_def(path: str) -> List[stored_array.StoredArray]:
  """The constants of a graph that are floats of two dimensions at least."""
  from model_pruning._src.model_files import graph_defs
  return _of_nodes(graph_defs.read(path))


def _of_nodes(graph_def: Any) -> List[stored_array.StoredArray]:
  """The weights among the constants of a graph."""
  from model_pruning._src.model_files import graph_defs
  return [stored_array.StoredArray(
      constant.name, constant.shape, constant.dtype, constant.load)
          for constant in graph_defs.constants(graph_def)]


def _of_keras_model(path: str, custom: Optional[str]
                    ) -> Optional[List[stored_array.StoredArray]]:
  """The weights of the model in a Keras file; None if it cannot be loaded."""
  from model_pruning._src.compat import keras_variables
  from model_pruning._src.keras.models import named_variables
  try:
    model = keras_files.load(path, custom)
  except ValueError:
    if custom:
      raise
    return None
  weights = {id(weight) for weight in model.weights}
  trained = {id(weight) for weight in model.trainable_weights}

  def loader(variable: Any) -> Callable[[], np.ndarray]:
    return lambda: keras_variables.value_of(variable)

  found = []
  for name, variable in named_variables.named_variables(model):
    if id(variable) in weights:
      load = loader(variable)
      found.append(stored_array.StoredArray(
          name, tuple(int(dim) for dim in variable.shape), load().dtype.name,
          load, trainable=id(variable) in trained))
  return found


def _of_hdf5(path: str) -> List[stored_array.StoredArray]:
  """The datasets of an HDF5 file that are weights.

  Those of optimizers are left out. A dataset of Keras 2 is named
  `layer/layer/kernel:0`: the layer, and the variable.
  """
  import h5py
  found = []

  def loader(name: str) -> Callable[[], np.ndarray]:
    def load() -> np.ndarray:
      with h5py.File(path, 'r') as file:
        return np.asarray(file[name])
    return load

  def visit(name: str, item: Any) -> None:
    if isinstance(item, h5py.Dataset) and not name.startswith('optimizer'):
      found.append(stored_array.StoredArray(
          _hdf5_name(name), tuple(item.shape), item.dtype.name, loader(name)))

  with h5py.File(path, 'r') as file:
    file.visititems(visit)
  return found


def _hdf5_name(name: str) -> str:
  """The name of a variable, of the path of a dataset."""
  name = name.split(':')[0]
  if name.startswith('model_weights/'):
    name = name[len('model_weights/'):]
  first, _, rest = name.partition('/')
  return rest if rest.startswith(first + '/') else name


def _of_keras(path: str) -> List[stored_array.StoredArray]:
  """The weights in a `.keras` file, which is a zip with an HDF5 file in it."""
  import io
  import zipfile

  import h5py
  with zipfile.ZipFile(path) as archive:
    content = archive.read('model.weights.h5')
  file = h5py.File(io.BytesIO(content), 'r')
  found = []

  def loader(item: Any) -> Callable[[], np.ndarray]:
    return lambda: np.asarray(item)

  def visit(name: str, item: Any) -> None:
    if isinstance(item, h5py.Dataset) and not name.startswith('optimizer'):
      found.append(stored_array.StoredArray(
          name, tuple(item.shape), item.dtype.name, loader(item)))

  file.visititems(visit)
  return found


def _of_tflite(path: str) -> List[stored_array.StoredArray]:
  """The constant tensors of a TensorFlow Lite model."""
  from model_pruning._src.model_files import tflite_arrays

  def loader(value: np.ndarray) -> Callable[[], np.ndarray]:
    return lambda: value

  return [stored_array.StoredArray(name, value.shape, value.dtype.name,
                                   loader(value))
          for name, value in tflite_arrays.read(path)]


def _of_packed(path: str) -> List[stored_array.StoredArray]:
  """The weights of a packed file."""
  from model_pruning._src.storage import packed_file
  with packed_file.reading(path) as packed:
    entries = packed.entries

  def loader(entry: Any) -> Callable[[], np.ndarray]:
    def load() -> np.ndarray:
      with packed_file.reading(path) as packed:
        return packed.read(entry)
    return load

  return [stored_array.StoredArray(
      entry.name, entry.shape, entry.dtype, loader(entry))
          for entry in entries]


def is_numeric(array: stored_array.StoredArray) -> bool:
  """Whether it holds numbers and no text."""
  return array.dtype not in _TEXT


def weights_of(found: kinds.Found, custom: Optional[str] = None
               ) -> Iterator[stored_array.StoredArray]:
  """Yields the arrays of a model that are numbers; as `arrays_of`."""
  return filter(is_numeric, arrays_of(found, custom))
