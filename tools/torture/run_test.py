# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The torture in its shortest form, and what its program says."""

import contextlib
import io
import os
import pathlib
import sys
import tempfile
from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest

sys.path.insert(0, os.path.abspath(os.path.join(
  os.path.dirname(__file__), os.pardir, 'matrix')))

from tools.torture import killed_net
from tools.torture import kills
from tools.torture import long_runs
from tools.torture import report
from tools.torture import run
from tools.torture import saves

_IS_VERSION_1 = not tf.executing_eagerly()
_GOOD = report.Outcome('part', 3, 1.0, {'lost': 0}, (), ('a note',))


class PartsTest(absltest.TestCase):

  def _assert_good(self, outcome):
    self.assertTrue(outcome.is_good, outcome.examples)
    self.assertGreater(outcome.cases, 0)

  def test_a_training_that_was_killed_ends_with_the_same_bits(self):
    if not _IS_VERSION_1:
      self.skipTest('three processes that import Keras are for `make torture`')
    self._assert_good(kills.run(1, 0, ['graph_loop'], ['hold']))

  def test_files_that_a_thread_saves_are_sparse(self):
    if not _IS_VERSION_1:
      self.skipTest('Savers of graphs are tried where TensorFlow is before 2')
    self._assert_good(saves.run(2, kinds=['made after']))

  def test_a_long_training_does_not_grow(self):
    kind = 'graph' if _IS_VERSION_1 else 'fit'
    outcome = long_runs.run(200, kind=kind)
    # Memory settles only after more steps than these.
    faults = {name: count for name, count in outcome.faults.items()
              if name != 'memory'}
    self.assertFalse(any(faults.values()), outcome.examples)
    self.assertIn('operations' if _IS_VERSION_1 else 'traces', faults)

  def test_an_entry_too_many_is_not_sparse(self):
    values = killed_net.weights('hold')
    self.assertEqual(list(killed_net.faults(values, 'hold', 9)), [])
    kernel = values['two']
    kernel[np.nonzero(kernel == 0)[0][0]] = 1.0
    self.assertEqual(list(killed_net.faults(values, 'hold', 9)),
                     ['two: other zeros than held'])
    self.assertLen(list(killed_net.faults(values, 'rank', 9)), 4)


class RunTest(absltest.TestCase):

  def _run(self, arguments, outcome=_GOOD, python='python'):
    """The exit status, and what is printed."""
    printed = io.StringIO()
    with mock.patch.object(run, 'run_part', return_value=outcome), (
        mock.patch.object(run, 'python_of', return_value=python)), (
        mock.patch.object(sys, 'argv', ['run.py', *arguments])), (
        contextlib.redirect_stdout(printed)), (
        contextlib.redirect_stderr(printed)):
      try:
        status = run.main()
      except SystemExit as error:
        status = error.code
    return status, printed.getvalue()

  def test_each_part_runs_on_its_rows_and_faults_end_with_1(self):
    status, printed = self._run(['--parts', 'kill_fit specs'])
    self.assertEqual(status, 0)
    self.assertIn('[3/3] specs on tf2_15', printed)
    self.assertIn('3 parts in 0 minutes, 0 skipped', printed)
    status, printed = self._run(
      ['--parts', 'specs'], _GOOD._replace(
        faults={'lost': 1}, examples=('case 7',)))
    self.assertEqual(status, 1)
    self.assertIn('part: case 7', printed)

  def test_a_row_without_an_interpreter_is_named(self):
    status, printed = self._run(['--parts', 'specs'], python='')
    self.assertEqual(status, 1)
    self.assertIn('SKIPPED: specs on tf2_15: no Python 3.11 for it', printed)

  def test_an_unknown_part_or_row_is_an_error(self):
    self.assertIn('Received: kils', self._run(['--parts', 'kils'])[1])
    self.assertEqual(self._run(['--rows', 'tf9'])[0], 2)

  def test_a_part_runs_in_a_process_and_its_outcome_comes_back(self):
    [row] = run.rows_lib.select_rows('tf2_15')
    outcome = run.run_part('specs', row, sys.executable, 5, 0)
    self.assertEqual((outcome.name, outcome.cases), ('specs, tf2_15', 5))
    self.assertTrue(outcome.is_good, outcome.examples)
    # One that ends without an outcome is a fault.
    outcome = run.run_part('specs', row, sys.executable, -1, 'no number')
    self.assertEqual(outcome.faults, {'no_end': 1})

  def test_the_document_has_what_each_part_gave_last(self):
    with tempfile.TemporaryDirectory() as directory:
      path = pathlib.Path(directory, 'torture.md')
      self._run(['--parts', 'specs', '--table', str(path)], _GOOD._replace(
        name='specs', faults={'lost': 1}, examples=('case 7',)))
      self.assertIn('*   specs: case 7', path.read_text())
      self._run(['--parts', 'savers', '--table', str(path)],
                _GOOD._replace(name='savers'))
      self._run(['--parts', 'specs', '--table', str(path)],
                _GOOD._replace(name='specs', cases=8))
      text = path.read_text()
      self.assertRegex(text, r'\n\| savers \| 3 .*\n\| specs \| 8 ')
      self.assertNotIn('case 7', text)
      self.assertIn(f'{os.cpu_count()} cores', text)

  def test_outcomes_are_the_same_after_a_file(self):
    with tempfile.TemporaryDirectory() as directory:
      path = pathlib.Path(directory, 'outcome')
      _GOOD.save(path)
      self.assertEqual(report.Outcome.load(path), _GOOD)


if __name__ == '__main__':
  absltest.main()
