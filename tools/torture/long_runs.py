# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Long trainings, in which nothing may grow after the beginning.

Needs Linux, whose /proc tells of memory, threads and open files.
"""

from __future__ import annotations

import gc
import os
import pathlib
import tempfile
import time
from typing import Any, Callable, Dict, List

import numpy as np
import tensorflow as tf

import model_pruning
from tools.torture import graph_task
from tools.torture import keras_task
from tools.torture import killed_net
from tools.torture import report

v1 = tf.compat.v1
keras = tf.keras

# MiB that memory may grow in the second half, as malloc likes.
_SLACK = 4.0
# Memory settles after five saves; the first half of all is to warm up.
_NUM_MEASUREMENTS = 12
# Masks change until the end.
_SPEC = 'target_sparsity=0.8,pruning_frequency=10,sparsity_function_end_step=99'

Figures = Dict[str, float]


def measure() -> Figures:
  """Returns memory in MiB, and the numbers of threads and of open files."""
  gc.collect()
  pages = int(pathlib.Path('/proc/self/statm').read_text().split()[1])
  return {'memory': pages * os.sysconf('SC_PAGE_SIZE') / 2**20,
          'threads': len(os.listdir('/proc/self/task')),
          'handles': len(os.listdir('/proc/self/fd'))}


def graph(count: int, directory: str) -> List[Figures]:
  """Trains in a session, and saves whenever it measures."""
  found = []
  with tf.Graph().as_default() as place:
    _, train_op = graph_task.build('rank')
    train_op = model_pruning.prune_train_op(train_op, _SPEC)
    saver = v1.train.Saver(max_to_keep=2)
    with v1.Session() as session:
      session.run(v1.global_variables_initializer())
      for _ in range(_NUM_MEASUREMENTS):
        for _ in range(count // _NUM_MEASUREMENTS):
          session.run(train_op)
        saver.save(session, os.path.join(directory, 'model'),
                   write_meta_graph=False)
        found.append(dict(measure(), operations=len(place.get_operations())))
  return found


class _Counted(tf.keras.layers.Layer):
  """Passes its input on; knows how often Python called it: at each trace."""

  num_calls = 0

  def call(self, inputs: Any) -> Any:
    type(self).num_calls += 1
    return inputs + 0.0


def fit(count: int, directory: str) -> List[Figures]:
  """Trains with `fit`, which saves and measures after each epoch."""
  found: List[Figures] = []
  net = keras_task.build('rank')
  model = keras.Model(net.inputs, _Counted()(net.outputs[0]))
  model_pruning.keras.prune(model, _SPEC)
  keras_task.compile_(model)
  path = os.path.join(directory, 'model.keras')

  def after_epoch(unused_epoch: int, unused_logs: Any) -> None:
    model.save(path)
    found.append(dict(measure(), traces=_Counted.num_calls))

  num_steps = count // _NUM_MEASUREMENTS
  inputs, labels = (
    np.resize(np.concatenate(values), (num_steps * 4, values.shape[-1]))
    for values in killed_net.batches())
  model.fit(inputs, labels, batch_size=4, epochs=_NUM_MEASUREMENTS, verbose=0,
            callbacks=[keras.callbacks.LambdaCallback(
              on_epoch_end=after_epoch)])
  return found


KINDS: Dict[str, Callable[[int, str], List[Figures]]] = {
  'graph': graph, 'fit': fit}


def run(count: int, seed: int = 0, kind: str = 'graph') -> report.Outcome:
  """Trains for `count` steps; the first half is to warm up."""
  del seed  # There is no chance in it.
  start = time.time()
  with tempfile.TemporaryDirectory() as directory:
    found = KINDS[kind](count, directory)
  warm, end = found[_NUM_MEASUREMENTS // 2 - 1], found[-1]
  growth = {name: end[name] - warm[name] for name in end}
  faults = {name: int(value > (_SLACK if name == 'memory' else 0))
            for name, value in growth.items()}
  return report.Outcome(
    f'long run, {kind}', count, time.time() - start, faults,
    tuple(f'{name} grows: {[round(one[name], 1) for one in found]}'
          for name, fault in faults.items() if fault),
    tuple(f'{name} {end[name]:.0f} ({growth[name]:+.1f})' for name in end))
