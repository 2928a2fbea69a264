# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Draws sparsity and accuracy over steps.

    python examples/plot.py RESULT.json [RESULT.json ...] FIGURE.png
"""

from __future__ import annotations

import json
import sys
from typing import Any, Dict, List

import matplotlib

matplotlib.use('Agg')

from matplotlib import pyplot
from matplotlib import ticker

COLORS = ['tab:blue', 'tab:orange']


def draw(results: List[Dict[str, Any]], path: str) -> None:
  """Writes the figure of what the examples measured."""
  figure, (top, bottom) = pyplot.subplots(
      2, 1, sharex=True, figsize=(8, 7), constrained_layout=True)
  for result, color, style in zip(results, COLORS, ['-', '--']):
    label = f'{result["front"]}, TensorFlow {result["tensorflow"]}'
    dense, pruned = (result[run]['history'] for run in ('dense', 'pruned'))
    top.plot(pruned['step'], pruned['sparsity'], style, color=color,
             marker='.', label=label)
    bottom.plot(pruned['step'], pruned['accuracy'], '-', color=color,
                marker='.', label=result['front'] + ', pruned')
    bottom.plot(dense['step'], dense['accuracy'], ':', color=color,
                label=result['front'] + ', dense')
  figure.suptitle('One spec string, two front ends: handwritten digits')
  top.set_title(results[0]['spec'].replace(',s', ',\ns', 1), fontsize=8)
  top.set_ylabel('sparsity of the kernels')
  bottom.set_ylabel('accuracy on the test images')
  bottom.set_xlabel('training step')
  bottom.set_ylim(0.8, 1.005)
  for axes in (top, bottom):
    axes.yaxis.set_major_formatter(ticker.PercentFormatter(1))
    axes.grid(alpha=0.3)
    axes.legend(loc='lower right')
  figure.savefig(path, dpi=120)


if __name__ == '__main__':
  parts = []
  for name in sys.argv[1:-1]:
    with open(name) as file:
      parts.append(json.load(file))
  draw(parts, sys.argv[-1])
