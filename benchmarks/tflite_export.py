# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Which TensorFlow Lite files are right, and how fast the sparse ones are.

    python benchmarks/tflite_export.py

A network of dense layers, and one of convolutions, is pruned at once: not at
all, to 80 % in single entries, in blocks of 4 inputs by 1 output, and 2 of 4.
Each is exported in every form, from a Keras model, or from a GraphDef where
TensorFlow runs in sessions, and the verdicts are listed. A file of other
weights is planted among them and must be rejected.

Then a dense layer of 1024 by 1024, and two convolutions of 128 by 128 channels
(1x1 and 3x3), are timed beside the same in blocks at 80 and 90 %, one example
at a time on one thread, each form in every round. The speed is the median of
the ratios within a round: other work on the machine changes it less than it
changes milliseconds.

Exits with 1 if no form of a structure is right, or the planted file is taken
for right. Converting and running is done in processes of their own, which the
figures count among other work.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import os
import pathlib
import sys
import tempfile
from typing import Any, Dict, List, Sequence, Tuple

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

_Network = Tuple[Tuple[int, ...], List[Tuple[int, ...]]]
_BLOCKS = 'block_dims_map=[.*:4x1]'
_STRUCTURES = {
    'dense': '',
    'unstructured 80 %': 'target_sparsity=0.8',
    'blocks 4x1 80 %': f'target_sparsity=0.8,{_BLOCKS}',
    '2 of 4': 'target_sparsity=0.5,sparsity_m_by_n=2x4',
}
# The shape of an example, and the kernels: convolutions, a mean over the places
# of the picture, and dense layers.
_NETWORKS: Dict[str, _Network] = {
    'dense': ((256,), [(256, 256), (256, 256), (256, 16)]),
    'conv': ((16, 16, 8), [(3, 3, 8, 32), (1, 1, 32, 64), (3, 3, 64, 64),
                           (64, 16)]),
}
_TIMED: Dict[str, _Network] = {
    'dense 1024x1024': ((1024,), [(1024, 1024)]),
    'conv 1x1, 3x3': ((28, 28, 128), [(1, 1, 128, 128), (3, 3, 128, 128)]),
}
v1 = tf.compat.v1


def _value(shape: Sequence[int], seed: int) -> np.ndarray:
  scale = np.sqrt(np.prod(shape[:-1]))
  return (np.random.RandomState(seed).randn(*shape) / scale).astype(np.float32)


def _keras_model(network: _Network) -> Any:
  """A network as a Keras model."""
  shape, kernels = network
  inputs = hidden = tf.keras.Input(shape)
  for i, kernel in enumerate(kernels):
    activation = 'relu' if i < len(kernels) - 1 else None
    if len(kernel) == 4:
      hidden = tf.keras.layers.Conv2D(
          kernel[-1], kernel[:2], padding='same', activation=activation,
          use_bias=False)(hidden)
      continue
    if len(hidden.shape) == 4:
      hidden = tf.keras.layers.GlobalAveragePooling2D()(hidden)
    hidden = tf.keras.layers.Dense(
        kernel[-1], activation=activation, use_bias=False)(hidden)
  model = tf.keras.Model(inputs, hidden)
  model.set_weights([_value(kernel, i) for i, kernel in enumerate(kernels)])
  return model


def _graph_def(network: _Network) -> Any:
  """A network as a frozen GraphDef."""
  shape, kernels = network
  with tf.Graph().as_default() as graph:
    hidden = v1.placeholder(tf.float32, [None, *shape], name='inputs')
    for i, kernel in enumerate(kernels):
      value = tf.constant(_value(kernel, i), name=f'kernel_{i}')
      if len(kernel) == 4:
        hidden = tf.nn.conv2d(hidden, value, strides=1, padding='SAME')
      else:
        if hidden.shape.rank == 4:
          hidden = tf.reduce_mean(hidden, [1, 2])
        hidden = tf.matmul(hidden, value)
      if i < len(kernels) - 1:
        hidden = tf.nn.relu(hidden)
  return graph.as_graph_def()


def _export(network: _Network, spec: str, path: str,
            quantizations: List[str], data: Any) -> Any:
  """Exports a network, and returns the report."""
  if tf.executing_eagerly():
    model = _keras_model(network)
    if spec:
      model_pruning.keras.prune_now(model, spec)
    return model_pruning.keras.export_tflite(
        model, path, quantizations=quantizations, representative_data=data,
        overwrite=True)
  source = path + '.pb'
  with open(source, 'wb') as file:
    file.write(_graph_def(network).SerializeToString())
  if spec:
    model_pruning.prune_files(source, path + '.pruned', spec, overwrite=True)
    source = path + '.pruned'
  return graph_source.export_tflite(
      frozen.freeze(kinds.recognize(source)), path,
      quantizations=quantizations, representative_data=data)


def _matrix(name: str, directory: str) -> List[Dict[str, Any]]:
  """The verdict on each form of each structure of a network."""
  network = _NETWORKS[name]
  data = _value([64, *network[0]], 9)
  rows: List[Dict[str, Any]] = []
  for structure, spec in _STRUCTURES.items():
    try:
      report = _export(network, spec, os.path.join(directory, 'model.tflite'),
                       list(variants.QUANTIZATIONS), data)
    except ValueError as e:
      rows.append(dict(network=name, structure=structure, problem=str(e)))
      continue
    for one in report.variants:
      row = {key: None if isinstance(value, float) and math.isnan(value)
             else value for key, value in dataclasses.asdict(one).items()}
      rows.append(dict(network=name, structure=structure,
                       chosen=one.name == report.chosen, **row))
  return rows


def _planted(directory: str) -> str:
  """Why a file of other weights is rejected; '' if it is taken for right."""
  path = os.path.join(directory, 'planted.tflite')
  _export(((256,), [(256, 16)]), '', path, ['float32'], None)
  inputs = os.path.join(directory, 'inputs.npz')
  values = _value([4, 256], 1)
  np.savez(inputs, **{'0': values})
  [found] = tflite.verify(
      [tflite.Checked('planted', path, variants.TOLERANCES['float32'])], inputs,
      [1.01 * values.dot(_value([256, 16], 0))])
  return found.problem


def _latency(name: str, directory: str) -> List[Dict[str, Any]]:
  """The times of a network on one thread, dense and in blocks."""
  paths = []
  for form, spec in (('dense', ''),
                     ('blocks_80', f'target_sparsity=0.8,{_BLOCKS}'),
                     ('blocks_90', f'target_sparsity=0.9,{_BLOCKS}')):
    paths.append(os.path.join(directory, form + '.tflite'))
    _export(_TIMED[name], spec, paths[-1], ['float32'], None)
  return [dict(dataclasses.asdict(one), network=name,
               path=os.path.basename(one.path),
               num_bytes=os.path.getsize(one.path))
          for one in latency_lib.latency(paths, rounds=300).models
          if one.threads == 1]


def main() -> int:
  """Measures, prints, and writes the figures."""
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument('--json', help='file to write the figures to')
  arguments = parser.parse_args()
  other_work = timing.OtherWork()
  with tempfile.TemporaryDirectory() as directory:
    rows = [row for name in _NETWORKS for row in _matrix(name, directory)]
    planted = _planted(directory)
    times: List[Dict[str, Any]] = []
    if hasattr(tf.lite.Optimize, 'EXPERIMENTAL_SPARSITY'):
      times = [row for name in _TIMED for row in _latency(name, directory)]
  right = {(row['network'], row['structure']) for row in rows
           if not row['problem']}
  missed = [f'no form of {network}, {structure} is right'
            for network in _NETWORKS for structure in _STRUCTURES
            if (network, structure) not in right]
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
