# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A program of `child.serve`: jobs of steps, and jobs that end badly."""

from __future__ import annotations

import os
import sys

from model_pruning._src.files import child


def _do(job):
  if job.get('dies'):
    os._exit(3)
  if job.get('fails'):
    raise ValueError('it fails')
  return iter(range(job['steps'])) if 'steps' in job else None


if __name__ == '__main__':
  child.serve(_do, *sys.argv[1:])
