# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Which entries of a weight are stored: as bits, or as gaps between entries.

Bits are fewest where about half of the entries are kept, gaps where few are.
"""

from __future__ import annotations

from typing import NamedTuple, Optional

import numpy as np

from model_pruning._src.storage import parts

ALL = 'all'
NONE = 'none'
BITS = 'bits'
GAPS = 'gaps'
_FORMS = (ALL, NONE, BITS, GAPS)
# A gap of this many zeros or more continues in the next byte.
_GO_ON = 255
# Gaps are not tried where more than this share is kept: they take about as
# many bytes as bits do there, and more time.
_DENSE = 0.2


class Mask(NamedTuple):
  """The mask of a weight as it is stored.

  Attributes:
    form: 'all', 'none', 'bits' or 'gaps'.
    codec: 'raw' or 'zstd'.
    size: how many bytes it has before compression.
    stored: the bytes to store.
  """

  form: str
  codec: str
  size: int
  stored: bytes


def encode(total: int, kept: Optional[np.ndarray]) -> Mask:
  """Encodes which entries are kept in the form that takes the fewest bytes.

  Args:
    total: the number of entries of the weight.
    kept: the indices of the kept entries in ascending order, int64; None if
      all are kept.
  """
  if kept is None or kept.size == total:
    return Mask(ALL, parts.RAW, 0, b'')
  if not kept.size:
    return Mask(NONE, parts.RAW, 0, b'')
  is_kept = np.zeros(total, bool)
  is_kept[kept] = True
  masks = [_compressed(BITS, np.packbits(is_kept))]
  if kept.size <= _DENSE * total:
    masks.append(_compressed(GAPS, _gaps(kept)))
  return min(masks, key=lambda mask: len(mask.stored))


def _compressed(form: str, data: np.ndarray) -> Mask:
  """A mask of these bytes, compressed where that makes them fewer."""
  codec, stored = parts.compress(data)
  return Mask(form, codec, data.size, stored)


def _gaps(kept: np.ndarray) -> np.ndarray:
  """The number of zeros before each kept entry, as bytes."""
  zeros = np.diff(kept, prepend=-1) - 1
  more = zeros // _GO_ON
  if not more.any():
    return zeros.astype(np.uint8)
  gaps = np.full(kept.size + int(more.sum()), _GO_ON, np.uint8)
  gaps[np.cumsum(more + 1) - 1] = zeros % _GO_ON
  return gaps


def check_size(form: str, size: int, total: int) -> None:
  """Checks the bytes that a mask is said to have before compression.

  Args:
    form: what is said to be one of the four forms.
    size: how many bytes the mask is said to have.
    total: the number of entries of the weight.

  Raises:
    ValueError: if the form is not known or cannot have so many bytes.
  """
  if form not in _FORMS:
    raise ValueError(f'the form of the mask is {form!r}, not one of '
                     f'{", ".join(_FORMS)}')
  right = (0 < size <= total if form == GAPS
           else size == (-(-total // 8) if form == BITS else 0))
  if not right:
    raise ValueError(f'a mask in the form {form!r} has {size} bytes for '
                     f'{total} entries')


def decode(form: str, data: np.ndarray, total: int,
           num_kept: int) -> Optional[np.ndarray]:
  """Returns the indices of the kept entries, None if all are kept.

  Args:
    form: one of the four forms.
    data: the bytes of the mask, dtype uint8.
    total: the number of entries of the weight.
    num_kept: how many of them are kept.

  Raises:
    ValueError: if the mask does not keep `num_kept` of `total` entries.
  """
  if form == ALL:
    kept = None
    found = total
  elif form == BITS:
    kept = np.flatnonzero(np.unpackbits(data).view(bool))
    found = kept.size
  else:
    kept = _ends(data) if form == GAPS else np.zeros(0, np.int64)
    found = kept.size
  if found != num_kept:
    raise ValueError(f'the mask keeps {found} entries, not {num_kept}')
  if kept is not None and found and kept[-1] >= total:
    raise ValueError(f'the mask keeps entry {kept[-1]} of {total}')
  return kept


def _ends(gaps: np.ndarray) -> np.ndarray:
  """The indices of the entries that gaps lead to."""
  is_end = gaps != _GO_ON
  steps = gaps.astype(np.int64)
  steps += is_end
  ends = np.cumsum(steps)[is_end]
  ends -= 1
  return ends
