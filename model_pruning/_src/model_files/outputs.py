# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Whether two stored models compute the same."""

from __future__ import annotations

from typing import List, Optional

import numpy as np

from model_pruning._src.files import errors
from model_pruning._src.model_files import inputs as inputs_lib
from model_pruning._src.model_files import keras_files
from model_pruning._src.model_files import kinds

_NUM_EXAMPLES = 16
# For a dimension of an input that is not known.
_ANY_SIZE = 8


def agreement(before: str, after: str, inputs: Optional[str] = None,
              custom: Optional[str] = None) -> str:
  """Compares the outputs of two Keras files.

  Args:
    before: the path of the first model.
    after: the path of the second.
    inputs: a `.npy` file, or a `.npz` file with an array for each input.
      Default: 16 examples of normally distributed numbers.
    custom: a module with custom objects.

  Returns:
    A sentence: how far they agree, or why that was not computed.

  Raises:
    ValueError: if a Keras file or the inputs cannot be loaded, or the models
      take other inputs.
  """
  found = [kinds.recognize(path) for path in (before, after)]
  for one in found:
    if one.kind is kinds.Kind.KERAS or (
        one.kind is kinds.Kind.HDF5 and keras_files.has_model(one.path)):
      continue
    return f'Outputs were not compared: the {one} is no whole Keras model.'
  from model_pruning._src.keras.models import example_inputs
  models = [keras_files.load(one.path, custom) for one in found]
  given = (example_inputs.random_inputs(
      models[0].inputs, _NUM_EXAMPLES, _ANY_SIZE) if inputs is None
           else inputs_lib.read(inputs, len(models[0].inputs)))
  what = 'random inputs' if inputs is None else inputs
  results = []
  for one, model in zip(found, models):
    try:
      outputs = model.predict(
          given if len(given) > 1 else given[0], verbose=0)
    except Exception as e:  # Keras raises whatever the inputs lead it to.
      raise ValueError(f'{one.path} cannot compute with {what}: '
                       f'{errors.reason(e)}') from e
    results.append([np.asarray(output, np.float64) for output in (
        outputs if isinstance(outputs, (list, tuple)) else [outputs])])
  return _sentence(results, len(given[0]), what)


def _sentence(results: List[List[np.ndarray]], num_examples: int,
              what: str) -> str:
  """How far the outputs of two models agree."""
  shapes = [[output.shape for output in outputs] for outputs in results]
  if shapes[0] != shapes[1]:
    return f'Outputs have other shapes: {shapes[0]} and {shapes[1]}.'
  differences = [np.abs(one - other) for one, other in zip(*results)]
  largest = max(float(np.max(one)) for one in differences)
  scale = max(float(np.max(np.abs(one))) for one in results[0])
  text = (f'Outputs on {num_examples} examples of {what} differ by at most '
          f'{largest:.3g}, of at most {scale:.3g}')
  if len(results[0]) == 1 and results[0][0].ndim == 2 and (
      results[0][0].shape[1] > 1):
    same = np.mean(np.argmax(results[0][0], 1) == np.argmax(results[1][0], 1))
    text += f'; the largest output is the same one in {same:.0%}'
  return text + '.'
