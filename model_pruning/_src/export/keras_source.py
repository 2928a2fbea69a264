# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Keras models as checked TensorFlow Lite files and SavedModels."""

from __future__ import annotations

import contextlib
import io
import os
from typing import Any, List, Optional, Sequence, Union

import numpy as np
import tensorflow as tf

from model_pruning._src.export import report as report_lib
from model_pruning._src.export import saved_model
from model_pruning._src.export import source as source_lib
from model_pruning._src.export import tflite
from model_pruning._src.keras.models import example_inputs
from model_pruning._src.keras.models import model_check
from model_pruning._src.keras.models import which_keras
from model_pruning._src.model_files import saved_model_place
from model_pruning._src.storage import new_file

_ANY_SIZE = source_lib.ANY_SIZE


def export_tflite(
    model: Any, path: 'Union[str, os.PathLike[str]]', *,
    quantizations: Sequence[str] = ('float32', 'float16', 'dynamic', 'int8'),
    representative_data: Any = None, inputs: Any = None,
    overwrite: bool = False, progress: Optional[tflite.Progress] = None
    ) -> report_lib.ExportReport:
  """Writes a Keras model as the smallest TensorFlow Lite file that is right.

      report = model_pruning.keras.export_tflite(model, 'model.tflite')
      print(report)

  Every allowed form is converted, dense and with sparse weights encoded as
  such, in a process of its own, and run on the same inputs as the model, with
  the default delegate and without. What fails, is not finite or is further
  from the model than the form explains is rejected: float32 may be 0.0001 of
  the largest output off, float16 0.01, dynamic range 0.1, int8 0.15.

  Below a sparsity of about 0.3 the sparse encoding changes nothing or makes
  files larger. A sparse file is no faster where the runtime makes weights dense
  when it loads them.

  Args:
    model: a built functional or Sequential model.
    path: the file to write.
    quantizations: the forms that are allowed: 'float32'; 'float16' weights;
      'dynamic', int8 weights and activations quantized while running; 'int8',
      everything, for which `representative_data` is needed.
    representative_data: inputs like those of the training: an array, or a list
      with one for each input. Some hundred examples will do.
    inputs: what outputs are compared on, of the same form. Default: the first
      examples of `representative_data`, else random numbers.
    overwrite: whether a file at `path` may be replaced. Default: no.
    progress: called with a list of forms and, as `doing`, what is done to
      each, gives them one by one and shows how far it is. Default: nothing is
      shown.

  Returns:
    What became of each form.

  Raises:
    TypeError: if `model` is no Keras model.
    ValueError: if the model is not built or has no known inputs, `path` is
      taken, a form is not known, or no form is right.
  """
  path = os.fspath(path)
  _check(model, 'export_tflite')
  new_file.check_file(path, overwrite)
  data = None if representative_data is None else example_inputs.as_arrays(
      representative_data, model.inputs)
  return tflite.export(_source(model, data, inputs, 1, _ANY_SIZE), path,
                       quantizations, data, progress)


def export_saved_model(
    model: Any, path: 'Union[str, os.PathLike[str]]', *, inputs: Any = None,
    overwrite: bool = False) -> report_lib.ExportReport:
  """Writes the inference of a Keras model as a checked SavedModel.

  It has one signature, `serving_default`, for batches of any size, and is run
  in a session on the same inputs as the model before it is there.

  Args:
    model: a built functional or Sequential model.
    path: the directory to write.
    inputs: what outputs are compared on, as for `export_tflite`. Default:
      random numbers.
    overwrite: whether a SavedModel, or an empty directory, at `path` may be
      replaced.

  Returns:
    How far its outputs are from the model's.

  Raises:
    TypeError: if `model` is no Keras model.
    ValueError: if the model is not built or has no known inputs, `path` is
      taken, or the SavedModel computes something else.
  """
  path = os.fspath(path)
  _check(model, 'export_saved_model')
  saved_model_place.check(path, overwrite)
  return saved_model.export(_source(model, None, inputs, None, None), path)


def _check(model: Any, what: str) -> None:
  """Raises an error if a model cannot be exported."""
  model_check.check_built(model, what)
  if not getattr(model, 'inputs', None):
    raise ValueError(
        'Argument `model` must be a functional or Sequential model, whose '
        f'inputs are known. Received: {model.name!r}')


def _source(model: Any, data: Optional[List[np.ndarray]], inputs: Any,
            batch: Optional[int], any_size: Optional[int]) -> source_lib.Source:
  """A Keras model with inputs and the outputs that it computes of them."""
  given = source_lib.chosen_inputs(model.inputs, data, inputs)
  outputs = model(given if len(given) > 1 else given[0], training=False)
  return source_lib.Source(
      lambda directory: _write_saved_model(model, directory, batch, any_size),
      given, [np.asarray(output) for output in tf.nest.flatten(outputs)],
      [[f'input_{i}'] for i in range(len(given))])


def _write_saved_model(model: Any, directory: str, batch: Optional[int],
                       any_size: Optional[int]) -> None:
  """Writes the inference of a model for batches of a size."""
  signature = example_inputs.signature(model.inputs, batch, any_size)

  @tf.function(input_signature=signature)
  def infer(*inputs: tf.Tensor) -> Any:
    outputs = model(list(inputs) if len(inputs) > 1 else inputs[0],
                    training=False)
    return {f'output_{i}': output
            for i, output in enumerate(tf.nest.flatten(outputs))}

  if not isinstance(model, tf.Module):
    # Keras 3. The variables in a module of TensorFlow would stay variables in
    # the converted file, which has no values of them.
    keras: Any = which_keras.keras_of(model)
    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint('serve', infer)
    with contextlib.redirect_stdout(io.StringIO()):  # It prints a summary.
      archive.write_out(directory)
    return
  module = tf.Module()
  module.model = model
  module.infer = infer
  tf.saved_model.save(module, directory, signatures=infer)
