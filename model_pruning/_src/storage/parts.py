# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs of bytes in a packed file: raw, or compressed by zstd.

zstd is needed only here. It is an extra, as only files are packed with it.
"""

from __future__ import annotations

import functools
from typing import Any, Tuple

import numpy as np

RAW = 'raw'
ZSTD = 'zstd'
# One level of zstd for what is close to random, which is most of a model, and
# one for what has structure, such as the mask of large blocks.
_FAST_LEVEL = 1
_STRONG_LEVEL = 9
# Less than this share of the bytes left by the fast level means structure.
_STRUCTURE = 0.25
# zstd has to save this share of the bytes, as raw ones are read faster.
_WORTHWHILE = 0.01
# What a frame may ask for as its window, which zstd allocates.
_MAX_WINDOW = 1 << 27


@functools.lru_cache(maxsize=None)
def _zstandard() -> Any:
  """The module `zstandard`.

  Raises:
    ImportError: if it is not installed, with what to install.
  """
  try:
    import zstandard
  except ImportError as e:
    raise ImportError(
        'Packed files need the package `zstandard`. Install it with '
        '`pip install model-pruning[packed]`.') from e
  return zstandard


def compress(data: np.ndarray) -> Tuple[str, bytes]:
  """Compresses bytes where that makes them fewer.

  Args:
    data: a one-dimensional array of dtype uint8.

  Returns:
    The codec, 'raw' or 'zstd', and the bytes to store.
  """
  raw = data.tobytes()
  stored = _frame(raw, _FAST_LEVEL)
  if len(stored) < _STRUCTURE * len(raw):
    stored = min(stored, _frame(raw, _STRONG_LEVEL), key=len)
  if len(stored) < (1 - _WORTHWHILE) * len(raw):
    return ZSTD, stored
  return RAW, raw


def _frame(raw: bytes, level: int) -> bytes:
  """One zstd frame that says how many bytes it stands for."""
  return _zstandard().ZstdCompressor(level=level).compress(raw)


def decompress(codec: str, stored: bytes, size: int) -> np.ndarray:
  """Returns what was compressed.

  Memory is allocated only after the frame has said the size that is expected.

  Args:
    codec: 'raw' or 'zstd'.
    stored: the bytes as they are stored.
    size: how many bytes they stand for.

  Returns:
    A one-dimensional array of dtype uint8, read-only.

  Raises:
    ValueError: if the codec is not known, or the bytes are not the frame of
      `size` bytes.
  """
  if codec == ZSTD:
    zstandard = _zstandard()
    try:
      said = zstandard.frame_content_size(stored)
      if said != size:
        raise ValueError(
            f'a zstd frame of {said} bytes stands where {size} are expected')
      stored = zstandard.ZstdDecompressor(
          max_window_size=_MAX_WINDOW).decompress(stored, max_output_size=size)
    except zstandard.ZstdError as e:
      raise ValueError(f'a zstd frame is damaged: {e}') from e
  elif codec != RAW:
    raise ValueError(f'the codec is {codec!r}, not {RAW!r} or {ZSTD!r}')
  if len(stored) != size:
    raise ValueError(f'{len(stored)} bytes stand where {size} are expected')
  return np.frombuffer(stored, np.uint8)


def frame(data: bytes) -> bytes:
  """Compresses bytes into a zstd frame that has a checksum."""
  return _zstandard().ZstdCompressor(
      level=_STRONG_LEVEL, write_checksum=True).compress(data)


def unframe(stored: bytes, max_size: int) -> bytes:
  """Returns the bytes of a frame of `frame`.

  Args:
    stored: the frame.
    max_size: how many bytes it may stand for.

  Raises:
    ValueError: if the frame is damaged or stands for more bytes.
  """
  zstandard = _zstandard()
  try:
    size = zstandard.frame_content_size(stored)
  except zstandard.ZstdError as e:
    raise ValueError(f'a zstd frame is damaged: {e}') from e
  if not 0 <= size <= max_size:
    raise ValueError(f'a zstd frame stands for {size} bytes, more than the '
                     f'{max_size} allowed')
  return decompress(ZSTD, stored, size).tobytes()
