# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of tools/matrix/run.py and rows.py."""

import contextlib
import io
import json
import os
import pathlib
import sys

from absl.testing import absltest

sys.path.insert(0, os.path.dirname(__file__))
import rows
import run
import table

XML = """<testsuites><testsuite>
<testcase classname="tests.mask_test.MaskTest" name="test_half" time="1.25"/>
<testcase classname="tests.mask_test.MaskTest" name="test_tie">
  <failure message="AssertionError: 1 != 2&#10;details"/>
</testcase>
<testcase classname="tests.mask_test.MaskTest" name="test_xla">
  <skipped message="needs XLA"/>
</testcase>
<testcase classname="" name="tests.other_test">
  <skipped message="collection skipped">('f', 2, 'Skipped: too old')</skipped>
</testcase>
</testsuite></testsuites>"""


class RunTest(absltest.TestCase):
  def collect(self, xml, status):
    """Returns the result of a row with one test."""
    files = {'test.xml': self.create_tempfile(content=xml or '')}
    event = {
      'id': {'testResult': {'label': '//tests:mask_test__tf1_15'}},
      'testResult': {
        'status': status,
        'testAttemptDurationMillis': '2500',
        'testActionOutput': [
          {'name': name, 'uri': 'file://' + file.full_path}
          for name, file in files.items()
          if xml
        ],
      },
    }
    lines = [json.dumps({'id': {'started': {}}}), json.dumps(event)]
    [result] = run.collect([rows.load_rows()['tf1_15']], lines)
    return result

  def test_counts_and_reasons_come_from_the_xml(self):
    result = self.collect(XML, 'FAILED')
    self.assertEqual(result.passed, 1)
    self.assertEqual(
      result.failures,
      ['tests/mask_test.py MaskTest.test_tie: AssertionError: 1 != 2'],
    )
    self.assertEqual(result.skips, {'needs XLA': 1, 'too old': 1})

  def test_a_test_that_left_no_xml_is_a_failure(self):
    result = self.collect(None, 'TIMEOUT')
    self.assertEqual(result.failures, ['//tests:mask_test__tf1_15 TIMEOUT'])

  def test_an_xml_that_was_cut_off_is_a_failure(self):
    result = self.collect(XML[:100], 'PASSED')
    self.assertLen(result.failures, 1)

  def test_the_table_of_the_documents_has_what_a_row_gave(self):
    path = pathlib.Path(self.create_tempdir().full_path) / 'table.md'
    table.update(path, [self.collect(XML, 'FAILED')], 'abc')
    text = path.read_text()
    self.assertIn(
      '| tf1_15 | 1.15.5 | built in | 3.7 | 1 | 1 | 2 | abc |\n', text
    )
    self.assertIn('*   needs XLA: tf1_15\n', text)
    self.assertIn('*   tf1_15: tests/mask_test.py MaskTest.test_tie', text)
    self.assertRegex(text, r'\| tf2_21 \|.*\| not run yet \|')

  def test_a_run_leaves_the_rows_of_the_table_that_it_did_not_run(self):
    path = pathlib.Path(self.create_tempdir().full_path) / 'table.md'
    table.update(path, [self.collect(XML, 'FAILED')], 'abc')
    table.update(path, [run.Result(rows.load_rows()['tf2_21'], 'gone')], 'def')
    text = path.read_text()
    self.assertRegex(text, r'\| tf1_15 \|.*\| 1 \| 1 \| 2 \| abc \|')
    self.assertRegex(text, r'\| tf2_21 \|.*\| gone \|  \|  \| def \|')

  def report(self, results):
    """Returns what is printed, and the verdict."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
      good = run.report(results, seconds=90)
    return printed.getvalue(), good

  def test_the_last_line_has_the_sums_of_all_rows(self):
    results = [self.collect(XML, 'FAILED'), self.collect(XML, 'FAILED')]
    printed, good = self.report(results)
    self.assertFalse(good)
    self.assertEqual(
      printed.splitlines()[-1], '2 passed, 2 failed, 4 skipped'
    )
    self.assertIn('2 x needs XLA (tf1_15)', printed)

  def test_each_row_gets_its_tests_and_the_time_of_its_processes(self):
    matrix = rows.load_rows()
    lines = [
      json.dumps(
        {
          'id': {'testResult': {'label': '//tests:mask_test__' + name}},
          'testResult': {
            'status': status,
            'testAttemptDurationMillis': millis,
          },
        }
      )
      for name, status, millis in [
        ('tf2_21_legacy', 'FAILED', '1500'),
        ('tf2_21', 'FAILED', '1000'),
        ('tf2_21', 'TIMEOUT', '2000'),
      ]
    ]
    names = ['tf1_15', 'tf2_21', 'tf2_21_legacy']
    results = run.collect([matrix[name] for name in names], lines)
    self.assertEqual([result.seconds for result in results], [0, 3, 1.5])
    self.assertEqual([len(result.failures) for result in results], [0, 2, 1])

  def test_the_minutes_of_the_whole_run_are_printed(self):
    printed, _ = self.report([self.collect(XML, 'FAILED')])
    self.assertIn('1.5 minutes', printed)

  def test_the_times_of_files_are_those_of_all_rows(self):
    printed, _ = self.report([self.collect(XML, 'FAILED')] * 2)
    self.assertRegex(printed, r' 2\.5 +1\.2 tf1_15 +tests/mask_test\.py\n')

  def test_a_run_in_which_every_row_is_skipped_is_bad(self):
    row = rows.load_rows()['tf1_15']
    printed, good = self.report([run.Result(row, 'ROW SKIPPED: no Python')])
    self.assertFalse(good)
    self.assertIn('ROW SKIPPED', printed)


class RowsTest(absltest.TestCase):
  def names(self, selection):
    """Returns the names of the rows that are selected."""
    return [row.name for row in rows.select_rows(selection)]

  def test_rows_are_selected_by_name_in_the_order_of_the_matrix(self):
    self.assertEqual(self.names('tf2_21,tf1_15'), ['tf1_15', 'tf2_21'])

  def test_ci_has_ten_rows_and_all_has_every_minor_version(self):
    self.assertLen(self.names('ci'), 10)
    minors = ['tf1_14', 'tf1_15'] + ['tf2_%d' % i for i in range(22)]
    variants = {'tf1_15_eager', 'tf2_21_legacy'}
    self.assertEqual(set(self.names('all')), variants.union(minors))

  def test_an_unknown_row_is_an_error_that_lists_the_rows(self):
    with self.assertRaisesRegex(ValueError, 'tf2_99.*tf1_14'):
      rows.select_rows('tf2_99')


if __name__ == '__main__':
  absltest.main()
