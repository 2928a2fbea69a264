# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`model-pruning schedule`: how sparse a spec is at each step."""

from __future__ import annotations

import argparse

from model_pruning._src.cli import command
from model_pruning._src.cli import pictures
from model_pruning._src.planning import curve
from model_pruning._src.planning import picture
from model_pruning._src.storage import new_file


def _add_arguments(parser: argparse.ArgumentParser) -> None:
  command.add_spec(parser)
  parser.add_argument('--num_steps', type=int, required=True, metavar='N',
                      help='how many optimizer updates training makes')
  parser.add_argument('--steps_per_epoch', type=int, metavar='N',
                      help='how many of them an epoch has')
  parser.add_argument('--png', metavar='FILE', help='write a picture')
  command.add_force(parser)


def _run(arguments: argparse.Namespace) -> command.Answer:
  found = curve.curve_of(
      arguments.spec, num_steps=arguments.num_steps,
      steps_per_epoch=arguments.steps_per_epoch)
  if arguments.png:
    picture.check_installed()
    with new_file.new_file(arguments.png, arguments.force) as file:
      pictures.draw_curve(found, file)
  return command.Answer(str(found), found.to_dict())


COMMAND = command.Command(
    'schedule', 'Draws how sparse the weights are at each step of a training.',
    "model-pruning schedule --spec 'target_sparsity=0.9' --num_steps 10000",
    _add_arguments, _run)
