# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""One weight to and from the bytes that a packed file has of it.

They are, one after the other: the mask, the byte planes of the kept values
from the lowest to the highest, and the scales of int8 values.
"""

from __future__ import annotations

import zlib
from typing import Optional, Tuple

import numpy as np

from model_pruning._src.storage import dtypes
from model_pruning._src.storage import index
from model_pruning._src.storage import lossy
from model_pruning._src.storage import masks
from model_pruning._src.storage import parts
from model_pruning._src.storage import planes


def encode(name: str, array: np.ndarray,
           dtype: Optional[str] = None) -> Tuple[index.Entry, bytes]:
  """Encodes a weight.

  Args:
    name: its name.
    array: its values, of any shape.
    dtype: 'float16', 'bfloat16' or 'int8' to store rounded values. Default:
      None, every bit is kept, of NaNs and of -0.0 too.

  Returns:
    Its entry in the index, and its bytes.

  Raises:
    TypeError: if its dtype cannot be packed.
    ValueError: if a value is beyond the range of `dtype`.
  """
  stored = lossy.convert(array, dtype)
  # An entry is kept if any bit is set, so that -0.0 is kept.
  is_dense = np.count_nonzero(stored.bits) == stored.bits.size
  kept = None if is_dense else np.flatnonzero(stored.bits)
  mask = masks.encode(stored.bits.size, kept)
  values = stored.bits if kept is None else stored.bits[kept]
  blobs = [mask.stored]
  fields = []
  if values.size:
    for plane in planes.split(values, dtypes.is_rotated(stored.dtype)):
      how, blob = planes.encode(plane)
      fields.append(how)
      blobs.append(blob)
  num_scales = 0
  if stored.scales is not None:
    num_scales = stored.scales.size
    blobs.append(stored.scales.astype('<f4').tobytes())
  data = b''.join(blobs)
  return index.Entry(
      name=name, dtype=dtypes.name_of(array), stored=stored.dtype,
      shape=tuple(int(dim) for dim in array.shape), num_kept=values.size,
      mask=mask.form, mask_codec=mask.codec, mask_size=mask.size,
      mask_bytes=len(mask.stored), planes=tuple(fields), num_scales=num_scales,
      crc32=zlib.crc32(data)), data


def decode(entry: index.Entry, data: bytes) -> np.ndarray:
  """Returns the weight that was encoded.

  Args:
    entry: its entry in the index, checked by `index.of_json`.
    data: its bytes.

  Raises:
    ValueError: if the bytes are not those of the entry.
  """
  if len(data) != entry.num_bytes:
    raise ValueError(f'it has {len(data)} bytes, not {entry.num_bytes}')
  if zlib.crc32(data) != entry.crc32:
    raise ValueError('its bytes have been altered: the checksum is another')
  view = memoryview(data)
  mask = parts.decompress(
      entry.mask_codec, bytes(view[:entry.mask_bytes]), entry.mask_size)
  kept = masks.decode(entry.mask, mask, entry.size, entry.num_kept)
  bits = _bits(entry, view, kept)
  scales = None
  if entry.num_scales:
    scales = np.frombuffer(view[len(data) - 4 * entry.num_scales:], '<f4')
  return lossy.restore(
      lossy.Stored(entry.stored, bits, scales), entry.dtype, entry.shape)


def _bits(entry: index.Entry, data: memoryview,
          kept: Optional[np.ndarray]) -> np.ndarray:
  """The bits of all entries of a weight."""
  width = dtypes.size_of(entry.stored)
  if not entry.num_kept:
    return np.zeros(entry.size, f'<u{width}')
  start = entry.mask_bytes
  decoded = []
  for plane in entry.planes:
    end = start + plane.num_bytes
    decoded.append(
        planes.decode(plane, bytes(data[start:end]), entry.num_kept))
    start = end
  values = planes.join(decoded, dtypes.is_rotated(entry.stored))
  if kept is None:
    return values
  bits = np.zeros(entry.size, values.dtype)
  bits[kept] = values
  return bits
