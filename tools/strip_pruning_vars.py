# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Strips a model of what pruning added: see --help."""

import os
import sys

if __name__ == '__main__':
  # From a checkout, whether or not the package is installed.
  sys.path.insert(
      0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
  from model_pruning.graph import strip_command

  strip_command.run()
