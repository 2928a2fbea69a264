# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`model-pruning plan`: what a spec would do to a model."""

from __future__ import annotations

import argparse

from model_pruning._src.cli import command


def _add_arguments(parser: argparse.ArgumentParser) -> None:
  parser.add_argument('model', metavar='MODEL')
  command.add_spec(parser)
  parser.add_argument('--num_steps', type=int, metavar='N',
                      help='how many optimizer updates training makes')
  parser.add_argument('--steps_per_epoch', type=int, metavar='N',
                      help='how many of them an epoch has')
  parser.add_argument('--verbose', action='store_true',
                      help='a line for every weight')
  command.add_custom(parser)


def _run(arguments: argparse.Namespace) -> command.Answer:
  from model_pruning._src.model_files import plan as plan_lib
  preview = plan_lib.plan(
      arguments.model, arguments.spec, num_steps=arguments.num_steps,
      steps_per_epoch=arguments.steps_per_epoch, custom=arguments.custom)
  return command.Answer(preview.to_text(arguments.verbose), preview.to_dict())


COMMAND = command.Command(
    'plan', 'Says what a specification would do to a model, and changes '
    'nothing.',
    "model-pruning plan model.keras --spec 'target_sparsity=0.9' "
    '--num_steps 10000', _add_arguments, _run)
