# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of what a spec says of a schedule that may surprise."""

from __future__ import annotations

import hypothesis
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.spec.pruning_spec import PruningSpec
from tests.support import random_specs


class ScheduleNotesTest(parameterized.TestCase):

  @parameterized.parameters(
      '',
      'end_pruning_step=100',
      'end_pruning_step=5000,begin_pruning_step=50',
      'begin_pruning_step=7,end_pruning_step=7,sparsity_function_begin_step=7,'
      'sparsity_function_end_step=7',
      'sparsity_function_begin_step=500,sparsity_function_end_step=900',
      'begin_pruning_step=1000,initial_sparsity=0.5',
      'target_sparsity=0,begin_pruning_step=1000',
      'sparsity_distribution=global,max_weight_sparsity=0.9',
      'group_pruning=true,group_sparsity_map=[a:0.9],max_weight_sparsity=0.9',
  )
  def test_an_ordinary_schedule_has_none(self, text):
    self.assertEqual(PruningSpec.parse(text).schedule_notes(), ())

  @parameterized.parameters(
      ('begin_pruning_step=1000,target_sparsity=0.9',
       'The sparsity curve ends at step 100 and pruning begins at step 1000: '
       'the first mask update jumps to the final sparsity 0.9.'),
      ('begin_pruning_step=100',
       'The sparsity curve ends at step 100 and pruning begins at step 100: '
       'the first mask update jumps to the final sparsity 0.5.'),
      ('begin_pruning_step=1000,target_sparsity=0,weight_sparsity_map=[a:0.8]',
       'The sparsity curve ends at step 100 and pruning begins at step 1000: '
       'the first mask update jumps to the final sparsity 0.8.'),
      ('end_pruning_step=50,sparsity_function_begin_step=50,'
       'initial_sparsity=0.1',
       'The sparsity curve begins at step 50 and pruning ends at step 50: '
       'weights stay at the initial sparsity 0.1.'),
      ('end_pruning_step=55,sparsity_function_exponent=1',
       'Pruning ends at step 55 and the sparsity curve at step 100: the last '
       'mask update, at step 50, reaches a sparsity of 0.25 instead of 0.5.'),
      ('begin_pruning_step=3,end_pruning_step=99,pruning_frequency=20,'
       'initial_sparsity=0.1,target_sparsity=0.9',
       'Pruning ends at step 99 and the sparsity curve at step 100: the last '
       'mask update, at step 83, reaches a sparsity of 0.8961 instead of 0.9.'),
      ('begin_pruning_step=50,end_pruning_step=120,pruning_frequency=1000',
       'Pruning lasts from step 50 to step 120, less than `pruning_frequency` '
       '1000: masks are updated at steps 50 and 100 only.'),
      ('end_pruning_step=5,target_sparsity=0,weight_sparsity_map=[a:0.8]',
       'Pruning ends at step 5 and the sparsity curve at step 100: the last '
       'mask update, at step 1, reaches a sparsity of 0.0238 instead of 0.8.',
       'Pruning lasts from step 0 to step 5, less than `pruning_frequency` 10: '
       'masks are updated at step 1 only.'),
      ('begin_pruning_step=100,end_pruning_step=120,pruning_frequency=1000,'
       'sparsity_function_begin_step=100',
       'Pruning lasts from step 100 to step 120, less than '
       '`pruning_frequency` 1000: masks are updated at step 100 only.'),
      ('initial_sparsity=0.9',
       'The sparsity falls from 0.9 to 0.5: pruned weights come back.'),
      ('nbins=100',
       '`nbins` is accepted and has no effect on the masks: masks are exact, '
       'not from a histogram.'),
      ('use_tpu=true',
       '`use_tpu` is accepted and has no effect on the masks: the same '
       'operations run on every device.'),
      ('threshold_decay=0.9',
       '`threshold_decay` is accepted and has no effect on the masks: the '
       'threshold is that of the last mask update.'),
      ('min_weight_sparsity=0.25,max_weight_sparsity=0.75',
       '`min_weight_sparsity` and `max_weight_sparsity` without effect: no '
       'weights share a target, as those of a group or of the distribution '
       'global or erk do.'),
      ('sparsity_distribution=global,max_weight_sparsity=0.75,'
       'weight_sparsity_map=[a:0.9]',
       '`max_weight_sparsity` without effect on the weights of '
       '`weight_sparsity_map`: each is pruned to its own target.'),
      ('group_pruning=true,group_sparsity_map=[a:0.2,b:0.9,c:0.5],'
       'min_weight_sparsity=0.25,max_weight_sparsity=0.75',
       'Groups with a target that `min_weight_sparsity` and '
       "`max_weight_sparsity` would not allow: 'a' (0.2), 'b' (0.9). Each of "
       'their weights is pruned to that target.'),
  )
  def test_a_surprise_is_told(self, text, *notes):
    self.assertEqual(PruningSpec.parse(text).schedule_notes(), notes)

  def test_several_surprises_are_told_one_by_one(self):
    spec = PruningSpec.parse(
        'begin_pruning_step=5,end_pruning_step=9,nbins=1,use_tpu=true')
    self.assertLen(spec.schedule_notes(), 4)

  @hypothesis.given(random_specs.specs())
  def test_every_spec_has_notes_that_are_sentences(self, spec):
    for note in spec.schedule_notes():
      self.assertRegex(note, r'^[A-Z`].*\.$')


if __name__ == '__main__':
  absltest.main()
