# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`UpdatePruningStep` and `PruningSummaries`: callbacks for pruned models."""

from __future__ import annotations

import importlib.util
from typing import Any, Iterator, Optional, Tuple

import numpy as np
import tensorflow as tf

from model_pruning._src.compat import keras_variables
from model_pruning._src.keras.models import which_keras
from model_pruning._src.keras.tfmot import sparse_gradients
from model_pruning._src.keras.tfmot import wrapper as wrapper_lib
from model_pruning._src.spec import errors


def update_pruning_step(keras: Any) -> Any:
  """Makes the class `UpdatePruningStep` of a Keras package."""

  class UpdatePruningStep(keras.callbacks.Callback):
    """Exists for programs written for tfmot; wrapped layers rarely need it.

    Optimizers of Keras before TF 2.11 train wrapped embeddings in a model that
    `prune_low_magnitude` has made, and with this callback in any other.
    """

    def __init__(self) -> None:
      which_keras.check_backend(keras)
      super().__init__()

    def set_model(self, model: Any) -> None:
      super().set_model(model)
      sparse_gradients.move_constraints(model)

    def on_train_begin(self, logs: Optional[Any] = None) -> None:
      super().on_train_begin(logs)
      for layer in wrapper_lib.pruned_layers(self.model):
        layer.begin_training()

    # Training loops for tfmot pass `batch`, by name.
    def on_epoch_end(self, batch: Optional[int] = None,
                     logs: Optional[Any] = None,
                     epoch: Optional[int] = None) -> None:
      super().on_epoch_end(batch if epoch is None else epoch, logs)

    _supports_tf_logs = True

    # Keras 2 asks its callbacks whether they want to know of each batch.
    def _implements_train_batch_hooks(self) -> bool:
      return False

    def _implements_test_batch_hooks(self) -> bool:
      return False

    def _implements_predict_batch_hooks(self) -> bool:
      return False

  return _named_publicly(UpdatePruningStep)


def _named_publicly(created: Any) -> Any:
  created.__qualname__ = created.__name__
  created.__module__ = 'model_pruning.keras'
  return created


def summary_values(model: Any) -> Iterator[Tuple[str, float]]:
  """Tag and value of each summary: sparsity and threshold of each weight."""
  for layer in wrapper_lib.pruned_layers(model):
    for pruned in layer.pruned_weights:
      name = keras_variables.variable_name(pruned.variable)
      yield f'{name}/sparsity', float(
          1 - np.mean(keras_variables.value_of(pruned.mask)))
      yield f'{name}/threshold', float(
          keras_variables.value_of(pruned.threshold))


def _step_of(model: Any) -> int:
  """The updates of a model's optimizer; if unknown, those of its wrappers."""
  optimizer = getattr(model, 'optimizer', None)
  if optimizer is not None:
    return int(keras_variables.value_of(optimizer.iterations))
  return max([0, *(int(keras_variables.value_of(pruned.step))
                   for layer in wrapper_lib.pruned_layers(model)
                   for pruned in layer.pruned_weights)])


def pruning_summaries(keras: Any) -> Any:
  """Makes the class `PruningSummaries` of a Keras package."""

  class PruningSummaries(keras.callbacks.TensorBoard):
    """TensorBoard with the sparsity and the threshold of each pruned weight.

    They are written at the start of each epoch and at the end of training, to
    the directory `metrics` in `log_dir`; their step is the number of optimizer
    updates.
    """

    def __init__(self, log_dir: str, update_freq: Any = 'epoch',
                 **kwargs: Any):
      """Creates a callback.

      Args:
        log_dir: where TensorBoard finds the summaries.
        update_freq: of what TensorBoard itself writes.
        **kwargs: other arguments of the callback TensorBoard.

      Raises:
        RuntimeError: if this Keras computes with another backend than
          TensorFlow.
        ImportError: if TensorBoard is not installed, which writes summaries
          on every TensorFlow from 2.0 on and does not come with the newest.
        ValueError: if `log_dir` is empty or no string.
      """
      which_keras.check_backend(keras)
      if (importlib.util.find_spec('tensorboard') is None
          and not hasattr(tf.summary, 'FileWriter')):
        raise ImportError(
            'PruningSummaries writes by TensorBoard, which is not installed: '
            'pip install tensorboard')
      if not isinstance(log_dir, str) or not log_dir:
        raise errors.argument_error('log_dir', 'be a string that is not empty',
                                    log_dir)
      super().__init__(log_dir=log_dir, update_freq=update_freq, **kwargs)
      self._pruning_writer: Optional[Any] = None

    def on_epoch_begin(self, epoch: int, logs: Optional[Any] = None) -> None:
      # Of a loop of one's own, there is nothing that TensorBoard could write.
      if logs is not None:
        super().on_epoch_begin(epoch, logs)
      self._write_pruning()

    def on_train_end(self, logs: Optional[Any] = None) -> None:
      self._write_pruning()
      super().on_train_end(logs)

    def _write_pruning(self) -> None:
      """Writes the values that hold now."""
      step = _step_of(self.model)
      if self._pruning_writer is None:
        with tf.Graph().as_default():  # It refuses to be made eagerly.
          self._pruning_writer = tf.compat.v1.summary.FileWriter(
              f'{self.log_dir}/metrics')
      values = [tf.compat.v1.Summary.Value(tag=tag, simple_value=value)
                for tag, value in summary_values(self.model)]
      self._pruning_writer.add_summary(
          tf.compat.v1.Summary(value=values), step)
      self._pruning_writer.flush()

  return _named_publicly(PruningSummaries)
