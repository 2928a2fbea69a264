# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Trains a Keras model that reads text, dense and pruned, and checks it."""

from __future__ import annotations

import os
from typing import Any, Callable, Optional

import tensorflow as tf

from support import arguments
import digits_keras
from support import measure
import model_pruning
from support import text_data

SPEC = ('target_sparsity=0.8,begin_pruning_step=75,pruning_frequency=10,'
        'sparsity_function_begin_step=75,sparsity_function_end_step=350')
STEPS = 450


def _compiled(make_model: Callable[[], Any]) -> Any:
  """A new model, whose weights have the same names each time."""
  arguments.start_keras_afresh()
  model = make_model()
  model.compile(
      tf.keras.optimizers.Adam(1e-3),
      tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
      metrics=['sparse_categorical_accuracy'])
  return model


def run(description: Optional[str], make_model: Callable[[], Any],
        spec: str = SPEC) -> None:
  """Trains, saves the weights, loads them into a dense model, and checks.

  Args:
    description: the docstring of the example.
    make_model: returns a built model with two logits.
    spec: how to prune it, unless the command line says.
  """
  args = arguments.parse(description, spec, STEPS, data_dir='')
  data = text_data.load(args.data_dir)
  os.makedirs(args.output, exist_ok=True)
  accuracies = []
  for label in ['dense', 'pruned']:
    model = _compiled(make_model)
    if label == 'pruned':
      pruner = model_pruning.keras.prune(model, args.spec, args.steps)
    digits_keras.train(model, data, label, args.steps, args.steps)
    masks = pruner.masks if label == 'pruned' else {}
    path = os.path.join(args.output, label + '.weights.h5')
    model.save_weights(path)
    saved = _compiled(make_model)
    saved.load_weights(path)
    accuracies.append(digits_keras.evaluate(saved, data))
  measure.report(
      f'TensorFlow {tf.__version__}, Keras '
      + ('3' if digits_keras.KERAS_3 else '2'),
      digits_keras.read_weights(saved), masks,
      {weight.name: weight.target_sparsity
       for weight in pruner.report.pruned}, *accuracies)
