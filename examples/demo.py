# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""One spec string prunes an Estimator and a Keras model: `make demo`.

    python examples/demo.py [--spec SPEC] [--steps STEPS]

Makes the environments it needs in .cache/demo, trains the same network on
both front ends, dense and pruned, and writes demo_output/. Needs nothing but
the standard library itself.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import Any, Dict, List

from support import environments

EXAMPLES = environments.ROOT / 'examples'
OUTPUT = environments.ROOT / 'demo_output'
# The newest TensorFlow that has an Estimator, and the last 1.x.
ESTIMATOR_ROWS = ['tf2_15', 'tf1_15']


def main(arguments: List[str]) -> None:
  """Runs the demo; `arguments` are passed on to both examples."""
  newest = environments.find_row(environments.newest_first())
  if newest is None:
    raise SystemExit('Found no Python from 3.7 to 3.13. Install one.')
  python = estimator_python = environments.make(newest)
  if not _has_estimator(python):
    row = environments.find_row(ESTIMATOR_ROWS)
    print('The newest TensorFlow has no Estimator: that part uses',
          'an older one.' if row else 'MonitoredTrainingSession.')
    if row:
      estimator_python = environments.make(row)
  shutil.rmtree(OUTPUT, ignore_errors=True)
  results = [
      _train(estimator_python, 'digits_estimator.py', arguments),
      _train(python, 'digits_keras.py', arguments)]
  files = sorted(map(str, OUTPUT.glob('*/result.json')))
  _run([python, 'support/plot.py', *files, str(OUTPUT / 'demo.png')])
  print('\nSpec: ' + results[0]['spec'].replace(',', ',\n      '))
  for result in results:
    _print_result(result)
  print('\nSparsity and accuracy over steps: demo_output/demo.png')


def _has_estimator(python: str) -> bool:
  probe = ('import tensorflow as tf; '
           'print(hasattr(tf.compat.v1, "estimator"))')
  return subprocess.run(
      [python, '-c', probe], env=_environment(), check=True,
      stdout=subprocess.PIPE, universal_newlines=True
  ).stdout.strip() == 'True'


def _train(python: str, example: str, arguments: List[str]) -> Dict[str, Any]:
  print(f'\n== {example}', flush=True)
  directory = OUTPUT / example[:-len('.py')]
  _run([python, example, *arguments, '--output', str(directory)])
  return json.loads((directory / 'result.json').read_text())


def _run(command: List[str]) -> None:
  done = subprocess.run(command, cwd=str(EXAMPLES), env=_environment())
  if done.returncode:
    raise SystemExit(f'Failed, code {done.returncode}: {" ".join(command)}')


def _environment() -> Dict[str, str]:
  """The environment of the examples: TensorFlow is to be quiet."""
  return dict(
      os.environ, PYTHONPATH=str(environments.ROOT), PYTHONWARNINGS='ignore',
      PYTHONNOUSERSITE='1', TF_CPP_MIN_LOG_LEVEL='3',
      TF_ENABLE_ONEDNN_OPTS='0', CUDA_VISIBLE_DEVICES='-1')


def _print_result(result: Dict[str, Any]) -> None:
  dense, pruned = result['dense'], result['pruned']
  print(f'\n{result["front"]}, TensorFlow {result["tensorflow"]}')
  print(f'  {"saved weight":16} {"entries":>10} {"zeros":>10} sparsity')
  for weight in pruned['weights']:
    share = weight['zeros'] / weight['size']
    print(f'  {weight["name"]:16} {weight["size"]:10} {weight["zeros"]:10} '
          f'{share:8.4%}')
  print(f'  {"":16} {"dense":>10} {"pruned":>10}')
  print(f'  {"accuracy":16} {dense["accuracy"]:10.2%} '
        f'{pruned["accuracy"]:10.2%}')
  print(f'  {"gzip bytes":16} {dense["gzip_bytes"]:10} '
        f'{pruned["gzip_bytes"]:10} '
        f'{dense["gzip_bytes"] / pruned["gzip_bytes"]:7.1f}x smaller')


if __name__ == '__main__':
  main(sys.argv[1:])
