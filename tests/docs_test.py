# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs what the documents and the docstrings show."""

from __future__ import annotations

import contextlib
import dataclasses
import doctest
import importlib
import io
import os
import pathlib
import re

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning

_ROOT = pathlib.Path(__file__).parent.parent
_DOCUMENTS = ['README.md', *sorted(
    path.relative_to(_ROOT).as_posix() for folder in ('docs', 'recipes')
    for path in (_ROOT / folder).glob('*.md'))]
# Its programs go on from each other and from commands between them, which
# tests/cli/after_training_test.py runs.
_RUN_ELSEWHERE = ['docs/after_training.md']
_MODULES = sorted(
    '.'.join(path.relative_to(_ROOT).with_suffix('').parts)
    for path in (_ROOT / 'model_pruning').rglob('*.py')
    if '>>> ' in path.read_text())
# Modules whose classes say that they are of a public one, for pickles.
_SAID_TO_BE_OF = {
    'model_pruning._src.spec.hparams': 'model_pruning.python.hparam'}


def _snippets():
  return [
      (f'{name} {i}', text) for name in _DOCUMENTS
      if name not in _RUN_ELSEWHERE
      for i, text in enumerate(re.findall(
          r'```python\n(.*?)```', (_ROOT / name).read_text(), re.DOTALL))]


class SnippetsTest(parameterized.TestCase):

  @parameterized.named_parameters(*_snippets())
  def test_it_runs_and_prints_what_its_comment_says(self, text):
    if 'estimator' in text and not hasattr(tf.compat.v1, 'estimator'):
      self.skipTest(f'TensorFlow {tf.__version__} has no Estimator')
    if 'Checkpoint' in text and not tf.executing_eagerly():
      self.skipTest('the snippet needs eager mode')
    if 'channel' in text and not hasattr(
        tf.keras.layers, 'MultiHeadAttention'):
      self.skipTest('the calls of this Keras do not tell their arguments')
    np.random.seed(0)
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
      exec(compile(text, 'snippet', 'exec'), {'__name__': 'snippet'})  # pylint: disable=exec-used
    # A comment that begins with a number is a heading of the program.
    for wanted in re.findall(
        r'^(?:print.*\)\s+)?# (?!\d\. )(.+)$', text, re.M):
      self.assertIn(wanted, output.getvalue())


class DocstringsTest(parameterized.TestCase):

  @parameterized.parameters(*_MODULES)
  def test_examples_in_docstrings_are_true(self, module):
    if not tf.executing_eagerly():
      self.skipTest('the examples are eager')
    # A class is looked for in the module that it says it is of.
    module = importlib.import_module(_SAID_TO_BE_OF.get(module, module))
    result = doctest.testmod(module, extraglobs={'tf': tf})
    self.assertGreater(result.attempted, 0)
    self.assertEqual(result.failed, 0)


class GuideTest(parameterized.TestCase):

  def test_the_table_has_every_field_with_its_default(self):
    rows = re.findall(r'^\| (`.+?) \|(.*?)\|', (
        _ROOT / 'docs/guide.md').read_text(), re.M)
    documented = {}
    for names, defaults in rows:
      names = re.findall(r'`(\w+)`', names)
      defaults = defaults.strip()
      defaults = defaults.split(', ') if len(names) > 1 else [defaults]
      documented.update(zip(names, defaults))
    fields = {name: str(value).strip("'")
              for name, value in dataclasses.asdict(
                  model_pruning.PruningSpec()).items()}
    self.assertEqual(sorted(documented), sorted(fields))
    for name, default in documented.items():
      wanted = {'()': '[]', 'False': 'false', 'True': 'true'}.get(
          fields[name], fields[name])
      self.assertEqual(default.strip('`'), wanted, name)

  def test_every_file_that_a_document_links_to_exists(self):
    for name in _DOCUMENTS:
      path = _ROOT / name
      for link in re.findall(r'\]\(([^)#:\s]+)[#)]', path.read_text()):
        self.assertTrue(os.path.exists(path.parent / link), link)


if __name__ == '__main__':
  absltest.main()
