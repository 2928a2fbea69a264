# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A short run of specs.py."""

from absl.testing import absltest

from tools.torture import specs


class SpecsTest(absltest.TestCase):

  def test_errors_have_one_form_and_come_soon(self):
    outcome = specs.run(1500, seed=1)
    # Time is for the long run: here other tests run beside.
    faults = {kind: count for kind, count in outcome.faults.items()
              if kind != 'slow'}
    self.assertFalse(any(faults.values()), '\n'.join(outcome.examples))


if __name__ == '__main__':
  absltest.main()
