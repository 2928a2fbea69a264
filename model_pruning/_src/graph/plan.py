# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What a spec would do to the graph of a model: `model_pruning.plan`."""

from __future__ import annotations

from typing import Optional

import tensorflow as tf

from model_pruning._src.graph import weights as weights_lib
from model_pruning._src.planning import preview
from model_pruning._src.spec import pruning_spec as spec_lib


def dry_run(graph: Optional[tf.Graph], spec: spec_lib.PruningSpec,
            num_steps: Optional[int] = None) -> preview.PruningPreview:
  """`model_pruning.plan` of a graph; None: the default graph."""
  if graph is None:
    graph = tf.compat.v1.get_default_graph()
  found = weights_lib.find_weights(graph)
  if not found:
    raise ValueError(
        'Argument `model` must be a graph with trainable variables. Call '
        '`plan` behind the code that builds the model, or pass a built Keras '
        f'model. Received: {graph!r}, which has none')
  return preview.make_preview(
      spec, [weight.candidate for weight in found],
      [weight.stored.dtype.size for weight in found], num_steps,
      others=weights_lib.not_trainable(graph))
