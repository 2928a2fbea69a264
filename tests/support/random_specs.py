# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Random valid specs for hypothesis."""

from __future__ import annotations

import re
import warnings

from hypothesis import strategies as st

from model_pruning._src.spec.pruning_spec import PruningSpec


def _is_regex(pattern):
  with warnings.catch_warnings():
    warnings.simplefilter('error')
    try:
      re.compile(pattern)
    except (re.error, Warning):
      return False
  return True


_PATTERNS = st.text(
    st.sampled_from('ab01/_,:=[]"\'\\\n .*{}()-é'), min_size=1, max_size=8
).map(str.strip).filter(bool).filter(_is_regex)
_SPARSITIES = st.one_of(
    st.sampled_from([0.0, 0.5, 0.9, 1 / 3]),
    st.floats(0.0, 1.0, exclude_max=True))
_DIMS = st.one_of(st.just(-1), st.integers(1, 64))
_BLOCK_DIMS = st.tuples(_DIMS, _DIMS)


@st.composite
def specs(draw):
  """Any valid spec."""
  steps = st.integers(0, 10**9)
  begin, end = sorted([draw(steps), draw(steps)])
  curve = sorted([draw(steps), draw(steps)])
  values = dict(
      name=draw(st.sampled_from(['model_pruning', 'a/b.c-d', '1'])),
      begin_pruning_step=begin,
      end_pruning_step=draw(st.sampled_from([-1, end])),
      weight_sparsity_map=draw(st.dictionaries(_PATTERNS, _SPARSITIES,
                                               max_size=3)),
      threshold_decay=draw(_SPARSITIES),
      pruning_frequency=draw(st.integers(1, 1000)),
      nbins=draw(st.integers(-2**63, 2**63 - 1)),
      block_pooling_function=draw(st.sampled_from(['AVG', 'MAX'])),
      initial_sparsity=draw(_SPARSITIES),
      sparsity_function_begin_step=curve[0],
      sparsity_function_end_step=curve[1],
      sparsity_function_exponent=draw(
          st.floats(0.0, 1e300, exclude_min=True)),
      use_tpu=draw(st.booleans()),
      gradient_decay_rate=draw(_SPARSITIES),
      prune_option=draw(st.sampled_from(
          ['weight', 'first_order_gradient', 'second_order_gradient'])),
      add_summary=draw(st.booleans()),
      do_not_prune=draw(st.lists(_PATTERNS, unique=True, max_size=3)))
  structure = draw(st.sampled_from(['blocks', 'groups', 'm_by_n', 'intra']))
  if structure == 'm_by_n':
    n = draw(st.integers(2, 32))
    values['sparsity_m_by_n'] = (draw(st.integers(1, n - 1)), n)
  else:
    target = values['target_sparsity'] = draw(_SPARSITIES)
    values.update(
        min_weight_sparsity=draw(st.sampled_from([0.0, target / 2, target])),
        max_weight_sparsity=draw(st.sampled_from([1.0, target])))
  if structure == 'intra':
    values.update(intra_block_sparsity=True,
                  block_width=draw(st.integers(2, 32)))
  if structure in ('blocks', 'groups'):
    values.update(
        block_height=draw(_DIMS), block_width=draw(_DIMS),
        block_dims_map=draw(st.dictionaries(_PATTERNS, _BLOCK_DIMS,
                                            max_size=3)))
  if structure == 'blocks':
    values['sparsity_distribution'] = draw(
        st.sampled_from(['uniform', 'erk', 'global']))
  if structure == 'groups':
    groups = draw(st.dictionaries(_PATTERNS, _SPARSITIES, max_size=3))
    dims = {group: draw(_BLOCK_DIMS) for group in groups}
    values.update(group_pruning=True, group_sparsity_map=groups,
                  group_block_dims_map=draw(st.sampled_from([{}, dims])))
  return PruningSpec(**values)
