# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of tools/walls.py: each wall is there, and holds."""

import os
import pathlib
import sys

from absl.testing import absltest
from absl.testing import parameterized

sys.path.insert(0, os.path.dirname(__file__))
import walls

_SOURCE = 'from model_pruning._src.'


class WallsTest(parameterized.TestCase):

  def _problems(self, files):
    root = pathlib.Path(self.create_tempdir().full_path)
    for name, text in files.items():
      path = root / 'model_pruning' / name
      path.parent.mkdir(parents=True, exist_ok=True)
      path.write_text(text)
      (path.parent / '__init__.py').touch()
    return list(walls.Library(root).problems())

  @parameterized.parameters(
    ('_src/keras/a.py', _SOURCE + 'graph import b', '_src/graph/b.py'),
    ('_src/graph/a.py', _SOURCE + 'keras import b', '_src/keras/b.py'),
    ('_src/core/a.py', _SOURCE + 'planning import b', '_src/planning/b.py'),
    ('_src/spec/a.py', _SOURCE + 'compat import b', '_src/compat/b.py'),
    ('_src/graph/training/a.py', _SOURCE + 'graph.masked import b',
     '_src/graph/masked/b.py'),
    ('_src/graph/strip/a.py', _SOURCE + 'graph.training import b',
     '_src/graph/training/b.py'),
    ('_src/keras/a.py', _SOURCE + 'keras.tfmot import b',
     '_src/keras/tfmot/b.py'),
    ('_src/keras/a.py', 'def f():\n  ' + _SOURCE + 'graph import b',
     '_src/graph/b.py'),
    ('_src/keras/a.py',
     'import importlib\nimportlib.import_module("model_pruning._src.graph.b")',
     '_src/graph/b.py'),
    ('_src/keras/a.py', 'import model_pruning', '__init__.py'),
  )
  def test_an_import_through_a_wall_is_named(self, importer, text, imported):
    [problem] = self._problems({imported: '', importer: text})
    self.assertIn(importer, problem)

  @parameterized.parameters(
    'from tensorflow.python.eager import context',
    'import keras.src.backend')
  def test_private_names_are_for_compat(self, text):
    [problem] = self._problems({'_src/core/a.py': text})
    self.assertIn('private', problem)
    self.assertEqual(self._problems({'_src/compat/a.py': text}), [])

  def test_a_circle_is_named(self):
    [problem] = self._problems({
      '_src/core/a.py': _SOURCE + 'core import b',
      '_src/core/b.py': 'def f():\n  ' + _SOURCE + 'core import a'})
    self.assertIn('core.a, model_pruning._src.core.b', problem)

  def test_rooms_without_tensorflow_do_not_load_it_by_way_of_others(self):
    files = {'_src/core/a.py': 'import tensorflow as tf',
             '_src/planning/b.py': _SOURCE + 'core import a'}
    [problem] = self._problems(files)
    self.assertIn('without TensorFlow', problem)
    files['_src/planning/b.py'] = 'def f():\n  ' + files['_src/planning/b.py']
    self.assertEqual(self._problems(files), [])

  @parameterized.parameters(
    ('_src/keras/tfmot/a.py', _SOURCE + 'keras import b', '_src/keras/b.py'),
    ('_src/graph/insert_masks/a.py', _SOURCE + 'graph.masked import b',
     '_src/graph/masked/b.py'),
    ('_src/spec/a.py', 'def plan():\n  import model_pruning', '__init__.py'),
    ('python/a.py', _SOURCE + 'graph import b', '_src/graph/b.py'),
    ('_src/core/a.py', 'if TYPE_CHECKING:\n  ' + _SOURCE + 'keras import b',
     '_src/keras/b.py'))
  def test_what_is_allowed_passes(self, importer, text, imported):
    self.assertEqual(self._problems({imported: '', importer: text}), [])


if __name__ == '__main__':
  absltest.main()
