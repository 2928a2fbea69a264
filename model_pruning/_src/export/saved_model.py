# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A model as a SavedModel that is known to compute the same."""

from __future__ import annotations

import os
from typing import Any, List

import numpy as np
import tensorflow as tf

from model_pruning._src.export import difference
from model_pruning._src.export import report as report_lib
from model_pruning._src.export import source as source_lib
from model_pruning._src.files import errors
from model_pruning._src.files import replace

# The order of additions may differ, and nothing else.
_TOLERANCE = 1e-5


def export(source: source_lib.Source, path: str) -> report_lib.ExportReport:
  """Writes a SavedModel that computes what a model does.

  Args:
    source: the model.
    path: of the directory. All that is there is replaced.

  Returns:
    How far its outputs are from the model's.

  Raises:
    ValueError: if it cannot be written, or computes something else. Nothing is
      written then.
  """
  with replace.staged_whole(path) as staging:
    try:
      source.write_saved_model(staging)
    except tf.errors.OpError as e:  # The disk is full, say.
      raise replace.unwritable(path, errors.reason(e)) from e
    try:
      outputs = run(staging, source.inputs)
    except Exception as e:  # TensorFlow raises what a graph leads it to.
      raise ValueError('The SavedModel cannot be run: '
                       f'{errors.reason(e)}') from e
    error = difference.largest(outputs, source.outputs)
    if not error <= _TOLERANCE:
      raise ValueError('The SavedModel computes something else: the error is '
                       f'{error:.2g}, and {_TOLERANCE:.2g} is allowed')
    size = sum(os.path.getsize(os.path.join(folder, name))
               for folder, _, names in os.walk(staging) for name in names)
  return report_lib.ExportReport(path, 'SavedModel', (
      report_lib.ExportedVariant('SavedModel', size, None, error, None, ''),))


def run(directory: str, inputs: List[np.ndarray]) -> List[Any]:
  """What the signature of a SavedModel computes, in a session.

  Args:
    directory: of the SavedModel.
    inputs: by the order of the names of its inputs.
  """
  with tf.Graph().as_default(), tf.compat.v1.Session() as session:
    signature = tf.compat.v1.saved_model.load(
        session, [tf.saved_model.SERVING], directory
    ).signature_def[tf.saved_model.DEFAULT_SERVING_SIGNATURE_DEF_KEY]
    names = [signature.inputs[key].name for key in sorted(signature.inputs)]
    return session.run(
        [signature.outputs[key].name for key in sorted(signature.outputs)],
        dict(zip(names, inputs)))
