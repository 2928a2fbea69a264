# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Reports are short, name every weight on demand, and can be filtered."""

from __future__ import annotations

import json
import logging
import pickle

from absl.testing import absltest

from model_pruning._src.planning import plan
from model_pruning._src.planning import reasons
from model_pruning._src.planning import report as report_lib
from model_pruning._src.spec import pruning_spec as spec_lib

_SPEC = spec_lib.PruningSpec.of(
    'target_sparsity=0.75,sparsity_function_end_step=9')


def _candidates(num_layers: int):
  for i in range(num_layers):
    yield plan.Candidate(f'block_{i}/kernel', (8, 8 * (i + 1)))
    for name in ('bias', 'gamma'):
      yield plan.Candidate(f'block_{i}/{name}', (8,), reasons.dimensions(1))
    yield plan.Candidate(f'block_{i}/depthwise', (3, 3, 8, 1),
                         reasons.Reason.of(reasons.SkipKind.DEPTHWISE))


def _report(num_layers: int, spec: spec_lib.PruningSpec = _SPEC):
  return plan.make_plan(spec, list(_candidates(num_layers))).report


class TextTest(absltest.TestCase):

  def test_a_hundred_layers_fit_a_screen(self):
    text = str(_report(100))
    self.assertLess(len(text.splitlines()), 20)
    self.assertRegex(
        text, r'200 +it has 1 dimension; a kernel has 2 at least +bias, gamma')
    self.assertRegex(text, r'100 +it is a depthwise kernel.* depthwise$')

  def test_the_largest_weights_are_named_and_the_rest_summed_up(self):
    text = str(_report(100))
    self.assertIn('block_99/kernel', text)
    self.assertNotIn('block_89/kernel', text)
    rest = sum(64 * (i + 1) for i in range(90))
    self.assertRegex(
        text, f'and 90 smaller ones +{rest:,} entries +0.75 +unstructured')

  def test_the_rest_says_between_which_targets_it_is(self):
    spec = spec_lib.PruningSpec.of(
        'target_sparsity=0.75,sparsity_function_end_step=9'
        ',weight_sparsity_map=[block_3/kernel:0.5]')
    self.assertRegex(str(_report(30, spec)), r'smaller ones .* 0\.5 to 0\.75')

  def test_verbose_names_every_weight(self):
    report = _report(30)
    text = report.to_text(verbose=True)
    for weight in (*report.pruned, *report.skipped):
      self.assertRegex(text, rf'(?m)^  {weight.name} ')
    self.assertNotIn('smaller ones', text)

  def test_a_few_weights_are_all_named(self):
    text = str(_report(1))
    for name in ('block_0/kernel', 'block_0/bias, block_0/gamma'):
      self.assertIn(name, text)

  def test_reasons_of_one_kind_that_differ_are_one_group(self):
    text = str(report_lib.PruningReport('s', (), (
        report_lib.SkippedWeight('a', (), reasons.dimensions(0)),
        report_lib.SkippedWeight('b', (2,), reasons.dimensions(1)))))
    self.assertRegex(text, r'2 +it has fewer than 2 dimensions +a, b')

  def test_sentences_without_a_kind_are_groups_of_their_own(self):
    text = str(report_lib.PruningReport('s', (), (
        report_lib.SkippedWeight('a', (2,), 'a while loop reads it'),
        report_lib.SkippedWeight('b', (2,), 'its consumer is unknown'))))
    self.assertIn('1           a while loop reads it', text)
    self.assertIn('1           its consumer is unknown', text)


class ValuesTest(absltest.TestCase):

  def test_weights_are_filtered_by_kind(self):
    names = [weight.name for weight in _report(2).skipped
             if weight.kind is reasons.SkipKind.DEPTHWISE]
    self.assertEqual(names, ['block_0/depthwise', 'block_1/depthwise'])

  def test_the_spec_gives_kinds_too(self):
    report = _report(2, spec_lib.PruningSpec.of(
        'do_not_prune=[block_0/kernel],weight_sparsity_map=[block_1/ker:0]'))
    self.assertEqual(
        [weight.kind for weight in report.skipped
         if weight.name.endswith('kernel')],
        [reasons.SkipKind.DO_NOT_PRUNE, reasons.SkipKind.TARGET])

  def test_rows_have_the_same_keys_for_every_weight(self):
    rows = _report(2).rows()
    self.assertLen(rows, 8)
    self.assertLen({tuple(row) for row in rows}, 1)
    self.assertEqual(rows[0]['target_sparsity'], 0.75)
    self.assertEqual([row['kind'] for row in rows if not row['is_pruned']],
                     ['DIMENSIONS', 'DIMENSIONS', 'DEPTHWISE'] * 2)

  def test_the_dict_goes_through_json_unchanged(self):
    report = _report(2).with_warning('Mind the gap.')
    values = report.to_dict()
    self.assertEqual(json.loads(json.dumps(values)), values)
    self.assertEqual(values['warnings'], ['Mind the gap.'])
    self.assertEqual(values['spec'], str(_SPEC))

  def test_a_pickled_report_has_its_kinds(self):
    report = _report(2)
    copy = pickle.loads(pickle.dumps(report))
    self.assertEqual(copy, report)
    self.assertEqual([weight.kind for weight in copy.skipped],
                     [weight.kind for weight in report.skipped])


class LogTest(absltest.TestCase):

  def test_the_log_has_three_lines_and_each_warning_is_one(self):
    with self.assertLogs('absl', logging.INFO) as logged:
      _report(100).with_warning('Mind the gap.').log()
    first, second = logged.records
    self.assertLen(first.getMessage().splitlines(), 3)
    self.assertIn('prunes 100 weights of 323,200 entries to a sparsity of 0.75',
                  first.getMessage())
    self.assertIn('200 as it has 1 dimension, 100 as it is a depthwise kernel',
                  first.getMessage())
    self.assertIn('to_text(verbose=True)', first.getMessage())
    self.assertEqual(second.getMessage(), 'model_pruning: Mind the gap.')
    self.assertEqual(second.levelno, logging.WARNING)


if __name__ == '__main__':
  absltest.main()
