# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Measures the memory that one mask update takes at its peak.

    python benchmarks/update_memory.py

A network of one float32 weight makes train steps with SGD: dense, and pruned
to 0.8 with a mask update in each step. Each of them runs in a process of its
own, whose peak of resident memory the kernel counts anew before each measured
step. Printed are medians over the steps, in copies of the weight: the peak of
the dense step, that of the pruned step, and the difference, which holds the
mask (a quarter of a copy) and all that the update takes besides. `keras_xla`
is the step that XLA compiles. With `--against`, the library of another
checkout is measured as well, process by process in turns, and times are
compared with it.

Exits with 1 if a difference is more than the library promises. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time
from typing import Any, Callable, Dict, List

_ROOT = pathlib.Path(__file__).resolve().parent.parent

NUM_INPUTS = 5000  # Rows of the weight.
NUM_STEPS = 3
MOST_EXTRA_COPIES = 1.5
SPEC = ('initial_sparsity=0.8,target_sparsity=0.8,'
        'sparsity_function_end_step=0,pruning_frequency=1')


def memory_bytes(field: str) -> int:
  """Resident memory of this process: now (VmRSS) or at its peak (VmHWM)."""
  for line in pathlib.Path('/proc/self/status').read_text().splitlines():
    if line.startswith(field + ':'):
      return int(line.split()[1]) * 1024
  raise RuntimeError(f'/proc/self/status must have a line {field!r}.')


def keras_step(num_outputs: int, is_pruned: bool,
               jit_compile: bool) -> Callable[[], Any]:
  """A train step of a Keras model of one dense layer."""
  import numpy as np
  import tensorflow as tf

  keras = tf.keras
  model = keras.Sequential([
      keras.layers.Input([NUM_INPUTS]),
      keras.layers.Dense(num_outputs, use_bias=False)])
  model.compile(keras.optimizers.SGD(0.01), 'mse', jit_compile=jit_compile)
  if is_pruned:
    import model_pruning.keras
    model_pruning.keras.prune(model, SPEC)
  x = np.ones([1, NUM_INPUTS], np.float32)
  y = np.ones([1, num_outputs], np.float32)
  return lambda: model.train_on_batch(x, y)


def graph_step(num_outputs: int, is_pruned: bool) -> Callable[[], Any]:
  """A train step of a session."""
  import tensorflow as tf

  v1 = tf.compat.v1
  with tf.Graph().as_default():
    weight = v1.get_variable('weight', [NUM_INPUTS, num_outputs])
    outputs = tf.matmul(tf.ones([1, NUM_INPUTS]), weight)
    train_op = v1.train.GradientDescentOptimizer(0.01).minimize(
        tf.reduce_mean(tf.square(outputs - 1.0)),
        v1.train.get_or_create_global_step())
    if is_pruned:
      import model_pruning
      train_op = model_pruning.prune_train_op(train_op, SPEC)
    initialize = v1.global_variables_initializer()
    session = v1.Session()
    session.run(initialize)
  return lambda: session.run(train_op)


STEPS: Dict[str, Callable[..., Callable[[], Any]]] = {
    'keras': lambda *of: keras_step(*of, jit_compile=False),
    'keras_xla': lambda *of: keras_step(*of, jit_compile=True),
    'graph': graph_step,
}


def measure_here(side: str, num_outputs: int,
                 is_pruned: bool) -> Dict[str, Any]:
  """Peaks, in copies of the weight, and times of steps of this process."""
  import tensorflow as tf  # noqa: F401

  before = memory_bytes('VmRSS')
  step = STEPS[side](num_outputs, is_pruned)
  for _ in range(2):
    step()
  peaks, seconds = [], []
  for _ in range(NUM_STEPS):
    pathlib.Path('/proc/self/clear_refs').write_text('5')
    start = time.perf_counter()
    step()
    seconds.append(time.perf_counter() - start)
    peaks.append((memory_bytes('VmHWM') - before)
                 / (4 * NUM_INPUTS * num_outputs))
  return {'peak': statistics.median(peaks),
          'seconds': statistics.median(seconds)}


def measure(side: str, num_outputs: int, kind: str,
            root: str) -> Dict[str, Any]:
  """The same in a process of its own, with the library of a checkout."""
  output = subprocess.run(
      [sys.executable, __file__, '--child', side, '--kind', kind,
       '--outputs', str(num_outputs)],
      env={**os.environ, 'PYTHONPATH': root}, check=True,
      stdout=subprocess.PIPE).stdout
  figures: Dict[str, Any] = json.loads(output.decode().splitlines()[-1])
  return figures


def figures_of(side: str, num_outputs: int, roots: Dict[str, str],
               num_rounds: int) -> Dict[str, Any]:
  """Medians over the rounds for the dense step and each library."""
  runs: Dict[str, List[Dict[str, Any]]] = {kind: [] for kind in roots}
  for _ in range(num_rounds):
    for kind, root in roots.items():
      runs[kind].append(measure(side, num_outputs, kind, root))
  figures: Dict[str, Any] = {'side': side}
  for kind, results in runs.items():
    peak = statistics.median(run['peak'] for run in results)
    figures[kind] = {
        'peak': round(peak, 2),
        'ms': round(1e3 * statistics.median(
            run['seconds'] for run in results), 1)}
    if kind != 'dense':
      figures[kind]['extra'] = round(peak - statistics.median(
          run['peak'] for run in runs['dense']), 2)
  if 'before' in runs:
    figures['ours']['time_over_before'] = round(statistics.median(
        ours['seconds'] / before['seconds']
        for ours, before in zip(runs['ours'], runs['before'])), 2)
  return figures


def main() -> int:
  """Prints a table; returns the exit code."""
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument('--sides', nargs='+', choices=list(STEPS),
                      default=['keras', 'graph'], help='what to measure')
  parser.add_argument('--outputs', type=int, default=10_000,
                      help=f'columns of the weight; it has {NUM_INPUTS} rows')
  parser.add_argument('--rounds', type=int, default=3,
                      help='processes of each kind')
  parser.add_argument('--against', help='another checkout, to compare with')
  parser.add_argument('--json', help='file to write the figures to')
  parser.add_argument('--child', choices=list(STEPS), help=argparse.SUPPRESS)
  parser.add_argument('--kind', help=argparse.SUPPRESS)
  args = parser.parse_args()
  if args.child:
    print(json.dumps(measure_here(
        args.child, args.outputs, args.kind != 'dense')))
    return 0
  sys.path.append(str(_ROOT))
  import timing

  roots = {'dense': str(_ROOT), 'ours': str(_ROOT)}
  if args.against:
    roots['before'] = args.against
  other_work = timing.OtherWork()
  missed: List[str] = []
  rows = []
  for side in args.sides:
    figures = figures_of(side, args.outputs, roots, args.rounds)
    rows.append(figures)
    for kind in roots:
      print(f'{side:<10} {kind:<7} ' + ', '.join(
          f'{name} {value:g}' for name, value in figures[kind].items()),
            flush=True)
    extra = figures['ours']['extra']
    if extra > MOST_EXTRA_COPIES:
      missed.append(f'{side}: {extra:g} copies of the weight, more than '
                    f'{MOST_EXTRA_COPIES:g}')
  print('\n'.join(missed) or 'All as promised.')
  import numpy
  import tensorflow

  import model_pruning
  timing.write_json(args.json, {
      'command': timing.command(),
      'environment': timing.environment([tensorflow, numpy, model_pruning]),
      'other_work_cpus': other_work.num_cpus(),
      'weights': NUM_INPUTS * args.outputs,
      'missed': missed, 'sides': rows})
  return 1 if missed else 0


if __name__ == '__main__':
  sys.exit(main())
