# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A short run of damaged_files.py."""

from absl.testing import absltest

from tools.torture import damaged_files


class DamagedFilesTest(absltest.TestCase):

  def test_errors_have_one_form_and_nothing_is_lost(self):
    # All damages once, and then some: they come in turn.
    outcome = damaged_files.run(80, seed=1)
    self.assertTrue(outcome.is_good, '\n'.join(outcome.examples))
    self.assertEqual(outcome.cases, 80)


if __name__ == '__main__':
  absltest.main()
