# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Which TensorFlow Lite files are right, and how fast the sparse ones are.

    python benchmarks/tflite_export.py

A network of dense layers is pruned at once: not at all, to 80 % in single
entries, in blocks of 4 inputs by 1 output, and 2 of 4. Each is exported in
every form, from a Keras model, or from a GraphDef where TensorFlow runs in
sessions, and the verdicts are listed. A file of other weights is planted among
them and must be rejected.

Then one dense layer of 1024 by 1024 is timed beside the same in blocks at 80
and 90 %, one example at a time, each form in every round. Exits with 1 if no
form of a structure is right, or the planted file is taken for right. Converting
and running is done in processes of their own, which the figures count among
other work.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import os
import pathlib
import sys
import tempfile
from typing import Any, Dict, List

import numpy as np
import tensorflow as tf

_ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_ROOT)]

import timing  # noqa: E402

import model_pruning  # noqa: E402
from model_pruning._src.export import graph_source  # noqa: E402
from model_pruning._src.export import latency as latency_lib  # noqa: E402
from model_pruning._src.export import tflite  # noqa: E402
from model_pruning._src.export import variants  # noqa: E402
from model_pruning._src.model_files import frozen  # noqa: E402
from model_pruning._src.model_files import kinds  # noqa: E402

_BLOCKS = 'block_dims_map=[.*:4x1]'
_STRUCTURES = {
    'dense': '',
    'unstructured 80 %': 'target_sparsity=0.8',
    'blocks 4x1 80 %': f'target_sparsity=0.8,{_BLOCKS}',
    '2 of 4': 'target_sparsity=0.5,sparsity_m_by_n=2x4',
}
_NUM_INPUTS = 256
v1 = tf.compat.v1


def _value(shape: List[int], seed: int) -> np.ndarray:
  values = np.random.RandomState(seed).randn(*shape) / np.sqrt(shape[0])
  return values.astype(np.float32)


def _export(spec: str, sizes: List[int], path: str, quantizations: List[str],
            data: Any) -> Any:
  """Exports a network of dense layers, and returns the report."""
  if tf.executing_eagerly():
    inputs = tf.keras.Input((sizes[0],))
    hidden = inputs
    for i, size in enumerate(sizes[1:]):
      hidden = tf.keras.layers.Dense(
          size, activation='relu' if i < len(sizes) - 2 else None,
          name=f'dense_{i}')(hidden)
    model = tf.keras.Model(inputs, hidden)
    for i, layer in enumerate(model.layers[1:]):
      layer.set_weights([_value(sizes[i:i + 2], i),
                         np.zeros(sizes[i + 1], np.float32)])
    if spec:
      model_pruning.keras.prune_now(model, spec)
    return model_pruning.keras.export_tflite(
        model, path, quantizations=quantizations, representative_data=data,
        overwrite=True)
  with tf.Graph().as_default() as graph:
    hidden = v1.placeholder(tf.float32, [None, sizes[0]], name='inputs')
    for i in range(len(sizes) - 1):
      hidden = tf.matmul(hidden, tf.constant(
          _value(sizes[i:i + 2], i), name=f'dense_{i}'))
      if i < len(sizes) - 2:
        hidden = tf.nn.relu(hidden)
    source = path + '.pb'
    with open(source, 'wb') as file:
      file.write(graph.as_graph_def().SerializeToString())
  if spec:
    model_pruning.prune_files(source, path + '.pruned', spec, overwrite=True)
    source = path + '.pruned'
  return graph_source.export_tflite(
      frozen.freeze(kinds.recognize(source)), path,
      quantizations=quantizations, representative_data=data)


def _matrix(directory: str) -> List[Dict[str, Any]]:
  """The verdict on each form of each structure."""
  data = _value([64, _NUM_INPUTS], 9)
  rows = []
  for structure, spec in _STRUCTURES.items():
    try:
      report = _export(spec, [_NUM_INPUTS, 256, 256, 16],
                       os.path.join(directory, 'model.tflite'),
                       list(variants.QUANTIZATIONS), data)
    except ValueError as e:
      rows.append(dict(structure=structure, problem=str(e)))
      continue
    for one in report.variants:
      row = {key: None if isinstance(value, float) and math.isnan(value)
             else value for key, value in dataclasses.asdict(one).items()}
      rows.append(dict(structure=structure, chosen=one.name == report.chosen,
                       **row))
  return rows


def _planted(directory: str) -> str:
  """Why a file of other weights is rejected; '' if it is taken for right."""
  path = os.path.join(directory, 'planted.tflite')
  _export('', [_NUM_INPUTS, 16], path, ['float32'], None)
  inputs = os.path.join(directory, 'inputs.npz')
  values = _value([4, _NUM_INPUTS], 1)
  np.savez(inputs, **{'0': values})
  [found] = tflite.verify(
      [tflite.Checked('planted', path, variants.TOLERANCES['float32'])], inputs,
      [1.01 * values.dot(_value([_NUM_INPUTS, 16], 0))])
  return found.problem


def _latency(directory: str) -> List[Dict[str, Any]]:
  """The times of a dense layer, dense and in blocks."""
  paths = []
  for name, spec in (('dense', ''),
                     ('blocks_80', f'target_sparsity=0.8,{_BLOCKS}'),
                     ('blocks_90', f'target_sparsity=0.9,{_BLOCKS}')):
    paths.append(os.path.join(directory, name + '.tflite'))
    _export(spec, [1024, 1024], paths[-1], ['float32'], None)
  return [dict(dataclasses.asdict(one), path=os.path.basename(one.path))
          for one in latency_lib.latency(paths, rounds=300).models]


def main() -> int:
  """Measures, prints, and writes the figures."""
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument('--json', help='file to write the figures to')
  arguments = parser.parse_args()
  other_work = timing.OtherWork()
  with tempfile.TemporaryDirectory() as directory:
    rows = _matrix(directory)
    planted = _planted(directory)
    times: List[Dict[str, Any]] = []
    if hasattr(tf.lite.Optimize, 'EXPERIMENTAL_SPARSITY'):
      times = _latency(directory)
  right = {row['structure'] for row in rows if not row['problem']}
  missed = [f'no form of {name} is right' for name in _STRUCTURES
            if name not in right]
  if not planted:
    missed.append('the planted file is taken for right')
  for row in [*rows, *times]:
    print(row)
  print(f'Planted: {planted}')
  print('\n'.join(missed) or 'All as promised.')
  timing.write_json(arguments.json, dict(
      command=timing.command(),
      environment=timing.environment([tf, np, model_pruning]),
      other_work_cpus=other_work.num_cpus(), missed=missed, matrix=rows,
      planted=planted, latency=times))
  return 1 if missed else 0


if __name__ == '__main__':
  sys.exit(main())
