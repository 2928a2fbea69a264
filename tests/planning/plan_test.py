# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What a spec asks for by name, and what is said if that cannot be had."""

from __future__ import annotations

from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.planning import plan
from model_pruning._src.planning import reasons
from model_pruning._src.spec import pruning_spec

_Kind = reasons.SkipKind
_CANDIDATES = [
    plan.Candidate('net/kernel', (4, 4)),
    plan.Candidate('net', (4, 4), reasons.Reason.of(_Kind.USE), True),
    plan.Candidate('net/position', (4, 4), reasons.other_uses(['AddV2']), True),
    plan.Candidate('net/bias', (4,), reasons.dimensions(1)),
    plan.Candidate('net/count', (4, 4), reasons.dtype('int32')),
]
_OTHERS = {'net/mean': reasons.Reason.of(_Kind.NOT_TRAINABLE)}


def _pruned(text):
  result = plan.make_plan(
      pruning_spec.PruningSpec.of(text), _CANDIDATES, others=_OTHERS)
  return [weight.name for weight in result.report.pruned]


class ByNameTest(parameterized.TestCase):

  @parameterized.parameters(
      ('', ['net/kernel']),
      ('weight_sparsity_map=[net:0.5]', ['net/kernel', 'net']),
      ('weight_sparsity_map=[ne:0.5]', ['net/kernel']),
      ('weight_sparsity_map=[position:0.5]', ['net/kernel', 'net/position']),
      ('group_pruning=true,group_sparsity_map=[position:0.5]',
       ['net/kernel', 'net/position']))
  def test_an_entry_asks_for_what_is_not_pruned_by_itself(self, text, names):
    self.assertEqual(_pruned(text), names)

  @parameterized.parameters(
      ('weight_sparsity_map=[bias:0.5]',
       r"matches what cannot be pruned by it: 'net/bias': it has 1 dimension; "
       r'a kernel has 2 at least\. The weights are: net/kernel\.'),
      ('weight_sparsity_map=[count:0.5]', "'net/count': its dtype is int32"),
      ('weight_sparsity_map=[mean:0.5]', "'net/mean': it is not trainable"),
      ('weight_sparsity_map=[bias|mean:0.5]',
       "'net/mean': it is not trainable; 'net/bias': it has 1"),
      ('block_dims_map=[position:1x2]',
       r"'net/position': .*\(AddV2 does\); weight_sparsity_map can name it"),
      ('do_not_prune=[mean]', "'net/mean': it is not trainable"),
      ('weight_sparsity_map=[net/kernal:0.5]',
       r"Similar names are: 'net/kernel'\. "),
      ('weight_sparsity_map=[KERNEL:0.5]', "Similar names are: 'net/kernel'"),
      ('weight_sparsity_map=[biass:0.5]',
       r"Similar names are: 'net/bias' \(it has 1 dimension"),
      ('weight_sparsity_map=[other:0.5]',
       r'matches none\. The weights are: net/kernel\.'))
  def test_the_error_says_why(self, text, message):
    with self.assertRaisesRegex(ValueError, message):
      _pruned(text)


if __name__ == '__main__':
  absltest.main()
