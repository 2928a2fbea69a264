# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Prunes whatever TensorFlow trains: graphs, Estimators, Keras 2 and Keras 3.

    import model_pruning

    estimator.train(input_fn, hooks=[
        model_pruning.PruningHook('target_sparsity=0.9')])

    model_pruning.keras.prune(model, 'target_sparsity=0.9')

Names are loaded when they are first used: importing this package loads
neither TensorFlow nor Keras, and changes no state of either.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import Any, List

# Public name -> the module that has it.
_PUBLIC = {
    'HParams': 'model_pruning._src.spec.hparams',
    'MaskedBasicLSTMCell': 'model_pruning._src.graph.masked.rnn_cells',
    'MaskedGRUCell': 'model_pruning._src.graph.masked.rnn_cells',
    'MaskedLSTMCell': 'model_pruning._src.graph.masked.rnn_cells',
    'ModelPruningHook': 'model_pruning._src.graph.masked.mask_update_hook',
    'ModelPruningListener': 'model_pruning._src.graph.masked.mask_update_hook',
    'Pruning': 'model_pruning._src.graph.masked.pruning',
    'PruningHook': 'model_pruning._src.graph.training.hook',
    'PruningPreview': 'model_pruning._src.planning.preview',
    'PruningReport': 'model_pruning._src.planning.report',
    'PruningSpec': 'model_pruning._src.spec.pruning_spec',
    'StripReport': 'model_pruning._src.graph.strip.report',
    'apply_mask': 'model_pruning._src.graph.masked.apply_mask',
    'apply_mask_with_group': 'model_pruning._src.graph.masked.apply_mask',
    'apply_matrix_compression': 'model_pruning.python.pruning_interface',
    'apply_pruning': 'model_pruning.python.pruning_interface',
    'get_gradients': 'model_pruning._src.graph.masked.apply_mask',
    'get_masked_weights': 'model_pruning._src.graph.masked.apply_mask',
    'get_masks': 'model_pruning._src.graph.masked.apply_mask',
    'get_matrix_compression_object': 'model_pruning.python.pruning_interface',
    'get_matrix_compression_update_op':
        'model_pruning.python.pruning_interface',
    'get_old_old_weights': 'model_pruning._src.graph.masked.apply_mask',
    'get_old_weights': 'model_pruning._src.graph.masked.apply_mask',
    'get_pruning_hparams': 'model_pruning._src.spec.pruning_spec',
    'get_pruning_update': 'model_pruning.python.pruning_interface',
    'get_thresholds': 'model_pruning._src.graph.masked.apply_mask',
    'get_weight_sparsity': 'model_pruning._src.graph.masked.apply_mask',
    'get_weights': 'model_pruning._src.graph.masked.apply_mask',
    'graph_def_from_checkpoint': 'model_pruning._src.graph.strip.strip',
    'insert_masks': 'model_pruning._src.graph.insert_masks.insert_masks',
    'masked_conv2d': 'model_pruning._src.graph.masked.layers',
    'masked_convolution': 'model_pruning._src.graph.masked.layers',
    'masked_fully_connected': 'model_pruning._src.graph.masked.layers',
    'prune_model_fn': 'model_pruning._src.graph.training.prune_train_op',
    'prune_train_op': 'model_pruning._src.graph.training.prune_train_op',
    'strip_pruning_vars': 'model_pruning._src.graph.strip.strip',
    'strip_pruning_vars_fn': 'model_pruning._src.graph.strip.strip',
    'train': 'model_pruning._src.graph.masked.learning',
}
_SUBPACKAGES = ('keras',)
# Not with Keras 3, where TensorFlow has no cells: `import *` must not fail.
_NOT_EVERYWHERE = (
    'MaskedBasicLSTMCell', 'MaskedGRUCell', 'MaskedLSTMCell')

__all__ = sorted({*_PUBLIC, *_SUBPACKAGES}.difference(_NOT_EVERYWHERE))
__version__ = '0.1.0'

if ('tensorflow' not in sys.modules
    and importlib.util.find_spec('tensorflow') is None):
  raise ImportError(
      'model_pruning needs TensorFlow 1.14 or newer, and none is installed. '
      'Install it as an extra, `pip install model-pruning[tensorflow]`, or '
      'install a flavour of your choice (tensorflow, tensorflow-cpu, '
      'tensorflow-macos, tf-nightly, ...).')


def __getattr__(name: str) -> Any:
  if name in _PUBLIC:
    value = getattr(importlib.import_module(_PUBLIC[name]), name)
  elif name in _SUBPACKAGES:
    value = importlib.import_module(f'{__name__}.{name}')
  else:
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
  globals()[name] = value
  return value


def __dir__() -> List[str]:
  return sorted({*globals(), *_PUBLIC, *_SUBPACKAGES})
