# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The kernel of a masked layer, with its mask: listed at each use of it."""

from __future__ import annotations

from typing import Any, Callable, NamedTuple, Optional, Sequence

import tensorflow as tf

from model_pruning._src.graph.masked import apply_mask


class MaskedKernel(NamedTuple):
  """A kernel and what belongs to it.

  Attributes:
    kernel: the variable.
    state: its mask and its threshold.
    masked: the product of mask and kernel.
  """

  kernel: Any
  state: apply_mask.MaskState
  masked: tf.Tensor


def make(get_kernel: Callable[[], Any], spec: tf.TensorSpec,
         scope: apply_mask.Scope, collections: Optional[Sequence[str]] = None,
         mask_first: bool = False) -> MaskedKernel:
  """Gets or creates the variables of a layer and puts them into collections.

  Args:
    get_kernel: gets or creates the kernel.
    spec: shape and dtype of the kernel.
    scope: where mask and threshold are.
    collections: as for `apply_mask.state_variable`.
    mask_first: whether the mask is created before the kernel. Programs see the
      order in the collections of variables.

  Returns:
    The variables and the product.
  """
  apply_mask.check_in_graph()

  def get_mask() -> Any:
    return apply_mask.state_variable(
        'mask', spec, scope, 1.0, collections=collections)

  if mask_first:
    mask = get_mask()
    kernel = get_kernel()
  else:
    kernel = get_kernel()
    mask = get_mask()
  state = apply_mask.MaskState(mask, apply_mask.state_variable(
      'threshold', spec, scope, 0.0, scalar=True, collections=collections))
  masked = tf.multiply(mask, kernel, name=apply_mask.MASKED_WEIGHT_NAME)
  apply_mask.register(kernel, state, masked, at_each_use=True)
  return MaskedKernel(kernel, state, masked)
