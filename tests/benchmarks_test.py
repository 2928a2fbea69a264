# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`make bench` fails where what it compares with is missing."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

from absl.testing import absltest

_ROOT = pathlib.Path(__file__).parents[1]
_WITHOUT_TFMOT = """
import runpy
import sys
sys.modules['tensorflow_model_optimization'] = None
sys.path.insert(0, 'benchmarks')
sys.argv = ['step_overhead.py', '--keras', 'keras', '--rounds', '1']
runpy.run_path('benchmarks/step_overhead.py', run_name='__main__')
"""
# Fails as Python does if one script of one row cannot import its peer.
_PYTHON = """#!/bin/sh
case "$0 $1" in *tf2_15/*mask_update.py) exit 1;; esac
"""


class BenchmarksTest(absltest.TestCase):

  def test_steps_are_not_timed_without_the_peer(self):
    result = subprocess.run(
        [sys.executable, '-c', _WITHOUT_TFMOT], cwd=str(_ROOT), check=False,
        env=dict(os.environ, PYTHONPATH=str(_ROOT)), stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    self.assertNotEqual(result.returncode, 0)
    self.assertIn(b'tensorflow_model_optimization', result.stdout)
    self.assertNotIn(b'All as promised', result.stdout)

  def test_a_benchmark_that_fails_fails_the_run_after_the_others(self):
    folder = pathlib.Path(self.create_tempdir().full_path)
    programs = {'tools/matrix/make_environment.sh': '#!/bin/sh\n'}
    for row in 'tf2_15', 'tf2_21':
      programs[f'.cache/rows/{row}/bin/python'] = _PYTHON
    for name, text in programs.items():
      path = folder / name
      path.parent.mkdir(parents=True)
      path.write_text(text)
      path.chmod(0o755)
    (folder / 'benchmarks').mkdir()
    script = folder / 'benchmarks/run.sh'
    shutil.copy(str(_ROOT / 'benchmarks/run.sh'), str(script))
    result = subprocess.run(['sh', str(script)], check=False,
                            stdout=subprocess.PIPE)
    self.assertEqual(result.returncode, 1)
    self.assertIn(b'== tflite_export on tf2_21', result.stdout)


if __name__ == '__main__':
  absltest.main()
