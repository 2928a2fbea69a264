# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Loads a saved Keras model where there is no model_pruning; prints JSON.

    python -I load_elsewhere.py VGG16 model.keras in.npy out.npy

The model is a network of keras.applications. With -I, Python finds installed
packages only. Writes what the model predicts, and prints how many zeros each
of its weights has, in their order.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from typing import Any, Dict

import numpy as np
import tensorflow as tf


def private_layers(network: str) -> Dict[str, Any]:
  """Layers that Keras has for one network, and does not find by itself."""
  if not network.startswith('ConvNeXt'):
    return {}
  model = getattr(tf.keras.applications, network)(weights=None)
  return {type(layer).__name__: type(layer) for layer in model.layers
          if '.applications.' in type(layer).__module__}


def main() -> None:
  """Loads, predicts and counts."""
  if importlib.util.find_spec('model_pruning') is not None:
    raise SystemExit('This process must not find model_pruning: use -I, and '
                     'an environment where it is not installed.')
  network, path, inputs_path, outputs_path = sys.argv[1:]
  model = tf.keras.models.load_model(
      path, custom_objects=private_layers(network))
  inputs = np.load(inputs_path)
  np.save(outputs_path,
          model.predict(inputs, batch_size=len(inputs), verbose=0))
  print(json.dumps([
      int(np.sum(weight == 0)) for weight in model.get_weights()]))


if __name__ == '__main__':
  main()
