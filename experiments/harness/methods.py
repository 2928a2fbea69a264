# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Training a Keras model dense, pruned by this library, and by a peer."""

from __future__ import annotations

from typing import Any, Dict, Iterable
import zlib

import numpy as np
import tensorflow as tf

import model_pruning
from harness import peers
from harness import step_counter
from support import dataset
from support import short_run

DENSE, OURS, TFMOT = 'dense', 'ours', 'tfmot'


def use_one_thread() -> None:
  """Makes TensorFlow compute with one thread, as runs beside others do."""
  tf.config.threading.set_intra_op_parallelism_threads(1)
  tf.config.threading.set_inter_op_parallelism_threads(1)
  tf.get_logger().setLevel('ERROR')


def session() -> Any:
  """A session of a graph that computes with one thread as well."""
  return tf.compat.v1.Session(config=tf.compat.v1.ConfigProto(
      intra_op_parallelism_threads=1, inter_op_parallelism_threads=1))


def compile_model(model: Any, steps: int, learning_rate: float) -> None:
  """Compiles with Adam, whose learning rate falls in a line to 0.

  Args:
    model: a model with logits.
    steps: optimizer updates of the training.
    learning_rate: of the first update.
  """
  model.compile(
      tf.keras.optimizers.Adam(tf.keras.optimizers.schedules.PolynomialDecay(
          learning_rate, steps, end_learning_rate=0.0)),
      tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))


def train(model: Any, method: str, spec: str, data: dataset.Dataset,
          steps: int, batch: int, seed: int,
          learning_rate: float) -> Dict[str, Any]:
  """Trains a model, and measures it afterwards.

  All methods see the same examples in the same order, and have the same
  optimizer. The model that is given has the trained weights.

  Args:
    model: a built model with logits.
    method: `dense`, `ours` or `tfmot`.
    spec: the specification string of the pruning.
    data: what to train and to test with.
    steps: optimizer updates.
    batch: examples of an update.
    seed: of the order of the examples.
    learning_rate: of the first update.

  Returns:
    `start`, a checksum of the weights before the first update, and
    `accuracy`, the share of test examples that are classified right.
  """
  callbacks = [step_counter.StepCounter(steps)]
  trained, pruner = model, None
  if method == TFMOT:
    trained = _wrapped(model, spec, steps)
    callbacks.append(peers.tfmot.sparsity.keras.UpdatePruningStep())
  elif method == OURS:
    pruner = model_pruning.keras.prune(model, spec, num_steps=steps)
  elif method != DENSE:
    raise ValueError("Argument `method` must be 'dense', 'ours' or 'tfmot'. "
                     f'Received: method={method!r}')
  start = checksum(trained.trainable_weights)
  compile_model(trained, steps, learning_rate)
  chosen = dataset.examples(data, steps, batch, seed)
  trained.fit(data.train_images[chosen], data.train_labels[chosen],
              batch_size=batch, shuffle=False, verbose=0, callbacks=callbacks)
  if method == TFMOT:  # Sets what is pruned to zero, in the layers of `model`.
    peers.tfmot.sparsity.keras.strip_pruning(trained)
  elif pruner is not None:
    pruner.strip()
  return {'start': start,
          'accuracy': round(short_run.accuracy(model, data), 5)}


def _wrapped(model: Any, spec: str, steps: int) -> Any:
  """The model in the wrappers of tfmot, whose schedule is that of the spec."""
  if peers.tfmot is None:
    raise SystemExit('The peer is not installed: pip install '
                     'tensorflow-model-optimization, or --only "dense|ours"')
  meant = model_pruning.PruningSpec.parse(spec).resolve(num_steps=steps)
  return peers.tfmot.sparsity.keras.prune_low_magnitude(
      model, pruning_schedule=peers.tfmot.sparsity.keras.PolynomialDecay(
          initial_sparsity=meant.initial_sparsity,
          final_sparsity=meant.target_sparsity,
          begin_step=meant.sparsity_function_begin_step,
          end_step=meant.sparsity_function_end_step,
          power=meant.sparsity_function_exponent,
          frequency=meant.pruning_frequency))


def checksum(weights: Iterable[Any]) -> str:
  """Tells trainable weights from others, in whatever order they stand."""
  total = 0
  for value in sorted(np.asarray(weight).tobytes() for weight in weights):
    total = zlib.crc32(value, total)
  return f'{total:08x}'


def sparsity_of(weights: Iterable[Any]) -> float:
  """The share of zeros in all weights of two dimensions or more."""
  values = [np.asarray(weight) for weight in weights]
  zeros = np.concatenate(
      [(value == 0).ravel() for value in values if value.ndim > 1])
  return round(float(np.mean(zeros)), 5)
