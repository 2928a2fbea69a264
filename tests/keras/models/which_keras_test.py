# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Which Keras a thing is of, and what is said of its backend."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import types
from unittest import mock

import tensorflow as tf
from absl.testing import absltest

import model_pruning
from model_pruning._src.keras.models import which_keras
from tests.support import keras_models

# Keras imports scipy and jax for its NumPy backend. None of the functions here
# comes to call them, so empty modules do where they are not installed.
_PROGRAM = '''
import importlib.machinery, importlib.util, inspect, json, sys
from unittest import mock

class Empty:
  def find_spec(self, name, path=None, target=None):
    if name.split('.')[0] in ('scipy', 'jax'):
      return importlib.machinery.ModuleSpec(name, self, is_package=True)
  def create_module(self, spec):
    return mock.MagicMock(__path__=[])
  def exec_module(self, module):
    pass

sys.meta_path.append(Empty())
import keras
import model_pruning
from model_pruning import keras as pruning

model = keras.Sequential([keras.layers.Dense(2)])
model.build((None, 3))
spec = model_pruning.PruningSpec.parse('target_sparsity=0.9')
calls = {
  'prune': lambda: pruning.prune(model, spec),
  'prune_now': lambda: pruning.prune_now(model, spec),
  'prune_low_magnitude': lambda: pruning.prune_low_magnitude(model),
  'prune_low_magnitude of a layer':
      lambda: pruning.prune_low_magnitude(model.layers[0]),
  'prune_low_magnitude of a list':
      lambda: pruning.prune_low_magnitude(model.layers),
  'strip_pruning': lambda: pruning.strip_pruning(model),
  'xnnpack_report': lambda: pruning.xnnpack_report(model),
  'plan': lambda: spec.plan(model),
  'PruneLowMagnitude': lambda: pruning.PruneLowMagnitude(model.layers[0]),
  'UpdatePruningStep': lambda: pruning.UpdatePruningStep(),
  'PruningSummaries': lambda: pruning.PruningSummaries('logs'),
}
said = {}
for name, call in calls.items():
  try:
    call()
    said[name] = 'nothing'
  except Exception as e:
    said[name] = f'{type(e).__name__}: {e}'
inspect.getmembers(pruning)
print(json.dumps(said))
'''


class BackendTest(absltest.TestCase):

  def test_on_another_backend_every_verb_says_so_in_one_sentence(self):
    if not keras_models.IS_KERAS_3:
      self.skipTest('tf.keras is Keras 2, which has no other backend')
    result = subprocess.run(
        [sys.executable, '-c', _PROGRAM], check=False,
        env=dict(os.environ, KERAS_BACKEND='numpy'), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, universal_newlines=True)
    self.assertEqual(result.returncode, 0, result.stderr)
    said = json.loads(result.stdout.splitlines()[-1])
    self.assertLen(said, 11)
    for name, text in said.items():
      with self.subTest(name):
        self.assertRegex(
            text, r"RuntimeError: model_pruning prunes .* runs on 'numpy': "
            r'set the environment variable KERAS_BACKEND=tensorflow')
        self.assertNotIn('\n', text)

  def test_on_tensorflow_the_package_of_a_layer_is_found(self):
    self.assertIs(which_keras.keras_of(tf.keras.layers.Dense(1)).layers.Dense,
                  tf.keras.layers.Dense)
    self.assertIsNone(which_keras.keras_of('a string'))

  def test_a_model_of_the_keras_before_tf_keras_is_refused_by_every_verb(self):
    # What of keras 2.3.1 tells it from others.
    layer = type('Layer', (), {'__module__': 'keras.engine.base_layer',
                               'trainable_weights': [], 'built': True})
    package = types.ModuleType('keras')
    package.__version__ = '2.3.1'
    package.layers = types.SimpleNamespace(Layer=layer)
    pruning = model_pruning.keras
    with mock.patch.dict(sys.modules, keras=package):
      for verb in (lambda thing: pruning.prune(thing, 'target_sparsity=0.5'),
                   lambda thing: pruning.prune_now(thing, ''),
                   lambda thing: model_pruning.plan(thing, ''),
                   pruning.prune_low_magnitude, pruning.strip_pruning,
                   pruning.xnnpack_report):
        with self.assertRaisesRegex(
            TypeError, '^model_pruning prunes models of .* not those of keras '
            '2.3.1: import `tensorflow.keras` in its place[^\n]*$'):
          verb(layer())
      with pruning.prune_scope():
        pass


if __name__ == '__main__':
  absltest.main()
