# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`model-pruning sensitivity`: which weights can be pruned how far."""

from __future__ import annotations

import argparse
import functools
from typing import List

from model_pruning._src.cli import command
from model_pruning._src.model_files import inputs
from model_pruning._src.model_files import keras_files
from model_pruning._src.planning import picture
from model_pruning._src.storage import new_file


def _sparsities(text: str) -> List[float]:
  return [float(part) for part in text.split(',')]


def _add_arguments(parser: argparse.ArgumentParser) -> None:
  model = parser.add_mutually_exclusive_group(required=True)
  model.add_argument('model', metavar='MODEL', nargs='?',
                     help='a Keras file with a compiled model')
  model.add_argument('--model', metavar='MODEL', dest='model_option',
                     help='the same')
  parser.add_argument('--data', metavar='DATA', required=True,
                      help='a .npz file with x, the inputs, and y, the '
                      'targets; x0, x1, ... if there are several inputs')
  parser.add_argument('--spec', default='', help='what is pruned and in which '
                      'structure; its targets are not used')
  parser.add_argument(
      '--sparsities', type=_sparsities, metavar='LIST',
      help='what is tried, such as 0.5,0.8,0.9')
  parser.add_argument(
      '--csv', metavar='FILE', help='where every measured point is kept; if it '
      'is there, the sweep goes on from it')
  parser.add_argument('--png', metavar='FILE', help='write a picture')
  budget = parser.add_mutually_exclusive_group()
  budget.add_argument('--sparsity', type=float, metavar='S',
                      help='suggest a spec with this share of zeros')
  budget.add_argument('--max_bytes', type=int, metavar='N', help='suggest a '
                      'spec for a model of so many bytes')
  budget.add_argument('--max_multiply_adds', type=int, metavar='N',
                      help='suggest a spec with so many multiply-adds')
  command.add_custom(parser)
  command.add_force(parser)


def _run(arguments: argparse.Namespace) -> command.Answer:
  if arguments.png:
    picture.check_installed()
    new_file.check_file(arguments.png, arguments.force)
  path = arguments.model or arguments.model_option
  data = inputs.read_examples(arguments.data)
  model = keras_files.load(path, arguments.custom, compiled=True)
  from model_pruning._src.keras import sensitivity
  report = sensitivity.sensitivity(
      model, data=data, spec=arguments.spec,
      sparsities=arguments.sparsities or sensitivity.SPARSITIES,
      csv=arguments.csv,
      progress=functools.partial(arguments.progress, doing='Pruning'))
  if arguments.png:
    with new_file.new_file(arguments.png, arguments.force) as file:
      report.save_png(file)
  text, values = str(report), report.to_dict()
  budget = {name: value for name, value in (
      ('sparsity', arguments.sparsity), ('max_bytes', arguments.max_bytes),
      ('max_multiply_adds', arguments.max_multiply_adds)) if value is not None}
  if budget:
    suggested = report.suggest(**budget)
    text += f'\n{suggested}'
    values['suggested'] = suggested.to_dict()
  return command.Answer(text, values)


COMMAND = command.Command(
    'sensitivity', 'Prunes each weight of a Keras model alone to several '
    'sparsities, measures the loss, and suggests a spec for a budget.',
    'model-pruning sensitivity model.keras --data test.npz --sparsity 0.9',
    _add_arguments, _run)
