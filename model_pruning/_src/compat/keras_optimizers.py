# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What differs between Keras packages about optimizers.

Differences are found by looking for the feature, not for a version. Private
API is used in this folder only; each use says on which versions it was tried.
"""

from __future__ import annotations

import contextlib
from typing import Any, Dict, List, Optional, Sequence

import tensorflow as tf

from model_pruning._src.compat import keras_variables


def counter_of(optimizer: Any) -> Optional[Any]:
  """What counts the calls of an optimizer; None if it has none by now.

  `iterations` is not asked: legacy optimizers create a variable then, which
  may be in the middle of a step that is being traced, and those that wrap
  another pass on what that has. `_iterations` was tried on TF 1.14 to 2.21 and
  Keras 3.15. Optimizers of version 1, in the wrapping of Keras, and those of
  others may have `iterations` alone.

  Args:
    optimizer: of Keras, or of somebody's own.

  Returns:
    A variable, or an int that somebody counts in Python. With accumulated
    gradients it counts batches.
  """
  held = getattr(optimizer, '__dict__', {})
  return held.get('_iterations', held.get('iterations'))


def num_calls_of(optimizer: Any) -> int:
  """How often an optimizer was called, by its counter; 0 before the first."""
  counter = counter_of(optimizer)
  if counter is None or isinstance(counter, int):
    return counter or 0
  return int(keras_variables.value_if_initialized(counter) or 0)


def num_accumulated_by(optimizer: Any) -> int:
  """How many calls of an optimizer make one update: 1 where each does."""
  return getattr(optimizer, 'gradient_accumulation_steps', None) or 1


def num_calls_at_constraint(optimizer: Any) -> Optional[tf.Tensor]:
  """How often it was called, this call included, while it calls a constraint.

  Keras 2.11 to 2.15 move the counter before the constraints run, and all others
  after. `_internal_apply_gradients`, which these alone have, was tried on TF
  2.15, and with `tf_keras` on 2.21.

  Args:
    optimizer: the one that is updating a variable.

  Returns:
    int64 scalar; None if no variable counts.
  """
  counter = counter_of(optimizer)
  if counter is None or isinstance(counter, int):
    return None
  calls = tf.cast(tf.convert_to_tensor(
      keras_variables.backend_variable(counter)), tf.int64)
  return calls + (0 if hasattr(optimizer, '_internal_apply_gradients') else 1)


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


def knows(optimizer: Any, variable: Any) -> Optional[bool]:
  """Whether an optimizer has a variable among those that it updates.

  There is no public way to ask. `_var_key` and the indices were tried on Keras
  2.11 to 3.15. Of legacy optimizers the slots tell, if they have any.

  Args:
    optimizer: of Keras, or of somebody's own.
    variable: of a Keras model.

  Returns:
    None if the optimizer cannot tell.
  """
  if hasattr(optimizer, '_var_key'):
    return _index_of(optimizer, variable) is not None
  names = _slot_names(optimizer)
  return _slot(optimizer, variable, names[0]) is not None if names else None


def averages_of(optimizer: Any, variable: Any) -> List[Any]:
  """The averages of a variable that an optimizer keeps, by what it calls them.

  They are those of `use_ema` of Keras, of optimizers that average (their slot
  is an `average`), and those in lists of somebody's own optimizer. Averages of
  gradients are none.

  Args:
    optimizer: of Keras, or of somebody's own.
    variable: of a Keras model.

  Returns:
    Variables; empty before the optimizer is built, and of variables that are
    not its own.
  """
  found = [_slot(optimizer, variable, name)
           for name in _slot_names(optimizer) if _says_average(name)]
  index = _index_of(optimizer, variable)
  if index is not None:
    number = len(_indices(optimizer))
    found += [held[index] for name, held in vars(optimizer).items()
              if isinstance(held, (list, tuple)) and len(held) == number
              and _says_average(name)]
  return [average for average in found
          if getattr(average, 'shape', None) == variable.shape
          and hasattr(average, 'assign')]


def _says_average(name: str) -> bool:
  words = set(name.lower().split('_'))
  return (bool(words & {'average', 'averages', 'averaged', 'ema', 'emas', 'swa',
                        'shadow', 'shadows'})
          and not any(word.startswith(('grad', 'square', 'moment', 'veloc'))
                      for word in words))


def _indices(optimizer: Any) -> Dict[Any, int]:
  """The places of its variables by their keys; empty before it is built."""
  found: Any = getattr(optimizer, '_trainable_variables_indices', None)
  if found is None:
    found = getattr(optimizer, '_index_dict', None)
  return found or {}


def _index_of(optimizer: Any, variable: Any) -> Optional[int]:
  indices = _indices(optimizer)
  return indices.get(optimizer._var_key(variable)) if indices else None  # pylint: disable=protected-access


def _slot_names(optimizer: Any) -> List[str]:
  names = getattr(optimizer, 'get_slot_names', list)
  return list(names())


def _slot(optimizer: Any, variable: Any, name: str) -> Optional[Any]:
  with contextlib.suppress(KeyError):
    return optimizer.get_slot(variable, name)
  return None


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
