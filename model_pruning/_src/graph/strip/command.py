# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The command `python -m model_pruning.graph.strip_command`."""

from __future__ import annotations

import sys
from typing import List

from absl import app
from absl import flags

from model_pruning._src.graph.strip import strip

FLAGS = flags.FLAGS


def define_flags() -> None:
  """Defines the flags: of the command, so not when this is imported."""
  flags.DEFINE_string(
      'checkpoint_dir', None,
      'A directory, whose latest checkpoint is taken, or a checkpoint.')
  flags.DEFINE_alias('checkpoint_path', 'checkpoint_dir')
  flags.DEFINE_string('saved_model_dir', None, 'A SavedModel.')
  flags.DEFINE_string('graph_def', None, 'The file of a frozen GraphDef.')
  flags.DEFINE_list(
      'output_node_names', [],
      'Names of the output nodes. A SavedModel says which they are.')
  flags.DEFINE_string('output_dir', '/tmp', 'Where the result is written.')
  flags.DEFINE_string(
      'filename', None,
      f'The name of the file; by default one of {strip.FILENAMES}.')
  flags.DEFINE_enum('result', 'graph_def', strip.RESULTS, 'What is written.')
  flags.DEFINE_list('tags', None, 'Which graph of a SavedModel.')


def main(argv: List[str]) -> int:
  """Strips the model that the flags name."""
  if len(argv) > 1:
    raise app.UsageError(f'There are flags only. Received: {argv[1:]}')
  try:
    report = strip.strip_pruning_vars(
        FLAGS.checkpoint_dir, FLAGS.output_node_names, FLAGS.output_dir,
        FLAGS.filename, saved_model_dir=FLAGS.saved_model_dir,
        graph_def=FLAGS.graph_def, result=FLAGS.result, tags=FLAGS.tags)
  except ValueError as error:
    print(error, file=sys.stderr)
    return 1
  print(report)
  return 0


def run() -> None:
  """Defines the flags, parses them and strips."""
  define_flags()
  # `--help` lists the flags of the program, and this module is not it.
  for flag in FLAGS.get_key_flags_for_module(__name__):
    FLAGS.register_key_flag_for_module(sys.argv[0], flag)
  app.run(main)


if __name__ == '__main__':
  run()
