# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The environment of a row is what its name and its lock file say."""

import os
import re
import sys
import sysconfig

try:
  from importlib import metadata
except ImportError:  # Python 3.7
  import importlib_metadata as metadata  # type: ignore

import numpy as np
import tensorflow as tf
from absl.testing import absltest

ROW = os.environ['MP_ROW']


def _normal(name):
  return re.sub(r'[-_.]+', '-', name).lower()


def _read_lock():
  """Returns (python minor, {package: version})."""
  with open(os.environ['MP_LOCK']) as f:
    lines = f.read().splitlines()
  python = next(
    line.split()[-1] for line in lines if line.startswith('# python: ')
  )
  pins = [line.split('==') for line in lines if not line.startswith('#')]
  return python, {_normal(name): version for name, version in pins}


class SmokeTest(absltest.TestCase):
  def test_tensorflow_is_the_one_in_the_name_of_the_row(self):
    self.assertEqual(
      'tf' + '_'.join(tf.__version__.split('.')[:2]),
      '_'.join(ROW.split('_')[:2]),
    )

  def test_python_is_the_one_of_the_lock(self):
    python, _ = _read_lock()
    self.assertEqual('%d.%d' % sys.version_info[:2], python)

  def test_what_is_installed_is_what_is_locked(self):
    _, pins = _read_lock()
    # Not the whole of sys.path: setuptools appends what it carries inside.
    paths = {sysconfig.get_path('purelib'), sysconfig.get_path('platlib')}
    installed = {
      _normal(dist.metadata['Name']): dist.version
      for dist in metadata.distributions(path=sorted(paths))
    }
    if 'pip' not in pins:
      installed.pop('pip', None)  # where the environment was made without uv
    self.assertEqual(installed, pins)

  def test_packages_come_from_the_environment_only(self):
    packages = {p for p in sys.path if p.endswith('-packages')}
    self.assertNotEmpty(packages)
    for path in packages:
      self.assertStartsWith(path, sys.prefix)

  def test_keras_trains(self):
    model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(3,))])
    model.compile(optimizer='sgd', loss='mse')
    x = np.eye(3, dtype=np.float32)
    history = model.fit(x, x[:, :1], epochs=2, verbose=0)
    first, second = history.history['loss']
    self.assertLess(second, first)

  def test_keras_is_the_one_of_the_row(self):
    legacy = os.environ.get('TF_USE_LEGACY_KERAS') == '1'
    self.assertEqual(legacy, ROW.endswith('_legacy'))
    keras_3 = hasattr(tf.keras, 'version') and tf.keras.version()[0] == '3'
    minor = int(ROW.split('_')[1])
    self.assertEqual(keras_3, ROW[2] == '2' and minor >= 16 and not legacy)


if __name__ == '__main__':
  absltest.main()
