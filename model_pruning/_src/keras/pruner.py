# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`Pruner`: the pruning state of one Keras model."""


from __future__ import annotations

import dataclasses
import functools
import weakref
from typing import Any, Dict, List

import numpy as np
import tensorflow as tf
from absl import logging

from model_pruning._src.axes import saliencies
from model_pruning._src.axes import structures
from model_pruning._src.compat import keras_models
from model_pruning._src.compat import keras_variables
from model_pruning._src.keras import channel_masks
from model_pruning._src.keras import constraint
from model_pruning._src.keras import masks as masks_lib
from model_pruning._src.keras import optimizer_view
from model_pruning._src.keras import recording_optimizer
from model_pruning._src.keras import restore_watch
from model_pruning._src.keras import training_end
from model_pruning._src.keras import update_order
from model_pruning._src.keras import weight_masks
from model_pruning._src.keras.models import companions
from model_pruning._src.keras.models import model_watch
from model_pruning._src.keras.models import parts
from model_pruning._src.keras.models import weights as weights_lib
from model_pruning._src.keras.models import which_keras
from model_pruning._src.planning import report as report_lib
from model_pruning._src.planning import sparse_start
from model_pruning._src.spec import budget as budget_lib
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import training_length


class Pruner(tf.Module):
  """The pruning state of one Keras model, and its current masks and sparsity.

  It lives as long as the model does. To resume training exactly, save it
  beside the model: `tf.train.Checkpoint(model=model, pruner=pruner)`. Without
  it the masks are rebuilt from the zeros of the weights, and the step is
  taken from the optimizer.

  Attributes:
    spec: the `PruningSpec`.
    states: the variables of each pruned weight, in the order of the report. If
      channels are pruned, weights share the variables of their channels.
  """

  def __init__(self, model: Any, spec: spec_lib.PruningSpec,
               length: training_length.Length = training_length.UNKNOWN,
               optimizer: Any = None, inputs: Any = None):
    """Creates the state of a model and puts constraints on its weights.

    Users call `prune`, which documents the arguments and the errors.
    """
    super().__init__(name=spec.name)
    spec = spec.resolve(**length._asdict())
    self.spec = spec
    _check_not_pruned(model)
    found = weights_lib.find_weights(model)
    self._optimizer = optimizer_view.OptimizerView.of(model, optimizer)
    self._optimizer.check_constrains()
    self._model = weakref.ref(model)
    self._masks: masks_lib.Masks
    if structures.Channels.is_asked_for(spec):
      self._masks = channel_masks.ChannelMasks(
          spec, model, found, length.num_steps, self._optimizer, inputs)
    else:
      self._masks = weight_masks.WeightMasks(spec, found, length.num_steps)
    self._report = self._masks.report
    self._names, self._weights = self._masks.names, self._masks.weights
    self._indices = {id(weight): i for i, weight in enumerate(self._weights)}
    self.states = self._masks.states
    self._watch = restore_watch.RestoreWatch(self._weights, self._optimizer)
    if self._optimizer.num_updates(self._weights) > 0:
      self.resume()
    else:
      warning = sparse_start.sentence(spec, self._masks.start())
      if warning:
        self._report = self._report.with_warning(warning)
    self._constrained = self._constrain(model)
    self._model_watch = model_watch.ModelWatch(
        budget_lib.by_weights(spec), found,
        dict(zip(self._names, self._weights)))
    self._traced: Any = lambda: None
    self._forget_train_functions(model)
    self._at_end = training_end.AtEnd(
        lambda: self._say_how_it_ended(model, optimizer),
        [*self._weights, *(variable for state in self.states
                           for variable in state.all_variables())])

  def _constrain(self, model: Any) -> List[Any]:
    """Sets the constraints; returns the variables that have one."""
    constraints = {
        id(weight): constraint.PruningConstraint(
            self._masks, i, self._optimizer,
            functools.partial(self._before_update, i), owner=self)
        for i, weight in enumerate(self._weights)}
    # A weight with a constraint of the user's own has a dense gradient.
    free = [weight for weight in self._weights
            if constraint.constraint_of(weight) is None]
    self._order = update_order.UpdateOrder.of(self._optimizer.optimizer)
    found = companions.companions_of(
        model, free, in_any_order=self._order is not None)
    waiting = [weight for companion in found for weight in companion.weights]
    without = set(map(id, waiting))
    if self._order is not None:
      self._order.put_first(waiting)
      self._order.make_dense([
          weight for weight in free if id(weight) not in without])
    constrained = []
    for weight in self._weights:
      if id(weight) not in without:
        keras_variables.set_constraint(weight, constraints[id(weight)])
        constrained.append(weight)
    for companion in found:
      keras_variables.set_constraint(
          companion.variable, constraint.CompanionConstraint(
              companion.variable, [(weight, constraints[id(weight)])
                                   for weight in companion.weights]))
      constrained.append(companion.variable)
    return constrained

  def _forget_train_functions(self, model: Any) -> None:
    """Makes every model that trains the weights trace its step again."""
    layers = [model, *keras_models.flatten_layers(model)]
    kerases = [which_keras.keras_of(layer) for layer in layers]
    keras_models.forget_train_functions(
        layers, [keras.Model for keras in kerases if keras is not None],
        self._weights)

  def _say_how_it_ended(self, model: Any, optimizer: Any) -> None:
    """Warns of what was not pruned; must not rely on weak references."""
    gone = self._model_watch.tell(model)
    training_end.warn(
        self.spec, self._masks,
        [i for i, name in enumerate(self._names) if name not in gone],
        self._watch,
        optimizer_view.OptimizerView(lambda: (
            getattr(model, 'optimizer', None) if optimizer is None
            else optimizer)))

  def strip(self) -> Any:
    """Ends the pruning: from now on the model trains without masks.

    The weights are exactly sparse until they are trained again.

    Returns:
      The model, the same object.
    """
    model = self._model()
    self._at_end.now()  # Now: what comes later is no pruned training.
    for variable in self._constrained:
      pruning = keras_variables.constraint_of(variable)
      while isinstance(pruning, constraint.CONSTRAINTS):
        pruning = pruning.wrapped
      keras_variables.set_constraint(variable, pruning)
    self._constrained = []
    if self._order is not None:
      self._order.remove_from(self._optimizer.optimizer)
    if model is None:
      return None
    self._forget_train_functions(model)
    return model.whole if isinstance(model, parts.Parts) else model

  def __reduce_ex__(self, protocol: Any) -> Any:
    raise TypeError(
        'A pruner cannot be copied or pickled, because it belongs to the '
        'weights of its model. A copy of the model is not pruned: call '
        f'`prune` with it, which resumes. Received: {self!r}')

  def with_gradients(self, optimizer: Any) -> Any:
    """Returns an optimizer that shows its gradients to the saliency.

    A `prune_option` other than `weight` needs one:

        pruner = model_pruning.keras.prune(
            model, 'prune_option=first_order_gradient')
        model.compile(pruner.with_gradients(keras.optimizers.Adam()), ...)

    Args:
      optimizer: a Keras optimizer that has not been used.

    Returns:
      A new optimizer with the same configuration, which is saved with the model
      as `optimizer` would be. The saliency sees gradients before clipping.

    Raises:
      TypeError: if `optimizer` is no Keras optimizer.
      ValueError: if it wraps another, or has been used.
    """
    return recording_optimizer.recording(optimizer, self._record_gradients)

  def _record_gradients(self, gradients_and_variables: Any,
                        are_sums: bool) -> None:
    wanted = [
        (self._indices[id(variable)], gradient)
        for gradient, variable in gradients_and_variables
        if gradient is not None and id(variable) in self._indices]
    saliency = saliencies.AXIS.entry(self.spec.prune_option)
    if not saliency.uses_gradient or not wanted:
      return
    indices, given = zip(*wanted)
    sums = recording_optimizer.dense_sums(given, are_sums)
    for i, gradient in zip(indices, sums):
      self._masks.record_gradient(i, gradient)

  def resume(self) -> None:
    """Rebuilds the state from weights and an optimizer that were restored.

    Masks become true where weights are nonzero, the step becomes `iterations`
    of the optimizer, and the last mask update the last one that was due by
    then. An uninterrupted run would have the same state, except that mean
    gradients start at 0. If the weights have fewer zeros than the schedule asks
    for, the next update prunes them; the zeros of a sparse weight are kept
    (`keep_sparsity`).

    `prune` does this for a model that was trained before, and so does training
    when it starts, if the model was restored after `prune`. Call it yourself if
    a model is restored between two trainings, for example with
    `model.load_weights`.
    """
    steps = list(map(self._optimizer.num_updates_of, self._weights))
    is_dense = self._masks.rebuild(steps)
    self._watch.start(steps)
    if is_dense:
      logging.warning(
          'model_pruning: the optimizer has made %d updates, and the weights '
          'are not as sparse as %r makes them by then. The next update prunes '
          'them to the sparsity of its step at once. For a schedule that '
          'starts now, compile with a new optimizer.', self._watch.step,
          str(self.spec))

  def _before_update(self, index: int) -> None:
    """Called per weight while a step is traced, or in eager mode in a step."""
    if tf.executing_eagerly():
      # One read decides in most steps, as models have many weights.
      counted = keras_variables.value_of(self.states[index].num_updates)
      if counted <= self._watch.step and self.step == self._watch.step:
        self._watch.check_first_update()
      return
    graph = tf.compat.v1.get_default_graph()
    if self._traced() is not graph:
      self._traced = weakref.ref(graph)
      self._before_tracing()

  def _before_tracing(self) -> None:
    """Called once per step that is traced, before its update is made."""
    self._model_watch.tell(self._model())
    with tf.init_scope():
      if not tf.executing_eagerly() or self.step != self._watch.step:
        return
      if self._watch.is_restored():
        self.resume()
      elif self.step == 0:
        # Weights may have been loaded without an optimizer.
        self._masks.start()

  @property
  def report(self) -> report_lib.PruningReport:
    """What is pruned now, and what is not and why.

    A model may change after `prune`: warnings name the weights that are gone,
    and new ones that are not pruned. With a budget, the report has the current
    cost.
    """
    return dataclasses.replace(
        self._model_watch.report(self._model(), self._report),
        budget=self._masks.budget())

  def __repr__(self) -> str:
    return report_lib.describe(
        type(self).__name__, self.spec, self.report, self.step)

  @property
  def masks(self) -> Dict[str, np.ndarray]:
    """The masks as bool arrays, by the names of their weights."""
    gone = self._model_watch.now(self._model()).gone
    return {name: self._masks.mask_of(i)
            for i, name in enumerate(self._names) if name not in gone}

  @property
  def step(self) -> int:
    """The number of optimizer updates so far; 0 if nothing is pruned."""
    return max((int(keras_variables.value_of(state.num_updates))
                for state in self.states), default=0)

  @property
  def sparsity(self) -> Dict[str, float]:
    """The share of zeros in each pruned weight, by its name.

    It is that of the current model: a weight that is gone is left out, and one
    that `enable_lora` has frozen is counted with its adapters merged, as files
    have it.
    """
    values = self._model_watch.values(self._model())
    return {name: float(np.mean(value == 0))
            for name, value in values.items()}


def _check_not_pruned(model: Any) -> None:
  for variable in model.trainable_variables:
    if isinstance(constraint.constraint_of(variable),
                  constraint.PrunesWeights):
      raise ValueError(
          'Argument `model` must not be pruned already. Received: a model '
          f'whose weight {keras_variables.variable_name(variable)!r} is')
