# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Estimates the statistics of batch normalizations again.

Pruning changes the inputs of a batch normalization, while the means and
variances that it has stored are those of the dense model. They are replaced by
averages over batches of data.
"""

from __future__ import annotations

import contextlib
import itertools
from typing import Any, Dict, Iterable, Iterator, List, Optional, Tuple

import numpy as np
import tensorflow as tf
from absl import logging

from model_pruning._src.compat import keras_models
from model_pruning._src.compat import keras_variables
from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.spec import errors

_BATCH_SIZE = 32  # That of `fit`.
_BATCHES_PER_LOG = 100


def batches_of(data: Any, num_batches: Optional[int]) -> Iterator[Any]:
  """The inputs of a model, batch by batch.

  Args:
    data: an array or tensor of inputs, or an iterable of batches. A batch that
      is a tuple begins with the inputs, as for `fit`.
    num_batches: how many batches to take; None for all of them.

  Raises:
    ValueError: if there is none, or the number is not positive.
    TypeError: if the data cannot be iterated.
  """
  if num_batches is not None and (
      isinstance(num_batches, bool) or not isinstance(num_batches, int)
      or num_batches < 1):
    raise errors.argument_error('num_batches', 'be an integer >= 1',
                                num_batches)
  if isinstance(data, np.ndarray) or tf.is_tensor(data):
    batches: Iterable[Any] = (
        data[start:start + _BATCH_SIZE]
        for start in range(0, int(data.shape[0]), _BATCH_SIZE))
  elif isinstance(data, tuple) or not hasattr(data, '__iter__'):
    raise TypeError(
        'Argument `calibration_data` must be an array of inputs, or batches: '
        'a tf.data.Dataset, a generator or a list. '
        f'Received: an object of type {type(data).__name__}')
  else:
    batches = data
  inputs = (batch[0] if isinstance(batch, tuple) else batch
            for batch in itertools.islice(batches, num_batches))
  first = list(itertools.islice(inputs, 1))
  if not first:
    raise ValueError('Argument `calibration_data` must have a batch at least. '
                     'Received: none')
  return itertools.chain(first, inputs)


def estimate(model: Any, batches: Iterable[Any]) -> Tuple[str, ...]:
  """Sets each moving mean and variance to the average over `batches`.

  Only batch normalizations run as in training, so that they use the statistics
  of the batch. All other layers run as in inference, for which the statistics
  are meant: dropout is off, and nothing else of the model changes.

  Args:
    model: a built Keras model, in eager mode.
    batches: batches of inputs.

  Returns:
    Sentences that name the batch normalizations that were not changed.
  """
  recordings: List[_Recording] = []
  notes = []
  for layer in keras_models.flatten_layers(model):
    if not _is_batch_norm(layer) or any(
        recording.layer is layer for recording in recordings):
      continue
    if not layer.trainable:
      notes.append(f'Layer {layer.name!r} keeps its statistics: it is frozen.')
    elif getattr(layer, 'renorm', False):
      notes.append(f'Layer {layer.name!r} keeps its statistics: it computes '
                   'with them in training too (renorm).')
    else:
      recordings.append(_Recording(layer))
  if not recordings:
    return (*notes, 'No batch normalization is estimated anew.')
  with contextlib.ExitStack() as stack:
    stack.enter_context(tf_compat.running_functions_eagerly())
    for recording in recordings:
      stack.enter_context(recording.attached())
    for number, inputs in enumerate(batches, 1):
      model(inputs, training=False)
      if number % _BATCHES_PER_LOG == 0:
        logging.info('Batch normalization: %d batches done.', number)
  for recording in recordings:
    if not recording.num_calls:
      notes.append(f'Layer {recording.layer.name!r} keeps its statistics: the '
                   'model did not call it.')
    recording.set_averages()
  return tuple(notes)


def _is_batch_norm(layer: Any) -> bool:
  return (any('BatchNorm' in kind.__name__ for kind in type(layer).__mro__)
          and hasattr(layer, 'moving_mean')
          and hasattr(layer, 'moving_variance'))


class _Recording:
  """The statistics of the batches that one layer sees."""

  def __init__(self, layer: Any):
    self.layer = layer
    self.num_calls = 0
    self._moving = (layer.moving_mean, layer.moving_variance)
    # float64: a mean over many batches is rounded once.
    self._totals = [np.zeros([int(dim) for dim in variable.shape])
                    for variable in self._moving]

  @contextlib.contextmanager
  def attached(self) -> Iterator[None]:
    """Runs the layer as in training, and leaves it as it was."""
    values = [keras_variables.value_of(variable) for variable in self._moving]
    attributes: Dict[str, Any] = vars(self.layer)
    own_call = attributes.get('call')
    call, momentum = self.layer.call, self.layer.momentum

    def record(*args: Any, **kwargs: Any) -> Any:
      # From zero, and with no momentum, what is stored is of this batch alone.
      for variable in self._moving:
        variable.assign(tf.zeros_like(variable))
      kwargs['training'] = True
      outputs = call(*args, **kwargs)
      for total, variable in zip(self._totals, self._moving):
        total += keras_variables.value_of(variable)
      self.num_calls += 1
      return outputs

    self.layer.momentum = 0.0
    attributes['call'] = record
    try:
      yield
    finally:
      self.layer.momentum = momentum
      if own_call is None:
        del attributes['call']
      else:
        attributes['call'] = own_call
      for variable, value in zip(self._moving, values):
        variable.assign(value)

  def set_averages(self) -> None:
    """Gives the layer the averages, if it was called."""
    if self.num_calls:
      for total, variable in zip(self._totals, self._moving):
        variable.assign(total / self.num_calls)
