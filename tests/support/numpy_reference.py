# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Every mask rule in plain NumPy, with a sort, to compare the library with."""

from __future__ import annotations

import numpy as np


def _bits(scores):
  """Unsigned integers that order like non-negative `scores`, NaN largest."""
  scores = np.asarray(scores)
  uint = {2: np.uint16, 4: np.uint32, 8: np.uint64}[scores.dtype.itemsize]
  bits = np.ascontiguousarray(scores).view(uint).astype(np.uint64)
  return np.where(np.isnan(scores), np.uint64(2**64 - 1), bits)


def num_kept(n, sparsity):
  """max(n - round_half_up(n * sparsity), 1), of n > 0 items."""
  return max(n - int(2.0 * n * np.float64(sparsity) + 1) // 2, 1)


def keep_largest(scores, num_keep, sizes=None, tiers=None):
  """Keeps the largest until `num_keep` is reached; ties to lower index.

  If there are `tiers`, all of a lower one goes before the next.
  """
  scores = np.asarray(scores)
  bits = _bits(scores)
  order = np.argsort(np.uint64(2**64 - 1) - bits, kind='stable')
  if tiers is not None:
    order = order[np.argsort(tiers[order], kind='stable')]
  sizes = np.ones(scores.size, np.int64) if sizes is None else sizes[:]
  sizes = np.asarray(sizes)[order]
  before = np.cumsum(sizes) - sizes
  kept = np.zeros(scores.size, bool)
  kept[order[before < num_keep]] = True
  return kept


def unstructured_mask(weight, sparsity):
  saliency = np.abs(weight).reshape(-1)
  if not saliency.size:
    return np.zeros(weight.shape, bool)
  kept = keep_largest(saliency, num_kept(saliency.size, sparsity))
  return kept.reshape(weight.shape)


def _tree_sum(values):
  """Sums the last axis in halves, as the library does."""
  length = values.shape[-1]
  padded = 1 << (length - 1).bit_length()
  total = np.zeros(values.shape[:-1] + (padded,))
  total[..., :length] = values
  while total.shape[-1] > 1:
    half = total.shape[-1] // 2
    total = total[..., :half] + total[..., half:]
  return total[..., 0]


def pooled_blocks(weight, height, width, pooling):
  """Scores and sizes of the blocks, row by row."""
  shape = weight.shape if weight.ndim else (1,)
  matrix = np.abs(weight).reshape(-1, shape[-1])
  rows, columns = matrix.shape
  scores, sizes = [], []
  for i in range(0, rows, height):
    for j in range(0, columns, width):
      block = matrix[i:i + height, j:j + width]
      sizes.append(block.size)
      if pooling == 'MAX':
        scores.append(block.max())
        continue
      entries = np.zeros((height, width))
      entries[:block.shape[0], :block.shape[1]] = block
      if weight.dtype == np.float64:
        entries[entries < np.finfo(np.float64).tiny] = 0
      total = _tree_sum(_tree_sum(entries.T).reshape(1, -1))[0]
      scores.append(total / block.size)
  dtype = np.float64 if pooling == 'AVG' else weight.dtype
  return np.array(scores, dtype), np.array(sizes)


def num_entries_kept(sizes, item_size, sparsity):
  """Entries to keep of blocks that may be ragged."""
  if np.all(sizes == item_size):
    return num_kept(len(sizes), sparsity) * item_size
  total = int(sizes.sum())
  pruned_twice = int(2.0 * total * np.float64(sparsity))
  return max((2 * total - item_size + 1 - pruned_twice) // 2, 1)


def block_mask(weight, height, width, pooling, sparsity):
  scores, sizes = pooled_blocks(weight, height, width, pooling)
  keep = num_entries_kept(sizes, height * width, sparsity)
  kept = keep_largest(scores, keep, sizes)
  columns = weight.shape[-1] if weight.ndim else 1
  rows = weight.size // columns
  kept = kept.reshape(-(-rows // height), -(-columns // width))
  kept = np.kron(kept, np.ones((height, width), bool))
  return kept[:rows, :columns].reshape(weight.shape)


def n_of_m_mask(weight, group_size, sparsity):
  shape = weight.shape
  inputs, inner = shape[-2:] if len(shape) > 1 else (weight.size, 1)
  saliency = np.abs(weight).reshape(-1, inputs, inner)
  mask = np.zeros(saliency.shape, bool)
  for outer in range(saliency.shape[0]):
    for column in range(inner):
      for start in range(0, inputs, group_size):
        group = saliency[outer, start:start + group_size, column]
        mask[outer, start:start + group_size, column] = keep_largest(
            group, num_kept(group.size, sparsity))
  return mask.reshape(shape)


def grouped_masks(weights, sparsity):
  """Unstructured masks of weights that share one ranking."""
  flat = np.concatenate([np.abs(weight).reshape(-1) for weight in weights])
  kept = keep_largest(flat, num_kept(flat.size, sparsity))
  parts = np.split(kept, np.cumsum([weight.size for weight in weights])[:-1])
  return [part.reshape(weight.shape)
          for part, weight in zip(parts, weights)]


def bounded_masks(scores, sparsity, min_sparsity, max_sparsity):
  """Masks of weights, given as flat scores of one dtype, within bounds."""
  flat = np.concatenate(scores)
  tiers = []
  for own in scores:
    least, greatest = (min(min_sparsity, sparsity), max(max_sparsity, sparsity))
    tier = np.ones(own.size)
    if own.size and max_sparsity < 1.0:
      tier[keep_largest(own, num_kept(own.size, greatest))] = 0
    if own.size and min_sparsity > 0.0:
      tier[~keep_largest(own, num_kept(own.size, least))] = 2
    tiers.append(tier)
  kept = keep_largest(flat, num_kept(flat.size, sparsity),
                      tiers=np.concatenate(tiers))
  return np.split(kept, np.cumsum([own.size for own in scores])[:-1])
