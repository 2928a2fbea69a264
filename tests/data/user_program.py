# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A program of a user, which mypy reads and nobody runs.

A comment says what mypy must report for its line: `E` and the code of an
error, or `T` and the type that `reveal_type` reports. For all other lines it
must report nothing.
"""

from typing import Any, List

import model_pruning
from model_pruning import keras as pruning
from model_pruning import PruningHook
from model_pruning import PruningHok  # E: attr-defined


class Dense(pruning.PrunableLayer):

  def get_prunable_weights(self) -> List[Any]:
    return []


class Policy(pruning.PruningPolicy):

  def allow_pruning(self, layer: Any) -> int:  # E: override
    return 1


def correct_keras(model: Any) -> None:
  reveal_type(pruning.prune(model, 'target_sparsity=0.9'))  # T: Pruner
  reveal_type(model_pruning.keras.prune_now(  # T: PruningReport
      model, 'target_sparsity=0.9', calibration_data=[1], num_batches=1))
  spec = model_pruning.PruningSpec(target_sparsity=0.9, name='mine')
  reveal_type(spec)  # T: PruningSpec
  reveal_type(spec.plan(model))  # T: PruningPreview
  reveal_type(model_pruning.plan(model, spec))  # T: PruningPreview
  reveal_type(pruning.xnnpack_report(model, spec))  # T: XNNPackReport
  pruning.prune_low_magnitude(
      model, pruning.PolynomialDecay(0.0, 0.9, 0, 100), block_size=(2, 2))
  pruning.PruneLowMagnitude(model, pruning.ConstantSparsity(0.5, 0))
  with pruning.prune_scope():
    pruning.strip_pruning(model)
  model.fit(callbacks=[pruning.UpdatePruningStep(),
                       pruning.PruningSummaries('logs')])


def correct_graphs(weight: Any, train_op: Any) -> None:
  reveal_type(PruningHook('target_sparsity=0.9'))  # T: PruningHook
  pruned = model_pruning.prune_train_op(train_op, 'target_sparsity=0.9')
  reveal_type(model_pruning.report_of(pruned))  # T: PruningReport
  masked = model_pruning.apply_mask(weight, 'scope')
  model_pruning.masked_conv2d(masked, 32, [3, 3], scope='conv1')
  old = model_pruning.Pruning(model_pruning.get_pruning_hparams())
  reveal_type(old)  # T: Pruning
  model_pruning.MaskedLSTMCell(4, prune_option='weight')


def wrong_names(model: Any) -> None:
  model_pruning.prune_trainop(model)  # E: attr-defined
  model_pruning.keras.prune_later(model)  # E: attr-defined
  pruning.PolynomialDecai(0.0, 0.9, 0, 100)  # E: attr-defined
  model_pruning.PruningSpec().target_sparsty  # E: attr-defined


def wrong_arguments(model: Any) -> None:
  pruning.prune(model, 0.9)  # E: arg-type
  pruning.prune(model, 'target_sparsity=0.9', num_stepz=9)  # E: call-arg
  pruning.prune(model)  # E: call-arg
  pruning.prune_now(model, 'target_sparsity=0.9', 1, 'all')  # E: arg-type
  PruningHook('target_sparsity=0.9', num_stepz=9)  # E: call-arg
  model_pruning.prune_train_op(model)  # E: call-arg
  model_pruning.plan(model, 'target_sparsity=0.9', num_stepz=9)  # E: call-arg
  model_pruning.PruningSpec(target_sparsity='0.9')  # E: arg-type
  model_pruning.PruningSpec(target_sparsty=0.9)  # E: call-arg
  model_pruning.masked_conv2d(model, 32, 'three')  # E: arg-type
  model_pruning.MaskedLSTMCell('four')  # E: arg-type
  pruning.PolynomialDecay(0.0, 0.9, 0)  # E: call-arg
