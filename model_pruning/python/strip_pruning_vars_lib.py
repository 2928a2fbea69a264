# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Stripping of masks, where the contrib library had it."""

from __future__ import annotations

import importlib
from typing import Any, Sequence

__all__ = ['graph_def_from_checkpoint', 'strip_pruning_vars_fn']


def graph_def_from_checkpoint(checkpoint_dir: str,
                              output_node_names: Sequence[str]) -> Any:
  """Returns the graph of the latest checkpoint, its variables as constants."""
  return _strip().graph_def_from_checkpoint(checkpoint_dir, output_node_names)


def strip_pruning_vars_fn(input_graph_def: Any,
                          output_node_names: Sequence[str]) -> Any:
  """Returns a graph with its masks multiplied into its weights."""
  return _strip().strip_pruning_vars_fn(input_graph_def, output_node_names)


def _strip() -> Any:
  # When it is used: who only imports this module pays nothing for it.
  return importlib.import_module('model_pruning._src.graph.strip.strip')
