# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs examples/distributed_multiworker.py, which starts two workers."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

from absl.testing import absltest

_ROOT = pathlib.Path(__file__).parents[1]


class MultiworkerExampleTest(absltest.TestCase):

  def test_both_workers_write_what_the_spec_says(self):
    directory = self.create_tempdir().full_path
    path = os.path.join(directory, 'result.json')
    environment = dict(os.environ, PYTHONPATH=str(_ROOT),
                       CUDA_VISIBLE_DEVICES='')
    environment.pop('TF_CONFIG', None)
    done = subprocess.run(
        [sys.executable, str(_ROOT / 'examples/distributed_multiworker.py'),
         '--steps', '4', '--output', directory, '--result', path],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        universal_newlines=True)
    self.assertEqual(done.returncode, 0, done.stdout)
    self.assertIn('Both workers wrote the same weights', done.stdout)
    with open(path) as file:
      sparsity = json.load(file)['sparsity']
    self.assertEqual(sorted(round(share, 2) for share in sparsity.values()),
                     [0.5, 0.9, 0.9, 0.9])


if __name__ == '__main__':
  absltest.main()
