# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the zeros of a stored model are worth: `model-pruning report`."""

from __future__ import annotations

import dataclasses
import zlib
from typing import Any, Callable, Dict, Iterable, List, Optional, Tuple

import numpy as np

from model_pruning._src.model_files import arrays
from model_pruning._src.model_files import kinds
from model_pruning._src.model_files import multiply_adds
from model_pruning._src.model_files import structure
from model_pruning._src.planning import table

# As many weights are printed; the largest, unless all are asked for.
_MAX_ROWS = 20
_MAX_NAME = 40
_GZIP_LEVEL = 6
_HISTOGRAM_BINS = 64
# Above this share of zeros, kernels that skip them can be faster than dense.
_WORTH_SKIPPING = 0.66


@dataclasses.dataclass(frozen=True)
class StoredWeight:
  """What is known of one array of a model.

  Attributes:
    name: its name.
    shape: its shape.
    dtype: the name of its dtype.
    zeros: how many entries are zero.
    structure: the structure that the zeros have, in words; '' for none.
    dense_bytes: its bytes in memory.
    gzip_bytes: those bytes compressed by gzip -6.
    packed_bytes: what `pack` makes of it.
    histogram: how many nonzero entries have a magnitude in each of 64 equal
      steps from 0 to `largest`.
    largest: the largest magnitude.
    smallest: the smallest magnitude that is not zero: the threshold of a
      weight that was pruned by magnitude.
    is_state: whether it belongs to an optimizer or is an average.
    multiply_adds: how many one example takes with all of its entries; None if
      that is not known.
  """

  name: str
  shape: Tuple[int, ...]
  dtype: str
  zeros: int
  structure: str
  dense_bytes: int
  gzip_bytes: int
  packed_bytes: int
  histogram: Tuple[int, ...] = ()
  largest: float = 0.0
  smallest: float = 0.0
  is_state: bool = False
  multiply_adds: Optional[int] = None

  @property
  def nonzero_multiply_adds(self) -> Optional[int]:
    """Those left if zeros are skipped: every entry takes as many as another."""
    if self.multiply_adds is None or not self.size:
      return self.multiply_adds
    return self.multiply_adds * (self.size - self.zeros) // self.size

  @property
  def size(self) -> int:
    """How many entries it has."""
    return int(np.prod(self.shape, dtype=np.int64))

  @property
  def sparsity(self) -> float:
    """The share of entries that are zero."""
    return self.zeros / self.size if self.size else 0.0

  @property
  def is_kernel(self) -> bool:
    """Whether it can be a kernel: of two dimensions, and no optimizer's."""
    return len(self.shape) > 1 and not self.is_state


@dataclasses.dataclass(frozen=True)
class ModelReport:
  """What the zeros of a stored model are worth. Prints as a table.

  Attributes:
    path: where the model is.
    kind: its format, as people call it.
    weights: one for each array of numbers.
    notes: sentences on what could run faster, where, and why not.
    other_multiply_adds: those of activations with each other, for one example;
      None if that is not known.
    unknown_multiply_adds: why no multiply-adds are known; '' if some are.
  """

  path: str
  kind: str
  weights: Tuple[StoredWeight, ...]
  notes: Tuple[str, ...] = ()
  other_multiply_adds: Optional[int] = None
  unknown_multiply_adds: str = ''

  @property
  def multiply_adds(self) -> Optional[int]:
    """Those of one example with all kernels; None unless all are known."""
    return _sum(weight.multiply_adds for weight in self.kernels)

  @property
  def nonzero_multiply_adds(self) -> Optional[int]:
    """As `multiply_adds`, with zeros skipped."""
    return _sum(weight.nonzero_multiply_adds for weight in self.kernels)

  def multiply_adds_text(self) -> str:
    """A sentence on the multiply-adds of one example."""
    if self.unknown_multiply_adds:
      return f'Multiply-adds are not known: {self.unknown_multiply_adds}.'
    known = [weight for weight in self.kernels
             if weight.multiply_adds is not None]
    missing = len(self.kernels) - len(known)
    text = (f'Multiply-adds of one example: '
            f'{_sum(weight.multiply_adds for weight in known):,} dense, '
            f'{_sum(weight.nonzero_multiply_adds for weight in known):,} with '
            'zeros skipped')
    if missing:
      text += f', besides those of {missing} kernels of which it is not known'
    if self.other_multiply_adds is None:
      text += '; those of activations with each other are not known'
    elif self.other_multiply_adds:
      text += (f'; activations with each other take '
               f'{self.other_multiply_adds:,} more')
    return text + '.'

  @property
  def kernels(self) -> List[StoredWeight]:
    """The arrays of two dimensions at least."""
    return [weight for weight in self.weights if weight.is_kernel]

  def total(self, field: str) -> int:
    """The sum over all weights of a field, such as 'gzip_bytes'."""
    return sum(getattr(weight, field) for weight in self.weights)

  @property
  def sparsity(self) -> float:
    """The share of zeros among the entries of all kernels."""
    size = sum(weight.size for weight in self.kernels)
    return (sum(weight.zeros for weight in self.kernels) / size if size
            else 0.0)

  def to_dict(self) -> Dict[str, Any]:
    """All of it as plain Python, for JSON."""
    return dict(
        path=self.path, kind=self.kind, sparsity=self.sparsity,
        dense_bytes=self.total('dense_bytes'),
        gzip_bytes=self.total('gzip_bytes'),
        packed_bytes=self.total('packed_bytes'),
        multiply_adds=self.multiply_adds,
        nonzero_multiply_adds=self.nonzero_multiply_adds,
        other_multiply_adds=self.other_multiply_adds,
        unknown_multiply_adds=self.unknown_multiply_adds,
        weights=[dict(dataclasses.asdict(weight), shape=list(weight.shape),
                      histogram=list(weight.histogram),
                      sparsity=weight.sparsity,
                      nonzero_multiply_adds=weight.nonzero_multiply_adds)
                 for weight in self.weights],
        notes=list(self.notes))

  def __str__(self) -> str:
    return self.to_text()

  def to_text(self, verbose: bool = False) -> str:
    """The report as a table.

    Args:
      verbose: whether every array has a line. Default: the largest kernels.

    Returns:
      Lines without an end of line behind the last.
    """
    shown = list(self.weights) if verbose else sorted(
        self.kernels, key=lambda weight: -weight.size)[:_MAX_ROWS]
    if not verbose:
      shown = [weight for weight in self.weights if weight in shown]
    counted = not self.unknown_multiply_adds
    rows = [(*_row(weight, None if verbose else _MAX_NAME),
             *_multiply_adds([weight] if weight.is_kernel else []))
            for weight in shown]
    others = [weight for weight in self.weights if weight not in shown]
    if others:
      rows.append((f'{len(others)} others', '', '',
                   f'{sum(weight.zeros for weight in others):,}', '', '',
                   *_bytes(others), *_multiply_adds(
                       [weight for weight in others if weight.is_kernel])))
    rows.append(('all', '', '', f'{self.total("zeros"):,}',
                 _percent(self.total('zeros'), self.total('size')), '',
                 *_bytes(self.weights), *_multiply_adds(self.kernels)))
    lines = [f'{self.kind} {self.path}: the kernels are {self.sparsity:.1%} '
             'zero.']
    titles = ('weight', 'shape', 'dtype', 'zeros', 'share', 'structure',
              'bytes', 'gzip', 'packed', 'mult-adds', 'nonzero')
    columns = len(titles) if counted else len(titles) - 2
    lines += table.lines(titles[:columns], [row[:columns] for row in rows])
    return '\n'.join([*lines, *(f'  {note}' for note in (
        self.multiply_adds_text(), *self.notes))])


def _row(weight: StoredWeight, max_name: Optional[int]) -> Tuple[str, ...]:
  """The cells of a weight, the start of a long name left out."""
  name = weight.name
  if max_name and len(name) > max_name:
    name = '...' + name[3 - max_name:]
  return (name, table.shape(weight.shape), weight.dtype,
          f'{weight.zeros:,}', _percent(weight.zeros, weight.size),
          weight.structure, *_bytes([weight]))


def _bytes(weights: Iterable[StoredWeight]) -> Tuple[str, str, str]:
  """Bytes dense, of gzip and packed, as cells."""
  weights = list(weights)
  return (f'{sum(weight.dense_bytes for weight in weights):,}',
          f'{sum(weight.gzip_bytes for weight in weights):,}',
          f'{sum(weight.packed_bytes for weight in weights):,}')


def _multiply_adds(weights: List[StoredWeight]) -> Tuple[str, str]:
  """Multiply-adds with all entries and with those that are not zero."""
  if not weights:
    return '', ''
  return (short(_sum(weight.multiply_adds for weight in weights)),
          short(_sum(weight.nonzero_multiply_adds for weight in weights)))


def short(number: Optional[int]) -> str:
  """A number in few characters; `?` for one that is not known.

  >>> short(1234567), short(999), short(None)
  ('1.23M', '999', '?')
  """
  if number is None:
    return '?'
  for unit, name in ((10**9, 'G'), (10**6, 'M'), (10**3, 'k')):
    if number >= unit:
      return f'{number / unit:.3g}{name}'
  return str(number)


def _sum(values: Iterable[Optional[int]]) -> Optional[int]:
  """The sum; None if a value is not known."""
  found = list(values)
  known = [value for value in found if value is not None]
  return sum(known) if len(known) == len(found) else None


def _percent(part: int, whole: int) -> str:
  return f'{part / whole:.1%}' if whole else ''


def report(path: str, progress: Optional[Callable[..., Any]] = None,
           custom: Optional[str] = None) -> ModelReport:
  """Says what the zeros of a stored model are worth.

  Args:
    path: of the model, in any format that `kinds.recognize` knows.
    progress: called with a list of arrays, gives them one by one and shows how
      far it is. Default: nothing is shown.
    custom: a module with the custom objects of a Keras file.

  Raises:
    ImportError: if a package is missing that the format needs.
    ValueError: if there is no model, or it is damaged.
  """
  found = kinds.recognize(path)
  stored = list(arrays.weights_of(found, custom))
  counts = multiply_adds.count(
      found, [array.name for array in stored], custom)
  weights = tuple(
      dataclasses.replace(
          _weight(array.name, array.load(), array.is_state,
                  found.kind is kinds.Kind.TFLITE),
          multiply_adds=counts.weights.get(array.name))
      for array in (progress(stored) if progress else stored))
  return ModelReport(found.path, found.kind.value, weights, _notes(weights),
                     counts.others, counts.problem)


def _weight(name: str, array: np.ndarray, is_state: bool,
            outputs_first: bool) -> StoredWeight:
  """What is known of an array; `outputs_first` as TensorFlow Lite has them."""
  from model_pruning._src.storage import weight as weight_lib
  _, packed = weight_lib.encode(name, array)
  zeros = structure.zeros_of(
      np.moveaxis(array, 0, -1) if outputs_first and array.ndim > 1
      and array.shape[0] > 1 else array)
  histogram: Tuple[int, ...] = ()
  largest = smallest = 0.0
  if array.ndim > 1 and array.size > zeros.zeros and array.dtype.kind not in (
      'b', 'c'):
    magnitudes = np.abs(array[array != 0].astype(np.float64))
    magnitudes = magnitudes[np.isfinite(magnitudes)]
    if magnitudes.size:
      largest, smallest = float(magnitudes.max()), float(magnitudes.min())
      histogram = tuple(int(count) for count in np.histogram(
          magnitudes, _HISTOGRAM_BINS, (0.0, largest))[0])
  return StoredWeight(
      name=name, shape=tuple(int(dim) for dim in array.shape),
      dtype=array.dtype.name, zeros=zeros.zeros,
      structure=zeros.describe(
          (*array.shape[1:], array.shape[0])
          if outputs_first and array.ndim > 1 and array.shape[0] > 1
          else array.shape), dense_bytes=array.nbytes,
      gzip_bytes=len(zlib.compress(array.tobytes(), _GZIP_LEVEL)),
      packed_bytes=len(packed), histogram=histogram, largest=largest,
      smallest=smallest, is_state=is_state)


def _notes(weights: Iterable[StoredWeight]) -> Tuple[str, ...]:
  """What could run faster, where, and why not."""
  kernels = [weight for weight in weights if weight.is_kernel]
  if not any(weight.zeros for weight in kernels):
    return ('Nothing is sparse, so nothing runs faster for it.',)
  notes = []
  channels = [weight for weight in kernels if ' of ' in weight.structure and (
      'outputs' in weight.structure or 'inputs' in weight.structure)]
  if channels:
    notes.append(
        f'Whole channels of {len(channels)} kernels are zero: without them '
        'the model is smaller and faster everywhere.')
  two_of_four = [weight for weight in kernels if any(
      f'{n} of 4' in weight.structure.split(', ') for n in (2, 3, 4))]
  notes.append(
      f'GPUs with 2:4 kernels (NVIDIA from Ampere on): {len(two_of_four)} of '
      f'{len(kernels)} kernels have 2 of 4 zero.')
  blocks = [weight for weight in kernels
            if len(weight.shape) == 2 and 'blocks' in weight.structure
            and weight.sparsity >= _WORTH_SKIPPING]
  notes.append(
      'TensorFlow Lite on x86: dense layers in blocks of 4 inputs by 1 output '
      'have a kernel that skips zeros, convolutions have none; '
      f'{len(blocks)} dense kernels are in blocks and at least '
      f'{_WORTH_SKIPPING:.0%} zero.')
  pointwise = [weight for weight in kernels
               if len(weight.shape) == 4 and weight.shape[:2] == (1, 1)]
  sparse = [weight for weight in pointwise
            if weight.sparsity > _WORTH_SKIPPING]
  notes.append(
      'XNNPACK on Arm skips zeros of 1x1 convolutions that are more than '
      f'two thirds zero: {len(sparse)} of {len(pointwise)} are, and '
      '`model_pruning.keras.xnnpack_report` says whether the layers around '
      'them allow it.')
  return tuple(notes)
