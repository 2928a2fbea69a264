# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Jobs in a process of their own, and how far they are."""

from __future__ import annotations

from absl.testing import absltest

from model_pruning._src.files import child

_JOBS = 'tests.support.files.stepping_jobs'


class ChildTest(absltest.TestCase):

  def _run(self, jobs, **kwargs):
    """The problems of jobs, and how many steps of how many were shown."""
    shown = []

    def progress(items):
      for item in items:
        yield item
        shown.append((item, len(items)))

    return child.run(_JOBS, jobs, progress, **kwargs), shown

  def test_every_job_is_a_step(self):
    self.assertEqual(self._run([{}, {}, {}]),
                     (['', '', ''], [(0, 3), (1, 3), (2, 3)]))

  def test_a_job_can_have_steps_of_its_own(self):
    self.assertEqual(
        self._run([dict(steps=2), dict(steps=1)], num_steps=3),
        (['', ''], [(0, 3), (1, 3), (2, 3)]))

  def test_a_job_that_fails_or_ends_the_process_is_over_all_the_same(self):
    problems, shown = self._run([dict(fails=1), dict(dies=1), {}])
    self.assertEqual(problems,
                     ['ValueError: it fails', 'no reason given', ''])
    self.assertLen(shown, 3)

  def test_nobody_need_look(self):
    self.assertEqual(child.run(_JOBS, [{}, dict(steps=5)]), ['', ''])


if __name__ == '__main__':
  absltest.main()
