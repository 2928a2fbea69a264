# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""TensorFlow Lite files of a model, each checked against the model.

Some variants that TensorFlow Lite writes compute something else: whatever is
wrong, not finite or fails is rejected, and the smallest right one is kept.
"""

from __future__ import annotations

import functools
import math
import os
import shutil
import tempfile
import zlib
from typing import (
  Any,
  Callable,
  Iterable,
  List,
  NamedTuple,
  Optional,
  Sequence,
)

import numpy as np

from model_pruning._src.export import difference
from model_pruning._src.export import report as report_lib
from model_pruning._src.export import run_tflite
from model_pruning._src.export import source as source_lib
from model_pruning._src.export import variants as variants_lib
from model_pruning._src.files import child
from model_pruning._src.files import replace

_CONVERT = 'model_pruning._src.export.convert'
_RUN = 'model_pruning._src.export.run_tflite'
# Called with a list and what is done to each item, as `doing`; gives the items
# one by one, and shows how far it is.
Progress = Callable[..., Iterable[Any]]
_DELEGATES = (run_tflite.WITH_DELEGATE, run_tflite.WITHOUT_DELEGATE)


def export(source: source_lib.Source, path: str, quantizations: Sequence[str],
           representative: Optional[List[np.ndarray]] = None,
           progress: Optional[Progress] = None) -> report_lib.ExportReport:
  """Writes the smallest TensorFlow Lite file that computes what a model does.

  Args:
    source: the model.
    path: of the file, which may be replaced.
    quantizations: what is allowed, of `variants.QUANTIZATIONS`.
    representative: inputs like those of the training, for int8.
    progress: see `Progress`. Default: nothing is shown.

  Returns:
    What became of each variant.

  Raises:
    ValueError: if no variant is right; nothing is written then.
  """
  wanted = variants_lib.variants(quantizations, representative is not None)
  with tempfile.TemporaryDirectory() as directory:
    saved_model = os.path.join(directory, 'saved_model')
    source.write_saved_model(saved_model)
    inputs = os.path.join(directory, 'inputs.npz')
    _save(inputs, source.inputs)
    data = ''
    if representative is not None:
      data = os.path.join(directory, 'representative.npz')
      _save(data, representative)
    files = [os.path.join(directory, f'{i}.tflite')
             for i in range(len(wanted))]
    problems = child.run(_CONVERT, [
        dict(saved_model=saved_model, output=file, data=data,
             quantization=variant.quantization, is_sparse=variant.is_sparse)
        for variant, file in zip(wanted, files)], _doing(
            progress, 'Converting'))
    checked = iter(verify(
        [Checked(str(variant), file,
                 variants_lib.TOLERANCES[variant.quantization])
         for variant, file, problem in zip(wanted, files, problems)
         if not problem], inputs, source.outputs, source.names, progress))
    tried = [
        report_lib.ExportedVariant(
            str(variant), 0, 0, math.nan, math.nan,
            f'it is not converted: {problem}') if problem else next(checked)
        for variant, problem in zip(wanted, problems)]
    right = [i for i, one in enumerate(tried) if one.is_right]
    if not right:
      raise ValueError('No variant computes what the model does: ' + '; '.join(
          f'{one.name}: {one.problem}' for one in tried))
    best = min(right, key=lambda i: (tried[i].num_bytes, i))
    parent, name = os.path.split(os.path.abspath(path))
    with replace.staged(parent) as staging:
      shutil.copyfile(os.path.join(directory, f'{best}.tflite'),
                      os.path.join(staging, name))
  return report_lib.ExportReport(path, tried[best].name, tuple(tried))


def _doing(progress: Optional[Progress], doing: str
           ) -> Optional[Callable[[Any], Iterable[Any]]]:
  """The progress of one thing; None if none is shown."""
  return progress and functools.partial(progress, doing=doing)


def _save(path: str, arrays: Sequence[np.ndarray]) -> None:
  """Writes arrays as `0`, `1`, ... of a file of NumPy."""
  np.savez(path, **{str(i): array for i, array in enumerate(arrays)})


class Checked(NamedTuple):
  """A TensorFlow Lite file that is to be compared with a model.

  Attributes:
    name: of the variant.
    file: the file.
    tolerance: how large an error may be, as a share of the largest output.
  """

  name: str
  file: str
  tolerance: float


def verify(files: Sequence[Checked], inputs: str, expected: List[np.ndarray],
           names: Sequence[Sequence[str]] = (),
           progress: Optional[Progress] = None
           ) -> List[report_lib.ExportedVariant]:
  """Compares what TensorFlow Lite files compute with what they should.

  Args:
    files: the files.
    inputs: a file of NumPy with the inputs `0`, `1`, ...
    expected: the outputs of the model.
    names: for each input what it may be called in the files. Default: inputs
      are in the order of the files.
    progress: see `Progress`. Default: nothing is shown.
  """
  jobs = [dict(file=checked.file, inputs=inputs, delegate=delegate,
               names=[list(one) for one in names],
               output=f'{checked.file}.{delegate}.npz')
          for checked in files for delegate in _DELEGATES]
  problems = iter(child.run(_RUN, jobs, _doing(progress, 'Checking')))
  found = []
  for checked in files:
    errors = []
    problem = ''
    for delegate in _DELEGATES:
      failed = next(problems)
      error = math.nan
      if not failed:
        try:
          error = _error(f'{checked.file}.{delegate}.npz', expected)
        except ValueError as e:
          failed = str(e)
      errors.append(error)
      problem = problem or _problem(failed, error, checked.tolerance, delegate)
    with open(checked.file, 'rb') as opened:
      content = opened.read()
    found.append(report_lib.ExportedVariant(
        checked.name, len(content), len(zlib.compress(content, 6)),
        errors[0], errors[1], problem))
  return found


def _problem(failed: str, error: float, tolerance: float,
             delegate: str) -> str:
  """What is wrong with the outputs of a file, '' if nothing is."""
  if failed:
    return f'{_with(delegate)} it fails: {failed}'
  if not math.isfinite(error):
    return f'{_with(delegate)} outputs are not finite'
  if error > tolerance:
    return (f'{_with(delegate)} outputs are wrong: the error is {error:.2g}, '
            f'and {tolerance:.2g} is allowed')
  return ''


def _with(delegate: str) -> str:
  return ('with the default delegate'
          if delegate == run_tflite.WITH_DELEGATE else 'without a delegate')


def _error(output: str, expected: List[np.ndarray]) -> float:
  """The error of the outputs in a file of NumPy; see `difference.largest`."""
  with np.load(output, allow_pickle=False) as loaded:
    found = [loaded[str(i)] for i in range(len(loaded.files))]
  return difference.largest(found, expected)
