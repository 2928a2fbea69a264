# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What to say of weights that are sparse when training starts."""

from __future__ import annotations

from typing import Mapping, Optional

from model_pruning._src.axes import mask_updates
from model_pruning._src.spec import pruning_spec as spec_lib

_MAX_NAMES = 5


def sentence(spec: spec_lib.PruningSpec,
             sparsities: Mapping[str, float]) -> Optional[str]:
  """Returns what becomes of the zeros that are there already.

  Args:
    spec: the specification.
    sparsities: the share of zeros of each weight that starts sparse, by name.

  Returns:
    A sentence for the report; None if there is nothing to say.
  """
  names = [f'{name} ({sparsity:.4f})'
           for name, sparsity in list(sparsities.items())[:_MAX_NAMES]]
  if len(sparsities) > _MAX_NAMES:
    names.append(f'and {len(sparsities) - _MAX_NAMES} more')
  text = ', '.join(names)
  if not mask_updates.AXIS.entry(spec.mask_update).follows_schedule:
    if not sparsities:
      return ('mask_update=hold keeps the zeros that are there when training '
              'starts, and there are none: nothing is pruned.')
    return f'mask_update=hold keeps the zeros that are there: {text}.'
  if not sparsities:
    return None
  return (f'These weights start sparse: {text}. They stay at least as sparse, '
          'up to their targets; keep_sparsity=false lets entries come back, '
          'mask_update=hold keeps just these zeros.')
