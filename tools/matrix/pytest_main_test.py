# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of tools/matrix/pytest_main.py."""

import os
import pathlib
import sys
import types
from unittest import mock

from absl.testing import absltest
from absl.testing import parameterized

sys.path.insert(0, os.path.dirname(__file__))
import pytest_main


def _items(directory):
  """Tests of a file, as pytest has them."""

  class Cases(parameterized.TestCase):  # Here, where pytest does not find it.
    @parameterized.parameters(1, 2, 3, 4, 5)
    def test_five(self, number):
      del number

    @parameterized.named_parameters(('one', 1), ('two', 2))
    def test_two(self, number):
      del number

    def test_alone(self):
      pass

  return [
    types.SimpleNamespace(
      nodeid='{}/some_test.py::Cases::{}'.format(directory, name),
      cls=Cases,
      obj=getattr(Cases(name), name),
      name=name,
    )
    for name in sorted(vars(Cases))
    if name.startswith('test')
  ]


class DealTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    self._directory = self.create_tempdir().full_path

    self._skips = self.create_tempfile('skips.txt', '# none\n').full_path
    self.enter_context(
      mock.patch.object(pytest_main, 'SKIPS', pathlib.Path(self._skips)))
    pytest_main._skips.cache_clear()
    self.addCleanup(pytest_main._skips.cache_clear)

  def _let_skip(self, function, *rows):
    """Writes that rows skip cases of a test."""
    with open(self._skips, 'a') as file:
      file.write('{}/some_test.py::Cases::{} {}\n'.format(
        self._directory, function, ' '.join(rows)))

  def _names(self, rows, row, bundle='bundle'):
    """The names of the tests that a row of `rows` runs."""
    path = os.path.join(self._directory, '{}__{}.rows'.format(bundle, row))
    with open(path, 'w') as file:
      file.write('other_test.py a b\nsome_test.py {}\n'.format(' '.join(rows)))
    items = _items(self._directory)
    pytest_main._deal_cases(items, row)
    return {item.name for item in items}

  def _everything(self):
    return {item.name for item in _items(self._directory)}

  def test_rows_together_run_every_case(self):
    for rows in (['a', 'b'], ['a', 'b', 'c'], list('abcdefgh')):
      ran = [self._names(rows, row) for row in rows]
      self.assertEqual(set.union(*ran), self._everything())

  def test_what_ci_leaves_out_is_shared_out_too(self):
    ran = [self._names('abcde', row, 'bundle_extra') for row in 'abcde']
    self.assertEqual(set.union(*ran), self._everything())
    self.assertTrue(all(names < self._everything() for names in ran))

  def test_each_row_runs_a_share_of_each_test(self):
    for row in 'abc':
      names = self._names(['a', 'b', 'c'], row)
      self.assertIn('test_alone', names)
      self.assertLen([name for name in names if 'two' in name], 1)
      self.assertBetween(
        len([name for name in names if 'five' in name]), 1, 2
      )

  def test_the_only_row_of_a_file_runs_all(self):
    self.assertEqual(self._names(['a'], 'a'), self._everything())

  def test_a_row_that_skips_cases_has_all_and_the_others_share_them(self):
    self._let_skip('test_five', 'b')
    ran = {row: self._names('abc', row) for row in 'abc'}
    fives = {row: {name for name in names if 'five' in name}
             for row, names in ran.items()}
    self.assertLen(fives['b'], 5)
    self.assertEqual(fives['a'] | fives['c'], fives['b'])
    self.assertEmpty(fives['a'] & fives['c'])
    self.assertLen([name for name in ran['b'] if 'two' in name], 1)

  def test_a_case_that_no_row_runs_is_a_failure(self):
    item, other = _items(self._directory)[1:3]
    plugin = pytest_main.BazelPlugin()
    plugin._dealt = {item.nodeid}
    reports = []
    for one in (item, other):
      report = types.SimpleNamespace(skipped=True, outcome='skipped')
      step = plugin.pytest_runtest_makereport(one)
      next(step)
      with mock.patch.dict(os.environ, MP_ROW='a'):
        with self.assertRaises(StopIteration):
          step.send(types.SimpleNamespace(get_result=lambda one=report: one))
      reports.append(report)
    self.assertEqual([one.outcome for one in reports], ['failed', 'skipped'])
    self.assertIn('some_test.py::Cases::test_five a', reports[0].longrepr)

  def test_a_file_that_no_bundle_names_runs_all(self):
    items = _items(self._directory)
    pytest_main._deal_cases(items, 'a')
    self.assertEqual({item.name for item in items}, self._everything())


if __name__ == '__main__':
  absltest.main()
