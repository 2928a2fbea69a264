# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Optimizers as users write them, around and beside those of Keras."""

from __future__ import annotations

from typing import Any, Callable, List

import tensorflow as tf

keras = tf.keras


class ByVariable:
  """No optimizer of Keras: hands each variable to one of several.

  Attributes:
    groups: pairs of an optimizer and the variables it is for.
  """

  def __init__(self, *groups: Any):
    self.groups: List[Any] = [
        (optimizer, list(variables)) for optimizer, variables in groups]
    for optimizer, variables in self.groups:
      if hasattr(optimizer, 'build'):
        optimizer.build(variables)

  def apply_gradients(self, grads_and_vars: Any) -> None:
    pairs = list(grads_and_vars)
    for optimizer, variables in self.groups:
      own = [(gradient, variable) for gradient, variable in pairs
             if any(variable is one for one in variables)]
      if own:
        optimizer.apply_gradients(own)


class Holder:
  """No optimizer of Keras: another one does the work, by `apply_gradients`."""

  def __init__(self, optimizer: Any):
    self._hidden = {'optimizer': optimizer}
    self.num_calls = 0

  def apply_gradients(self, grads_and_vars: Any) -> None:
    self.num_calls += 1
    self._hidden['optimizer'].apply_gradients(grads_and_vars)


def delegating_class() -> Any:
  """A Keras 3 optimizer that lets another one apply the gradients."""

  class Delegating(keras.optimizers.Optimizer):

    def __init__(self, inner: Any):
      super().__init__(learning_rate=0.0)
      self.inner = inner

    def build(self, variables: Any) -> None:
      self.inner.build(variables)
      super().build(variables)

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
      if not self.built:
        self.build(trainable_variables)
      self.inner.apply(grads, trainable_variables)
      self._iterations.assign_add(1)

  return Delegating


def computing_class() -> Any:
  """A Keras 3 optimizer to which another one only lends its formula."""

  class Computing(keras.optimizers.Optimizer):

    def __init__(self, inner: Any):
      super().__init__(learning_rate=0.1)
      self.inner = inner

    def build(self, variables: Any) -> None:
      self.inner.build(variables)
      super().build(variables)

    def update_step(self, gradient: Any, variable: Any,
                    learning_rate: Any) -> None:
      self.inner.update_step(gradient, variable, learning_rate)

  return Computing


def averaging_class(base: Any) -> Callable[..., Any]:
  """An optimizer of Keras 2.11 or newer that averages as it likes."""

  class Averaging(base):  # type: ignore[misc, valid-type]

    def build(self, variables: Any) -> None:
      super().build(variables)
      if not hasattr(self, 'swa'):
        self.swa = [
            self.add_variable_from_reference(variable, 'swa')
            for variable in variables]
        for average, variable in zip(self.swa, variables):
          average.assign(variable)

    def average(self, variables: Any) -> None:
      for average, variable in zip(self.swa, variables):
        average.assign(0.9 * average + 0.1 * variable)

    def update_step(self, gradient: Any, variable: Any, *args: Any) -> None:
      super().update_step(gradient, variable, *args)
      indices = getattr(self, '_trainable_variables_indices', None)
      if indices is None:
        indices = self._index_dict
      average = self.swa[indices[self._var_key(variable)]]
      average.assign(0.9 * average + 0.1 * variable)

    def assign_averages(self, variables: Any) -> None:
      for average, variable in zip(self.swa, variables):
        variable.assign(average)

  return Averaging
