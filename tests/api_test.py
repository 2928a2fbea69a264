# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The public names, and what importing them does to a process."""

from __future__ import annotations

import json
import subprocess
import sys

from absl.testing import absltest
from absl.testing import parameterized

import model_pruning

_PUBLIC_NAMES = [
    'HParams',
    'ModelPruningHook',
    'ModelPruningListener',
    'Pruning',
    'PruningHook',
    'PruningPreview',
    'PruningReport',
    'PruningSpec',
    'StripReport',
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
    'insert_masks',
    'keras',
    'masked_conv2d',
    'masked_convolution',
    'masked_fully_connected',
    'prune_model_fn',
    'prune_train_op',
    'strip_pruning_vars',
    'strip_pruning_vars_fn',
    'train',
]
_CELLS = ['MaskedBasicLSTMCell', 'MaskedGRUCell', 'MaskedLSTMCell']
_PUBLIC_KERAS_NAMES = [
    'ConstantSparsity', 'PolynomialDecay', 'PrunableLayer',
    'PruneForLatencyOnXNNPack', 'PruneLowMagnitude', 'Pruner',
    'PruningPolicy', 'PruningSchedule', 'PruningSummaries',
    'UpdatePruningStep', 'prune', 'prune_low_magnitude', 'prune_now',
    'prune_scope', 'strip_pruning', 'xnnpack_report']

_REPORT = '''
import json, os, sys
{imports}
print(json.dumps([sorted(sys.modules), dict(os.environ)]))
'''


def _modules_and_environment(imports):
  """Loaded modules and environment of a new process after `imports`."""
  result = subprocess.run(
      [sys.executable, '-c', _REPORT.format(imports=imports)], check=True,
      stdout=subprocess.PIPE, universal_newlines=True)
  modules, environment = json.loads(result.stdout.splitlines()[-1])
  return set(modules), environment


class PublicNamesTest(parameterized.TestCase):

  def test_the_public_names_are_these(self):
    self.assertEqual(model_pruning.__all__, _PUBLIC_NAMES)
    self.assertEqual(model_pruning.keras.__all__, _PUBLIC_KERAS_NAMES)

  @parameterized.parameters(*_PUBLIC_NAMES, *_CELLS)
  def test_every_public_name_loads_and_is_listed(self, name):
    self.assertIn(name, dir(model_pruning))
    try:
      self.assertIsNotNone(getattr(model_pruning, name))
    except ImportError as e:
      self.assertRegex(name, 'Masked.*Cell')
      self.assertIn('rnn_cell', str(e))
      self.skipTest(str(e))

  def test_another_name_is_an_attribute_error(self):
    with self.assertRaisesRegex(AttributeError, 'no_such_name'):
      _ = model_pruning.no_such_name


class ImportTest(parameterized.TestCase):

  def test_importing_the_package_loads_nothing_else(self):
    modules, _ = _modules_and_environment('import model_pruning')
    self.assertNotIn('tensorflow', modules)
    self.assertNotIn('numpy', modules)

  @parameterized.parameters(
      'import model_pruning; model_pruning.PruningHook',
      'import model_pruning; model_pruning.keras.prune')
  def test_a_front_end_adds_no_keras_nor_anything_heavy(self, imports):
    plain, plain_environment = _modules_and_environment('import tensorflow')
    loaded, environment = _modules_and_environment(
        'import tensorflow; ' + imports)
    added = {name.split('.')[0] for name in loaded - plain}
    self.assertEqual(environment, plain_environment)
    self.assertContainsSubset({'model_pruning'}, added)
    for heavy in ('keras', 'tf_keras', 'tf_slim', 'matplotlib', 'pandas',
                  'scipy', 'tensorflow_estimator'):
      self.assertNotIn(heavy, added)
    self.assertFalse([name for name in loaded - plain
                      if name.startswith('tensorflow') and 'keras' in name])

  def test_importing_changes_no_global_state_of_tensorflow(self):
    state = ('print(json.dumps([tf.executing_eagerly(), '
             'tf.compat.v1.get_default_graph() is None, '
             'len(tf.compat.v1.get_default_graph().get_operations()), '
             'tf.compat.v1.logging.get_verbosity()]))')
    outputs = [
        subprocess.run(
            [sys.executable, '-c', 'import json\nimport tensorflow as tf\n'
             + imports + state], check=True, stdout=subprocess.PIPE,
            universal_newlines=True).stdout
        for imports in ('', 'import model_pruning\nmodel_pruning.PruningHook\n'
                        'model_pruning.keras.prune\n')]
    self.assertEqual(*outputs)

  def test_without_tensorflow_the_error_names_the_extra(self):
    program = ('import sys\n'
               'sys.path[:] = [p for p in sys.path '
               'if "site-packages" not in p]\n'
               'import model_pruning')
    result = subprocess.run(
        [sys.executable, '-S', '-c', program], stderr=subprocess.PIPE,
        universal_newlines=True, check=False)
    self.assertEqual(result.returncode, 1)
    self.assertIn('pip install model-pruning[tensorflow]', result.stderr)


if __name__ == '__main__':
  absltest.main()
