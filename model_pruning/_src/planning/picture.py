# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Figures of matplotlib that need no screen, and their colours."""

from __future__ import annotations

from typing import Any

DOTS_PER_INCH = 150
# The palette of Okabe and Ito, which colour-blind people can tell apart.
COLORS = ('#0072B2', '#E69F00', '#009E73', '#CC79A7', '#56B4E9', '#D55E00',
          '#000000')


def new_figure(width: float, height: float) -> Any:
  """A new figure of so many inches.

  Raises:
    ImportError: if matplotlib is not installed.
  """
  try:
    from matplotlib import figure
    from matplotlib.backends import backend_agg
  except ImportError as e:
    raise ImportError('Pictures need the package `matplotlib`. Install it '
                      'with `pip install model-pruning[cli]`.') from e
  made = figure.Figure((width, height), constrained_layout=True)
  backend_agg.FigureCanvasAgg(made)
  return made


def check_installed() -> None:
  """Raises an ImportError if matplotlib is not installed."""
  new_figure(1, 1)
