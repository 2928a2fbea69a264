# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs one computation in each mode that users run TensorFlow in."""

from __future__ import annotations

import inspect
import os
from typing import Any, Callable, Dict, List, Sequence

import numpy as np
import tensorflow as tf

# TF 1.x starts in graph mode; rows that test its eager mode set this.
if os.environ.get('MODEL_PRUNING_TEST_V2_BEHAVIOR') == '1':
  tf.compat.v1.enable_v2_behavior()


def _split_cpu() -> bool:
  """Makes two logical devices of the CPU; False where that does not work."""
  if tf.__version__.startswith('1.14.'):  # Keras' session ignores the split.
    return False
  config = tf.config.experimental
  [cpu] = config.list_physical_devices('CPU')
  config.set_virtual_device_configuration(
      cpu, [config.VirtualDeviceConfiguration()] * 2)
  return True


# Devices can be split before the first use only: when tests are collected.
_HAS_TWO_CPUS = _split_cpu()


def is_eager() -> bool:
  """Whether this process runs with TF 2 behaviour."""
  return tf.executing_eagerly()


def run_graph(function: Callable[..., Any], *args: np.ndarray) -> Any:
  """`function` in a v1 graph and session, its arguments fed."""
  with tf.Graph().as_default(), tf.compat.v1.Session() as session:
    inputs = [tf.compat.v1.placeholder(np.asarray(arg).dtype, np.shape(arg))
              for arg in args]
    outputs = function(*inputs)
    return session.run(outputs, dict(zip(inputs, args)))


def _run_eagerly(function: Callable[..., Any], *args: np.ndarray) -> Any:
  outputs = function(*[tf.constant(arg) for arg in args])
  return tf.nest.map_structure(lambda output: output.numpy(), outputs)


def _run_function(function: Callable[..., Any], *args: np.ndarray) -> Any:
  return _run_eagerly(tf.function(function, autograph=False), *args)


def _run_compiled(function: Callable[..., Any], *args: np.ndarray) -> Any:
  compiled = tf.function(function, autograph=False, jit_compile=True)
  return _run_eagerly(compiled, *args)


def has_jit_compile() -> bool:
  """Whether `tf.function` takes `jit_compile` (from TF 2.5 on)."""
  return 'jit_compile' in inspect.signature(tf.function).parameters


def available() -> Dict[str, Callable[..., Any]]:
  """The modes this process has, by name."""
  runs = {'graph': run_graph}
  if is_eager():
    runs.update(eager=_run_eagerly, function=_run_function)
    if has_jit_compile():
      runs['jit_compile'] = _run_compiled
  return runs


MODES: Sequence[str] = ('graph', 'eager', 'function', 'jit_compile')


def run(test: Any, mode: str, function: Callable[..., Any],
        *args: np.ndarray) -> Any:
  """Runs `function` in `mode`, or skips `test` where there is none."""
  runs = available()
  if mode not in runs:
    test.skipTest(f'TensorFlow {tf.__version__} has no {mode} mode here')
  return runs[mode](function, *args)


# TensorFlow numbers the collectives of every strategy alike, and takes those
# of a second one, of other shapes, for those of the first.
_STRATEGIES: List[tf.distribute.Strategy] = []


def two_replicas(test: Any, **kwargs: Any) -> tf.distribute.Strategy:
  """A MirroredStrategy on two CPU devices, or skips `test`.

  Args:
    test: a test case.
    **kwargs: of the strategy; without any, it is that of the process.
  """
  if not _HAS_TWO_CPUS:
    test.skipTest(f'TensorFlow {tf.__version__} needs real devices for a '
                  'MirroredStrategy of two')
  if kwargs or not _STRATEGIES:
    strategy = tf.distribute.MirroredStrategy(['/cpu:0', '/cpu:1'], **kwargs)
    if kwargs:
      return strategy
    _STRATEGIES.append(strategy)
  return _STRATEGIES[0]
