# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Makes or refreshes the lock files of rows.

    python tools/matrix/lock.py tf2_21            # keeps the pins that fit
    python tools/matrix/lock.py --upgrade tf2_21  # takes the newest

Input is requirements/<lock>.in. What follows its line `# --no-deps` is added
as it is, without its own requirements: tf-keras would pull the full tensorflow
wheel over tensorflow-cpu, and tensorflow-model-optimization would pull
tf-keras. Needs uv. Bazel notices a changed lock and rebuilds the environment.
"""

import argparse
import os
import pathlib
import subprocess
import tempfile

from rows import HERE
from rows import load_rows
from rows import ROOT
from rows import Row

MARK = '# --no-deps\n'


def lock(row: Row, upgrade: bool) -> None:
  """Writes the lock file of a row."""
  source = HERE / 'requirements' / (row.lock.stem + '.in')
  resolved, _, extra = source.read_text().partition(MARK)
  with tempfile.TemporaryDirectory(dir=str(source.parent)) as directory:
    head = pathlib.Path(directory) / 'head.in'
    # `-r common.in` is relative to the file that says it.
    head.write_text(resolved.replace('-r ', '-r ../'))
    output = pathlib.Path(directory) / 'out.lock'
    if row.lock.exists() and not upgrade:
      output.write_text(row.lock.read_text())  # uv prefers what it finds here
    tools = str(ROOT / '.cache' / 'tools' / 'bin')
    subprocess.run(
      ['uv', 'pip', 'compile', '--quiet', '--python-version', row.python]
      + ['--no-header', '--no-annotate', '--no-emit-index-url']
      + ['--no-emit-find-links', '--output-file', str(output), str(head)],
      check=True,
      env=dict(os.environ, PATH=tools + os.pathsep + os.environ['PATH']),
    )
    pins = {_pin(line) for line in output.read_text().splitlines()}
  pins |= {_pin(line) for line in extra.splitlines()}
  lines = ['# python: ' + row.python]
  lines += sorted(pins - {''}, key=lambda pin: pin.split('=='))
  row.lock.write_text('\n'.join(lines) + '\n')


def _pin(line: str) -> str:
  return line.partition('#')[0].strip()


def main() -> None:
  """Locks the rows that the command line names."""
  parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
  )
  parser.add_argument('--upgrade', action='store_true')
  parser.add_argument('row', nargs='+', choices=list(load_rows()))
  args = parser.parse_args()
  for name in args.row:
    lock(load_rows()[name], args.upgrade)
    print('wrote', load_rows()[name].lock.relative_to(ROOT))


if __name__ == '__main__':
  main()
