# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Writes results/README.md from the JSON files beside it."""

from __future__ import annotations

import json
import pathlib
from typing import Any, Dict, Iterable, Iterator, List, Tuple

import step_models

_RESULTS = pathlib.Path(__file__).resolve().parent / 'results'

_HEAD = """# Results

Written by `make bench`; what is measured, and how, is said at the top of
[mask_update.py](../mask_update.py), [update_memory.py](../update_memory.py),
[step_overhead.py](../step_overhead.py),
[graph_overhead.py](../graph_overhead.py), [packing.py](../packing.py) and
[tflite_export.py](../tflite_export.py).
Compare ratios, not milliseconds. A run during which the CPUs were busy with
other work, see the last table, should be repeated on an idle machine.
"""

# `step_overhead` alone is the MLP.
_STEP_RESULTS = ('step_overhead_cnn', 'step_overhead', 'step_overhead_lstm',
                 'step_overhead_mobilenet', 'step_overhead_xla')

Rows = Iterable[Iterable[Any]]


def table(header: Iterable[str], rows: Rows) -> str:
  """A Markdown table."""
  lines: List[Iterable[Any]] = [header, ['---' for _ in header], *rows]
  return '\n'.join(
      '| ' + ' | '.join(str(cell) for cell in line) + ' |' for line in lines)


def _results(name: str) -> Iterator[Tuple[str, Dict[str, Any]]]:
  for path in sorted(_RESULTS.glob(name + '_tf*.json')):
    yield path.stem[len(name) + 1:], json.loads(path.read_text())


def mask_updates() -> Iterator[List[Any]]:
  """One row for each result, size and way to make a mask."""
  for row, result in _results('mask_update'):
    for size in result['sizes']:
      for name in ('ours', 'ours_xla', 'tfmot', 'np_partition'):
        figures = size[name]
        yield [row, f'{size["weights"]:,}', name, figures['ms'],
               figures['over_ours'], figures['cpu_over_ours'],
               figures['wrong_mask_entries']]


def update_memory() -> Iterator[List[Any]]:
  """One row for each result, side and library."""
  for row, result in _results('update_memory'):
    for side in result['sides']:
      for kind in ('dense', 'ours', 'before'):
        if kind in side:
          figures = side[kind]
          yield [row, side['side'], f'{result["weights"]:,}', kind,
                 figures['peak'], figures.get('extra', ''), figures['ms'],
                 figures.get('time_over_before', '')]


def models() -> str:
  """What the models are, as a list."""
  return '\n'.join(
      f'* {name}: {workload.title}; at most {workload.most_amortised_100:g} '
      'dense steps with an update every 100'
      for name, workload in step_models.WORKLOADS.items())


def steps() -> Iterator[List[Any]]:
  """One row for each result and library."""
  for benchmark in _STEP_RESULTS:
    for row, result in _results(benchmark):
      for name in ('ours', 'tfmot'):
        if name in result:
          figures = result[name]
          yield [row, result.get('model', 'mlp'),
                 'yes' if result['jit_compile'] else 'no', name,
                 result['dense_ms'], figures['plain'], figures['update'],
                 figures['amortised_10'], figures['amortised_100'],
                 figures['cpu_amortised_10'],
                 figures['state_over_kernel']]


def sessions() -> Iterator[List[Any]]:
  """One row for each result and network."""
  for row, result in _results('graph_overhead'):
    for name, figures in result['steps'].items():
      yield [row, name, figures['dense_ms'], figures['plain'],
             figures['update'], figures['amortised_10'],
             figures['amortised_100'], figures['cpu_amortised_10'],
             figures['runs_per_step']]


def attachments() -> Iterator[List[Any]]:
  """One row for each result and size of a graph."""
  for row, result in _results('graph_overhead'):
    for figures in result['attach']:
      yield [row, f'{figures["ops"]:,}', figures['weights'],
             f'{figures["ops_added"]:,}', figures['seconds'],
             figures['cpu_seconds']]


def packed() -> Iterator[List[Any]]:
  """One row for each result and sparsity."""
  for row, result in _results('packing'):
    for figures in result['rows']:
      speeds = figures['megabytes_per_second']
      yield [row, figures['sparsity'], f'{figures["dense_bytes"]:,}',
             f'{figures["packed_bytes"]:,}', f'{figures["gzip_bytes"]:,}',
             f'{figures["zstd_bytes"]:,}', figures['over_bound'],
             *(speeds[name] for name in ('encode', 'decode', 'gzip', 'zstd')),
             'yes' if figures['is_exact'] else 'no']


def exports() -> Iterator[List[Any]]:
  """One row for each result, network, structure and form."""
  for row, result in _results('tflite_export'):
    for one in result['matrix']:
      if 'name' not in one:  # No form of this structure is right.
        yield [row, one['network'], one['structure'], '', '', '',
               one['problem']]
        continue
      verdict = one['problem'] or (
          'right, the smallest' if one['chosen'] else 'right')
      yield [row, one['network'], one['structure'], one['name'],
             f'{one["num_bytes"]:,}' if one['num_bytes'] else '',
             '' if one['error'] is None else f'{one["error"]:.2g}',
             ' '.join(verdict.replace('|', '/').split())]
    yield [row, 'one layer', 'dense', 'a planted file of other weights', '', '',
           result['planted'] or 'taken for right']


def latencies() -> Iterator[List[Any]]:
  """One row for each result, network and file."""
  for row, result in _results('tflite_export'):
    for one in result['latency']:
      yield [row, one['network'], one['path'], f'{one["num_bytes"]:,}',
             f'{one["speed"]:.2f}', f'{one["median"]:.3f}',
             f'{one["low"]:.3f} - {one["high"]:.3f}', one['densified']]


def applications() -> Iterator[List[Any]]:
  """One row for each result and network of keras.applications."""
  for row, result in _results('applications_sweep'):
    for network in result['networks']:
      yield [row, network['network'], network['side'],
             f'{network["all_weights"]:,}', network['pruned_kernels'],
             f'{network["zeros"]:,} of {network["pruned_weights"]:,}',
             ', '.join(network['file_bytes']),
             '; '.join(network['failed']) or 'yes']


def application_runs() -> Iterator[List[Any]]:
  """One row for each result: what was run, and when."""
  for row, result in _results('applications_sweep'):
    yield [row, f'`{result["command"]}`',
           f'tensorflow {result["tensorflow"]}, keras {result["keras"]}',
           result['date']]


def runs() -> Iterator[List[Any]]:
  """One row for each result: what was run, where and when."""
  for name in ('mask_update', 'update_memory', *_STEP_RESULTS,
               'graph_overhead', 'packing', 'tflite_export'):
    for row, result in _results(name):
      where = result['environment']
      versions = ', '.join(
          f'{module} {version}'
          for module, version in where['versions'].items())
      yield [row, f'`{result["command"]}`', versions,
             f'{where["num_cpus"]} × {where["cpu"]}',
             result['other_work_cpus'], where['date'],
             '; '.join(result['missed']) or 'nothing']


def main() -> None:
  """Writes the file."""
  parts = [
      _HEAD,
      '## One mask update, float32, 0.8 pruned\n',
      table(['row', 'weights', 'update', 'ms', 'time over ours',
             'CPU time over ours', 'wrong mask entries'], mask_updates()),
      '\n## Memory of a step with a mask update, in copies of its weight\n',
      '`before` is the library of an older checkout.\n',
      table(['row', 'side', 'weights', 'library', 'peak', 'over dense', 'ms',
             'time over before'], update_memory()),
      '\n## A training step of Keras over a dense one, Adam\n',
      f'{models()}\n',
      table(['row', 'model', 'XLA', 'library', 'dense step, ms',
             'no mask update', 'mask update', 'every 10 steps',
             'every 100 steps', 'every 10, CPU time',
             'state bytes over kernel bytes'], steps()),
      '\n## A step of a session with the hook over a dense one\n',
      table(['row', 'network', 'dense step, ms', 'no mask update',
             'mask update', 'every 10 steps', 'every 100 steps',
             'every 10, CPU time', 'session.run a step'], sessions()),
      '\n## Attaching the hook to a graph\n',
      table(['row', 'operations', 'weights', 'operations added', 'seconds',
             'CPU seconds'], attachments()),
      '\n## Packed files\n',
      'MobileNetV1, random weights. The bound is the entropy of zeros and of\n'
      'the bytes of what is kept. Speeds are megabytes of dense bytes in a\n'
      'second of the CPU.\n',
      table(['row', 'sparsity', 'dense bytes', 'packed', 'gzip -6', 'zstd -9',
             'over bound', 'encode', 'decode', 'gzip', 'zstd', 'exact'],
            packed()),
      '\n## TensorFlow Lite files\n',
      'Three dense layers, and three convolutions and a dense layer, in every\n'
      'form, compared with the model. The error is that with the default\n'
      'delegate, over the largest output.\n',
      table(['row', 'network', 'structure', 'form', 'bytes', 'error',
             'verdict'], exports()),
      '\nFloat32, in blocks of 4x1, one thread. Each file runs in every\n'
      'round, and the speed is the median of the ratios within a round:\n'
      'compare that, and not milliseconds, where the machine had other work\n'
      '(see the last table). Convolutions are no faster for their zeros:\n'
      'TensorFlow Lite makes their weights dense.\n',
      table(['row', 'network', 'file', 'bytes', 'speed over dense', 'ms',
             '10 % - 90 %', 'weights made dense'], latencies()),
      '\n## Networks of keras.applications\n',
      'Random weights, pruned to 0.9, two steps, saved, and loaded where\n'
      'there is no model_pruning; not made by `make bench`. In the last\n'
      'column: zeros as required, outputs equal bit for bit.\n',
      table(['row', 'network', 'pixels', 'weights', 'kernels pruned',
             'zeros in them', 'files', 'loaded: equal'], applications()),
      '',
      table(['row', 'command', 'versions', 'date'], application_runs()),
      '\n## Runs\n',
      table(['row', 'command', 'versions', 'CPU', 'CPUs busy with other work',
             'date', 'misses'], runs())]
  (_RESULTS / 'README.md').write_text('\n'.join(parts) + '\n')


if __name__ == '__main__':
  main()
