# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A cluster of processes on this machine."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from typing import List, Sequence


def run(command: Sequence[str], count: int, directory: str) -> None:
  """Runs one command as `count` workers of a cluster, until all have ended.

  Args:
    command: the program and its arguments. `TF_CONFIG` says to each process
      which worker it is.
    count: of workers.
    directory: where worker0.log and so on go, what the workers print.

  Raises:
    SystemExit: a worker failed. The others, which would wait for it, are
      stopped.
  """
  addresses = _free_addresses(count)
  logs = [os.path.join(directory, f'worker{i}.log') for i in range(count)]
  workers = []
  try:
    for index, log in enumerate(logs):
      config = {'cluster': {'worker': addresses},
                'task': {'type': 'worker', 'index': index}}
      with open(log, 'wb') as file:
        workers.append(subprocess.Popen(
            command, stdout=file, stderr=subprocess.STDOUT,
            env=dict(os.environ, TF_CONFIG=json.dumps(config))))
    while any(worker.poll() is None for worker in workers):
      _check(workers, logs)
      time.sleep(0.1)
    _check(workers, logs)
  finally:
    for worker in workers:
      worker.kill()
      worker.wait()


def _check(workers: Sequence[subprocess.Popen], logs: Sequence[str]) -> None:
  for worker, log in zip(workers, logs):
    if worker.poll():
      with open(log, encoding='utf-8', errors='replace') as file:
        end = file.read()[-2000:]
      raise SystemExit(f'{end}\nA worker ended with {worker.returncode}: {log}')


def _free_addresses(count: int) -> List[str]:
  sockets = [socket.socket() for _ in range(count)]
  try:
    for one in sockets:
      one.bind(('localhost', 0))
    return [f'localhost:{one.getsockname()[1]}' for one in sockets]
  finally:
    for one in sockets:
      one.close()
