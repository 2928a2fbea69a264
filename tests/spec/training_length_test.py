# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Steps that are shares of a training or epochs, and what its length gives."""

from __future__ import annotations

import copy
import doctest
import pickle

from absl.testing import absltest
from absl.testing import parameterized

from model_pruning import PruningSpec
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import training_length


def load_tests(loader, tests, ignore):
  del loader, ignore
  tests.addTests(doctest.DocTestSuite(training_length))
  return tests


class FormsTest(parameterized.TestCase):

  @parameterized.parameters(
      ('70%', '70%'), (' 2.50 %', '2.5%'), ('0%', '0%'), ('100%', '100%'),
      ('5ep', '5ep'), ('0.5ep', '0.5ep'), ('007ep', '7ep'), ('2000', 2000),
      (2000, 2000), ('0.000001%', '0.000001%'))
  def test_a_step_is_kept_as_it_was_written(self, written, kept):
    spec = PruningSpec(begin_pruning_step=written)
    self.assertEqual(spec.begin_pruning_step, kept)
    self.assertEqual(PruningSpec.parse(str(spec)), spec)
    self.assertEqual(str(PruningSpec.parse(str(spec))), str(spec))

  def test_it_is_parsed_from_a_string(self):
    spec = PruningSpec.parse(
        'begin_pruning_step=10%,sparsity_function_end_step=5ep')
    self.assertEqual(spec.begin_pruning_step, '10%')
    self.assertEqual(
        str(spec), 'begin_pruning_step=10%,sparsity_function_end_step=5ep')

  def test_fields_are_given_by_name(self):
    with self.assertRaisesRegex(TypeError, r'target_sparsity=0\.9.*: 0\.9'):
      PruningSpec(0.9)


class ResolveTest(parameterized.TestCase):

  @parameterized.parameters(
      ('70%', 700), ('2.5%', 25), ('0.05%', 1), ('0.04%', 0), ('2ep', 200),
      ('0.5ep', 50), (33, 33))
  def test_shares_and_epochs_become_steps(self, written, step):
    spec = PruningSpec(sparsity_function_end_step=written)
    resolved = spec.resolve(num_steps=1000, steps_per_epoch=100)
    self.assertEqual(resolved.sparsity_function_end_step, step)
    self.assertTrue(resolved.is_resolved)

  @parameterized.parameters(('70%', 'num_steps'), ('7ep', 'steps_per_epoch'))
  def test_without_the_length_the_error_says_what_to_give(self, step, name):
    spec = PruningSpec(begin_pruning_step=step)
    with self.assertRaisesRegex(
        ValueError, f'`{name}` must be given.*begin_pruning_step={step}'):
      spec.resolve()

  def test_steps_that_do_not_go_together_are_refused_when_they_are_known(self):
    spec = PruningSpec(begin_pruning_step='50%', end_pruning_step=400)
    spec.resolve(num_steps=500)
    with self.assertRaisesRegex(ValueError, '`end_pruning_step` must'):
      spec.resolve(num_steps=1000)

  @parameterized.parameters(0, -1, 1.5, True, '10')
  def test_a_length_is_a_positive_integer(self, length):
    for name in ('num_steps', 'steps_per_epoch'):
      with self.assertRaisesRegex(ValueError, f'`{name}` must be an integer'):
        PruningSpec().resolve(**{name: length})

  def test_a_frequency_is_a_step_at_least(self):
    spec = PruningSpec(pruning_frequency='0.1%').resolve(num_steps=10)
    self.assertEqual(spec.pruning_frequency, 1)

  def test_a_spec_without_steps_gets_the_schedule_for_the_length(self):
    self.assertEqual(
        PruningSpec(target_sparsity=0.9).resolve(num_steps=10000),
        PruningSpec.for_training(0.9, 1000, 10))

  @parameterized.parameters(
      'sparsity_function_end_step=100', 'begin_pruning_step=0',
      'pruning_frequency=10', 'end_pruning_step=7')
  def test_a_spec_that_names_a_step_means_what_it_says(self, text):
    spec = PruningSpec.parse('target_sparsity=0.9,' + text)
    for same in (spec, copy.deepcopy(spec), pickle.loads(pickle.dumps(spec)),
                 PruningSpec.parse(str(spec)), PruningSpec.of(spec),
                 spec.replace(), spec.replace(target_sparsity=0.9)):
      self.assertTrue(same.names_steps)
      self.assertEqual(same.resolve(num_steps=10000), spec)

  def test_a_spec_that_names_none_names_none_in_any_form(self):
    spec = PruningSpec.parse('target_sparsity=0.9,sparsity_function_exponent=1')
    for same in (spec, copy.deepcopy(spec), pickle.loads(pickle.dumps(spec)),
                 PruningSpec.parse(str(spec)), spec.replace(block_width=4),
                 PruningSpec.of(spec_lib.get_pruning_hparams().parse(
                     'target_sparsity=0.9'))):
      self.assertFalse(same.names_steps)

  def test_holding_zeros_has_no_schedule(self):
    spec = PruningSpec(mask_update='hold')
    self.assertEqual(spec.resolve(num_steps=1000), spec)


if __name__ == '__main__':
  absltest.main()
