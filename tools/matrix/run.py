# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs the test matrix under Bazel and sums it up: what `make test` calls.

    python tools/matrix/run.py --rows "tf1_15 tf2_21" //tests/...

Bazel runs all rows at once: it makes their environments side by side, and no
core waits for the last test of a row. All targets (//...) are run in bundles,
which take less time: see mp_bundles in build_defs.bzl. Runs on any Python >=
3.7 with nothing installed.
The last line is `N passed, N failed, N skipped`.
"""

import argparse
import ast
import collections
import dataclasses
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from typing import Counter, Dict, Iterator, List, Optional
from xml.etree import ElementTree

import documents
import table
from rows import find_python
from rows import ROOT
from rows import Row
from rows import select_rows

COLUMNS = '{:<15}{:>8}{:>8}{:>8}{:>9}'
MAX_LOGS = 10
MAX_LOG_LINES = 60
MAX_SLOW_FILES = 10
ALL_TARGETS = ['//...']
TESTS_FAILED = 3  # the exit codes of `bazel test`
NO_TESTS_FOUND = 4


@dataclasses.dataclass
class Result:
  """What became of a row.

  Attributes:
    row: the row.
    note: why it did not run; empty if it did.
    seconds: how long its test processes took, one after the other.
    passed: the number of tests that passed.
    failures: a line for each failed test.
    skips: how many tests skipped themselves, by their reason.
    logs: the file with the output, for some of `failures`.
    files: for each test file the seconds of its tests, without its start.
  """

  row: Row
  note: str = ''
  seconds: float = 0.0
  passed: int = 0
  failures: List[str] = dataclasses.field(default_factory=list)
  skips: Counter[str] = dataclasses.field(default_factory=collections.Counter)
  logs: Dict[str, pathlib.Path] = dataclasses.field(default_factory=dict)
  files: Dict[str, float] = dataclasses.field(default_factory=dict)

  @property
  def skipped(self) -> int:
    """The number of tests that skipped themselves."""
    return sum(self.skips.values())

  def __str__(self) -> str:
    """Formats a line of the table."""
    if self.note:
      return '{:<15}{}'.format(self.row.name, self.note)
    return COLUMNS.format(
      self.row.name,
      self.passed,
      len(self.failures),
      self.skipped,
      round(self.seconds, 1),
    )


def find_bazel() -> List[str]:
  """Returns the command and the startup of Bazel, for its version."""
  bazel = shutil.which('bazel') or shutil.which('bazelisk')
  if not bazel:
    sys.exit('There is no bazel on PATH: see tools/install_bazel.sh.')
  if pathlib.Path(bazel).name == 'bazelisk':
    # Left alone it takes the newest Bazel, which knows no WORKSPACE.
    os.environ.setdefault('USE_BAZEL_VERSION', '6.5.0')
  return [bazel]


def version_flags(bazel: List[str]) -> List[str]:
  """Returns the flags with which this version of Bazel reads WORKSPACE."""
  answer = subprocess.run(
    bazel + ['--version'], stdout=subprocess.PIPE, universal_newlines=True
  ).stdout
  found = re.match(r'bazel (\d+)\.', answer)
  major = int(found.group(1)) if found else 4  # Debian says "no_version"
  if major >= 9:
    sys.exit('This is {}: needs 4 to 8.'.format(answer.strip()))
  flags = ['--noenable_bzlmod'] if major >= 6 else []
  return flags + (['--enable_workspace'] if major >= 8 else [])


def run_rows(
  rows: List[Row],
  bazel: List[str],
  flags: List[str],
  targets: List[str],
  is_ci: bool,
  shares_cases: bool,
) -> List[Result]:
  """Runs the tests of rows; Bazel's own output goes to the terminal."""
  tags = [row.name for row in rows]
  tags.append('-bundled' if targets == ALL_TARGETS else '-bundle')
  if is_ci:  # Without the tests that CI leaves to neighbours of a row.
    tags.append('-extra')
  if shares_cases:  # See _deal_cases of pytest_main.py.
    flags = flags + ['--test_env=MP_CASES=dealt']
  with tempfile.TemporaryDirectory() as directory:
    events = pathlib.Path(directory) / 'events.json'
    code = subprocess.run(
      bazel
      + ['test', '--keep_going']
      + ['--test_output=summary', '--test_summary=none', '--show_result=0']
      + ['--build_event_json_file={}'.format(events)]
      + flags
      + ['--test_tag_filters=' + ','.join(tags)]
      + ['--']
      + targets,
      cwd=str(ROOT),
    ).returncode
    lines = events.read_text().splitlines() if events.exists() else []
  results = collect(rows, lines)
  silent = [
    result
    for result in results
    if not result.passed + result.skipped + len(result.failures)
  ]
  for result in silent:
    result.failures.append('no test ran')
  if code not in (0, TESTS_FAILED, NO_TESTS_FOUND):
    for result in silent or results:
      result.failures.append('bazel test: exit code {}'.format(code))
  return results


def collect(rows: List[Row], lines: List[str]) -> List[Result]:
  """Reads the test.xml files that the build events of Bazel name."""
  results = {row.name: Result(row) for row in rows}
  for event in _test_results(lines):
    label = event['id']['testResult']['label']
    result = results[label.rpartition('__')[2]]
    test = event['testResult']
    result.seconds += int(test.get('testAttemptDurationMillis', 0)) / 1000
    files = {
      output['name']: _path(output['uri'])
      for output in test.get('testActionOutput', ())
      if 'uri' in output
    }
    failures = _add_xml(result, label, files.get('test.xml'))
    if test['status'] != 'PASSED' and not failures:
      failures = ['{} {}'.format(label, test['status'])]
    result.failures += failures
    if failures and 'test.log' in files:
      result.logs[failures[0]] = files['test.log']
  return list(results.values())


def _test_results(lines: List[str]) -> Iterator[dict]:
  for line in lines:
    event = json.loads(line)
    if 'testResult' in event:
      yield event


def _path(uri: str) -> pathlib.Path:
  return pathlib.Path(
    urllib.request.url2pathname(urllib.parse.urlsplit(uri).path)
  )


def _add_xml(
  result: Result, label: str, path: Optional[pathlib.Path]
) -> List[str]:
  """Adds a test.xml to the passed and skipped; returns what failed."""
  failures = []  # type: List[str]
  if path is None or not path.exists():
    return failures
  try:
    cases = list(ElementTree.parse(str(path)).iter('testcase'))
  except ElementTree.ParseError as error:
    return ['{} test.xml: {}'.format(label, error)]
  for case in cases:
    kinds = {child.tag: child for child in case}
    file = _file_of(case)
    seconds = float(case.get('time') or 0)
    result.files[file] = result.files.get(file, 0.0) + seconds
    failed = kinds.get('failure', kinds.get('error'))
    if failed is not None:
      where = case.get('classname', '').rpartition('.')[2]
      name = '.'.join(filter(None, [where, case.get('name')]))
      message = failed.get('message', '').split('\n')[0][:120]
      failures.append('{} {}: {}'.format(file or label, name, message))
    elif 'skipped' in kinds:
      result.skips[_reason(kinds['skipped'])] += 1
    else:
      result.passed += 1
  return failures


def _file_of(case: ElementTree.Element) -> str:
  """Returns the test file of a test, '' if the test does not say."""
  names = (case.get('classname') or case.get('name') or '').split('.')
  while names and not names[-1].endswith('_test'):
    names.pop()
  return '/'.join(names) + '.py' if names else ''


def _reason(skipped: ElementTree.Element) -> str:
  """Returns why a test, or a file as a whole, skipped itself."""
  message = skipped.get('message') or 'no reason given'
  if message == 'collection skipped':  # then the text is (file, line, reason)
    return ast.literal_eval(skipped.text or '')[-1].replace('Skipped: ', '')
  return message


def report(results: List[Result], seconds: float) -> bool:
  """Prints the summary of a run of `seconds`; returns whether all is well."""
  _print_failures(results)
  reasons = collections.defaultdict(collections.Counter)  # type: Dict
  for result in results:
    for reason, count in result.skips.items():
      reasons[reason][result.row.name] += count
  if reasons:
    print('\nSkipped:')
  for reason, rows in sorted(reasons.items()):
    print('{:>6} x {} ({})'.format(sum(rows.values()), reason, ' '.join(rows)))

  _print_slow_files(results)
  print('\n' + COLUMNS.format('row', 'passed', 'failed', 'skipped', 'seconds'))
  for result in results:
    print(result)
  passed = sum(result.passed for result in results)
  failed = sum(len(result.failures) for result in results)
  skipped = sum(result.skipped for result in results)
  total = round(sum(result.seconds for result in results), 1)
  print(COLUMNS.format('total', passed, failed, skipped, total))
  line = '\n{:.1f} minutes, with what the environments took to make'
  print(line.format(seconds / 60))
  line = '\n{} passed, {} failed, {} skipped'
  print(line.format(passed, failed, skipped), flush=True)
  return not failed and not all(result.note for result in results)


def _print_slow_files(results: List[Result]) -> None:
  """Prints which test files took most time in all rows together."""
  times = collections.defaultdict(list)  # type: Dict
  for result in results:
    for file, seconds in result.files.items():
      times[file].append((seconds, result.row.name))
  total = {
    file: sum(seconds for seconds, _ in rows) for file, rows in times.items()
  }
  if total:
    print('\nSlowest files: seconds on all rows, and on the slowest of them')
  for file in sorted(total, key=lambda file: -total[file])[:MAX_SLOW_FILES]:
    seconds, row = max(times[file])
    print('{:>8.1f}{:>8.1f} {:<15}{}'.format(total[file], seconds, row, file))


def _print_failures(results: List[Result]) -> None:
  """Prints the ends of some logs and the names of all failed tests."""
  logs = [item for result in results for item in result.logs.items()]
  for test, path in logs[:MAX_LOGS]:
    lines = path.read_text(errors='replace').splitlines()
    print('\n==== {}\n     {}'.format(test, path))
    print('\n'.join(lines[-MAX_LOG_LINES:]))
  if any(result.failures for result in results):
    print('\nFailed:')
  for result in results:
    for failure in result.failures:
      print('  {:<15}{}'.format(result.row.name, failure))


def _skipped(row: Row) -> Result:
  return Result(row, 'ROW SKIPPED: there is no Python {}'.format(row.python))


def main() -> int:
  """Runs the rows that the command line names."""
  parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
  )
  parser.add_argument('--rows', default='ci', help='ci, all, or names')
  parser.add_argument(
    '--table', help='the document that gets what the rows gave; needs all tests'
  )
  parser.add_argument(
    '--cases', choices=['shared', 'all', ''], default='',
    help='shared: rows share out the cases of parameterized tests; the default '
    'for many rows and for the table. all: each row runs all; the default for '
    'rows that are named'
  )
  parser.add_argument('targets', nargs='*', default=ALL_TARGETS)
  args = parser.parse_args()
  try:
    rows = select_rows(args.rows)
  except ValueError as error:
    sys.exit(str(error))
  names = args.rows.split()
  is_ci = 'ci' in names
  cases = args.cases or (
    'shared' if is_ci or 'all' in names or args.table else 'all')
  if args.table and (is_ci or args.targets != ALL_TARGETS):
    sys.exit(
      'TABLE={} is for all tests of a row: give no TARGETS, and ROWS=all or '
      'names of rows. Received: ROWS="{}"'.format(args.table, args.rows)
    )
  bazel = find_bazel()
  flags = version_flags(bazel)
  start = time.time()
  found = [row for row in rows if find_python(row.python)]
  print('Rows: ' + ' '.join(row.name for row in found), flush=True)
  ran = []  # type: List[Result]
  if found:
    ran = run_rows(found, bazel, flags, args.targets, is_ci, cases == 'shared')
  results = ran + [_skipped(row) for row in rows if row not in found]
  if args.table:
    table.update(pathlib.Path(args.table), results,
                 documents.commit())
  return 0 if report(results, time.time() - start) else 1


if __name__ == '__main__':
  sys.exit(main())
