# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The public names, and what importing them does to a process."""

from __future__ import annotations

import ast
import importlib
import json
import pathlib
import subprocess
import sys

from absl.testing import absltest
from absl.testing import parameterized

import model_pruning

_PUBLIC_NAMES = [
    'PackReport',
    'PruningHook',
    'PruningPreview',
    'PruningReport',
    'PruningSpec',
    'SkipKind',
    'StripReport',
    'insert_masks',
    'keras',
    'load_packed',
    'pack',
    'plan',
    'prune_files',
    'prune_model_fn',
    'prune_train_op',
    'report_of',
    'shrink_files',
    'strip_pruning_vars',
    'unpack',
]
# Of the years 2017 to 2020: attributes, but not in `__all__`.
_OLD_NAMES = [
    'HParams',
    'MaskedBasicLSTMCell',
    'MaskedGRUCell',
    'MaskedLSTMCell',
    'ModelPruningHook',
    'ModelPruningListener',
    'Pruning',
    'apply_mask',
    'apply_mask_with_group',
    'apply_matrix_compression',
    'apply_pruning',
    'get_gradients',
    'get_masked_weights',
    'get_masks',
    'get_matrix_compression_object',
    'get_matrix_compression_update_op',
    'get_old_old_weights',
    'get_old_weights',
    'get_pruning_hparams',
    'get_pruning_update',
    'get_thresholds',
    'get_weight_sparsity',
    'get_weights',
    'graph_def_from_checkpoint',
    'masked_conv2d',
    'masked_convolution',
    'masked_fully_connected',
    'strip_pruning_vars_fn',
    'train',
]
_PUBLIC_KERAS_NAMES = [
    'ConstantSparsity', 'PolynomialDecay', 'PrunableLayer',
    'PruneForLatencyOnXNNPack', 'PruneLowMagnitude', 'Pruner',
    'PruningPolicy', 'PruningSchedule', 'PruningSummaries',
    'UpdatePruningStep', 'channel_groups', 'export_tflite', 'prune',
    'prune_low_magnitude', 'prune_now', 'prune_scope', 'register_rule',
    'remove_channels', 'sensitivity', 'strip_pruning', 'xnnpack_report']

# What a process has after TensorFlow, and after each of the front ends.
_STAGES = '''
import json, os, sys
import tensorflow as tf
v1 = tf.compat.v1
stages = []
def report():
  stages.append([sorted(sys.modules), dict(os.environ), [
      tf.executing_eagerly(), v1.get_default_graph() is None,
      len(v1.get_default_graph().get_operations()),
      v1.logging.get_verbosity()]])
report()
import model_pruning
model_pruning.PruningHook
report()
model_pruning.keras.prune
report()
print(json.dumps(stages))
'''


# A finder at the head of sys.meta_path, as if packages were not installed.
_WITHOUT = '''
import sys
class Without:
  def find_spec(self, name, path=None, target=None):
    if name.split('.')[0] in {packages}:
      raise ModuleNotFoundError(f'No module named {{name!r}}', name=name)
sys.meta_path.insert(0, Without())
'''


def _run(program, without):
  """The output of a new process where some packages cannot be imported."""
  result = subprocess.run(
      [sys.executable, '-c', _WITHOUT.format(packages=without) + program],
      check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
      universal_newlines=True)
  if result.returncode:
    raise AssertionError(result.stderr)
  return result.stdout


def _listed(package):
  """What `dir` says, but for what Python puts into every package."""
  return [name for name in dir(package) if not name.startswith('__')]


def _lazy_and_typed_names(package):
  """The table of a face, and its imports for type checkers: {name: module}."""
  with open(package.__file__) as f:
    statements = ast.parse(f.read()).body
  lazy, typed = {}, {}
  for statement in statements:
    if isinstance(getattr(statement, 'value', None), ast.Dict):
      lazy.update(ast.literal_eval(statement.value))
    elif isinstance(statement, ast.If):
      typed.update((alias.asname, f'{imported.module}.{alias.name}')
                   for imported in statement.body for alias in imported.names)
  return lazy, typed


class PublicNamesTest(parameterized.TestCase):

  def test_the_public_names_are_these(self):
    self.assertEqual(model_pruning.__all__, _PUBLIC_NAMES)
    self.assertEqual(model_pruning.keras.__all__, _PUBLIC_KERAS_NAMES)

  def test_dir_lists_the_names_and_the_modules_that_are_loaded(self):
    modules = {'graph', 'python', 'schedule', 'spec'}
    self.assertEqual(
        sorted(set(_listed(model_pruning)) - modules),
        sorted([*_PUBLIC_NAMES, *_OLD_NAMES]))
    self.assertEqual(_listed(model_pruning.keras), _PUBLIC_KERAS_NAMES)
    importlib.import_module('model_pruning.python.pruning')
    self.assertIn('python', dir(model_pruning))

  @parameterized.parameters('model_pruning', 'model_pruning.keras')
  def test_what_type_checkers_import_is_what_the_table_says(self, name):
    lazy, typed = _lazy_and_typed_names(importlib.import_module(name))
    self.assertNotEmpty(lazy)
    self.assertEqual(
        {name: module if module == f'model_pruning.{name}'
         else f'{module}.{name}' for name, module in lazy.items()}, typed)

  def test_the_package_says_that_it_is_typed(self):
    folder = pathlib.Path(model_pruning.__file__).parent
    self.assertTrue((folder / 'py.typed').exists())

  @parameterized.parameters(*_PUBLIC_NAMES, *_OLD_NAMES)
  def test_every_public_name_loads_and_is_listed(self, name):
    self.assertIn(name, dir(model_pruning))
    self.assertIsNotNone(getattr(model_pruning, name))

  def test_after_a_plain_install_every_name_can_be_looked_up(self):
    output = _run('''
import inspect, json, pydoc
import model_pruning
from model_pruning import *
from model_pruning.keras import *
texts = [pydoc.plain(pydoc.render_doc(package))
         for package in (model_pruning, model_pruning.keras)]
members = [[name for name, _ in inspect.getmembers(package)]
           for package in (model_pruning, model_pruning.keras)]
print(json.dumps([texts, members, sorted(globals())]))
''', without=('tf_slim', 'matplotlib'))
    texts, members, names = json.loads(output.splitlines()[-1])
    self.assertContainsSubset([*_PUBLIC_NAMES, *_OLD_NAMES], members[0])
    self.assertContainsSubset(_PUBLIC_KERAS_NAMES, members[1])
    self.assertContainsSubset([*_PUBLIC_NAMES, *_PUBLIC_KERAS_NAMES], names)
    self.assertNoCommonElements(names, _OLD_NAMES)
    for line in ("model_pruning.keras.prune(model, 'target_sparsity=0.9')",
                 "model_pruning.PruningHook('target_sparsity=0.9')"):
      self.assertIn(line, texts[0])
    summary = texts[0].partition('PACKAGE CONTENTS')[0]
    for name in _PUBLIC_NAMES:
      self.assertIn(name, summary)
    for name in _PUBLIC_KERAS_NAMES:
      self.assertIn(name, texts[1])

  def test_another_name_is_an_attribute_error(self):
    with self.assertRaisesRegex(AttributeError, 'no_such_name'):
      _ = model_pruning.no_such_name


class ImportTest(absltest.TestCase):

  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    cls.plain, *cls.front_ends = json.loads(
        _run(_STAGES, without=()).splitlines()[-1])

  def test_importing_the_package_loads_nothing_else(self):
    modules = json.loads(_run('''
import json
import model_pruning
print(json.dumps(sorted(sys.modules)))
''', without=()))
    self.assertContainsSubset(['model_pruning'], modules)
    self.assertNotIn('tensorflow', modules)
    self.assertNotIn('numpy', modules)

  def test_a_front_end_adds_no_keras_nor_anything_heavy(self):
    plain_modules, plain_environment, _ = self.plain
    for modules, environment, _ in self.front_ends:
      new_modules = set(modules) - set(plain_modules)
      added = {name.split('.')[0] for name in new_modules}
      self.assertEqual(environment, plain_environment)
      self.assertContainsSubset({'model_pruning'}, added)
      for heavy in ('keras', 'tf_keras', 'tf_slim', 'matplotlib', 'pandas',
                    'scipy', 'tensorflow_estimator'):
        self.assertNotIn(heavy, added)
      self.assertFalse([name for name in new_modules
                        if name.startswith('tensorflow') and 'keras' in name])

  def test_importing_changes_no_global_state_of_tensorflow(self):
    _, _, plain_state = self.plain
    for _, _, state in self.front_ends:
      self.assertEqual(state, plain_state)

  def test_without_tensorflow_specs_work_and_the_rest_names_the_extra(self):
    output = _run('''
import model_pruning
import model_pruning.keras
print(model_pruning.PruningSpec.parse('target_sparsity=0.9').target_sparsity)
for package, name in ((model_pruning, 'PruningHook'),
                      (model_pruning, 'train'), (model_pruning.keras, 'prune')):
  try:
    getattr(package, name)
  except ImportError as e:
    print(e)
''', without=('tensorflow', 'keras', 'tf_keras'))
    lines = output.splitlines()
    self.assertEqual(lines[0], '0.9')
    self.assertLen(lines, 4)
    for name, line in zip(('model_pruning.PruningHook', 'model_pruning.train',
                           'model_pruning.keras.prune'), lines[1:]):
      self.assertIn(f'`{name}` needs TensorFlow', line)
      self.assertIn('pip install model-pruning[tensorflow]', line)


if __name__ == '__main__':
  absltest.main()
