# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What differs between Keras packages about variables.

Differences are found by looking for the feature, not for a version. Private
API is used in this folder only; each use says on which versions it was tried.
"""

from __future__ import annotations

from typing import Any, Callable, ContextManager, List, Optional, Sequence

import numpy as np
import tensorflow as tf
from tensorflow.python.eager import context as eager_context

from model_pruning._src.compat import keras_models
from model_pruning._src.compat import keras_packages
from model_pruning._src.compat import tensorflow as tf_compat


def variable_name(variable: Any) -> str:
  """Name of a Keras variable, without `:0`; `path` in Keras 3."""
  if isinstance(variable, tf.compat.v2.Variable):
    return variable.name.split(':')[0]
  return variable.path


def backend_variable(variable: Any) -> Any:
  """The TensorFlow variable (or distributed variable) of a Keras variable."""
  if isinstance(variable, tf.compat.v2.Variable):
    return variable
  return getattr(variable, 'value', variable)


def _without_casts(variable: Any) -> Any:
  """What mixed precision has wrapped in a variable, or the variable itself.

  Not by `getattr`: a distributed variable computes a value for each attribute
  it has not, which tapes notice. `_variable` is private; it was tried on TF
  1.14 to 2.21.
  """
  return getattr(variable, '__dict__', {}).get('_variable', variable)


def _constrained(variable: tf.Variable) -> List[tf.Variable]:
  """The variables whose constraint optimizers ask for.

  Mixed precision wraps a variable in another; a distributed one has one per
  replica; and with central storage or workers with copies, some optimizers ask
  the variable and some what is in it (`_v`, private; tried on TF 1.14 to 2.21).
  """
  parts = tf_compat.replicas(_without_casts(variable))
  return parts + [vars(part)['_v'] for part in parts if '_v' in vars(part)]


def constraint_of(variable: Any) -> Optional[Callable[..., Any]]:
  """The constraint of a Keras variable.

  Asks a replica's variable: before TF 2.2 a distributed one does not tell.
  """
  if not isinstance(variable, tf.compat.v2.Variable):
    return variable.constraint
  return _constrained(variable)[-1].constraint


def is_copy_of(variable: Any, original: Any,
               constraint: Callable[..., Any]) -> bool:
  """Whether a constraint of `original` came to `variable` by `copy.deepcopy`.

  TensorFlow's variables hand their constraint on to their copies
  (`_constraint` was tried on TF 1.14 to 2.21). Those of Keras 3 copy the
  constraint as well, which may refuse.

  Args:
    variable: what an optimizer updates, or a layer has.
    original: the Keras variable that `constraint` was made for.
    constraint: the constraint.
  """
  if not isinstance(original, tf.compat.v2.Variable):
    return False
  own = {id(part) for part in _constrained(original)}
  parts = tf_compat.replicas(_without_casts(variable))
  return any(
      vars(part).get('_constraint') is constraint and id(part) not in own
      for part in parts if hasattr(part, '__dict__'))


def set_constraint(variable: Any,
                   constraint: Optional[Callable[..., Any]]) -> None:
  """Makes optimizers apply `constraint` after they update `variable`.

  Keras 3 variables have a public setter. TensorFlow's have none:
  `_constraint` was tried on TF 1.14 to 2.21, on every replica's variable.
  """
  if not isinstance(variable, tf.compat.v2.Variable):
    variable.constraint = constraint
    return
  for component in _constrained(variable):
    component._constraint = constraint  # pylint: disable=protected-access


def replica_of(variable: Any, component: Any) -> Optional[int]:
  """Which replica's variable of `variable` a `component` is; None if none.

  Optimizers before TF 2.11 hand the variable of one replica to constraints.
  """
  variable = backend_variable(variable)
  parts = tf_compat.replicas(_without_casts(variable))
  if len(parts) < 2:
    return None
  return next((i for i, part in enumerate(parts) if part is component), None)


def on_replica(variable: Any, replica: Optional[int]) -> tf.Variable:
  """The TensorFlow variable that one replica has of a Keras variable.

  Args:
    variable: a Keras variable.
    replica: which one; None: that of the replica whose code is being run.
  """
  number = number_of_replica(variable, replica)
  variable = backend_variable(variable)
  return tf_compat.replicas(_without_casts(variable))[number]


def number_of_replica(variable: Any, replica: Optional[int]) -> int:
  """Which of the variables of a Keras variable belongs to a replica.

  Args:
    variable: a Keras variable.
    replica: which one; None: that of the replica whose code is being run.

  Returns:
    0 if there is one for all.
  """
  variable = backend_variable(variable)
  number = len(tf_compat.replicas(_without_casts(variable)))
  if number < 2 or replica is not None:
    return replica or 0
  context = tf.distribute.get_replica_context()
  # A strategy of several processes has the variables of this one only.
  return int(tf.get_static_value(
      tf.convert_to_tensor(context.replica_id_in_sync_group))) % number


def initialize(variables: Sequence[tf.Variable]) -> None:
  """Gives Keras' variables their initial values, in a graph's session."""
  if not tf.executing_eagerly():
    keras_packages.session().run([
        variable.initializer for variable in variables])


def is_eager(variable: Any) -> bool:
  """Whether it is a variable of eager mode, which has a value anywhere."""
  variable = tf_compat.replicas(backend_variable(variable))[0]
  return hasattr(getattr(variable, 'handle', None), 'numpy')


def what_keeps_the_value(variable: Any) -> Any:
  """What to hold so that the value outlives the variable; None if it does.

  Where a variable is garbage with what wants to read it, TensorFlow may
  delete the value first, by this object, which knows of no variable. 2.5 and
  older have one, 2.10 and newer do not. The name is private; it was tried on
  TF 1.14 to 2.21.
  """
  variable = tf_compat.replicas(backend_variable(variable))[0]
  return getattr(_without_casts(variable),
                 '_handle_deleter', None)


def eager_mode() -> ContextManager[None]:
  """Code that computes at once, where a graph is being built as well.

  There is no public way; this was tried on TF 1.14 to 2.21.
  """
  mode: ContextManager[None] = eager_context.eager_mode()
  return mode


def value_of(variable: Any) -> np.ndarray:
  """The value of a Keras variable now, in eager mode or Keras' session.

  A variable of eager mode has one where a graph is being built as well.
  """
  variable = tf_compat.replicas(backend_variable(variable))[0]
  if is_eager(variable):
    variable = _without_casts(variable)  # Of mixed precision.
    with eager_mode():
      # No tape notices this read: it may be of garbage collection, in the
      # middle of somebody's gradient.
      return tf.raw_ops.ReadVariableOp(
          resource=variable.handle, dtype=variable.dtype.base_dtype).numpy()
  return keras_packages.session().run(variable)


def value_if_initialized(variable: Any) -> Optional[np.ndarray]:
  """The value of a Keras variable now; None if it has none yet.

  So it is of a variable that was created while a function was being traced,
  until all of the function is. In graph mode Keras initializes what it reads.
  """
  part = tf_compat.replicas(backend_variable(variable))[0]
  part = _without_casts(part)
  if is_eager(part):
    with eager_mode():
      if not tf.raw_ops.VarIsInitializedOp(resource=part.handle).numpy():
        return None
  elif tf_compat.is_eager_outside():
    return None
  return value_of(variable)


def assign_value(variable: tf.Variable, value: np.ndarray) -> None:
  """Gives a variable of every replica a value, now.

  In a graph of Keras it adds nothing: `initialize` has the variables loaded.
  """
  for part in tf_compat.replicas(variable):
    if tf.executing_eagerly():
      part.assign(value)
    else:
      part.load(value, keras_packages.session())


def add_local_weight(keras: Any, layer: Any, name: str, shape: Sequence[int],
                     dtype: str, initializer: Any) -> Any:
  """A weight of a layer that each replica changes by itself, to the same value.

  Nothing is reduced or sent. In Keras 3 `add_weight` cannot make one, but a
  variable that is an attribute is a weight as well.
  """
  if keras_models.builds_in_build(layer):
    variable = keras.Variable(
        initializer, shape=tuple(shape), dtype=dtype, trainable=False,
        autocast=False, synchronization='on_read',
        aggregation='only_first_replica', name=name)
    setattr(layer, name, variable)
    return variable
  with tf.init_scope():
    return layer.add_weight(
        name, shape=shape, dtype=tf.as_dtype(dtype), initializer=initializer,
        trainable=False, synchronization=tf.VariableSynchronization.ON_READ,
        aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA)
