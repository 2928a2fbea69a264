# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A program without this library that loads what Keras models were saved to.

    python -I tests/support/load_plain.py request.json answer.npz

With -I, Python finds installed packages only, and model_pruning is none. The
request is a list of [kind, path], the answer has for file number i the zeros
of each kernel, `zeros_i`, and what the model predicts, `outputs_i`.
"""

from __future__ import annotations

import importlib.util
import json
import os
import pathlib
import sys
from typing import Any, Dict, List

import numpy as np


def _load_models() -> Any:
  """tests/support/keras_models.py, which needs nothing of this library."""
  path = pathlib.Path(os.path.abspath(__file__)).with_name('keras_models.py')
  spec = importlib.util.spec_from_file_location('keras_models', str(path))
  assert spec is not None and spec.loader is not None
  module = importlib.util.module_from_spec(spec)
  spec.loader.exec_module(module)
  return module


def main() -> None:
  """Loads every file that is asked for."""
  import tensorflow as tf
  if os.environ.get('MODEL_PRUNING_TEST_V2_BEHAVIOR') == '1':
    tf.compat.v1.enable_v2_behavior()
  assert importlib.util.find_spec('model_pruning') is None, sys.path
  keras_models = _load_models()
  images, _ = keras_models.batch()
  request, answer = sys.argv[1:]
  arrays: Dict[str, np.ndarray] = {}
  for i, (kind, path) in enumerate(json.loads(
      pathlib.Path(request).read_text())):
    if kind == 'export':
      loaded = tf.saved_model.load(path)
      # A list; values of Keras 2 stand in it as variables, too.
      weights = [variable.numpy() for variable in loaded.variables]
      outputs = loaded.serve(tf.constant(images)).numpy()
    else:
      model = _load(keras_models, tf, kind, path)
      weights = model.get_weights()
      outputs = model.predict(images, batch_size=len(images))
    arrays[f'zeros_{i}'] = np.array(_zeros_of_kernels(weights), np.int64)
    arrays[f'outputs_{i}'] = outputs
  np.savez(answer, **arrays)


def _load(keras_models: Any, tf: Any, kind: str, path: str) -> Any:
  if kind == 'model':
    # Compiled anew: TF 1.15 and 2.1 predict with a compiled model only.
    model = tf.keras.models.load_model(path, compile=False)
    keras_models.compile_(model)
    return model
  model = keras_models.functional()
  keras_models.compile_(model)
  if kind == 'weights':
    model.load_weights(path)
  else:
    tf.train.Checkpoint(model=model).restore(path).expect_partial()
  return model


def _zeros_of_kernels(weights: List[np.ndarray]) -> List[int]:
  return [int(np.sum(weight == 0)) for weight in weights if weight.ndim > 1]


if __name__ == '__main__':
  main()
