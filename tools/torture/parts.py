# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The parts of `make torture`, and on which rows of the matrix each runs."""

from typing import Any, Dict, NamedTuple, Tuple

_MODES = ('rank', 'channels', 'hold')


class Part(NamedTuple):
  """A part of the torture.

  Attributes:
    module: in this folder, whose `run(count, seed, **arguments)` is called.
    rows: the rows of tools/matrix/matrix.bzl that it runs on.
    cases: the count, of whatever the module counts.
    short: the count in the short form.
    arguments: further arguments of `run`.
  """

  module: str
  rows: Tuple[str, ...]
  cases: int
  short: int
  arguments: Dict[str, Any] = {}


PARTS: Dict[str, Part] = {
  'specs': Part('specs', ('tf2_15',), 100_000, 1500),
  'damaged_files': Part('damaged_files', ('tf2_15',), 400, 80),
  'kill_estimator': Part('kills', ('tf1_15',), 5, 1, {
    'kinds': ('estimator', 'session'), 'modes': _MODES}),
  'kill_graph_loop': Part('kills', ('tf1_15',), 5, 1, {
    'kinds': ('graph_loop',), 'modes': _MODES}),
  'kill_fit': Part('kills', ('tf2_15', 'tf2_21'), 5, 1, {
    'kinds': ('fit',), 'modes': _MODES}),
  'kill_keras_loop': Part('kills', ('tf2_15', 'tf2_21'), 5, 1, {
    'kinds': ('keras_loop',), 'modes': _MODES}),
  'savers': Part('saves', ('tf1_15', 'tf2_15'), 20, 2),
  'parameter_servers': Part('clusters', ('tf1_15', 'tf2_15'), 4, 1, {
    'kind': 'parameter servers'}),
  'multi_worker': Part('clusters', ('tf2_15', 'tf2_21'), 4, 1, {
    'kind': 'MultiWorkerMirrored'}),
  'long_graph': Part('long_runs', ('tf1_15', 'tf2_15'), 30_000, 1000, {
    'kind': 'graph'}),
  'long_fit': Part('long_runs', ('tf2_15', 'tf2_21'), 30_000, 1000, {
    'kind': 'fit'})}
