# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The command line of an experiment, and the loop over its runs."""

from __future__ import annotations

import argparse
import os
import pathlib
import re
import shlex
import sys
import time
from typing import (
    Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple)

import numpy as np
import tensorflow as tf

import model_pruning
from harness import methods
from harness import peers
from harness import results_file
import timing

_RESULTS = pathlib.Path(__file__).resolve().parents[1] / 'results'
# Runs one: gets it, the options and the data, and returns figures for JSON.
Train = Callable[
    [results_file.Run, argparse.Namespace, Any], Mapping[str, Any]]


def main(description: Optional[str], name: str, net: str,
         budget: Mapping[str, Any], kinds: Sequence[Tuple[str, str]],
         load: Callable[[str], Any], train: Train,
         argv: Optional[List[str]] = None) -> None:
  """Trains what is not in the results yet, seed by seed.

  Args:
    description: the docstring of the experiment.
    name: of the experiment and of its file of results.
    net: the name of the network.
    budget: the default of each option that says how much is trained. It is
      written to the results, and runs of different budgets are not mixed.
    kinds: the method and the specification string of each run of a seed, in
      their order.
    load: returns the data in a directory, or made data if that is ''.
    train: does a run.
    argv: the arguments. Default: those of the process.
  """
  args = _parse(description, name, budget, argv)
  methods.use_one_thread()
  chosen = {key: getattr(args, key) for key in budget}
  chosen['data'] = 'real' if args.data_dir else 'made'
  results = results_file.ResultsFile(
      args.output, name, chosen, _session(argv))
  wanted = [results_file.Run(net, method, spec, seed)
            for seed in args.seeds for method, spec in kinds
            if re.search(args.only, f'{method} {spec}')]
  data = load(args.data_dir)
  for i, run in enumerate(wanted, 1):
    label = f'[{i}/{len(wanted)}] seed {run.seed}: {run.method} {run.spec}'
    if results.has(run):
      print(f'{label}: done before', flush=True)
      continue
    print(label, flush=True)
    start = time.perf_counter()
    figures = train(run, args, data)
    minutes = (time.perf_counter() - start) / 60
    results.add(run, {**figures, 'minutes': round(minutes, 2)})
    print('  ' + ', '.join(
        f'{key} {value}' for key, value in figures.items()
        if isinstance(value, (int, float))) + f', {minutes:.2f} minutes',
        flush=True)


def _parse(description: Optional[str], name: str, budget: Mapping[str, Any],
           argv: Optional[List[str]]) -> argparse.Namespace:
  parser = argparse.ArgumentParser(
      description=description,
      formatter_class=argparse.RawDescriptionHelpFormatter)
  parser.add_argument('--data_dir', default='',
                      help='where the data is (default: made data, which '
                      'says nothing about the world)')
  parser.add_argument('--output', default=str(_RESULTS / f'{name}.json'),
                      help='the file of results (default: the committed one)')
  parser.add_argument('--seeds', type=int, nargs='+', default=[0, 1],
                      help='default: %(default)s')
  parser.add_argument('--only', default='', metavar='REGEX',
                      help='runs whose method and specification match')
  for key, value in budget.items():
    parser.add_argument(f'--{key}', type=type(value), default=value,
                        help='default: %(default)s')
  return parser.parse_args(argv)


def _session(argv: Optional[List[str]]) -> Dict[str, Any]:
  """The command, versions and machine, without the names of directories."""
  keras = sys.modules[tf.keras.Model.__module__.split('.')[0]]
  environment = timing.environment([
      module for module in (tf, keras, np, model_pruning, peers.tfmot)
      if hasattr(module, '__version__')])  # Old releases of the peer have none.
  arguments = sys.argv[1:] if argv is None else argv
  command = ' '.join(
      ['python', 'experiments/' + os.path.basename(sys.argv[0]), *(
          'DIRECTORY' if i and arguments[i - 1] in ('--data_dir', '--output')
          else shlex.quote(argument) for i, argument in enumerate(arguments))])
  return {'command': command, 'threads': 1, **environment}
