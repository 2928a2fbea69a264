# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The commands of docs/after_training.md, as a stranger types them."""

from __future__ import annotations

import contextlib
import io
import os
import pathlib
import re
import shlex

import tensorflow as tf
from absl.testing import absltest

from model_pruning._src.cli import main

_PAGE = pathlib.Path(__file__).parents[2] / 'docs/after_training.md'


class AfterTrainingTest(absltest.TestCase):

  def test_the_page_can_be_followed_from_top_to_bottom(self):
    if not tf.executing_eagerly():
      self.skipTest('Keras files are loaded in eager mode')
    blocks = re.findall(r'```(python|sh)\n(.*?)```', _PAGE.read_text(), re.S)
    commands = [line for kind, text in blocks if kind == 'sh'
                for line in text.splitlines()]
    self.assertGreater(len(commands), 9)
    previous = os.getcwd()
    self.addCleanup(os.chdir, previous)
    os.chdir(self.create_tempdir().full_path)
    names = {'__name__': 'page'}
    for kind, text in blocks:
      if kind == 'python':
        with contextlib.redirect_stdout(io.StringIO()) as printed:
          exec(compile(text, 'page', 'exec'), names)  # pylint: disable=exec-used
        for wanted in re.findall(r'^# (.+)$', text, re.M):
          self.assertIn(wanted, printed.getvalue())
        continue
      for line in text.splitlines():
        program, *arguments = shlex.split(line)
        self.assertEqual(program, 'model-pruning')
        output = io.StringIO()
        errors = io.StringIO()
        with contextlib.redirect_stdout(output):
          with contextlib.redirect_stderr(errors):
            status = main.main(arguments)
        self.assertEqual(status, 0, f'{line}: {errors.getvalue()}')
        self.assertNotEmpty(output.getvalue())


if __name__ == '__main__':
  absltest.main()
