# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Fields of old specs that are about matrix compression, not pruning.

The google-research library kept them in the pruning spec. They are read, so
that old specs and code that asks for them go on working; they never had an
effect on pruning. Compression itself is refused.
"""

from __future__ import annotations

from typing import Any, Dict, Mapping

COMPRESSION = 'compression'  # The value of `prune_option` that asks for it.

DEFAULTS: Dict[str, Any] = {
    'alpha_decrement_value': 0.01,
    'begin_compression_step': 0,
    'end_compression_step': -1,
    'compression_frequency': 10,
    'compression_option': 0,
    'rank': 7,
    'block_size': 1,
    'input_block_size': 1,
    'update_option': 0,
    'run_update_interval_check': 1,
    'pruning_fraction': 0.4,
    'use_collection': True,
    'do_transpose': False,
    'compress_input': True,
    'input_compression_factor': 1,
    'compress_output': False,
    'output_compression_factor': 1,
    'output_block_size': 1,
    'block_method': 'loop',
    'block_compression_factor': 1,
    'compression_factor': 1,
    'num_bases': 1,
}


def check_unused(values: Mapping[str, Any]) -> None:
  """Raises a ValueError if the values of a spec ask for compression."""
  if values.get('prune_option') == COMPRESSION:
    raise ValueError(
        'Argument `prune_option` must be weight, first_order_gradient or '
        'second_order_gradient: matrix compression is not a part of this '
        f'library. Received: prune_option={COMPRESSION!r}')


def without(values: Mapping[str, Any]) -> Dict[str, Any]:
  """The values that are about pruning.

  Raises:
    ValueError: they ask for compression.
  """
  check_unused(values)
  return {name: value for name, value in values.items()
          if name not in DEFAULTS}
