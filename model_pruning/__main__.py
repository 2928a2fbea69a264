# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`python -m model_pruning` is the command `model-pruning`."""

from model_pruning._src.cli import main

if __name__ == '__main__':
  main.run()
