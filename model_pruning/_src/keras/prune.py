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
  strategy if there is one. The steps of the spec are the updates that the
  optimizer has made: of a model that was loaded with its optimizer, training
  and pruning go on where they were.

  What else trains its weights may have been trained before: a model that it
  is a part of, or that shares layers with it. A model without `call` needs no
  building, if the models in it are built. Where a weight is updated by what
  does not apply constraints, or one that came after `prune` is trained, the
  end of the training says so.

  Copies of a pruned model are plain models that are not pruned, however they
  are made (`copy.deepcopy`, `pickle`, `clone_model`, a file). `prune` goes on
  with one from its zeros.

  With `structure=channels` whole channels become zero, with all weights that
  belong to them; `remove_channels` makes a smaller model then, or before.

  Args:
    model: a built model or layer, a `tf.Module`, or a list, tuple or dict of
      these and of variables, which are pruned as one.
    spec: a `PruningSpec`, or its string.
    num_steps: how many optimizer updates training will make in all. A spec
      that names no step gets a schedule for this length, and shares of it
      (`70%`) become steps. Default: not known.
    steps_per_epoch: how many of them an epoch has, for steps in epochs
      (`5ep`). Default: not known.
    optimizer: that of a training loop of your own, if it accumulates
      gradients, keeps averages of the weights, or was restored; by default
      the one that the model is compiled with, now or later.
    inputs: of a subclassed model, for `structure=channels`: a batch as its
      `call` takes it.

  Returns:
    The state of the pruning. It need not be kept.

  Raises:
    TypeError: if `model` is none of these.
    ValueError: if the model is not built, is frozen as a whole or is pruned
      already, the spec is not valid or has a pattern that matches none of its
      weights, the optimizer applies no constraints, or channels are to be
      pruned and cannot be followed.
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
