# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`tf.compat.v1.estimator` and `tf.estimator`, on every row.

TensorFlow 2.16 dropped Estimator, and the last tensorflow-estimator, 2.15.0,
does not import there: it asks for three modules that went too. None of them
matters to training on one machine, so empty ones take their places.

What it is made of must be there as well: with Keras 3, only `Estimator` with
a `model_fn` of one's own works; canned estimators need legacy Keras.
"""

from __future__ import annotations

import importlib
import sys
import types
from typing import Any

import tensorflow as tf

_API = 'tensorflow_estimator._api'


def v1_api() -> Any:
  """What `tf.compat.v1.estimator` is or was."""
  return _api('v1')


def v2_api() -> Any:
  """What `tf.estimator` is or was with TF 2 behaviour."""
  return _api('v2')


def has_canned() -> bool:
  """Whether canned estimators and `model_to_estimator` work here."""
  return hasattr(tf.keras.layers, 'DenseFeatures')


def _api(version: str) -> Any:
  found = getattr(getattr(tf.compat, version), 'estimator', None)
  if found is not None:
    return found
  name = f'{_API}.{version}.estimator'
  if name not in sys.modules:
    _fill_gaps()
  return importlib.import_module(name)


def _fill_gaps() -> None:
  """Adds what tensorflow-estimator 2.15.0 imports and TF >= 2.16 has not."""
  export = importlib.import_module('tensorflow.python.util.tf_export')
  if not hasattr(export, 'ESTIMATOR_API_NAME'):
    export.ESTIMATOR_API_NAME = 'estimator'
    for attributes, suffix in ((export.API_ATTRS, ''),
                               (export.API_ATTRS_V1, '_v1')):
      attributes['estimator'] = type(attributes['tensorflow'])(
          '_estimator_api_names' + suffix, '_estimator_api_constants' + suffix)
  # Asked whether it is to run the training; it is not.
  coordinator = _add_module('tensorflow.python.distribute.estimator_training')
  coordinator.should_run_distribute_coordinator = lambda config: False
  coordinator.init_run_config = lambda config, tf_config: (
      config._init_distributed_setting_from_environment_var(tf_config))
  for version in ('v1', 'v2'):
    _add_module(f'{_API}.{version}.estimator.tpu')


def _add_module(name: str) -> Any:
  """Makes an empty module that `import` finds."""
  module = types.ModuleType(name)
  sys.modules[name] = module
  parent, _, attribute = name.rpartition('.')
  if parent in sys.modules:
    setattr(sys.modules[parent], attribute, module)
  return module
