# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Strips damaged files: errors in one form, no hang, nothing lost.

    python tools/torture/damaged_files.py --cases 400

Needs a Python with TensorFlow and the library. Good sources of every kind are
damaged, each case in its own way, and stripped in a process of its own. Each
case must end with a result that can be read or with a ValueError, within the
time limit; the source must be as it was, and so must the good result of an
earlier run, unless there is a new one.
"""

import argparse
import collections
import hashlib
import json
import os
import pathlib
import random
import select
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from typing import Any, Dict, Iterator, List, NamedTuple, Optional

if __name__ == '__main__':
  _ROOT = pathlib.Path(__file__).resolve().parents[2]
  sys.path.insert(0, str(_ROOT))

from tools.torture import damages
from tools.torture import report

_LIMIT = 60.0  # Seconds that a case may take, of which most take 0.1.
FAULTS = ('traceback', 'crash', 'hang', 'message', 'half_written',
          'source_changed', 'result_lost', 'left_behind')


class Case(NamedTuple):
  """A damaged source and what is asked for.

  Attributes:
    name: says the source, the damage, and the result.
    folder: the damaged source.
    output: where the result goes.
    has_result: whether there is a good result of an earlier run.
    arguments: of `strip_pruning_vars`.
  """

  name: str
  folder: pathlib.Path
  output: pathlib.Path
  has_result: bool
  arguments: Dict[str, Any]


class Worker:
  """A process that strips; started again after a crash or a hang."""

  def __init__(self) -> None:
    self._process: Optional[subprocess.Popen] = None

  def __enter__(self) -> 'Worker':
    return self

  def __exit__(self, *unused_error: Any) -> None:
    self.stop()

  def ask(self, arguments: Dict[str, Any],
          limit: float = _LIMIT) -> Dict[str, str]:
    """Returns the answer to a case: its kind and a text."""
    if self._process is None:
      self._start()
    assert self._process is not None and self._process.stdin is not None
    self._process.stdin.write(json.dumps(arguments).encode() + b'\n')
    self._process.stdin.flush()
    return self._answer(limit)

  def stop(self) -> None:
    """Ends the process."""
    if self._process is not None:
      self._process.kill()
      self._process.communicate()
      self._process = None

  def _start(self) -> None:
    root = pathlib.Path(__file__).resolve().parents[2]
    self._process = subprocess.Popen(
      [sys.executable, str(root / 'tools/torture/strip_worker.py')],
      stdin=subprocess.PIPE, stdout=subprocess.PIPE,
      stderr=subprocess.DEVNULL, env=dict(os.environ, PYTHONPATH=str(root)))
    assert self._answer(300.0)['kind'] == 'ready'

  def _answer(self, limit: float) -> Dict[str, str]:
    assert self._process is not None and self._process.stdout is not None
    ready, _, _ = select.select([self._process.stdout], [], [], limit)
    line = self._process.stdout.readline() if ready else b''
    if line:
      return json.loads(line)
    status = self._process.poll() if ready else None
    self.stop()
    return ({'kind': 'crash', 'text': f'ended with {status}'} if ready
            else {'kind': 'hang', 'text': f'more than {limit:.0f} s'})


def fingerprint(folder: pathlib.Path) -> Dict[str, str]:
  """Returns what each file of a folder holds; links are not followed."""
  found = {}
  for path in [folder, *sorted(folder.rglob('*'))]:
    mode = path.lstat().st_mode if os.path.lexists(path) else 0
    name = str(path.relative_to(folder))
    if stat.S_ISLNK(mode):
      found[name] = 'link to ' + os.readlink(path)
    elif stat.S_ISREG(mode):
      with open(path, 'rb') as file:  # Of a huge one the beginning.
        digest = hashlib.sha256(file.read(1 << 20)).hexdigest()
      found[name] = f'{path.lstat().st_size} {digest}'
    elif mode:
      found[name] = oct(stat.S_IFMT(mode))
  return found


def _results_of(kind: str) -> List[str]:
  if kind in ('frozen', 'text'):
    return ['graph_def']
  return ['graph_def', 'checkpoint'] + ['saved_model'] * (
    kind == 'saved_model')


def cases(good: pathlib.Path, scratch: pathlib.Path, seed: int,
          count: int) -> Iterator[Case]:
  """Makes damaged sources, one after the other.

  Args:
    good: the folder that `sources.make` filled.
    scratch: an empty folder; what is in it is removed from case to case.
    seed: of the random numbers.
    count: how many.
  """
  from tools.torture import message_damages
  from tools.torture import sources

  file_damages = sorted(damages.DAMAGES)
  message_kinds = sorted(message_damages.DAMAGES)
  for i in range(count):
    rng = random.Random(f'{seed} {i}')
    if scratch.exists():
      shutil.rmtree(str(scratch), onerror=_make_writable)
    kind = rng.choice(sorted(sources.SOURCES))
    folder = scratch / 'source'
    shutil.copytree(str(good / kind), str(folder), symlinks=True)
    result = rng.choice(_results_of(kind))
    arguments = {
      argument: str(folder / name) if name else str(folder)
      for argument, name in sources.SOURCES[kind].items()}
    output = scratch / rng.choice(['out', 'deeper/out'])
    arguments.update(output_dir=str(output), result=result,
                     output_node_names='y')
    # In turn, so that a run of any length has all kinds of both.
    if i % 5 < 3 or kind == 'objects':
      name = file_damages[(i // 5 * 3 + i % 5) % len(file_damages)]
      files = [path for path in sorted(folder.rglob('*')) if path.is_file()]
      damages.DAMAGES[name](folder, rng.choice(files), rng)
    else:
      name = message_kinds[(i // 5 * 2 + i % 5 - 3) % len(message_kinds)]
      message_damages.damage(name, kind, folder, rng)
    has_result = rng.random() < 0.5 and result != 'saved_model'
    if has_result:
      shutil.copytree(str(good / f'result_{result}'), str(output))
    yield Case(f'case {i}: {kind}, {name}, to {result}', folder, output,
               has_result, arguments)


def _make_writable(function: Any, path: str, unused_error: Any) -> None:
  os.chmod(os.path.dirname(path), 0o700)
  function(path)


def _make_good(good: pathlib.Path) -> None:
  """Good sources, and results as an earlier run left them."""
  from tools.torture import sources

  sources.make(good)
  with Worker() as worker:
    for result in ('graph_def', 'checkpoint'):
      answer = worker.ask({
        'checkpoint_dir': str(good / 'sharded'), 'output_node_names': 'y',
        'output_dir': str(good / f'result_{result}'), 'result': result})
      assert answer['kind'] == 'stripped', answer


def _faults(case: Case, answer: Dict[str, str], before: Dict[str, str],
            result_before: Dict[str, str]) -> Iterator[str]:
  """What was wrong with a case, a kind of fault each."""
  if answer['kind'] in FAULTS:
    yield answer['kind']
  if fingerprint(case.folder) != before:
    yield 'source_changed'
  if answer['kind'] == 'stripped':
    wanted = {path.split('.')[0] for path in fingerprint(case.output)}
    if case.has_result and not wanted <= {
        '', 'checkpoint', 'pruning_stripped'}:
      yield 'left_behind'
  elif case.has_result:
    if fingerprint(case.output) != result_before:
      yield 'result_lost'
  elif len(fingerprint(case.output)) > 1:
    yield 'half_written'


def run(count: int = 400, seed: int = 0) -> report.Outcome:
  """Runs the cases and returns what was seen."""
  start = time.time()
  counts: Dict[str, int] = collections.OrderedDict.fromkeys(FAULTS, 0)
  answers: Dict[str, int] = collections.Counter()
  examples = []
  with tempfile.TemporaryDirectory() as root, Worker() as worker:
    good = pathlib.Path(root, 'good')
    _make_good(good)
    for case in cases(good, pathlib.Path(root, 'case'), seed, count):
      before = fingerprint(case.folder)
      result_before = fingerprint(case.output)
      answer = worker.ask(case.arguments)
      answers[answer['kind']] += 1
      for fault in _faults(case, answer, before, result_before):
        counts[fault] += 1
        examples.append(f'{case.name}: {fault}: {answer["text"][:300]}')
  return report.Outcome(
    'damaged files', count, time.time() - start, counts, tuple(examples),
    (f'{answers["refused"]} refused', f'{answers["stripped"]} stripped'))


def main() -> int:
  """Runs the cases that the command line asks for."""
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument('--cases', type=int, default=400)
  parser.add_argument('--seed', type=int, default=0)
  arguments = parser.parse_args()
  return report.print_table([run(arguments.cases, arguments.seed)])


if __name__ == '__main__':
  sys.exit(main())
