# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Files that tfmot wrote are read, and their training goes on."""

from __future__ import annotations

import subprocess
import sys
import tempfile

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning import keras as sparsity
from model_pruning._src.compat import keras_variables
from tests.support import keras_models
from tests.support import wrapped_models

keras = tf.keras

_NAMES = ('model.h5', 'saved_model')
_MISSING = 3
_WRITE = f'''
import sys, numpy as np
try:
  from tensorflow_model_optimization.python.core.keras.compat import keras
  from tensorflow_model_optimization.sparsity import keras as sparsity
except ImportError:
  sys.exit({_MISSING})
model = sparsity.prune_low_magnitude(keras.Sequential([
    keras.layers.Embedding(20, 4, input_length=5), keras.layers.Flatten(),
    keras.layers.Dropout(0.1), keras.layers.Dense(2)]),
    sparsity.PolynomialDecay(0.0, 0.75, 0, 6, frequency=1))
model.compile('sgd', 'mse')
model.fit(np.ones((8, 5)), np.ones((8, 2)), batch_size=2, verbose=0,
          callbacks=[sparsity.UpdatePruningStep()])
for name in {_NAMES}:
  model.save(sys.argv[1] + '/' + name)
np.save(sys.argv[1] + '/output.npy', model.predict(np.ones((1, 5)), verbose=0))
'''


class FilesTest(wrapped_models.WrapperTestCase):

  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    if keras_models.IS_KERAS_3:
      raise absltest.SkipTest('tfmot writes files of Keras 2')
    cls.directory = tempfile.TemporaryDirectory()
    # In a process of its own: tfmot changes the Keras of the one it is in.
    written = subprocess.run(
        [sys.executable, '-c', _WRITE, cls.directory.name], check=False)
    if written.returncode == _MISSING:
      raise absltest.SkipTest(
          'there is no tensorflow_model_optimization 0.8 here')
    written.check_returncode()

  @classmethod
  def tearDownClass(cls):
    cls.directory.cleanup()
    super().tearDownClass()

  @parameterized.parameters(*_NAMES)
  def test_a_model_is_what_it_was_and_trains_on(self, name):
    with sparsity.prune_scope():
      model = keras.models.load_model(
          f'{self.directory.name}/{name}', compile=False)
    np.testing.assert_array_equal(model.predict(np.ones((1, 5))),
                                  np.load(f'{self.directory.name}/output.npy'))
    wrapped = [layer for layer in wrapped_models.wrappers(model)
               if layer.pruned_weights]
    self.assertEqual([int(keras_variables.value_of(layer.pruning_step))
                      for layer in wrapped], [4, 4])
    model.compile('sgd', 'mean_squared_error')
    model.fit(np.ones((8, 5)), np.ones((8, 2)), batch_size=4, verbose=0,
              callbacks=[sparsity.UpdatePruningStep()])
    for layer in wrapped:
      self.assert_pruned(layer, 0.75)
      self.assertEqual(keras_variables.value_of(layer.pruning_step), 6)
    names = [layer.name for layer in sparsity.strip_pruning(model).layers]
    self.assertEqual(names, ['embedding', 'flatten', 'dropout', 'dense'])


if __name__ == '__main__':
  absltest.main()
