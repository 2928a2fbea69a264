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
    'PruningHook': 'model_pruning.graph.hook',
    'PruningReport': 'model_pruning.report',
    'PruningSpec': 'model_pruning.spec',
    'get_pruning_hparams': 'model_pruning.spec',
    'prune_model_fn': 'model_pruning.graph.prune',
    'prune_train_op': 'model_pruning.graph.prune',
}
_SUBPACKAGES = ('keras',)

__all__ = sorted((*_PUBLIC, *_SUBPACKAGES))
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
  return sorted((*globals(), *__all__))
