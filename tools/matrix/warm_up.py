# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Imports what tests import, so that Python compiles it once.

    python tools/matrix/warm_up.py

The sandbox of a test mounts its environment read-only, and what is not compiled
there is compiled at each import. An environment has three times as many files
as all tests import, and compiling all of them took most of the time it took to
make one. What this list lacks works, and only takes longer.
"""

import importlib

_MODULES = (
  'tensorflow',
  'tensorflow.compat.v1',
  'tensorflow.python.tools.freeze_graph',
  'tensorflow_estimator.python.estimator.estimator_lib',
  'keras.api._v1.keras',
  'tf_keras',
  'tf_slim.nets.resnet_v1',
  'tensorflow_model_optimization',
  'absl.testing.parameterized',
  'click.testing',
  'h5py',
  'hypothesis.extra.numpy',
  'hypothesis.internal.conjecture.engine',
  'matplotlib.pyplot',
  'pytest',
  'rich.progress',
  'rich.table',
  'safetensors.numpy',
  'zstandard',
)

# TensorFlow loads these when they are first asked for.
_LAZY = ('contrib', 'estimator', 'keras', 'lite')


def main() -> None:
  """Imports what there is; an environment need not have all."""
  for name in _MODULES:
    try:
      importlib.import_module(name)
    except Exception:  # Whatever a package that does not fit this row raises.
      continue
  tf = importlib.import_module('tensorflow')
  for name in _LAZY:
    dir(getattr(tf, name, None))


if __name__ == '__main__':
  main()
