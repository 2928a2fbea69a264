# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Ways to train a Keras model that look at it after each update.

Each takes a model, an optimizer, and what to call with the number of updates
done after each of `NUM_STEPS`, or as often as Keras gives control back.
"""

from __future__ import annotations

import contextlib
import inspect
from typing import Any, Callable, Dict, Iterator, Optional

import numpy as np
import tensorflow as tf

from model_pruning._src.compat import keras_variables
from model_pruning._src.core import schedule
from model_pruning._src.keras.models import weights as weights_lib
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import weight_rule
from tests.support import keras_models
from tests.support import numpy_reference

keras = tf.keras
AfterStep = Callable[[int], None]

# Masks change after updates 2, 4 and, off the grid, 5.
SPEC = spec_lib.PruningSpec.parse(
    'target_sparsity=0.8,sparsity_function_end_step=5,end_pruning_step=5'
    ',pruning_frequency=2')
NUM_STEPS = 6


def num_kept_after(size: int, num_updates: int,
                   spec: spec_lib.PruningSpec = SPEC) -> int:
  """How many entries the mask of a weight keeps after some updates."""
  steps = schedule.UpdateSteps.of(spec)
  curve = weight_rule.curve(spec, spec.rule_for('kernel', [size]))
  num_kept, last = size, schedule.NEVER
  for step in range(1, num_updates + 1):
    if steps.is_due(step, last):
      num_kept, last = numpy_reference.num_kept(size, curve(step)), step
  return num_kept


def values_of(model: Any) -> Dict[str, np.ndarray]:
  """The variables of a model by the names that reports have for them."""
  return {weight.candidate.name: keras_variables.value_of(weight.variable)
          for weight in weights_lib.find_weights(model)}


def exact_after_each_step(test: Any, model: Any, pruner: Any) -> AfterStep:
  """Makes `test` fail unless as many entries are zero as the spec says."""
  def after_step(num_updates: int) -> None:
    test.assertEqual(pruner.step, num_updates)
    test.assertNotEmpty(pruner.masks)
    values = values_of(model)
    for name, mask in pruner.masks.items():
      test.assertEqual(
          mask.sum(), num_kept_after(mask.size, num_updates), name)
      np.testing.assert_array_equal(values[name] != 0, mask, name)
  return after_step


def _fit(model: Any, optimizer: Any, after_step: AfterStep,
         **kwargs: Any) -> None:
  keras_models.compile_(model, optimizer=optimizer, **kwargs)
  images, labels = keras_models.batch()
  model.fit(
      np.tile(images, (NUM_STEPS, 1, 1, 1)), np.tile(labels, NUM_STEPS),
      batch_size=32, shuffle=False, verbose=0,
      callbacks=[keras.callbacks.LambdaCallback(
          on_batch_end=lambda batch, logs: after_step(batch + 1))])


def _fit_eagerly(model: Any, optimizer: Any, after_step: AfterStep) -> None:
  _fit(model, optimizer, after_step, run_eagerly=True)


def _fit_compiled(model: Any, optimizer: Any, after_step: AfterStep) -> None:
  _fit(model, optimizer, after_step, jit_compile=True)


def _fit_in_threes(model: Any, optimizer: Any, after_step: AfterStep) -> None:
  _fit(model, optimizer, after_step, steps_per_execution=3)


def _train_on_batch(model: Any, optimizer: Any, after_step: AfterStep) -> None:
  keras_models.compile_(model, optimizer=optimizer)
  for step in range(1, NUM_STEPS + 1):
    model.train_on_batch(*keras_models.batch())
    after_step(step)


def gradients_of(model: Any) -> Any:
  """The gradients of the trainable variables on one batch."""
  images, labels = keras_models.batch()
  with tf.GradientTape() as tape:
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=labels, logits=model(images, training=True)))
  return tape.gradient(loss, model.trainable_variables)


def _loop(model: Any, optimizer: Any, after_step: AfterStep,
          compiled: Callable[[Any], Any] = tf.function) -> None:
  def update():
    optimizer.apply_gradients(
        zip(gradients_of(model), model.trainable_variables))

  if hasattr(optimizer, 'build'):
    optimizer.build(model.trainable_variables)
  update = compiled(update)
  for step in range(1, NUM_STEPS + 1):
    update()
    after_step(step)


def _eager_loop(model: Any, optimizer: Any, after_step: AfterStep) -> None:
  _loop(model, optimizer, after_step, compiled=lambda update: update)


def _compiled_loop(model: Any, optimizer: Any, after_step: AfterStep) -> None:
  _loop(model, optimizer, after_step,
        compiled=tf.function(jit_compile=True))


WAYS: Dict[str, Callable[[Any, Any, AfterStep], None]] = {
    'fit': _fit, 'fit_eagerly': _fit_eagerly, 'fit_compiled': _fit_compiled,
    'fit_in_threes': _fit_in_threes, 'train_on_batch': _train_on_batch,
    'loop': _loop, 'eager_loop': _eager_loop, 'compiled_loop': _compiled_loop}


def why_not(way: str) -> str:
  """Why this process cannot train in this way; empty if it can."""
  needed = {'fit_compiled': 'jit_compile',
            'fit_in_threes': 'steps_per_execution'}.get(way)
  has_it = inspect.signature(keras.Model.compile).parameters
  if way not in ('fit', 'train_on_batch') and not tf.executing_eagerly():
    return f'{way} needs eager mode'
  if needed is not None and needed not in has_it:
    return f'Keras of TensorFlow {tf.__version__} has no {needed}'
  if way == 'compiled_loop' and 'jit_compile' not in inspect.signature(
      tf.function).parameters:
    return f'TensorFlow {tf.__version__} has no jit_compile'
  return ''


def set_policy(name: str) -> Optional[str]:
  """Sets the dtype policy of new layers; why not, where that cannot be."""
  module = getattr(keras, 'mixed_precision', None)
  if hasattr(module, 'set_global_policy'):
    module.set_global_policy(name)
    return None
  return f'TensorFlow {tf.__version__} has no mixed precision but experiments'


@contextlib.contextmanager
def graph_and_session() -> Iterator[None]:
  """A graph of version 1, in which Keras 2 trains as it did in TF 1."""
  backend = tf.compat.v1.keras.backend
  with tf.Graph().as_default(), tf.compat.v1.Session() as session:
    backend.set_session(session)
    yield
  backend.clear_session()
