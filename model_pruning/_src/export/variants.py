# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The forms in which TensorFlow Lite can keep the weights of a model."""

from __future__ import annotations

from typing import Iterable, List, NamedTuple

# Quantization -> how far outputs may be from those of the source, as a share
# of the largest output. Rounded weights cannot do better; what is wrong is off
# by far more.
TOLERANCES = {
    'float32': 1e-4,
    'float16': 1e-2,
    'dynamic': 1e-1,
    'int8': 1.5e-1,
}
QUANTIZATIONS = tuple(TOLERANCES)


class Variant(NamedTuple):
  """One form.

  Attributes:
    quantization: 'float32'; 'float16' weights; 'dynamic', int8 weights with
      activations quantized while running; 'int8', everything, which needs
      representative data.
    is_sparse: whether sparse weights are encoded as such.
  """

  quantization: str
  is_sparse: bool

  def __str__(self) -> str:
    return self.quantization + (' sparse' if self.is_sparse else '')


def variants(quantizations: Iterable[str],
             has_representative_data: bool) -> List[Variant]:
  """The variants of some quantizations, dense and sparse.

  Args:
    quantizations: of `QUANTIZATIONS`.
    has_representative_data: whether there is some; int8 is left out else.

  Raises:
    ValueError: if a quantization is not known, or none is left.
  """
  quantizations = list(quantizations)
  unknown = [one for one in quantizations if one not in TOLERANCES]
  if unknown:
    raise ValueError(f'The quantization {unknown[0]!r} is not known; there '
                     f'are {", ".join(QUANTIZATIONS)}')
  if not has_representative_data:
    quantizations = [one for one in quantizations if one != 'int8']
  if not quantizations:
    raise ValueError('No quantization is left: int8 needs representative data')
  return [Variant(one, is_sparse) for one in quantizations
          for is_sparse in (False, True)]
