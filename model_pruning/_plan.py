# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`plan`: a dry run for Keras models and graphs alike."""

from __future__ import annotations

from typing import Any, Optional, Union

import tensorflow as tf

from model_pruning._src.graph import plan as graph_plan
from model_pruning._src.keras import plan as keras_plan
from model_pruning._src.planning import preview
from model_pruning._src.spec import pruning_spec as spec_lib


def plan(model: Any, spec: Union[spec_lib.PruningSpec, str], *,
         num_steps: Optional[int] = None,
         steps_per_epoch: Optional[int] = None) -> preview.PruningPreview:
  """Says what a spec would do to a model, and changes nothing.

      print(model_pruning.plan(model, 'target_sparsity=0.9'))

  Args:
    model: a built Keras model; or a `tf.Graph` with the forward pass of a
      model in it, of which the trainable variables are looked at; or None,
      the default graph.
    spec: a `PruningSpec`, or its string.
    num_steps: how many optimizer updates training makes in all. A spec that
      names no step gets a schedule for this length, and shares of it (`70%`)
      become steps. Default: not known.
    steps_per_epoch: how many of them an epoch has, for steps in epochs (`5ep`).
      Default: not known.

  Returns:
    The weights that would be pruned and those that would not, with the
    reasons; the steps at which masks change; and the bytes of the result.

  Raises:
    TypeError: if `model` is neither a Keras model nor a graph.
    ValueError: if the model is not built, the graph has no trainable
      variables, or the spec is not valid or has a pattern that matches no
      weight.
  """
  spec = spec_lib.PruningSpec.of(spec).resolve(
      num_steps=num_steps, steps_per_epoch=steps_per_epoch)
  if model is None or isinstance(model, tf.Graph):
    return graph_plan.dry_run(model, spec, num_steps)
  return keras_plan.dry_run(model, spec, num_steps)
