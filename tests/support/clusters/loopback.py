# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Addresses for clusters of processes on this machine."""

from __future__ import annotations

import socket
from typing import List


def free_addresses(count: int) -> List[str]:
  """Addresses on loopback, all different."""
  sockets = [socket.socket() for _ in range(count)]
  try:
    for socket_ in sockets:
      socket_.bind(('localhost', 0))
    return [f'localhost:{socket_.getsockname()[1]}' for socket_ in sockets]
  finally:
    for socket_ in sockets:
      socket_.close()
