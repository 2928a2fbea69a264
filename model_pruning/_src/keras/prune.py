# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`prune`: prunes a Keras model while it trains, in place."""

from __future__ import annotations

from typing import Any, Optional, Union

import tensorflow as tf

from model_pruning._src.keras import pruner as pruner_lib
from model_pruning._src.keras.models import model_check
from model_pruning._src.keras.models import parts
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import training_length


def prune(model: Any, spec: Union[spec_lib.PruningSpec, str],
          *, num_steps: Optional[int] = None,
          steps_per_epoch: Optional[int] = None,
          optimizer: Any = None, inputs: Any = None) -> pruner_lib.Pruner:
  """Prunes a Keras model while it trains, in place.

      model_pruning.keras.prune(model, 'target_sparsity=0.9')
      model.compile(...)
      model.fit(...)

  The model may be Sequential, functional, subclassed, or nested in any way,
  of Keras 2 or Keras 3, trained by `fit` or by a loop of your own that calls
  a Keras optimizer. Its names, layers, weights and checkpoint keys stay as
  they are. After each optimizer update pruned entries are exactly 0.0, so
  whatever is saved at any time is sparse and needs nothing of this library.

  Call it before the first training step, and inside the scope of the
  strategy if there is one. The steps of the spec count the updates of the
  optimizer: if a model was loaded with its optimizer, training and pruning
  resume where they were.

  Another model that contains this one, or shares layers with it, may train the
  weights too, and may have been trained before. A model without `call` need not
  be built if the models in it are. If a weight is updated by code that does not
  apply constraints, or was created after `prune`, a warning at the end of the
  training says so.

  Copies of a pruned model are plain models that are not pruned, however they
  are made (`copy.deepcopy`, `pickle`, `clone_model`, a file). To continue with
  a copy, call `prune`: it starts from the zeros of the copy.

  With `structure=channels` whole channels become zero, in all weights that have
  them; `remove_channels` then makes a smaller model.

  Args:
    model: a built model or layer, a `tf.Module`, or a list, tuple or dict of
      these and of variables, which are pruned as one.
    spec: a `PruningSpec`, or its string.
    num_steps: how many optimizer updates training will make in all. A spec
      that names no step gets a schedule for this length, and shares of it
      (`70%`) become steps. Default: not known.
    steps_per_epoch: how many optimizer updates an epoch has, for steps in
      epochs (`5ep`). Default: not known.
    optimizer: the optimizer of a training loop of your own, needed if it
      accumulates gradients, keeps averages of the weights, or was restored.
      Default: the one that the model is compiled with, now or later.
    inputs: a batch as the `call` of a subclassed model takes it; needed for
      `structure=channels` only.

  Returns:
    The pruning state of the model. You need not keep a reference to it.

  Raises:
    TypeError: if `model` is none of these.
    ValueError: if the model is not built, is frozen as a whole or is pruned
      already, the spec is not valid or has a pattern that matches none of its
      weights, the optimizer applies no constraints, or channels are to be
      pruned and cannot be traced through the model.
  """
  spec = spec_lib.PruningSpec.of(spec)
  model = parts.as_model(model)
  model_check.check_built(model, 'prune')
  if (not tf.executing_eagerly() and tf.distribute.has_strategy()
      and getattr(model, 'optimizer', None) is None):
    raise ValueError(
        'Argument `model` must be compiled before `prune` in graph mode under '
        'a strategy, because compiling opens the session that the strategy '
        f'uses. Received: the model {model.name!r}, which is not compiled')
  pruner = pruner_lib.Pruner(model, spec, training_length.Length(
      num_steps, steps_per_epoch), optimizer, inputs)
  pruner.report.log()
  return pruner
