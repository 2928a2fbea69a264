# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The share of zeros in files, read without model_pruning."""

from __future__ import annotations

from typing import Any, Dict, Iterable

import numpy as np
import tensorflow as tf


def of_checkpoint(path: str, names: Iterable[str]) -> Dict[str, float]:
  """Reads a checkpoint.

  Args:
    path: its prefix.
    names: of variables in it.

  Returns:
    The share of zeros of each by its name.
  """
  reader = tf.train.load_checkpoint(path)
  return {name: float(np.mean(reader.get_tensor(name) == 0))
          for name in names}


def of_weights_file(path: str, model: Any,
                    names: Iterable[str]) -> Dict[str, float]:
  """Reads a .weights.h5 file.

  Args:
    path: of the file.
    model: a Keras model like the one that was saved, which takes the weights.
    names: of weights of the model.

  Returns:
    The share of zeros of each by its name.
  """
  model.load_weights(path)
  found = [getattr(weight, 'path', weight.name).partition(':')[0]
           for weight in model.weights]
  values = dict(zip(found, model.get_weights()))
  return {name: float(np.mean(values[name] == 0)) for name in names}
