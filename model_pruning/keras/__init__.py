# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Pruning of Keras models, of Keras 2 and Keras 3 alike.

    import model_pruning

    model_pruning.keras.prune(model, 'target_sparsity=0.9')
    model.compile(...)
    model.fit(...)

In place, for models of every kind:
    prune                 Prunes a model while it trains; returns a `Pruner`.
    prune_now             Prunes a trained model at once.
    PrunableLayer         A mixin: the layer says which weights are pruned.

With the arguments of TensorFlow's Model Optimization Toolkit:
    prune_low_magnitude   Wraps the layers of a model, so that training prunes.
    strip_pruning         Returns the model without wrappers.
    prune_scope           Lets files of models with wrappers be loaded.
    PruneLowMagnitude     The wrapper of one layer.
    ConstantSparsity, PolynomialDecay, PruningSchedule
                          When masks change, and how sparse they are then.
    PruningPolicy         Which layers may be pruned.
    UpdatePruningStep, PruningSummaries
                          Callbacks.

After training:
    sensitivity           What pruning each weight alone costs, and the spec
                          that follows for a budget.
    export_tflite         Writes a TensorFlow Lite file, checked against the
                          model.

For a model that is smaller and faster everywhere:
    channel_groups        Which channels can only go together.
    remove_channels       The model without the channels that are pruned.
    register_rule         How channels go through a layer of one's own.

For XNNPACK, which TensorFlow Lite runs models with:
    xnnpack_report        Which layers run with its sparse kernel, and why not.
    PruneForLatencyOnXNNPack
                          The policy that prunes what it has that kernel for.

This package asks models and variables what they can do, and imports no Keras
itself: `tf.keras`, `keras` and `tf_keras` models are all welcome. Names are
loaded when they are first used.
"""

from typing import TYPE_CHECKING

from model_pruning import _face

# Public name -> the module that has it.
_MODULES = {
    'ConstantSparsity': 'model_pruning._src.keras.tfmot.schedules',
    'PolynomialDecay': 'model_pruning._src.keras.tfmot.schedules',
    'PrunableLayer': 'model_pruning._src.keras.models.prunable_layer',
    'PruneForLatencyOnXNNPack': 'model_pruning._src.keras.xnnpack.report',
    'PruneLowMagnitude': 'model_pruning._src.keras.tfmot.of_tf_keras',
    'Pruner': 'model_pruning._src.keras.pruner',
    'PruningPolicy': 'model_pruning._src.keras.tfmot.policy',
    'PruningSchedule': 'model_pruning._src.keras.tfmot.schedules',
    'PruningSummaries': 'model_pruning._src.keras.tfmot.of_tf_keras',
    'UpdatePruningStep': 'model_pruning._src.keras.tfmot.of_tf_keras',
    'channel_groups': 'model_pruning._src.keras.channels.channel_groups',
    'export_tflite': 'model_pruning._src.export.keras_source',
    'prune': 'model_pruning._src.keras.prune',
    'prune_low_magnitude': 'model_pruning._src.keras.tfmot.prune_low_magnitude',
    'prune_now': 'model_pruning._src.keras.prune_now',
    'prune_scope': 'model_pruning._src.keras.tfmot.prune_low_magnitude',
    'register_rule': 'model_pruning._src.keras.channels.rules',
    'remove_channels': 'model_pruning._src.keras.channels.remove_channels',
    'sensitivity': 'model_pruning._src.keras.sensitivity',
    'strip_pruning': 'model_pruning._src.keras.tfmot.strip_pruning',
    'xnnpack_report': 'model_pruning._src.keras.xnnpack.report',
}

__all__ = [
    'ConstantSparsity',
    'PolynomialDecay',
    'PrunableLayer',
    'PruneForLatencyOnXNNPack',
    'PruneLowMagnitude',
    'Pruner',
    'PruningPolicy',
    'PruningSchedule',
    'PruningSummaries',
    'UpdatePruningStep',
    'channel_groups',
    'export_tflite',
    'prune',
    'prune_low_magnitude',
    'prune_now',
    'prune_scope',
    'register_rule',
    'remove_channels',
    'sensitivity',
    'strip_pruning',
    'xnnpack_report',
]

# What the table says, for type checkers: they must not see `__getattr__`, with
# which every name would exist.
if TYPE_CHECKING:
  from model_pruning._src.keras.channels.channel_groups import (
    channel_groups as channel_groups,
  )
  from model_pruning._src.keras.channels.remove_channels import (
    remove_channels as remove_channels,
  )
  from model_pruning._src.keras.channels.rules import (
    register_rule as register_rule,
  )
  from model_pruning._src.export.keras_source import (
    export_tflite as export_tflite,
  )
  from model_pruning._src.keras.models.prunable_layer import (
    PrunableLayer as PrunableLayer,
  )
  from model_pruning._src.keras.prune import prune as prune
  from model_pruning._src.keras.prune_now import prune_now as prune_now
  from model_pruning._src.keras.pruner import Pruner as Pruner
  from model_pruning._src.keras.sensitivity import sensitivity as sensitivity
  from model_pruning._src.keras.tfmot.of_tf_keras import (
    PruneLowMagnitude as PruneLowMagnitude,
    PruningSummaries as PruningSummaries,
    UpdatePruningStep as UpdatePruningStep,
  )
  from model_pruning._src.keras.tfmot.policy import (
    PruningPolicy as PruningPolicy,
  )
  from model_pruning._src.keras.tfmot.prune_low_magnitude import (
    prune_low_magnitude as prune_low_magnitude,
    prune_scope as prune_scope,
  )
  from model_pruning._src.keras.tfmot.schedules import (
    ConstantSparsity as ConstantSparsity,
    PolynomialDecay as PolynomialDecay,
    PruningSchedule as PruningSchedule,
  )
  from model_pruning._src.keras.tfmot.strip_pruning import (
    strip_pruning as strip_pruning,
  )
  from model_pruning._src.keras.xnnpack.report import (
    PruneForLatencyOnXNNPack as PruneForLatencyOnXNNPack,
    xnnpack_report as xnnpack_report,
  )
else:
  __getattr__, __dir__ = _face.lazy_names(__name__, _MODULES)
