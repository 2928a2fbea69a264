# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What needs no TensorFlow runs in a process that cannot import it."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

from absl.testing import absltest
from absl.testing import parameterized

_ROOT = pathlib.Path(__file__).parents[1]
_SOURCE = _ROOT / 'model_pruning/_src'
_ROOMS = [room for room in ('axes', 'spec', 'planning', 'storage')
          if (_SOURCE / room / '__init__.py').exists()]
_BLOCK = '''
import importlib, sys
for name in ('tensorflow', 'keras', 'tf_keras', 'tf_slim'):
  sys.modules[name] = None  # An import of it is an ImportError now.
'''
_USE = _BLOCK + '''
from model_pruning._src.planning import plan
from model_pruning._src.spec import pruning_spec
spec = pruning_spec.PruningSpec.parse(
    'target_sparsity=0.9,weight_sparsity_map=[conv:0.5],'
    'block_dims_map=[dense:1x4]')
rules, report = plan.make_plan(spec, [
    plan.Candidate('conv/kernel', (3, 3, 8, 16), None),
    plan.Candidate('dense/kernel', (64, 8), None),
    plan.Candidate('dense/bias', (8,), 'it is a bias')])
print([rule and rule.target_sparsity for rule in rules])
print(report)
'''


def _run(program, *arguments):
  """What a new process prints; raises with what it complains of."""
  result = subprocess.run(
      [sys.executable, '-c', program, *arguments], cwd=str(_ROOT), check=False,
      env=dict(os.environ, PYTHONPATH=str(_ROOT)), stdout=subprocess.PIPE,
      stderr=subprocess.PIPE, universal_newlines=True)
  if result.returncode:
    raise AssertionError(result.stderr)
  return result.stdout


class WithoutTensorFlowTest(parameterized.TestCase):

  @parameterized.parameters(*_ROOMS)
  def test_every_module_of_a_room_is_imported(self, room):
    names = sorted(f'model_pruning._src.{room}.{path.stem}'
                   for path in (_SOURCE / room).glob('*.py'))
    self.assertGreater(len(names), 1)
    printed = _run(_BLOCK + 'for name in sys.argv[1:]:\n'
                   '  print(importlib.import_module(name).__name__)', *names)
    self.assertEqual(printed.split(), names)

  def test_a_plan_is_made_and_printed(self):
    printed = _run(_USE)
    self.assertTrue(printed.startswith('[0.5, 0.9, None]'), printed)
    self.assertIn('dense/kernel', printed)

  def test_the_block_is_one(self):
    with self.assertRaisesRegex(AssertionError, 'tensorflow'):
      _run(_BLOCK + 'import model_pruning._src.core.projection')


if __name__ == '__main__':
  absltest.main()
