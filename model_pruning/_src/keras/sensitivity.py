# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`sensitivity`: the loss of a Keras model when one weight is pruned alone."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import os
import zlib
from typing import (
  Any,
  Callable,
  Iterable,
  Iterator,
  List,
  NamedTuple,
  Optional,
  Sequence,
  Union,
)

import numpy as np
import tensorflow as tf

from model_pruning._src.compat import keras_variables
from model_pruning._src.core import prune_arrays
from model_pruning._src.keras.models import model_check
from model_pruning._src.keras.models import multiply_adds
from model_pruning._src.keras.models import parts
from model_pruning._src.keras.models import weights as weights_lib
from model_pruning._src.planning import plan
from model_pruning._src.planning import sensitivity_report as report_lib
from model_pruning._src.planning import sweep_file
from model_pruning._src.planning import table
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import weight_rule

SPARSITIES = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)
# The relative change of the dense loss between processes that is accepted.
_SAME_LOSS = 1e-3
_DENSE = ''


class _Weight(NamedTuple):
  """A weight of the sweep.

  Attributes:
    name: the name of the weight.
    variable: the Keras variable.
    rule: how it is pruned; the target is set for each point.
    value: the dense value.
  """

  name: str
  variable: Any
  rule: weight_rule.WeightRule
  value: np.ndarray


def sensitivity(
    model: Any, evaluate: Optional[Callable[[Any], Any]] = None, *,
    data: Any = None, spec: Union[spec_lib.PruningSpec, str] = '',
    sparsities: Sequence[float] = SPARSITIES,
    csv: 'Union[str, os.PathLike[str], None]' = None,
    progress: Optional[Callable[[List[Any]], Iterable[Any]]] = None,
) -> report_lib.SensitivityReport:
  """Prunes each weight of a trained model alone, and measures the loss.

      report = model_pruning.keras.sensitivity(model, data=(images, labels))
      print(report)
      print(report.suggest(sparsity=0.9).spec)

  Each weight is pruned in one step to each of the sparsities, while all others
  stay dense, and the loss is measured. At the end, even after an error, every
  variable of the model has its original value, bit for bit.

  From the curves, `report.suggest` finds targets per weight for a total
  sparsity, a number of bytes or of multiply-adds: those at which one more zero
  costs the same in every weight. Its estimate adds the losses of single
  weights, which is less than the loss if all are pruned together.

  Args:
    model: a built model.
    evaluate: a function of the model that returns its loss, a number that is
      lower for better models: `lambda model: 1 - accuracy(model)`. It may
      change the variables of the model, which are restored. Default: the loss
      of `model.evaluate` on `data`.
    data: for a compiled model: a tuple of inputs and targets, or a
      `tf.data.Dataset` of batches. Prefer data that were not trained on.
    spec: a `PruningSpec`, or its string, which says what is pruned and in which
      structure. Its targets are ignored, and each weight is ranked alone.
    sparsities: the sparsities to measure, each in (0, 1).
    csv: the path of a file to which every point is written. Points of the same
      model and spec that it has already are not measured again. Default: None,
      no file.
    progress: a function that takes the list of points and yields them one by
      one, to show a progress bar. Default: nothing is shown.

  Returns:
    The curves, which suggest a spec.

  Raises:
    TypeError: if `model` is no Keras model.
    ValueError: if it is not built or not compiled, both or neither of
      `evaluate` and `data` are given, the spec or a sparsity is not valid, the
      loss of the dense model is not finite, or `csv` has another sweep.
  """
  spec = spec_lib.PruningSpec.of(spec)
  model = parts.as_model(model)
  model_check.check_built(model, 'sensitivity')
  asked = _checked(sparsities)
  measure = _measure(model, evaluate, data)
  found = weights_lib.find_weights(model)
  weights = _swept(spec, found)
  file = sweep_file.SweepFile(
      None if csv is None else os.fspath(csv), _fingerprint(spec, found))
  baseline = _baseline(file, found, measure)
  points = [(weight, sparsity) for weight in weights for sparsity in asked
            if file.get(weight.name, sparsity) is None]
  for weight, sparsity in (points if progress is None else progress(points)):
    file.add(weight.name, table.shape(weight.value.shape), sparsity,
             _point(spec, weight, sparsity, found, measure))
  counts = multiply_adds.count(model)
  return report_lib.SensitivityReport(
      baseline, tuple(_curve(weight, asked, file, counts)
                      for weight in weights),
      tuple(asked), str(spec), _other_bytes(found, weights),
      counts.problem)


def _checked(sparsities: Sequence[float]) -> List[float]:
  values = sorted({float(value) for value in sparsities})
  if not values or not all(0.0 < value < 1.0 for value in values):
    raise ValueError('Argument `sparsities` must be numbers in (0, 1). '
                     f'Received: sparsities={list(sparsities)}')
  return values


def _measure(model: Any, evaluate: Optional[Callable[[Any], Any]],
             data: Any) -> Callable[[], float]:
  """Returns a function that measures the current loss of the model."""
  if (evaluate is None) == (data is None):
    raise ValueError('Exactly one of `evaluate` and `data` must be given. '
                     f'Received: {"none" if data is None else "both"}')
  if evaluate is not None:
    call = evaluate
    return lambda: _number(call(model))
  if getattr(model, 'optimizer', None) is None:
    raise ValueError(
        'Argument `model` must be compiled with a loss if `data` are given; '
        f'else give `evaluate`. Received: the model {model.name!r}, which is '
        'not compiled')
  given = data if isinstance(data, (tuple, list)) else (data,)

  def loss() -> float:
    result = model.evaluate(*given, verbose=0)
    return _number(result[0] if isinstance(result, (list, tuple)) else result)

  return loss


def _number(value: Any) -> float:
  array = np.asarray(value)
  if array.size != 1 or array.dtype.kind not in 'biuf':
    raise TypeError('Argument `evaluate` must return a number, the loss. '
                    f'Received: {value!r}')
  return float(array.reshape(()))


def _swept(spec: spec_lib.PruningSpec,
           found: Sequence[weights_lib.KerasWeight]) -> List[_Weight]:
  """The weights that the spec prunes."""
  at_once = prune_arrays.at_once(spec, 'sensitivity')
  # Any target will do: it makes the spec prune weights without one.
  rules, _ = plan.make_plan(
      at_once.replace(target_sparsity=at_once.target_sparsity or 0.5),
      [weight.candidate for weight in found])
  weights = [
      _Weight(weight.candidate.name, weight.variable, rule,
              keras_variables.value_of(weight.variable))
      for weight, rule in zip(found, rules) if rule is not None]
  if not weights:
    raise ValueError('Argument `spec` must prune something. Received: spec='
                     f'{str(spec)!r}, which prunes no weight of the model')
  return weights


def _fingerprint(spec: spec_lib.PruningSpec,
                 found: Sequence[weights_lib.KerasWeight]) -> str:
  """A hash of the values, names and spec of a sweep."""
  checksum = zlib.crc32(str(spec).encode())
  for weight in found:
    checksum = zlib.crc32(weight.candidate.name.encode(), checksum)
    value = keras_variables.value_of(weight.variable)
    checksum = zlib.crc32(value.tobytes(), checksum)
  return f'{checksum:08x}'


def _baseline(file: sweep_file.SweepFile,
              found: Sequence[weights_lib.KerasWeight],
              measure: Callable[[], float]) -> float:
  """Measures the loss of the dense model, even if the file has it."""
  with _restored(found):
    loss = measure()
  if not math.isfinite(loss):
    raise ValueError('The loss of the dense model must be finite. Received: '
                     f'{loss}')
  known = file.get(_DENSE, 0.0)
  if known is None:
    file.add(_DENSE, '', 0.0, sweep_file.Point(0.0, loss))
    return loss
  if abs(known.loss - loss) > _SAME_LOSS * max(abs(known.loss), 1e-6):
    raise ValueError(
        f'The loss of the dense model is {loss:.6g}, and {known.loss:.6g} in '
        'the file of the sweep: the data or the evaluation changed. Give '
        'another file, or remove it')
  return known.loss


def _point(spec: spec_lib.PruningSpec, weight: _Weight, sparsity: float,
           found: Sequence[weights_lib.KerasWeight],
           measure: Callable[[], float]) -> sweep_file.Point:
  """Measures one point."""
  value, = prune_arrays.prune_arrays(
      spec, [weight.value],
      [dataclasses.replace(weight.rule, target_sparsity=sparsity)])
  with _restored(found):
    keras_variables.assign_value(
        keras_variables.backend_variable(weight.variable), value)
    loss = measure()
  return sweep_file.Point(float(np.mean(value == 0)), loss)


@contextlib.contextmanager
def _restored(found: Sequence[weights_lib.KerasWeight]) -> Iterator[None]:
  """Restores every variable at the end, even if Ctrl-C is pressed twice."""
  variables = [weight.variable for weight in found]
  values = [keras_variables.value_of(variable) for variable in variables]
  try:
    yield
  finally:
    interrupted = None
    waiting = list(zip(variables, values))
    while waiting:
      try:
        variable, value = waiting[-1]
        keras_variables.assign_value(
            keras_variables.backend_variable(variable), value)
        waiting.pop()
      except KeyboardInterrupt as e:
        interrupted = e
    if interrupted is not None:
      raise interrupted


def _curve(weight: _Weight, asked: Sequence[float],
           file: sweep_file.SweepFile, counts: multiply_adds.KerasCounts
           ) -> report_lib.LossCurve:
  points = [file.get(weight.name, sparsity) for sparsity in asked]
  known = [point for point in points if point is not None]
  return report_lib.LossCurve(
      weight.name, tuple(weight.value.shape), weight.value.dtype.itemsize,
      None if counts.problem else counts.of.get(id(weight.variable), 0),
      tuple(point.sparsity for point in known),
      tuple(point.loss for point in known),
      counts.per_turn.get(id(weight.variable)))


def _other_bytes(found: Sequence[weights_lib.KerasWeight],
                 weights: Sequence[_Weight]) -> int:
  swept = {id(weight.variable) for weight in weights}
  return sum(
      int(np.prod(weight.candidate.shape, dtype=np.int64))
      * tf.as_dtype(weight.variable.dtype).size
      for weight in found if id(weight.variable) not in swept)
