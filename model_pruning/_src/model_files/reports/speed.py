# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What could run faster for the zeros of a model, where, and why not."""

from __future__ import annotations

from typing import Iterable, Tuple

from model_pruning._src.model_files.reports import measured

# Above this share of zeros, kernels that skip them can be faster than dense.
_WORTH_SKIPPING = 0.66


def notes(weights: Iterable[measured.MeasuredWeight]) -> Tuple[str, ...]:
  """What could run faster, where, and why not."""
  kernels = [weight for weight in weights if weight.is_kernel]
  if not any(weight.zeros for weight in kernels):
    return ('Nothing is sparse, so nothing runs faster for it.',)
  found = []
  channels = [weight for weight in kernels if ' of ' in weight.structure and (
      'outputs' in weight.structure or 'inputs' in weight.structure)]
  if channels:
    found.append(
        f'Whole channels of {_kernels(len(channels))} are zero: without them '
        'the model is smaller and faster everywhere (`model-pruning shrink` '
        'makes it of a Keras file).')
  two_of_four = [weight for weight in kernels if any(
      f'{n} of 4' in weight.structure.split(', ') for n in (2, 3, 4))]
  found.append(
      f'GPUs with 2:4 kernels (NVIDIA from Ampere on): {len(two_of_four)} of '
      f'{_kernels(len(kernels))} '
      f'{"has" if len(two_of_four) == 1 else "have"} 2 of 4 zero.')
  blocks = [weight for weight in kernels
            if len(weight.shape) == 2 and 'blocks' in weight.structure
            and weight.sparsity >= _WORTH_SKIPPING]
  found.append(
      'TensorFlow Lite on x86: dense layers in blocks of 4 inputs by 1 output '
      'have a kernel that skips zeros, convolutions have none; '
      f'{_kernels(len(blocks), "dense ")} '
      f'{"is" if len(blocks) == 1 else "are"} in blocks and at least '
      f'{_WORTH_SKIPPING:.0%} zero.')
  pointwise = [weight for weight in kernels
               if len(weight.shape) == 4 and weight.shape[:2] == (1, 1)]
  sparse = [weight for weight in pointwise
            if weight.sparsity > _WORTH_SKIPPING]
  text = ('XNNPACK on Arm skips zeros of 1x1 convolutions that are more than '
          'two thirds zero: ')
  if not pointwise:
    text += 'there are no such convolutions here.'
  else:
    text += (f'{len(sparse)} of {len(pointwise)} '
             f'{"is" if len(sparse) == 1 else "are"}, and '
             '`model_pruning.keras.xnnpack_report` says whether the layers '
             'around them allow it.')
  return (*found, text)


def _kernels(number: int, sort: str = '') -> str:
  """A number of kernels, such as `1 kernel`."""
  return f'{number} {sort}kernel{"" if number == 1 else "s"}'
