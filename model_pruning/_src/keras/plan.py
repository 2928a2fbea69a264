# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What a spec would do to a Keras model: `model_pruning.plan`."""

from __future__ import annotations

from typing import Any, Optional

import tensorflow as tf

from model_pruning._src.keras.models import model_check
from model_pruning._src.keras.models import parts
from model_pruning._src.keras.models import weights as weights_lib
from model_pruning._src.planning import preview
from model_pruning._src.spec import pruning_spec as spec_lib


def dry_run(model: Any, spec: spec_lib.PruningSpec,
            num_steps: Optional[int] = None) -> preview.PruningPreview:
  """`model_pruning.plan` for a Keras model."""
  model = parts.as_model(model)
  model_check.check_built(model, 'plan')
  found = weights_lib.find_weights(model)
  return preview.make_preview(
      spec, [weight.candidate for weight in found],
      [tf.as_dtype(weight.variable.dtype).size for weight in found],
      num_steps)
