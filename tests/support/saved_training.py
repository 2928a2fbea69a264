# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""One pruned training of a Keras model, and its files loaded elsewhere."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.compat import keras_variables
from tests.support import keras_models
from tests.support import modes  # noqa: F401  (TF 2 behaviour where a row wants it)
from tests.support import numpy_reference

keras = tf.keras

SPEC = ('initial_sparsity=0.5,target_sparsity=0.9,pruning_frequency=4,'
        'sparsity_function_end_step=16,sparsity_function_exponent=1')
# What the specification says: the steps that update masks, and to what.
_SPARSITIES = {1: 0.525, 4: 0.6, 8: 0.7, 12: 0.8, 16: 0.9}
_KERNEL_SIZES = [36, 2560]
STEPS = 18

# TF 1.14 loads losses by name only, and Keras 3 as objects only, from .h5.
# Without XLA, which changes nothing of what is tested and takes its time.
_COMPILE = (
    {'loss': keras.losses.MeanSquaredError(), 'jit_compile': False}
    if keras_models.IS_KERAS_3 else {'loss': 'mse'})


def zeros(step):
  """How many zeros the two kernels have after a step."""
  sparsity = max(value for update, value in _SPARSITIES.items()
                 if update <= step)
  return [size - numpy_reference.num_kept(size, sparsity)
          for size in _KERNEL_SIZES]


def load_elsewhere(directory, files):
  """Loads files in a process without this library.

  Args:
    directory: for what goes to and fro.
    files: list of (kind, path); kinds are those of load_plain.py.

  Returns:
    For each file, the zeros of its kernels and its outputs.
  """
  request = os.path.join(directory, 'request.json')
  answer = os.path.join(directory, 'answer.npz')
  pathlib.Path(request).write_text(json.dumps(files))
  program = pathlib.Path(os.path.abspath(__file__)).with_name('load_plain.py')
  done = subprocess.run(
      [sys.executable, '-I', str(program), request, answer],
      stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
      universal_newlines=True)
  if done.returncode:
    raise RuntimeError(done.stdout)
  with np.load(answer) as arrays:
    return [(list(arrays[f'zeros_{i}']), arrays[f'outputs_{i}'])
            for i in range(len(files))]


def compile_(model, optimizer):
  """Compiles for what `train` trains on."""
  model.compile(optimizer=optimizer, **_COMPILE)


def start(optimizer):
  """A compiled model that begins with the same weights each time."""
  model = keras_models.functional()
  random = np.random.RandomState(0)
  model.set_weights([random.randn(*weight.shape) / 4
                     for weight in model.get_weights()])
  compile_(model, optimizer)
  return model


def start_pruned(optimizer):
  """The same, pruned; with its `Pruner`."""
  model = start(optimizer)
  return model, model_pruning.keras.prune(model, SPEC)


def train(model, num_steps, **kwargs):
  """Trains on the same batch over and over, `num_steps` in an epoch."""
  images, labels = keras_models.batch()
  targets = np.eye(10, dtype=np.float32)[labels]
  model.fit(np.tile(images, (num_steps, 1, 1, 1)),
            np.tile(targets, (num_steps, 1)), batch_size=len(images),
            shuffle=False, verbose=0, **kwargs)


def set_iterations(model, step):
  """What a user does whose file has weights only, and no step."""
  if tf.executing_eagerly():
    model.optimizer.iterations.assign(step)
  else:
    keras.backend.set_value(model.optimizer.iterations, step)


def iterations(model):
  """How many updates the optimizer of a model counts."""
  return int(keras_variables.value_of(model.optimizer.iterations))


class SavingTestCase(parameterized.TestCase):

  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    if keras_models.IS_KERAS_3 and not tf.executing_eagerly():
      raise absltest.SkipTest('Keras 3 has no graph mode')
    keras.backend.clear_session()

  def assert_weights(self, model, wanted):
    for weight, wanted_weight in zip(model.get_weights(), wanted):
      np.testing.assert_array_equal(weight, wanted_weight)
