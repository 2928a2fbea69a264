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
from model_pruning._src.model_files.reports import measured
from model_pruning._src.model_files.reports import speed
from model_pruning._src.model_files.reports import structure
from model_pruning._src.planning import table

# As many weights are printed; the largest, unless all are asked for.
_MAX_ROWS = 20
_MAX_NAME = 40
_GZIP_LEVEL = 6
_HISTOGRAM_BINS = 64


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
  weights: Tuple[measured.MeasuredWeight, ...]
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
    turning = [weight for weight in self.kernels
               if weight.multiply_adds_per_turn is not None]
    missing = len(self.kernels) - len(known) - len(turning)
    text = (f'Multiply-adds of one example: '
            f'{_sum(weight.multiply_adds for weight in known):,} dense, '
            f'{_sum(weight.nonzero_multiply_adds for weight in known):,} with '
            'zeros skipped')
    if missing:
      text += (f', besides those of {missing} '
               f'{"kernel" if missing == 1 else "kernels"} of which it is not '
               'known')
    if turning:
      dense, nonzero = (_sum(counts) for counts in zip(*(
          (weight.multiply_adds_per_turn, weight.nonzero_multiply_adds_per_turn)
          for weight in turning)))
      text += (f', besides {len(turning)} '
               f'{"kernel" if len(turning) == 1 else "kernels"} in loops that '
               f'turn nobody knows how often: {dense:,} dense, {nonzero:,} '
               'with zeros skipped if each loop turns once')
    if self.other_multiply_adds is None:
      text += '; those of activations with each other are not known'
    elif self.other_multiply_adds:
      text += (f'; activations with each other take '
               f'{self.other_multiply_adds:,} more')
    return text + '.'

  @property
  def kernels(self) -> List[measured.MeasuredWeight]:
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
                      nonzero_multiply_adds=weight.nonzero_multiply_adds,
                      nonzero_multiply_adds_per_turn=(
                          weight.nonzero_multiply_adds_per_turn))
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
      rows.append((f'{len(others)} other{"s" * (len(others) > 1)}', '', '',
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


def _row(weight: measured.MeasuredWeight,
         max_name: Optional[int]) -> Tuple[str, ...]:
  """The cells of a weight, the start of a long name left out."""
  name = weight.name
  if max_name and len(name) > max_name:
    name = '...' + name[3 - max_name:]
  return (name, table.shape(weight.shape), weight.dtype,
          f'{weight.zeros:,}', _percent(weight.zeros, weight.size),
          weight.structure, *_bytes([weight]))


def _bytes(weights: Iterable[measured.MeasuredWeight]) -> Tuple[str, str, str]:
  """Bytes dense, of gzip and packed, as cells."""
  weights = list(weights)
  return (f'{sum(weight.dense_bytes for weight in weights):,}',
          f'{sum(weight.gzip_bytes for weight in weights):,}',
          f'{sum(weight.packed_bytes for weight in weights):,}')


def _multiply_adds(weights: List[measured.MeasuredWeight]) -> Tuple[str, str]:
  """Multiply-adds with all entries and with those that are not zero."""
  if not weights:
    return '', ''
  if len(weights) == 1 and weights[0].multiply_adds_per_turn is not None:
    return (f'{short(weights[0].multiply_adds_per_turn)}/turn',
            f'{short(weights[0].nonzero_multiply_adds_per_turn)}/turn')
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
          multiply_adds=counts.weights.get(array.name),
          multiply_adds_per_turn=counts.per_turn.get(array.name))
      for array in (progress(stored) if progress else stored))
  return ModelReport(found.path, found.kind.value, weights,
                     (*filter(None, [counts.note]), *speed.notes(weights)),
                     counts.others, counts.problem)


def _weight(name: str, array: np.ndarray, is_state: bool,
            outputs_first: bool) -> measured.MeasuredWeight:
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
  return measured.MeasuredWeight(
      name=name, shape=tuple(int(dim) for dim in array.shape),
      dtype=array.dtype.name, zeros=zeros.zeros,
      structure=zeros.describe(
          (*array.shape[1:], array.shape[0])
          if outputs_first and array.ndim > 1 and array.shape[0] > 1
          else array.shape), dense_bytes=array.nbytes,
      gzip_bytes=len(zlib.compress(array.tobytes(), _GZIP_LEVEL)),
      packed_bytes=len(packed), histogram=histogram, largest=largest,
      smallest=smallest, is_state=is_state)
