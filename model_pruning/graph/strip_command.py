# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The command `python -m model_pruning.graph.strip_command`: see `--help`."""

from model_pruning._src.graph.strip.command import define_flags
from model_pruning._src.graph.strip.command import main
from model_pruning._src.graph.strip.command import run

__all__ = ['define_flags', 'main', 'run']

if __name__ == '__main__':
  run()
