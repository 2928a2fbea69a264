# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`PruneLowMagnitude`: a layer that prunes the layer inside it.

There is one class of this name for each Keras in the process, because a layer
must inherit from the layers of its own Keras.
"""

from __future__ import annotations

import inspect
from typing import (
  Any,
  Dict,
  Iterator,
  List,
  Mapping,
  Optional,
  Sequence,
  Tuple,
  Union,
)

import numpy as np
import tensorflow as tf

from model_pruning._src.compat import keras_models
from model_pruning._src.compat import keras_variables
from model_pruning._src.core import projection
from model_pruning._src.keras.models import prunable_layer
from model_pruning._src.keras.models import weights as weights_lib
from model_pruning._src.keras.models import which_keras
from model_pruning._src.keras.tfmot import arguments as arguments_lib
from model_pruning._src.keras.tfmot import layer_constraint
from model_pruning._src.keras.tfmot import schedules
from model_pruning._src.keras.tfmot import training_end
from model_pruning._src.spec import pruning_spec as spec_lib

NAME = 'PruneLowMagnitude'
_PREFIX = 'prune_low_magnitude_'


class PruningWrapper:
  """What the wrappers of every Keras have in common.

  The inner layer computes as ever. Its kernels have a constraint that Keras'
  optimizers apply after each update: it zeroes the pruned entries, and
  updates the mask when it is due. Masks, thresholds and counts of updates are
  weights of the wrapper that are not trained, and are saved with it.

  Attributes:
    layer: the layer inside.
    pruning_step: int64 variable, how many updates of its first pruned weight
      were counted, once it is built; -1 before any training.
  """

  keras: Any  # The Keras package of a class.
  layer: Any

  def __init__(self, layer: Any,
               pruning_schedule: Optional[schedules.PruningSchedule] = None,
               block_size: Sequence[int] = (1, 1),
               block_pooling_type: str = 'AVG',
               sparsity_m_by_n: Optional[Sequence[int]] = None,
               spec: Union[spec_lib.PruningSpec, str, None] = None,
               **kwargs: Any):
    """Wraps a layer.

    Args:
      layer: any layer; one without a weight to prune works as before.
      pruning_schedule: when masks change and how sparse they are then; by
        default `ConstantSparsity(0.5, 0)`.
      block_size: rows and columns of the blocks that are pruned as a whole, of
        a kernel seen as a matrix of all dimensions but the last x the last.
      block_pooling_type: 'AVG' or 'MAX': a block is ranked by the mean or the
        largest magnitude of its entries.
      sparsity_m_by_n: (m, n): m zeros in each n neighbours along the input
        channels; the schedule says when.
      spec: a `PruningSpec` or its string instead of all of these.
      **kwargs: arguments of a Keras layer, such as `name` or `input_shape`.

    Raises:
      ValueError: if `layer` is no layer of this Keras, or an argument is not
        what it must be.
      RuntimeError: if this Keras computes with another backend than
        TensorFlow.
    """
    which_keras.check_backend(self.keras)
    if not isinstance(layer, self.keras.layers.Layer):
      raise ValueError(
          f'Argument `layer` must be a layer of {self.keras.__name__}. '
          f'Received: layer={layer!r} of type {type(layer)}')
    arguments = arguments_lib.PruningArguments.of(
        pruning_schedule, block_size, block_pooling_type, sparsity_m_by_n,
        spec)
    kwargs.setdefault('name', _PREFIX + layer.name)
    kwargs.setdefault('dtype', keras_models.dtype_policy_of(layer))
    kwargs.update({name: value for name, value
                   in keras_models.input_shape_arguments(layer).items()
                   if not any('input_shape' in given for given in kwargs)})
    super().__init__(layer, **kwargs)  # type: ignore[call-arg]
    prunable_layer.give_default(layer, _prunable_weights)
    self._arguments = arguments
    self._pruning: Optional[Pruning] = None
    self._like_tfmot = False
    self.supports_masking = getattr(layer, 'supports_masking', False)

  @property
  def pruning_schedule(self) -> Optional[schedules.PruningSchedule]:
    """The schedule, or None if there is a spec."""
    return self._arguments.schedule

  @property
  def spec(self) -> Optional[spec_lib.PruningSpec]:
    """The spec, or None if there is a schedule."""
    return self._arguments.spec

  @property
  def block_size(self) -> Tuple[int, int]:
    """Rows and columns of the blocks; (1, 1) without."""
    structure = self._arguments.structure
    return structure.block_height, structure.block_width

  @property
  def block_pooling_type(self) -> str:
    """'AVG' or 'MAX': how the entries of a block are pooled to rank it."""
    return self._arguments.structure.block_pooling_function

  @property
  def sparsity_m_by_n(self) -> Optional[Tuple[int, int]]:
    """(m, n): m zeros in each n neighbours; None without."""
    return self._arguments.structure.m_by_n

  @property
  def pruned_weights(self) -> Tuple[layer_constraint.WrappedWeight, ...]:
    """The weights that are pruned; empty before the layer is built."""
    return self._pruning.weights if self._pruning else ()

  @property
  def pruning_vars(self) -> List[Tuple[Any, Any, Any]]:
    """Weight, mask and threshold of each weight that is pruned."""
    return [(pruned.variable, pruned.mask, pruned.threshold)
            for pruned in self.pruned_weights]

  def build(self, input_shape: Any = None) -> None:
    """Builds the layer inside, and the state of its pruning."""
    super().build(input_shape)  # type: ignore[misc]
    if keras_models.builds_in_build(self) or _is_complete(self.layer):
      self._create_state()
    self.built = True

  def __call__(self, *args: Any, **kwargs: Any) -> Any:
    """Calls the layer; the first call builds it."""
    if not self.layer.built and keras_models.builds_in_build(self):
      # Some layers take more for this than the shape of the first input.
      keras_models.build_by_call(self.keras, self.layer, args, kwargs)
    return super().__call__(*args, **kwargs)  # type: ignore[misc]

  def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
    """Calls the layer inside."""
    for name in ('training', 'mask'):
      if name in kwargs and not _accepts(self.layer, name):
        del kwargs[name]
    outputs = self.layer(inputs, *args, **kwargs)
    if self._pruning is None:  # Layers may create weights when they are called.
      self._create_state()
    return outputs

  def compute_output_shape(self, input_shape: Any, *args: Any,
                           **kwargs: Any) -> Any:
    """The output shape of the layer inside."""
    return self.layer.compute_output_shape(input_shape, *args, **kwargs)

  def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
    """The output spec of the layer inside, for Keras 3."""
    return self.layer.compute_output_spec(*args, **kwargs)

  def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
    """The Keras mask of the outputs of the layer inside."""
    return self.layer.compute_mask(inputs, mask)

  def get_weights(self) -> List[np.ndarray]:
    """The weights of the layer inside."""
    return self.layer.get_weights()

  def set_weights(self, weights: Sequence[np.ndarray]) -> None:
    """Sets the weights of the layer inside."""
    self.layer.set_weights(weights)

  def begin_training(self) -> None:
    """Sets a step of -1 to 0: training has begun, without an update yet."""
    for pruned in self.pruned_weights:
      if keras_variables.value_of(pruned.step) == -1:
        keras_variables.assign_value(
            keras_variables.backend_variable(pruned.step), np.int64(0))

  def get_config(self) -> Dict[str, Any]:
    """The arguments of the constructor."""
    config = super().get_config()  # type: ignore[misc]
    config.update(self._arguments.get_config())
    if self._like_tfmot:
      del config['spec']
    return config

  @classmethod
  def from_config(cls, config: Mapping[str, Any],
                  custom_objects: Optional[Mapping[str, Any]] = None) -> Any:
    """The wrapper that `get_config` has described, without its weights."""
    config = dict(config)
    layer = cls.keras.layers.deserialize(
        config.pop('layer'), custom_objects=custom_objects)
    # Files of tfmot have no spec, masks of floats, and one counter for all
    # weights of a layer.
    like_tfmot = 'spec' not in config
    config.update(arguments_lib.from_config(
        cls.keras, config, custom_objects))
    wrapper = cls(layer, **config)
    wrapper._like_tfmot = like_tfmot  # pylint: disable=protected-access
    return wrapper

  def __setstate__(self, state: Dict[str, Any]) -> None:
    """Makes a copied wrapper (Keras 2) prune the copy of its layer."""
    super().__setstate__(state)  # type: ignore[misc]
    for pruned in self.pruned_weights:
      shared = keras_variables.constraint_of(pruned.variable)
      if isinstance(shared, layer_constraint.LayerConstraint):
        keras_variables.set_constraint(
            pruned.variable, shared.for_copy(pruned))

  def _create_state(self) -> None:
    """Creates the weights of the wrapper, and constrains the layer's."""
    chosen = [(weight, rule) for weight, rule in (
        (weight, self._arguments.rule_for(weight.candidate))
        for weight in weights_lib.find_weights(self, frozen=True))
              if rule is not None]
    pruned = []
    for i, (weight, _) in enumerate(chosen):
      variable = weight.variable
      suffix = f'_{i}' if i else ''
      mask = self._add_state(
          f'mask{suffix}', variable.shape,
          tf.as_dtype(variable.dtype).name if self._like_tfmot else 'bool',
          'ones')
      threshold = self._add_state(
          f'threshold{suffix}', (), projection.threshold_dtype(
              tf.as_dtype(variable.dtype)).name, 'zeros')
      pruned.append(layer_constraint.WrappedWeight(
          variable, mask, threshold, None, not (i and self._like_tfmot)))
    steps: List[Any] = []
    for i in range(max(len(pruned), 1)):
      if i and self._like_tfmot:
        steps.append(steps[0])
      else:
        steps.append(self._add_state(
            f'pruning_step_{i}' if i else 'pruning_step', (), 'int64',
            self.keras.initializers.Constant(-1)))
    pruned = [one._replace(step=step) for one, step in zip(pruned, steps)]
    targets = []
    for one, (_, rule) in zip(pruned, chosen):
      timing = self._arguments.timing_of(rule)
      constraint = layer_constraint.LayerConstraint(
          self._arguments.structure, rule, timing, one)
      keras_variables.set_constraint(one.variable, constraint)
      # The final sparsity of a custom schedule is not known.
      if hasattr(timing.sparsity, 'final_sparsity'):
        targets.append((constraint, timing.sparsity.final_sparsity))
    if targets:
      training_end.watch(
          self, self._arguments.schedule or self._arguments.structure,
          self._arguments.text, targets)
    self.pruning_step = steps[0]
    self._pruning = Pruning(tuple(pruned))

  def _add_state(self, name: str, shape: Sequence[int], dtype: str,
                 initializer: Any) -> Any:
    return keras_variables.add_local_weight(
        self.keras, self, name, tuple(int(dim) for dim in shape), dtype,
        initializer)


def _prunable_weights(layer: Any) -> List[Any]:
  return [weight.variable
          for weight in weights_lib.find_weights(layer, frozen=True)
          if weight.candidate.reason is None]


def _accepts(layer: Any, argument: str) -> bool:
  """Whether the `call` of a layer takes an argument of this name."""
  parameters = inspect.signature(layer.call).parameters
  return argument in parameters or any(
      parameter.kind == inspect.Parameter.VAR_KEYWORD
      for parameter in parameters.values())


class Pruning:
  """The pruning state of a wrapper that is built.

  Not a tuple: Keras would track the variables in one as those of the wrapper.

  Attributes:
    weights: those that are pruned.
  """

  def __init__(self, weights: Tuple[layer_constraint.WrappedWeight, ...]):
    self.weights = weights


def _is_complete(layer: Any) -> bool:
  """Whether a layer has all its weights, as far as that is known."""
  return bool(layer.weights) and all(
      part.built for part in keras_models.flatten_layers(layer)
      if hasattr(part, 'built'))


_classes: Dict[Any, Any] = {}


def wrapper_class(keras: Any) -> Any:
  """The class `PruneLowMagnitude` of a Keras package."""
  base = keras.layers.Wrapper
  if base not in _classes:
    created = type(NAME, (PruningWrapper, base), {
        'keras': keras, '__doc__': PruningWrapper.__doc__,
        # Files name the module: a public one, which stays where it is.
        '__module__': 'model_pruning.keras'})
    register = getattr(keras.utils, 'register_keras_serializable', None)
    _classes[base] = (register('model_pruning')(created) if register
                      else created)
  return _classes[base]


def wrap(layer: Any, **kwargs: Any) -> PruningWrapper:
  """Wraps a layer in the class of its Keras."""
  return wrapper_class(which_keras.keras_of(layer))(layer, **kwargs)


def pruned_layers(model: Any) -> Iterator[Any]:
  """The wrappers anywhere in a model, each once."""
  seen = set()
  for layer in keras_models.flatten_layers(model):
    if isinstance(layer, PruningWrapper) and id(layer) not in seen:
      seen.add(id(layer))
      yield layer
