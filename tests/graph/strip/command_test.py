# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The command that strips a model, as it is called from a shell."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning.graph import strip_command
from tests.support.graphs import mask_forms

v1 = tf.compat.v1
_ROOT = pathlib.Path(__file__).parents[3]
_MODULE = ['-m', strip_command.__name__]
_TOOL = [str(_ROOT / 'tools/strip_pruning_vars.py')]


def _run(command, *flags):
  environment = dict(os.environ, PYTHONPATH=str(_ROOT))
  return subprocess.run(
      [sys.executable, *command, *flags], env=environment, check=False,
      stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)


class CommandTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    self._directory = self.create_tempdir().full_path
    with tf.Graph().as_default(), v1.Session() as session:
      mask_forms.build_form(mask_forms.FORMS['dense'], True)
      mask_forms.prune(session)
      v1.train.Saver().save(session, self._directory + '/model.ckpt')
      self._wanted = session.run('output:0', {'inputs:0': mask_forms.INPUT})

  @parameterized.parameters(
      (_MODULE, 'checkpoint_dir', ''),
      (_TOOL, 'checkpoint_path', '/model.ckpt'))
  def test_it_writes_a_graph_def_and_prints_the_table(self, command, flag,
                                                      path):
    result = _run(command, f'--{flag}={self._directory}{path}',
                  '--output_node_names=output',
                  f'--output_dir={self._directory}/new')
    self.assertEqual(result.returncode, 0, result.stderr)
    self.assertRegex(result.stdout, r'a/w +6x6 +\d+ of 36 +0\.')
    path = self._directory + '/new/pruning_stripped.pb'
    self.assertIn('written: ' + path, result.stdout)
    graph_def = v1.GraphDef()
    graph_def.ParseFromString(pathlib.Path(path).read_bytes())
    np.testing.assert_array_equal(
        mask_forms.outputs_of(graph_def), self._wanted)

  def test_an_error_is_one_sentence_and_no_traceback(self):
    result = _run(_MODULE, f'--checkpoint_dir={self._directory}',
                  '--output_node_names=logits')
    self.assertEqual(result.returncode, 1)
    self.assertIn("does not have ['logits']", result.stderr)
    self.assertNotIn('Traceback', result.stderr)


if __name__ == '__main__':
  absltest.main()
