# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Files of wrapped models that version 0.1.0 wrote are read by this one.

`tests/data/wrapped_models/write_models.py` wrote them, on the TensorFlow that
their names begin with: after 6 updates of 3 layers.
"""

from __future__ import annotations

import io
import json
import pathlib
import subprocess
import sys
import zipfile

import h5py
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning import keras as sparsity
from model_pruning._src.compat import keras_variables
from tests.support import keras_models
from tests.support import modes
from tests.support import numpy_reference
from tests.support import wrapped_models

keras = tf.keras

_DIRECTORY = pathlib.Path(__file__).parents[2] / 'data/wrapped_models'
_FILES = sorted(path.name for pattern in ('*.h5', '*.keras')
                for path in _DIRECTORY.glob(pattern))
_NAMES = ['first', 'second', 'third']
# 6 of 8 steps towards 0.75, as a cube: 0.73828125.
_SPARSITY_AFTER_6 = 0.75 - 0.75 * 0.25**3


def _version(text):
  return tuple(int(part) for part in text.split('.')[:2])


def _why_not(name):
  """Why this Keras cannot read a file; empty if it can."""
  written_by = name.split('_')
  of_keras_3 = written_by[1] == '21' and 'legacy' not in written_by
  if of_keras_3 != keras_models.IS_KERAS_3:
    return 'the file is of Keras {}'.format(3 if of_keras_3 else 2)
  if not of_keras_3 and _version(tf.__version__) < (
      int(written_by[0][2:]), int(written_by[1])):
    return 'the file is of a newer TensorFlow than {}'.format(tf.__version__)
  return ''


def _stored(name, dtype):
  """The arrays of a dtype in a file, by their shape and then value."""
  path = _DIRECTORY / name
  source = str(path)
  if path.suffix == '.keras':
    source = io.BytesIO(zipfile.ZipFile(source).read('model.weights.h5'))
  arrays = []

  def collect(place, item):
    if (isinstance(item, h5py.Dataset) and item.dtype == dtype
        and 'optimizer' not in place):
      arrays.append(np.asarray(item))

  with h5py.File(source, 'r') as file:
    file.visititems(collect)
  return sorted(arrays, key=lambda array: (array.shape, array.tolist()))


def _load(name):
  with sparsity.prune_scope():
    return keras.models.load_model(str(_DIRECTORY / name), compile=False)


class GoldenFilesTest(wrapped_models.WrapperTestCase):

  def _check_readable(self, name):
    if _why_not(name):
      self.skipTest(_why_not(name))

  def _check_sparsity(self, model, sparsity_of_first):
    """Fails unless weights are zero where masks say, which are exact."""
    first, second, third = wrapped_models.wrappers(model)
    self.assert_pruned(first, sparsity_of_first)
    self.assert_pruned(third, 0.5)
    [pruned] = second.pruned_weights
    mask = keras_variables.value_of(pruned.mask)
    value = keras_variables.value_of(pruned.variable)
    np.testing.assert_array_equal(value != 0, mask)
    # Blocks of 1x2, and those of the last column that are cut.
    np.testing.assert_array_equal(mask[:, 0:4:2], mask[:, 1:4:2])
    sizes = np.array([2, 2, 1] * 6)
    wanted = numpy_reference.num_entries_kept(sizes, 2, 0.5)
    self.assertBetween(mask.sum(), wanted, wanted + 1)

  def _steps(self, model):
    return [int(keras_variables.value_of(layer.pruning_step))
            for layer in wrapped_models.wrappers(model)]

  @parameterized.parameters(*_FILES)
  def test_it_predicts_what_it_did(self, name):
    self._check_readable(name)
    np.testing.assert_allclose(
        _load(name).predict(np.ones((1, 4), np.float32)),
        np.load(str((_DIRECTORY / name).with_suffix('.npy'))), rtol=1e-5)

  @parameterized.parameters(*_FILES)
  def test_masks_and_steps_are_those_of_the_file(self, name):
    self._check_readable(name)
    model = _load(name)
    masks = [keras_variables.value_of(layer.pruned_weights[0].mask)
             for layer in wrapped_models.wrappers(model)]
    stored = _stored(name, np.bool_)
    self.assertLen(stored, 3)
    for mask, wanted in zip(sorted(masks, key=lambda mask: mask.shape),
                            stored):
      np.testing.assert_array_equal(mask, wanted)
    self.assertEqual([int(step) for step in _stored(name, np.int64)], [6] * 3)
    self.assertEqual(self._steps(model), [6] * 3)
    self._check_sparsity(model, _SPARSITY_AFTER_6)

  @parameterized.parameters(*_FILES)
  def test_its_schedules_are_those_it_was_made_with(self, name):
    self._check_readable(name)
    first, second, third = wrapped_models.wrappers(_load(name))
    self.assertIsInstance(first.pruning_schedule, sparsity.PolynomialDecay)
    self.assertEqual(first.pruning_schedule.get_config()['config'], dict(
        initial_sparsity=0.0, final_sparsity=0.75, begin_step=0, end_step=8,
        power=3, frequency=2))
    self.assertIsInstance(second.pruning_schedule, sparsity.ConstantSparsity)
    self.assertEqual(second.get_config()['block_size'], [1, 2])
    self.assertEqual(second.get_config()['block_pooling_type'], 'MAX')
    self.assertEqual(third.spec.target_sparsity, 0.5)
    self.assertEqual(third.spec.sparsity_function_end_step, 4)

  @parameterized.parameters(*_FILES)
  def test_it_trains_on_and_stays_exact(self, name):
    self._check_readable(name)
    model = _load(name)
    model.compile('sgd', 'mean_squared_error')
    random = np.random.RandomState(2)
    for step in range(7, 13):
      before = [layer.get_weights()[0]
                for layer in wrapped_models.wrappers(model)]
      model.train_on_batch(random.normal(size=(4, 4)),
                           random.normal(size=(4, 2)))
      self.assertEqual(self._steps(model), [step] * 3)
      self._check_sparsity(
          model, _SPARSITY_AFTER_6 if step < 8 else 0.75)
      for old, layer in zip(before, wrapped_models.wrappers(model)):
        self.assertTrue((old != layer.get_weights()[0]).any())

  @parameterized.parameters(*_FILES)
  def test_it_is_stripped(self, name):
    self._check_readable(name)
    model = _load(name)
    stripped = sparsity.strip_pruning(model)
    self.assertEqual([layer.name for layer in stripped.layers], _NAMES)
    self.assertEmpty(wrapped_models.wrappers(stripped))
    batch = np.ones((1, 4), np.float32)
    np.testing.assert_allclose(stripped.predict(batch), model.predict(batch),
                               rtol=1e-6)
    for layer, wrapped in zip(stripped.layers, wrapped_models.wrappers(model)):
      np.testing.assert_array_equal(layer.get_weights()[0],
                                    wrapped.get_weights()[0])

  @parameterized.parameters(*_FILES)
  def test_it_loads_without_the_scope_once_the_class_was_used(self, name):
    self._check_readable(name)
    if not hasattr(keras.utils, 'register_keras_serializable'):
      self.skipTest('this Keras registers no classes')
    if name.startswith('tf1_'):
      self.skipTest('the file has the bare name: its Keras registered none')
    # In a process of its own: no other test has made a wrapper there.
    program = ('import json, sys, numpy as np\n'
               + ('from tests.support import modes\n'
                  if modes.is_eager() else '') +
               'import tensorflow as tf\n'
               'import model_pruning\n'
               'model_pruning.keras.PruneLowMagnitude\n'
               'model = tf.keras.models.load_model(sys.argv[1],'
               ' compile=False)\n'
               'print(json.dumps(model.predict(np.ones((1, 4))).tolist()))\n')
    printed = subprocess.run(
        [sys.executable, '-c', program, str(_DIRECTORY / name)], check=True,
        stdout=subprocess.PIPE, universal_newlines=True).stdout
    np.testing.assert_allclose(
        json.loads(printed.splitlines()[-1]),
        np.load(str((_DIRECTORY / name).with_suffix('.npy'))), rtol=1e-5)


class NewFilesTest(wrapped_models.WrapperTestCase):

  def test_what_files_say_of_modules_is_public(self):
    wrapped = sparsity.prune_low_magnitude(
        keras.layers.Dense(2), sparsity.ConstantSparsity(0.5, 0))
    self.assertEqual(wrapped.get_config()['pruning_schedule']['module'],
                     'model_pruning.keras')
    for public in (sparsity.PruneLowMagnitude, sparsity.UpdatePruningStep,
                   sparsity.PruningSummaries, sparsity.PolynomialDecay):
      self.assertEqual(public.__module__, 'model_pruning.keras')
      self.assertIs(getattr(sparsity, public.__name__), public)


if __name__ == '__main__':
  absltest.main()
