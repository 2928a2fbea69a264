# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A thread that saves while another trains, and what it should write."""

from __future__ import annotations

import threading
from typing import Any, Iterator, List

import numpy as np
import tensorflow as tf

import model_pruning
from tests.support import exact_runs
from tests.support import numpy_reference

v1 = tf.compat.v1

_SHAPE = [300, 300]


def build(use_resource: bool) -> Any:
  """The train op of a model, with moving averages of resource variables."""
  step = v1.train.get_or_create_global_step()
  hidden = tf.ones([8, 300])
  for i in range(3):
    hidden = tf.matmul(hidden, v1.get_variable(
        f'kernel{i}', _SHAPE, use_resource=use_resource))
  minimize = v1.train.AdamOptimizer(0.01).minimize(
      tf.reduce_mean(tf.square(hidden - 1.0)), global_step=step)
  if not use_resource:
    return minimize  # TF 2.15 cannot initialize averages of ref variables.
  averages = v1.train.ExponentialMovingAverage(0.5)
  with tf.control_dependencies([minimize]):
    return averages.apply(v1.trainable_variables())


def prune(train_op: Any) -> Any:
  """Prunes to 80 % from the first step on, with a new mask every third."""
  return model_pruning.prune_train_op(
      train_op, 'target_sparsity=0.8,sparsity_function_end_step=1'
      ',pruning_frequency=3')


def save_while_training(session: Any, saver: Any, train_op: Any,
                        directory: str, num_files: int) -> List[str]:
  """Saves in a thread while this one trains; returns the files.

  Raises:
    Exception: what the saver raised in its thread.
  """
  failures: List[Exception] = []
  paths: List[str] = []

  def save() -> None:
    with session.graph.as_default():
      for i in range(num_files):
        try:
          paths.append(saver.save(
              session, directory + f'/{i}', write_meta_graph=False))
        except Exception as error:  # pylint: disable=broad-except
          failures.append(error)
          return

  for _ in range(3):
    session.run(train_op)
  thread = threading.Thread(target=save)
  thread.start()
  while thread.is_alive():
    session.run(train_op)
  thread.join()
  if failures:
    raise failures[0]
  return paths


def faults(path: str, use_resource: bool) -> Iterator[str]:
  """What is not sparse in a file, a sentence each."""
  num_kept = numpy_reference.num_kept(np.prod(_SHAPE), 0.8)
  values = exact_runs.contents(path)
  checked = [name for name, value in values.items()
             if value.dtype == np.float32 and 'Adam' not in name
             and list(value.shape) == _SHAPE]
  if len(checked) != (6 if use_resource else 3):
    yield f'{path} has {checked}'
  for name in checked:
    num_left = np.count_nonzero(values[name])
    if num_left > num_kept:
      yield f'{path} has {num_left} entries of {name}, not {num_kept}'
    mask = values.get(name.split('/')[0] + '/mask')
    if mask is not None and np.any(values[name][~mask]):
      yield f'{path} has entries of {name} where its mask has none'
