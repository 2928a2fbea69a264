# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The pruning interface, where the google-research library had it.

Its functions pruned or compressed, as a spec said. Here they prune, and a
spec that asks for matrix compression is refused.
"""

from __future__ import annotations

from typing import Any, Optional

import tensorflow as tf

from model_pruning._src.graph import mask_collections
from model_pruning._src.graph.masked import apply_mask
from model_pruning._src.graph.masked import pruning
from model_pruning._src.spec import compression_fields

UPDATE_OP_COLLECTION = 'update_op'

__all__ = [
    'UPDATE_OP_COLLECTION',
    'apply_matrix_compression',
    'apply_pruning',
    'get_matrix_compression_object',
    'get_matrix_compression_update_op',
    'get_pruning_update',
    'run_update_step',
]


def get_matrix_compression_object(hparams: Any, global_step: Any = None,
                                  sparsity: Any = None) -> pruning.Pruning:
  """Returns `Pruning(hparams, global_step, sparsity)`.

  Raises:
    ValueError: as `Pruning`; also if the spec asks for compression.
  """
  return pruning.Pruning(hparams, global_step, sparsity)


def apply_matrix_compression(matrix_compression_obj: pruning.Pruning,
                             weight: Any,
                             scope: apply_mask.Scope = '') -> tf.Tensor:
  """Returns the weight masked, for the `prune_option` of the object."""
  return matrix_compression_obj.apply_mask(weight, scope)


def get_matrix_compression_update_op(
    matrix_compression_obj: pruning.Pruning) -> tf.Operation:
  """Returns the conditional mask update of the object."""
  return matrix_compression_obj.conditional_mask_update_op()


def get_pruning_update(pruning_obj: pruning.Pruning,
                       pruning_hparams: Any) -> tf.Operation:
  """Returns the conditional mask update of the object.

  Args:
    pruning_obj: updates the masks.
    pruning_hparams: its spec.

  Raises:
    ValueError: the spec asks for compression.
  """
  compression_fields.check_unused(
      {'prune_option': pruning_hparams.prune_option})
  return pruning_obj.conditional_mask_update_op()


def apply_pruning(pruning_obj: pruning.Pruning, pruning_hparams: Any,
                  weight_params_fn: Any, weight_init_obj: Any, lstmobj: Any,
                  wm_pc: Any, dtype: Any) -> pruning.Pruning:
  """Gives the weight `wm` of a Lingvo layer a mask and a threshold.

  The layer multiplies by the mask itself.

  Args:
    pruning_obj: is returned.
    pruning_hparams: its spec.
    weight_params_fn: makes variable parameters of a shape, an initializer and
      a dtype.
    weight_init_obj: has `Constant(value)`, which makes an initializer.
    lstmobj: the layer: it has `CreateVariable` and `vars`.
    wm_pc: variable parameters of the weight, with its `shape`.
    dtype: of the mask.

  Returns:
    `pruning_obj`.

  Raises:
    ValueError: the spec asks for compression.
  """
  option = pruning_hparams.prune_option
  compression_fields.check_unused({'prune_option': option})

  def create(name: str, shape: Any, value: float, dtype: Any) -> Any:
    lstmobj.CreateVariable(
        name, weight_params_fn(shape, weight_init_obj.Constant(value), dtype),
        theta_fn=None, trainable=False)
    return getattr(lstmobj.vars, name)

  entries = {
      mask_collections.WEIGHTS: lstmobj.vars.wm,
      mask_collections.MASKS: create('mask', wm_pc.shape, 1.0, dtype),
      mask_collections.THRESHOLDS: create('threshold', [], 0.0, tf.float32),
  }
  if option != 'weight':
    entries.update({
        collection: create(name, wm_pc.shape, 0.0, dtype)
        for collection, name in zip(
            (mask_collections.GRADIENTS, mask_collections.OLD_WEIGHTS,
             mask_collections.OLD_OLD_WEIGHTS), apply_mask.GRADIENT_STATE)})
  mask_collections.add(entries)
  return pruning_obj


def run_update_step(matrix_compression_obj: pruning.Pruning,
                    session: tf.compat.v1.Session,
                    step_number: Optional[int] = None) -> None:
  """Runs the conditional mask update of the object in a session."""
  matrix_compression_obj.run_update_step(session, step_number)
