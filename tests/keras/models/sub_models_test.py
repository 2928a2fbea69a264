# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Whatever has trainable variables is pruned, and nothing passes unsaid."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import tensorflow as tf
from absl.testing import absltest

import model_pruning
from tests.support import keras_models

keras = tf.keras
_SPEC = 'target_sparsity=0.75,sparsity_function_end_step=0'
_FEATURES = np.random.RandomState(0).randn(16, 8).astype(np.float32)


def _mlp(name, out=4):
  return keras.Sequential([
      keras.layers.InputLayer((8,)),
      keras.layers.Dense(8, name=f'{name}_hidden'),
      keras.layers.Dense(out, name=f'{name}_out')], name=name)


def _fit(model):
  model.fit(_FEATURES, _FEATURES[:, :4], batch_size=8, verbose=0)


def _shares(model):
  return [float((weight == 0).mean()) for weight in model.get_weights()
          if weight.ndim > 1]


def _step(thing, loss, optimizer=None):
  with tf.GradientTape() as tape:
    value = loss()
  variables = thing.trainable_variables
  (optimizer or keras.optimizers.SGD(0.1)).apply_gradients(
      zip(tape.gradient(value, variables), variables))


class Gan(keras.Model):
  """Two models and no `call`."""

  def __init__(self, generator=None, critic=None):
    super().__init__()
    self.generator = generator or _mlp('generator', 8)
    self.critic = critic or _mlp('critic', 1)

  def compile(self):
    super().compile()
    self.kinds = [keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1)]

  def train_step(self, data):
    parts = self.critic, self.generator
    for sign, part, optimizer in zip((1.0, -1.0), parts, self.kinds):
      with tf.GradientTape() as tape:
        loss = sign * tf.reduce_mean(self.critic(self.generator(data)))
      variables = part.trainable_variables
      optimizer.apply_gradients(
          zip(tape.gradient(loss, variables), variables))
    return {'loss': loss}


class SubModelsTest(absltest.TestCase):

  def setUp(self):
    super().setUp()
    if keras_models.IS_KERAS_3 and not tf.executing_eagerly():
      self.skipTest('Keras 3 has no graph mode')
    keras.backend.clear_session()

  def _need_train_step(self):
    if not hasattr(keras.Model, 'train_step'):
      self.skipTest('this Keras has no train_step')
    if not tf.executing_eagerly():
      self.skipTest('this train_step needs eager mode')

  def _need_eager_mode(self):
    if not tf.executing_eagerly():
      self.skipTest('a GradientTape loop needs eager mode')

  def test_a_part_is_pruned_after_the_whole_was_trained(self):
    self._need_eager_mode()
    encoder = _mlp('encoder', 8)
    inputs = keras.Input((8,))
    whole = keras.Model(inputs, keras.layers.Dense(4)(encoder(inputs)))
    whole.compile('sgd', 'mse')
    _fit(whole)
    pruner = model_pruning.keras.prune(encoder, _SPEC)
    _fit(whole)
    self.assertEqual(_shares(encoder), [0.75, 0.75])
    self.assertEqual(pruner.step, 2)

  def test_a_model_is_pruned_whose_layers_another_has_trained(self):
    self._need_eager_mode()
    inputs = keras.Input((8,))
    hidden = keras.layers.Dense(8)(inputs)
    encoder = keras.Model(inputs, hidden)
    whole = keras.Model(inputs, keras.layers.Dense(4)(hidden))
    whole.compile('sgd', 'mse')
    _fit(whole)
    model_pruning.keras.prune(encoder, _SPEC)
    _fit(whole)
    self.assertEqual(_shares(encoder), [0.75])
    self.assertEqual(_shares(whole), [0.75, 0.0])

  def test_a_model_without_call_is_pruned_as_a_whole(self):
    self._need_train_step()
    gan = Gan()
    gan.compile()
    pruner = model_pruning.keras.prune(gan, _SPEC)
    gan.fit(_FEATURES, batch_size=8, verbose=0)
    self.assertEqual(_shares(gan.generator) + _shares(gan.critic), [0.75] * 4)
    self.assertEqual(pruner.step, 2)

  def test_parts_of_a_model_are_pruned_each_by_its_spec(self):
    self._need_train_step()
    gan = Gan()
    gan.compile()
    model_pruning.keras.prune(gan.generator, _SPEC)
    model_pruning.keras.prune(gan.critic, _SPEC.replace('0.75', '0.5'))
    gan.fit(_FEATURES, batch_size=8, verbose=0)
    self.assertEqual(_shares(gan.generator), [0.75, 0.75])
    self.assertEqual(_shares(gan.critic), [0.5, 0.5])

  def test_a_part_that_has_no_weights_yet_is_named(self):
    gan = Gan(critic=keras.Sequential([keras.layers.Dense(1, name='last')]))
    with self.assertRaisesRegex(ValueError, "unbuilt model.*'last'"):
      model_pruning.keras.prune(gan, _SPEC)

  def test_a_frozen_model_is_called_frozen(self):
    model = _mlp('model')
    model.trainable = False
    with self.assertRaisesRegex(ValueError, "'model', whose 4.*all frozen"):
      model_pruning.keras.prune(model, _SPEC)

  def test_things_together_are_pruned_as_one(self):
    self._need_eager_mode()
    first, second = _mlp('first', 8), _mlp('second')
    free = tf.Variable(_FEATURES[:4, :4], name='free')

    class Module(tf.Module):

      def __init__(self):
        super().__init__()
        self.parts, self.own = {'a': first, 'b': [second]}, free

    for whole in [first, second, free], {'x': (first, second), 'y': free}, (
        Module()):
      pruner = model_pruning.keras.prune(
          whole, _SPEC + ',sparsity_distribution=erk')
      self.assertLen(pruner.report.pruned, 5)
      self.assertIs(pruner.strip(), whole)
    variables = first.trainable_variables + second.trainable_variables + [free]
    pruner = model_pruning.keras.prune(
        Module(), _SPEC + ',sparsity_distribution=global')
    optimizer = keras.optimizers.SGD(0.1)
    for _ in range(2):
      with tf.GradientTape() as tape:
        loss = tf.reduce_sum(
            tf.matmul(second(first(_FEATURES)), tf.convert_to_tensor(free)))
      optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
    values = [weight for part in (first, second)
              for weight in part.get_weights()[::2]] + [free.numpy()]
    zeros = sum((value == 0).sum() for value in values)
    self.assertEqual(zeros, 0.75 * sum(value.size for value in values))
    self.assertEqual(pruner.step, 2)

  def test_a_list_of_what_is_no_layer_is_refused(self):
    for whole in [], [_mlp('model'), 1], 'model':
      with self.assertRaisesRegex(TypeError, 'list, tuple or dict'):
        model_pruning.keras.prune(whole, _SPEC)

  def test_layers_unfrozen_after_prune_are_named_at_the_next_fit(self):
    self._need_eager_mode()
    model = _mlp('model')
    model.layers[-1].trainable = False
    model.compile('sgd', 'mse')
    pruner = model_pruning.keras.prune(model, _SPEC)
    _fit(model)
    self.assertEmpty(pruner.report.warnings[1:])
    model.layers[-1].trainable = True
    model.compile('sgd', 'mse')
    with self.assertLogs('absl', 'WARNING') as logs:
      _fit(model)
    self.assertRegex(' '.join(logs.output), 'NOT PRUNED.*model_out/kernel')
    late = [weight.name for weight in pruner.report.skipped
            if weight.kind is model_pruning.SkipKind.LATE]
    self.assertLen(late, 1)
    self.assertIn('model_out/kernel', late[0])

  def test_updates_that_pass_by_are_named_when_the_training_ends(self):
    self._need_eager_mode()
    first, second = _mlp('first'), _mlp('second')
    pruner = model_pruning.keras.prune([first, second], _SPEC)
    for layer in first, second:
      kernel = layer.layers[-1].kernel
      kernel.assign(kernel * 2.0)
    with self.assertLogs('absl', 'WARNING') as logs:
      pruner.strip()
    self.assertRegex(logs.output[0], 'NOTHING WAS PRUNED.*second_out/kernel')
    pruner = model_pruning.keras.prune(first, _SPEC)
    _step(first, lambda: tf.reduce_mean(first(_FEATURES)))
    kernel = first.layers[-1].kernel
    kernel.assign(kernel + 1.0)
    with self.assertLogs('absl', 'WARNING') as logs:
      pruner.strip()
    self.assertRegex(logs.output[0], '24 entries.*not zero.*first_out/kernel')

  def test_a_model_that_is_collected_says_so_too(self):
    self._need_eager_mode()
    program = '\n'.join([
        'import gc', 'import model_pruning, numpy as np, tensorflow as tf',
        'def main():',
        '  layers = tf.keras.layers',
        '  model = tf.keras.Sequential([',
        '      layers.InputLayer((4,)), layers.Dense(4)])',
        f'  model_pruning.keras.prune(model, {_SPEC!r})',
        '  model.layers[-1].kernel.assign(np.ones((4, 4)))',
        'main()', 'tf.keras.backend.clear_session()', 'gc.collect()',
        "import sys; print('COLLECTED', file=sys.stderr)"])
    printed = subprocess.run(
        [sys.executable, '-c', program], check=True, stderr=subprocess.PIPE,
        universal_newlines=True).stderr
    self.assertRegex(printed, '(?s)NOTHING WAS PRUNED.*COLLECTED')


if __name__ == '__main__':
  absltest.main()
