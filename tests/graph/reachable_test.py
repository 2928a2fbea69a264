# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Following the edges of a graph."""

from __future__ import annotations

from absl.testing import absltest

from model_pruning._src.graph import reachable


class ReachableTest(absltest.TestCase):

  def test_each_item_is_yielded_once_where_ways_meet_or_go_in_circles(self):
    edges = {1: [2, 3], 2: [4], 3: [4], 4: [1], 5: [1]}
    self.assertCountEqual(
        reachable.reachable([1, 2], edges.__getitem__), [1, 2, 3, 4])

  def test_nothing_is_followed_after_the_last_item_that_was_asked_for(self):
    def fail(item):
      raise AssertionError(f'{item} was followed')

    self.assertEqual(next(reachable.reachable(['start'], fail)), 'start')


if __name__ == '__main__':
  absltest.main()
