# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The command line of the examples."""

from __future__ import annotations

import argparse
import tempfile
from typing import Any, Optional

import numpy as np
import tensorflow as tf


def parser_of(description: Optional[str], spec: str,
              steps: int) -> argparse.ArgumentParser:
  """Returns a parser of what every example has: --spec and --steps.

  Args:
    description: the docstring of the example.
    spec: default of --spec.
    steps: default of --steps, in optimizer updates.
  """
  parser = argparse.ArgumentParser(
      description=description,
      formatter_class=argparse.RawDescriptionHelpFormatter)
  parser.add_argument('--spec', default=spec, help='default: %(default)s')
  parser.add_argument('--steps', type=int, default=steps,
                      help='optimizer updates (default: %(default)s)')
  return parser


def parse(description: Optional[str], spec: str, steps: int,
          **more: Any) -> argparse.Namespace:
  """Reads the command line.

  Args:
    description: the docstring of the example.
    spec: default of --spec.
    steps: default of --steps, in optimizer updates.
    **more: further options with their defaults.

  Returns:
    The values by the names of the options.
  """
  parser = parser_of(description, spec, steps)
  parser.add_argument('--output', help='a directory (default: a new one)')
  for name, default in more.items():
    if default is False:
      parser.add_argument('--' + name, action='store_true')
    else:
      parser.add_argument('--' + name, default=default,
                          help='default: %(default)s')
  args = parser.parse_args()
  args.output = args.output or tempfile.mkdtemp(prefix='model_pruning_')
  return args


def start_keras_afresh(seed: int = 0) -> None:
  """Makes Keras give the same names and the same weights each time."""
  tf.keras.backend.clear_session()
  np.random.seed(seed)
  set_seeds = getattr(tf.keras.utils, 'set_random_seed',
                      tf.compat.v1.set_random_seed)
  set_seeds(seed)
