# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Savers in one thread while another trains: every file must be sparse."""

from __future__ import annotations

import tempfile
import time
from typing import Any, Callable, Dict, Sequence

import tensorflow as tf

from tests.support.graphs import saver_threads
from tools.torture import report

v1 = tf.compat.v1


def _new(unused_directory: str) -> Any:
  return v1.train.Saver(max_to_keep=None)


def _of_supervisor(directory: str) -> Any:
  supervisor = v1.train.Supervisor(logdir=directory, save_model_secs=0,
                                   save_summaries_secs=0)
  supervisor.saver.saver_def.max_to_keep = 0
  return supervisor.saver


_SAVERS: Dict[str, Callable[[str], Any]] = {
  'made before': _new, 'sharded, made before':
  lambda _: v1.train.Saver(max_to_keep=None, sharded=True),
  'made after': _new, 'of a Supervisor': _of_supervisor}


def run(count: int, seed: int = 0,
        kinds: Sequence[str] = tuple(_SAVERS)) -> report.Outcome:
  """Saves `count` files of each kind of Saver and of variable.

  Args:
    count: how many files.
    seed: unused: the scheduler of the machine chooses the moments.
    kinds: of Savers; by default all.
  """
  del seed
  start = time.time()
  examples = []
  num_files = 0
  for kind in kinds:
    make = _SAVERS[kind]
    for use_resource in (False, True):
      with tempfile.TemporaryDirectory() as root, tf.Graph().as_default():
        train_op = saver_threads.build(use_resource)
        saver = make(root) if kind.endswith('before') else None
        train_op = saver_threads.prune(train_op)
        # A Supervisor lets nobody add to the graph after it.
        initializer = v1.global_variables_initializer()
        saver = saver or make(root)
        with v1.Session() as session:
          session.run(initializer)
          paths = saver_threads.save_while_training(
            session, saver, train_op, root, count)
        num_files += len(paths)
        for path in paths:
          examples += [f'{kind}: {fault}' for fault in list(
            saver_threads.faults(path, use_resource))[:1]]
  return report.Outcome(
    'saves', num_files, time.time() - start,
    {'not_sparse': len(examples)}, tuple(examples),
    (f'{len(kinds)} kinds of Saver',))
