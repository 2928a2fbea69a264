# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Checks that files which say the same thing agree: part of `make lint`.

    python tools/matrix/check.py        # lists what does not agree
    python tools/matrix/check.py --fix  # writes the generated part of .bazelrc
"""

import re
import sys
from typing import Iterator, List, Set

from rows import HERE
from rows import load_rows
from rows import ROOT

BEGIN = '# BEGIN rows: written by tools/matrix/check.py --fix\n'
END = '# END rows\n'


def expected_bazelrc(text: str) -> str:
  """Returns the text of .bazelrc with one --config for each row."""
  head, _, rest = text.partition(BEGIN)
  tail = rest.partition(END)[2]
  lines = ''.join(
    'build:{0} --test_tag_filters={0},-bundle\n'.format(row)
    for row in load_rows()
  )
  return head + BEGIN + lines + END + tail


def check_bazelrc() -> Iterator[str]:
  """The --configs of .bazelrc are the rows of matrix.bzl."""
  text = (ROOT / '.bazelrc').read_text()
  if text != expected_bazelrc(text):
    yield '.bazelrc does not list the rows: tools/matrix/check.py --fix'


def check_locks() -> Iterator[str]:
  """Each row has a lock of its Python, made from a requirements file."""
  for row in load_rows().values():
    if not row.lock.exists():
      yield '{}: no {}'.format(row.name, row.lock.name)
      continue
    lines = row.lock.read_text().splitlines()
    if lines[0] != '# python: ' + row.python:
      yield '{}: line 1 must say Python {}'.format(row.lock.name, row.python)
    for line in lines[1:]:
      if not re.fullmatch(r'[a-z0-9-]+==[\w.]+', line):
        yield '{}: not an exact pin: {}'.format(row.lock.name, line)


def check_skips() -> Iterator[str]:
  """skips.txt names tests and rows that there are, each test once."""
  rows = load_rows()
  names: Set[str] = set()
  for line in (HERE / 'skips.txt').read_text().splitlines():
    name, *skipping = line.split()
    if name.startswith('#'):
      continue
    file, *inside = name.split('::')
    path = ROOT / file
    text = path.read_text() if path.exists() else ''
    if len(inside) != 2 or 'class {}('.format(inside[0]) not in text:
      yield 'skips.txt: there is no test {}'.format(name)
    if name in names or not skipping or set(skipping) - set(rows):
      yield 'skips.txt: a test once, with rows of matrix.bzl: ' + line
    names.add(name)


def main(args: List[str]) -> int:
  """Prints what is wrong; returns the exit code."""
  if args == ['--fix']:
    bazelrc = ROOT / '.bazelrc'
    bazelrc.write_text(expected_bazelrc(bazelrc.read_text()))
  problems = [
    problem
    for check in (check_bazelrc, check_locks, check_skips)
    for problem in check()
  ]
  for problem in problems:
    print(problem)
  return 1 if problems else 0


if __name__ == '__main__':
  sys.exit(main(sys.argv[1:]))
