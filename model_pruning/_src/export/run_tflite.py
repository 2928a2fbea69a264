# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs a TensorFlow Lite model on inputs. A program: the runtime may crash."""

from __future__ import annotations

import sys
import warnings
from typing import Any, Dict, List, Optional, Sequence

import numpy as np

from model_pruning._src.files import child

WITH_DELEGATE = 'default'
WITHOUT_DELEGATE = 'reference'
# What stands before the names of inputs of a signature.
_PREFIX = 'serving_default_'


def interpreter_of(path: str, delegate: str, threads: Optional[int] = None
                   ) -> Any:
  """An interpreter with memory for one example.

  Args:
    path: of the model.
    delegate: `WITH_DELEGATE`, as people run it, or `WITHOUT_DELEGATE`, with
      the kernels of TensorFlow Lite itself.
    threads: how many; None is what TensorFlow Lite takes.
  """
  import tensorflow as tf
  options: Dict[str, Any] = {}
  if threads is not None:
    options['num_threads'] = threads
  # Before there was a choice, there was no default delegate either.
  if delegate == WITHOUT_DELEGATE and hasattr(
      tf.lite.experimental, 'OpResolverType'):
    options['experimental_op_resolver_type'] = (
        tf.lite.experimental.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
  with warnings.catch_warnings():
    warnings.simplefilter('ignore')  # That it will move to another package.
    interpreter = tf.lite.Interpreter(model_path=path, **options)
  for detail in interpreter.get_input_details():
    shape = [int(dim) for dim in detail['shape']]
    interpreter.resize_tensor_input(detail['index'], [1, *shape[1:]])
  interpreter.allocate_tensors()
  return interpreter


def run(interpreter: Any, inputs: List[np.ndarray],
        names: Sequence[Sequence[str]] = ()) -> List[np.ndarray]:
  """The outputs for a batch, computed one example at a time, as float64.

  Args:
    interpreter: of `interpreter_of`.
    inputs: an array for each input; the first axis is the batch.
    names: for each of them what the input may be called. Default: they are in
      the order of the file.
  """
  details = _in_order(interpreter.get_input_details(), names)
  outputs: List[List[np.ndarray]] = []
  for i in range(len(inputs[0])):
    for detail, values in zip(details, inputs):
      interpreter.set_tensor(
          detail['index'], _quantized(values[i:i + 1], detail))
    interpreter.invoke()
    outputs.append([
        _real(interpreter.get_tensor(detail['index']), detail)
        for detail in interpreter.get_output_details()])
  return [np.concatenate(values) for values in zip(*outputs)]


def _in_order(details: List[Dict[str, Any]], names: Sequence[Sequence[str]]
              ) -> List[Dict[str, Any]]:
  """The inputs of a file in the order of names, if all of them are there."""
  called = {detail['name'].split(':')[0].replace(_PREFIX, ''): detail
            for detail in details}
  found = [[called[name] for name in one if name in called] for one in names]
  return ([one[0] for one in found] if found and all(found)
          and len(found) == len(details) else details)


def _quantized(values: np.ndarray, detail: Dict[str, Any]) -> np.ndarray:
  """Values in the dtype that an input has."""
  scale, zero = detail['quantization']
  if scale and np.issubdtype(detail['dtype'], np.integer):
    info = np.iinfo(detail['dtype'])
    values = np.clip(np.rint(values / scale + zero), info.min, info.max)
  return values.astype(detail['dtype'])


def _real(values: np.ndarray, detail: Dict[str, Any]) -> np.ndarray:
  """The numbers that an output stands for."""
  scale, zero = detail['quantization']
  values = values.astype(np.float64)
  return (values - zero) * scale if scale else values


def _do(job: child.Job) -> None:
  """Writes the outputs of a job as a file of NumPy with `0`, `1`, ..."""
  with np.load(job['inputs'], allow_pickle=False) as loaded:
    values = [loaded[str(i)] for i in range(len(loaded.files))]
  computed = run(interpreter_of(job['file'], job['delegate']), values,
                 job['names'])
  np.savez(job['output'],
           **{str(i): value for i, value in enumerate(computed)})


if __name__ == '__main__':
  child.serve(_do, *sys.argv[1:])
