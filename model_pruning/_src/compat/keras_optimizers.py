# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What differs between Keras packages about optimizers.

Differences are found by looking for the feature, not for a version. Private
API is used in this folder only; each use says on which versions it was tried.
"""

from __future__ import annotations

import contextlib
from typing import Any, List, Optional, Sequence

import tensorflow as tf

from model_pruning._src.compat import keras_variables


def iterations_of(optimizer: Any) -> int:
  """How many updates a Keras optimizer has made; 0 before the first.

  Legacy optimizers create `iterations` when they are asked for it, which is
  left to them: their `weights` are empty until then. Those of `tf.compat.v1`
  in the wrapping of Keras raise when they are asked for `weights`.
  """
  with contextlib.suppress(NotImplementedError):
    if getattr(optimizer, 'weights', None) == []:
      return 0
  iterations = getattr(optimizer, 'iterations', None)
  if iterations is None:
    return 0
  if isinstance(iterations, tf.Tensor):
    return int(iterations.numpy())  # A quotient, with accumulated gradients.
  return int(keras_variables.value_of(iterations))


def ignores_constraints(keras: Any, optimizer: Any) -> bool:
  """Whether a Keras optimizer never calls the constraints of variables.

  In TensorFlow 2.9 and 2.10 that are those which 2.11 made the default.

  Args:
    keras: its Keras.
    optimizer: of that Keras.
  """
  kinds = keras.optimizers
  early = getattr(getattr(kinds, 'experimental', None), 'Optimizer', None)
  return (early is not None and early is not kinds.Optimizer
          and isinstance(optimizer, early))


def counts_skipped_updates(optimizer: Any) -> bool:
  """Whether `iterations` counts updates that loss scaling has skipped.

  So do loss scale optimizers of Keras 2, which alone have `get_scaled_loss`.
  """
  return (hasattr(optimizer, 'get_scaled_loss')
          and bool(getattr(optimizer, 'dynamic', True)))


def is_last_to_accumulate(optimizer: Any) -> tf.Tensor:
  """Whether an optimizer that accumulates gradients is making an update now.

  `iterations` is divided by `gradient_accumulation_steps`, and does not tell.
  `_iterations`, which is not, was tried on Keras 3.0 to 3.15.
  """
  batch = tf.convert_to_tensor(
      keras_variables.backend_variable(optimizer._iterations)) + 1  # pylint: disable=protected-access
  return tf.equal(batch % optimizer.gradient_accumulation_steps, 0)


def moving_average_of(optimizer: Any, variable: Any) -> Optional[Any]:
  """The average that a Keras optimizer with `use_ema` keeps of a variable.

  There is no public way to ask. Tried on Keras 2.11 to 3.15. None before the
  optimizer is built, and of variables that are not its own.
  """
  averages = getattr(optimizer, '_model_variables_moving_average', ())
  indices = getattr(optimizer, '_trainable_variables_indices', None)
  if indices is None:
    indices = getattr(optimizer, '_index_dict', {})
  index = indices.get(optimizer._var_key(variable))  # pylint: disable=protected-access
  return None if index is None or not averages else averages[index]


def create_slots(optimizer: Any, variables: Sequence[Any]) -> None:
  """Makes the variables that a Keras optimizer keeps for some variables.

  Legacy optimizers have no public `build`; `_create_all_weights` was tried on
  TF 2.5 to 2.21.
  """
  if hasattr(optimizer, 'build'):
    optimizer.build(variables)
  else:
    optimizer._create_all_weights(variables)  # pylint: disable=protected-access


def variables_of(optimizer: Any) -> List[Any]:
  """The variables of a Keras optimizer; a method before Keras 2.13."""
  variables = optimizer.variables
  return list(variables() if callable(variables) else variables)
