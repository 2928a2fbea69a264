# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Everything that differs between TensorFlow versions, and nothing else.

Differences are found by looking for the feature, not for a version. Private
TensorFlow API is used here only; each use says on which versions it was tried.
"""

from __future__ import annotations

import contextlib
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence
from typing import Tuple

import numpy as np
import tensorflow as tf

from tensorflow.core.framework import variable_pb2
from tensorflow.core.protobuf import control_flow_pb2
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow.python.eager import context as eager_context
from tensorflow.python.ops import variables as variables_lib

try:
  from tensorflow.python.ops import control_flow_util
except ImportError:  # pragma: no cover - not so on any version tried
  control_flow_util = None


def where(condition: tf.Tensor, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
  """`x` where `condition` is true, else `y`; all three of one shape.

  Not `tf.where`: TF 1.x and 2.x have two of that name, and the one that
  broadcasts is slower.
  """
  return tf.raw_ops.Select(condition=condition, x=x, y=y)


def in_xla_context() -> bool:
  """Whether ops made now are compiled by XLA (`jit_compile=True`, TPU).

  There is no public way to ask. Tried on TF 1.14 to 2.21: a function with
  `jit_compile` is traced inside an XLA control flow context. Where the private
  module should be gone, every function counts as compiled: right, but slower.
  """
  if tf.executing_eagerly():
    return False
  graph = tf.compat.v1.get_default_graph()
  if control_flow_util is None:
    return graph.building_function
  return control_flow_util.GraphOrParentsInXlaContext(graph)


def _components(value: Any) -> List[Any]:
  """The parts of a distributed variable or result, or the one there is."""
  values = getattr(value, 'values', None)  # A method of operations.
  return list(values) if isinstance(values, (list, tuple)) else [value]


def control_dependencies(assignments: Sequence[Any]) -> Any:
  """Orders what is made inside after `assignments`, in graphs.

  Args:
    assignments: what `Variable.assign` returned: an op, a tensor, a variable,
      or under a strategy a container of them. Eagerly they have run already.
  """
  if tf.executing_eagerly():
    return contextlib.nullcontext()
  # One group: each operation made inside gets an edge from each dependency.
  return tf.control_dependencies([tf.group(*[
      part for assignment in assignments
      for part in _components(assignment)])])


def call_in_graph(function: Any,
                  arguments: Sequence[tf.Tensor]) -> List[tf.Tensor]:
  """What a concrete function without captures returns: a list of tensors.

  In a graph this is the operation only. What `function` does besides, to make
  the call differentiable and to check the arguments, takes several times as
  long, and a network has many weights. That operations take a concrete
  function was tried on TF 1.14 to 2.21.
  """
  if tf.executing_eagerly():
    return list(function(*arguments))
  results = list(tf.raw_ops.PartitionedCall(
      args=arguments, Tout=function.output_dtypes, f=function))
  for result, shape in zip(results, function.output_shapes):
    result.set_shape(shape)
  return results


def after_last_update(variable: tf.Variable) -> Any:
  """Orders what is made inside after the newest update of a variable.

  A session runs updates of several variables in no order, and an optimizer
  names the update of one to nobody. Functions and eager mode keep the order.
  """
  if tf.executing_eagerly() or tf.compat.v1.get_default_graph(
      ).building_function:
    return contextlib.nullcontext()
  updates = [op for op in variable.handle.consumers()
             if any(part in op.type for part in ('Assign', 'Apply', 'Scatter'))
             and op is not variable.initializer]
  return tf.control_dependencies(updates[-1:])


def partition_of(variable: tf.Variable) -> Any:
  """Which slice of a partitioned variable `variable` is; None if it is whole.

  There is no public way to ask. `_save_slice_info`, which savers go by, was
  tried on TF 1.14 to 2.21.

  Returns:
    A `tf.Variable.SaveSliceInfo`: full_name, full_shape, var_offset, var_shape.
  """
  return getattr(variable, '_save_slice_info', None)


def set_partition(variable: tf.Variable, full_name: str, like: Any) -> None:
  """Makes savers store `variable` as a slice, as that of `partition_of`.

  Args:
    variable: of the shape of the slice.
    full_name: of the partitioned variable in checkpoints.
    like: the `SaveSliceInfo` of a variable that is partitioned in this way.
  """
  variable._set_save_slice_info(tf.compat.v1.Variable.SaveSliceInfo(  # pylint: disable=protected-access
      full_name, like.full_shape, like.var_offset, like.var_shape))


def in_control_flow(op: tf.Operation) -> bool:
  """Whether what `op` makes is inside a `cond` or a `while_loop` of TF 1.

  There is no public way to ask; tried on TF 1.14 to 2.21.
  """
  context = op._get_control_flow_context()  # pylint: disable=protected-access
  if context is not None and op.type in ('Exit', 'RefExit'):
    context = context.outer_context
  return context is not None


def add_control_inputs(op: tf.Operation,
                       control_inputs: Sequence[tf.Operation]) -> None:
  """Makes an operation of a graph wait for others, whenever it is run.

  Public TensorFlow cannot change an operation. `_add_control_inputs` was tried
  on TF 1.14 to 2.21. A session that has run `op` before does not notice.
  """
  op._add_control_inputs(control_inputs)  # pylint: disable=protected-access


@contextlib.contextmanager
def control_flow_of(op: tf.Operation) -> Iterator[None]:
  """Makes what is made inside a part of the `cond` or loop that `op` is in.

  There is no public way to add to a `tf.cond` or `tf.while_loop` of TF 1 that
  is complete. Tried on TF 1.14 to 2.21.
  """
  context = op._get_control_flow_context()  # pylint: disable=protected-access
  with tf.control_dependencies(None):  # Leaves the context of the caller.
    if context is None:
      yield
      return
    context.Enter()
    try:
      yield
    finally:
      context.Exit()


def update_input(op: tf.Operation, index: int, tensor: tf.Tensor) -> None:
  """Gives an operation of a v1 graph another tensor as an input.

  There is no public way. Tried on TF 1.14 to 2.21. A session that has run the
  graph already goes on without.
  """
  op._update_input(index, tensor)  # pylint: disable=protected-access


def partitioned_variable(parts: Sequence[tf.Variable], axis: int) -> Any:
  """What `get_variable` returned where it made `parts` along `axis`.

  There is no public constructor. Tried on TF 1.14 to 2.21.
  """
  partition = partition_of(parts[0])
  shape = list(partition.full_shape)
  partitions = [1] * len(shape)
  partitions[axis] = len(parts)
  return variables_lib.PartitionedVariable(
      partition.full_name, shape, parts[0].dtype.base_dtype, list(parts),
      partitions)


def flatten_layers(model: Any) -> List[Any]:
  """All layers in `model`, at any depth; Keras 2 or Keras 3.

  There is no public walk: Keras 3 layers are no `tf.Module`, and on a compiled
  model of TF 1.14 to 2.1 `tf.Module.submodules` fails. `_flatten_layers` was
  tried on TF 2.5 to 2.21 (Keras 2.5 to 3.15), `_layers` on TF 1.14 to 2.1.
  """
  if hasattr(model, '_flatten_layers'):
    return list(model._flatten_layers(include_self=False))  # pylint: disable=protected-access
  found = []
  parts = getattr(model, '_layers', None) or getattr(model, 'layers', None)
  for part in parts or ():
    found += [part, *flatten_layers(part)]  # A part may be a list of layers.
  return found


def keras_history(tensor: Any) -> Optional[Tuple[Any, int, int]]:
  """The layer that made a symbolic tensor of Keras; None of other tensors.

  There is no public way to ask. `_keras_history` was tried on TF 1.14 to 2.21.

  Returns:
    The layer, the number of its call, and the index among its outputs.
  """
  history = getattr(tensor, '_keras_history', None)
  return None if history is None else tuple(history[:3])


def inputs_of_call(layer: Any, call: int) -> List[Any]:
  """The symbolic tensors that a call of a layer took.

  The list of calls has no public name in Keras 3; `_inbound_nodes` was tried
  on TF 1.14 to 2.21. `keras_inputs` has what operators of tensors took, too.
  """
  node = layer._inbound_nodes[call]  # pylint: disable=protected-access
  tensors = getattr(node, 'keras_inputs', None)
  return tf.nest.flatten(node.input_tensors if tensors is None else tensors)


def variable_name(variable: Any) -> str:
  """Name of a Keras variable, without `:0`; `path` in Keras 3."""
  return getattr(variable, 'path', None) or variable.name.split(':')[0]


def backend_variable(variable: Any) -> Any:
  """The TensorFlow variable (or distributed variable) of a Keras variable."""
  if isinstance(variable, tf.compat.v2.Variable):
    return variable
  return getattr(variable, 'value', variable)


def _constrained(variable: tf.Variable) -> List[tf.Variable]:
  """The variables whose constraint optimizers ask for.

  Mixed precision wraps a variable in another (`_variable`); a distributed one
  has one a replica; and with central storage or workers that keep copies, some
  optimizers ask the variable and some what is in it (`_v`). The names are
  private; tried on TF 1.14 to 2.21.
  """
  parts = _components(getattr(variable, '_variable', variable))
  return parts + [vars(part)['_v'] for part in parts if '_v' in vars(part)]


def constraint_of(variable: Any) -> Optional[Callable[..., Any]]:
  """The constraint of a Keras variable.

  Asks a replica's variable: before TF 2.2 a distributed one does not tell.
  """
  if not isinstance(variable, tf.compat.v2.Variable):
    return variable.constraint
  return _constrained(variable)[-1].constraint


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


def replicas(variable: tf.Variable) -> List[tf.Variable]:
  """The variables that a distributed variable has, one a replica."""
  return _components(variable)


def replica_of(variable: Any, component: Any) -> Optional[int]:
  """Which replica's variable of `variable` a `component` is; None if none.

  Optimizers before TF 2.11 hand the variable of one replica to constraints.
  """
  variable = backend_variable(variable)
  parts = _components(getattr(variable, '_variable', variable))
  if len(parts) < 2:
    return None
  return next((i for i, part in enumerate(parts) if part is component), None)


def on_replica(variable: Any, replica: Optional[int]) -> tf.Variable:
  """The TensorFlow variable that one replica has of a Keras variable.

  Args:
    variable: a Keras variable.
    replica: which one; None: that of the replica whose code is being run.
  """
  variable = backend_variable(variable)
  parts = _components(getattr(variable, '_variable', variable))
  if len(parts) < 2:
    return parts[0]
  if replica is None:
    context = tf.distribute.get_replica_context()
    # A strategy of several processes has the variables of this one only.
    replica = int(tf.get_static_value(
        tf.convert_to_tensor(context.replica_id_in_sync_group))) % len(parts)
  return parts[replica]


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
  return int(value_of(iterations))


def ignores_constraints(optimizer: Any) -> bool:
  """Whether a Keras optimizer never calls the constraints of variables.

  In TensorFlow 2.9 and 2.10 that are those which 2.11 made the default.
  """
  kinds = tf.keras.optimizers
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
      backend_variable(optimizer._iterations)) + 1  # pylint: disable=protected-access
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


def forget_train_function(model: Any) -> None:
  """Makes `fit` trace its step anew, with constraints set since.

  Only a model that was trained before has one. The public attribute is the
  same, and None makes it anew, on TF 1.14 to 2.21. Eager Keras before TF 2.2
  keeps functions in a cache of its own as well (tried on TF 1.15 to 2.1).
  """
  if getattr(model, 'train_function', None) is not None:
    model.train_function = None
  getattr(model, '_distributed_function_cache', {}).clear()


def initialize(variables: Sequence[tf.Variable]) -> None:
  """Gives Keras' variables their initial values, in a graph's session."""
  if not tf.executing_eagerly():
    session = tf.compat.v1.keras.backend.get_session()
    session.run([variable.initializer for variable in variables])


def value_of(variable: Any) -> np.ndarray:
  """The value of a Keras variable now, in eager mode or Keras' session.

  A variable of eager mode has one where a graph is being built as well. There
  is no public way back from there; that used was tried on TF 1.14 to 2.21.
  """
  variable = _components(backend_variable(variable))[0]
  if hasattr(getattr(variable, 'handle', None), 'numpy'):
    with eager_context.eager_mode():
      return tf.convert_to_tensor(variable).numpy()
  return tf.compat.v1.keras.backend.get_session().run(variable)


def assign_value(variable: tf.Variable, value: np.ndarray) -> None:
  """Gives a variable of every replica a value, now.

  In a graph of Keras it adds nothing: `initialize` has the variables loaded.
  """
  for part in _components(variable):
    if tf.executing_eagerly():
      part.assign(value)
    else:
      part.load(value, tf.compat.v1.keras.backend.get_session())


@contextlib.contextmanager
def running_functions_eagerly() -> Iterator[None]:
  """Makes each `tf.function` that is called inside run as Python.

  The name before TF 2.3 was another, and TF 1.14 had none: there functions
  stay functions.
  """
  run_eagerly = getattr(
      tf.config, 'run_functions_eagerly',
      getattr(tf.config, 'experimental_run_functions_eagerly',
              lambda run_eagerly: None))
  ran_eagerly = getattr(tf.config, 'functions_run_eagerly', lambda: False)()
  run_eagerly(True)
  try:
    yield
  finally:
    run_eagerly(ran_eagerly)


def dtype_policy_of(layer: Any) -> Any:
  """The dtype policy of a Keras layer; its dtype before TF 2.4."""
  return getattr(layer, 'dtype_policy', layer.dtype)


def input_shape_arguments(layer: Any) -> Dict[str, Any]:
  """The input shape that was given to a layer, as arguments for another.

  A Keras 2 layer has it in its config, that of Keras 3 in no public place:
  `_input_shape_arg` was tried on Keras 3.15.
  """
  batch_shape = getattr(layer, '_batch_input_shape', None)
  if batch_shape is not None:
    return {'batch_input_shape': batch_shape}
  shape = getattr(layer, '_input_shape_arg', None)
  return {} if shape is None else {'input_shape': shape}


def builds_in_build(layer: Any) -> bool:
  """Whether a layer can create weights in `build` only: Keras 3."""
  return not isinstance(layer, tf.Module)


def build_by_call(keras: Any, layer: Any, args: Sequence[Any],
                  kwargs: Dict[str, Any]) -> None:
  """Builds a Keras 3 layer as a call with these arguments would.

  Args:
    keras: its Keras.
    layer: not built.
    args: of the call; tensors, symbolic or not, in any structure.
    kwargs: likewise.
  """
  def symbol(value: Any) -> Any:
    if hasattr(value, 'shape') and hasattr(value, 'dtype'):
      return keras.KerasTensor(value.shape, keras.backend.standardize_dtype(
          value.dtype))
    return value

  args, kwargs = tf.nest.map_structure(symbol, (tuple(args), dict(kwargs)))
  layer(*args, **kwargs)


def add_local_weight(keras: Any, layer: Any, name: str, shape: Sequence[int],
                     dtype: str, initializer: str) -> Any:
  """A weight of a layer that each replica changes by itself, to the same value.

  Nothing is reduced or sent. In Keras 3 `add_weight` cannot make one, but a
  variable that is an attribute is a weight as well.
  """
  if builds_in_build(layer):
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


def is_graph_network(model: Any) -> bool:
  """Whether a Keras model is a graph of layers: functional or Sequential.

  There is no public way to ask. `_is_graph_network` was tried on TF 1.14 to
  2.15; from TF 2.3 on the classes of such models have one base.
  """
  return getattr(model, '_is_graph_network', False) or any(
      base.__name__ in ('Functional', 'Sequential')
      for base in type(model).__mro__)


def new_inputs(keras: Any, model: Any) -> Any:
  """Inputs for `clone_model` of a model, where it would not keep their names.

  Returns:
    Symbolic tensors in the structure of the inputs of a functional model of
    Keras 3; else None, and `clone_model` makes them as they were.
  """
  if not builds_in_build(model) or isinstance(model, keras.Sequential):
    return None
  names = {id(layer.output): layer.name for layer in model.layers
           if isinstance(layer, keras.layers.InputLayer)}
  return tf.nest.map_structure(
      lambda tensor: keras.Input(
          batch_shape=tensor.shape, dtype=tensor.dtype, sparse=tensor.sparse,
          name=names.get(id(tensor))), model.input)


def add_state_variables(layer: Any, variables: Sequence[tf.Variable]) -> None:
  """Puts variables among the `variables` of a `tf.compat.v1.layers.Layer`.

  Its `add_weight` gives them the regularizer of the variable scope, and an
  attribute is not tracked. `_non_trainable_weights` was tried on TF 1.14 to
  2.15 and tf_keras 2.21.
  """
  layer._non_trainable_weights.extend(variables)  # pylint: disable=protected-access


def variable_def(serialized: bytes) -> Any:
  """Parses the entry of a variable in a collection of a MetaGraphDef.

  The message has no public name; that of its module was tried on TF 1.14 to
  2.21.
  """
  return variable_pb2.VariableDef.FromString(serialized)


def saved_model_message(serialized: bytes) -> Any:
  """Parses `saved_model.pb`.

  The message has no public name; that of its module was tried on TF 1.14 to
  2.21.
  """
  return saved_model_pb2.SavedModel.FromString(serialized)


# The collections of loops and branches of version 1, and their messages.
CONTEXT_COLLECTIONS = {'while_context': control_flow_pb2.WhileContextDef,
                       'cond_context': control_flow_pb2.CondContextDef}


def context_def(collection: str, serialized: bytes) -> Any:
  """Parses a loop or branch of version 1 in a collection of a MetaGraphDef.

  The messages have no public names; those of their module were tried on TF
  1.14 to 2.21.
  """
  return CONTEXT_COLLECTIONS[collection].FromString(serialized)
