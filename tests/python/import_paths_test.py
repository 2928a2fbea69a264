# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Every path by which users of version 0.1.0 import something still works.

The lists are what that version had, whatever has moved since.
"""

from __future__ import annotations

import importlib
import os
import pathlib
import subprocess
import sys

from absl.testing import absltest
from absl.testing import parameterized

_ROOT = pathlib.Path(__file__).parents[2]

_NAMES = {
    'model_pruning': '''
        HParams MaskedBasicLSTMCell MaskedGRUCell MaskedLSTMCell
        ModelPruningHook ModelPruningListener Pruning PruningHook
        PruningPreview PruningReport PruningSpec StripReport __version__
        apply_mask apply_mask_with_group apply_matrix_compression
        apply_pruning get_gradients get_masked_weights get_masks
        get_matrix_compression_object get_matrix_compression_update_op
        get_old_old_weights get_old_weights get_pruning_hparams
        get_pruning_update get_thresholds get_weight_sparsity get_weights
        graph_def_from_checkpoint insert_masks keras masked_conv2d
        masked_convolution masked_fully_connected prune_model_fn
        prune_train_op strip_pruning_vars strip_pruning_vars_fn train''',
    'model_pruning.graph.strip_command': 'define_flags main run',
    'model_pruning.keras': '''
        ConstantSparsity PolynomialDecay PrunableLayer
        PruneForLatencyOnXNNPack PruneLowMagnitude Pruner PruningPolicy
        PruningSchedule PruningSummaries UpdatePruningStep prune
        prune_low_magnitude prune_now prune_scope strip_pruning
        xnnpack_report''',
    'model_pruning.python.hparam': 'HParams parse_values',
    'model_pruning.python.layers.layers': '''
        masked_conv2d masked_convolution masked_fully_connected''',
    'model_pruning.python.layers.rnn_cells': '''
        MaskedBasicLSTMCell MaskedGRUCell MaskedLSTMCell''',
    'model_pruning.python.learning': 'train',
    'model_pruning.python.pruning': '''
        MASKED_WEIGHT_COLLECTION MASKED_WEIGHT_NAME MASK_COLLECTION
        OLD_OLD_WEIGHT_COLLECTION OLD_WEIGHT_COLLECTION Pruning
        THRESHOLD_COLLECTION UNGROUPED_GROUP_NAME WEIGHT_COLLECTION
        WEIGHT_GRADIENT_COLLECTION add_to_pruning_collections apply_mask
        apply_mask_and_return apply_mask_with_group attach_group_suffix
        get_gradients get_masked_weights get_masks get_old_old_weights
        get_old_weights get_pruning_hparams get_thresholds
        get_weight_sparsity get_weights''',
    'model_pruning.python.pruning_hook': '''
        ModelPruningHook ModelPruningListener''',
    'model_pruning.python.pruning_interface': '''
        UPDATE_OP_COLLECTION apply_matrix_compression apply_pruning
        get_matrix_compression_object get_matrix_compression_update_op
        get_pruning_update run_update_step''',
    'model_pruning.python.pruning_utils': '''
        determine_partitioned_axis expand_tensor factorized_pool
        kronecker_product old_old_weight_variable old_weight_variable
        partitioned_variable_assign variable_assign weight_gradient_variable
        weight_mask_variable weight_threshold_variable''',
    'model_pruning.python.strip_pruning_vars_lib': '''
        graph_def_from_checkpoint strip_pruning_vars_fn''',
    'model_pruning.spec': 'PruningSpec',
}


def _pairs():
  return [(module, name) for module, names in _NAMES.items()
          for name in names.split()]


class ImportPathsTest(parameterized.TestCase):

  @parameterized.parameters(*_pairs())
  def test_a_name_is_where_it_was(self, module, name):
    self.assertIsNotNone(getattr(importlib.import_module(module), name))

  @parameterized.parameters(
      ['-m', 'model_pruning.graph.strip_command'],
      ['tools/strip_pruning_vars.py'])
  def test_a_command_lists_its_flags(self, *command):
    result = subprocess.run(
        [sys.executable, *command, '--help'], cwd=str(_ROOT), check=False,
        env=dict(os.environ, PYTHONPATH=str(_ROOT)), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, universal_newlines=True)
    self.assertNotIn('Traceback', result.stderr)
    self.assertIn('--checkpoint_dir=/tmp/model', result.stdout)
    for flag in ('checkpoint_dir', 'checkpoint_path', 'saved_model_dir',
                 'graph_def', 'output_node_names', 'output_dir', 'filename',
                 'result', 'tags'):
      self.assertRegex(result.stdout, rf'--(\[no\])?{flag}\b')


if __name__ == '__main__':
  absltest.main()
