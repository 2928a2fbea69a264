# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Strips what it is told to, line by line, until its input ends.

Run by damaged_files.py: TensorFlow can end the process that reads a damaged
file, and what hangs has to be killed. A line is a JSON object of arguments of
`strip_pruning_vars`; the answer is a line of JSON.
"""

import contextlib
import json
import os
import sys
from typing import Any, Dict

import tensorflow as tf
from absl import logging

import model_pruning

v1 = tf.compat.v1


def _check(report: Any, result: str) -> str:
  """Returns what is wrong with a result; '' if nothing."""
  if result == 'checkpoint':
    reader = tf.train.load_checkpoint(report.path)
    for name in reader.get_variable_to_shape_map():
      reader.get_tensor(name)
    folder = os.path.dirname(report.path)
    if tf.train.latest_checkpoint(folder) != report.path:
      return 'the folder does not name its checkpoint'
  elif result == 'graph_def':
    with open(report.path, 'rb') as file:
      if v1.GraphDef.FromString(file.read()) != report.graph_def:
        return 'the file has another graph'
  elif not v1.saved_model.contains_saved_model(report.path):
    return 'there is no SavedModel'
  return ''


def strip(arguments: Dict[str, Any]) -> Dict[str, str]:
  """Returns what came of stripping: a kind, and a text."""
  try:
    report = model_pruning.strip_pruning_vars(**arguments)
  except ValueError as error:
    text = str(error)
    if isinstance(error, UnicodeError):  # A ValueError of Python's own.
      return {'kind': 'traceback', 'text': f'{type(error).__name__}: {text}'}
    if len(text) > 2000 or not text.isprintable() or not text.strip():
      return {'kind': 'message', 'text': repr(text)}
    return {'kind': 'refused', 'text': text}
  except BaseException as error:  # That is what is looked for.
    return {'kind': 'traceback', 'text': f'{type(error).__name__}: {error}'}
  wrong = _check(report, arguments['result'])
  return ({'kind': 'half_written', 'text': wrong} if wrong
          else {'kind': 'stripped', 'text': ''})


def main() -> None:
  """Answers each line."""
  logging.set_verbosity(logging.FATAL)
  answers = os.fdopen(os.dup(1), 'w')
  with contextlib.redirect_stdout(sys.stderr):
    print(json.dumps({'kind': 'ready', 'text': ''}), file=answers, flush=True)
    for line in sys.stdin:
      print(json.dumps(strip(json.loads(line))), file=answers, flush=True)


if __name__ == '__main__':
  main()
