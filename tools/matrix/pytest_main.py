# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs test files with pytest, the way Bazel wants a test to be run.

Not absltest.main(): the XML that absl writes has no reasons for skips.
"""

import collections
import fnmatch
import functools
import gc
import inspect
import os
import pathlib
import sys
import zlib
from typing import Any, Dict, Generator, List, Set, Tuple

import pytest

# Of how many rows each runs a share of the cases of a test, at most.
MAX_DEALT = 4

SKIPS = pathlib.Path(__file__).with_name('skips.txt')


class BazelPlugin:
  """Follows Bazel's protocol for shards and for --test_filter."""

  def __init__(self) -> None:
    self.num_dropped = 0
    self.num_skipped_files = 0
    self._file: Any = None
    self._dealt: Set[str] = set()

  def pytest_collection_modifyitems(self, items: List[pytest.Item]) -> None:
    """Keeps the tests of this shard that the filter names."""
    collected = len(items)
    # tf.test.TestCase has a method of this name that is no test.
    items[:] = [item for item in items if item.name != 'test_session']
    wanted = os.environ.get('TESTBRIDGE_TEST_ONLY')
    if wanted:
      items[:] = [item for item in items if _matches(item, wanted)]
    if os.environ.get('MP_CASES') == 'dealt':
      self._dealt = _deal_cases(items, os.environ['MP_ROW'])
    num_shards = int(os.environ.get('TEST_TOTAL_SHARDS') or 1)
    shard = int(os.environ.get('TEST_SHARD_INDEX') or 0)
    items[:] = _shards(items, num_shards)[shard]
    self.num_dropped = collected - len(items)

  @pytest.hookimpl(tryfirst=True)
  def pytest_runtest_setup(self, item: pytest.Item) -> None:
    """Takes what is left of other files out of garbage collection.

    Keras collects garbage whenever a test clears its session, and walks all of
    TensorFlow for it, and the functions of all models before, which TensorFlow
    keeps: more than a third of the time of a bundle of tests.
    """
    if item.fspath != self._file:
      self._file = item.fspath
      gc.collect()
      gc.freeze()

  @pytest.hookimpl(hookwrapper=True)
  def pytest_runtest_makereport(
      self, item: pytest.Item
  ) -> Generator[None, Any, None]:
    """Fails a case that skips itself, and that no other row runs."""
    result = yield
    report = result.get_result()
    if report.skipped and item.nodeid in self._dealt:
      report.outcome = 'failed'
      report.longrepr = (
        'No row runs this case: add this line to tools/matrix/skips.txt, or '
        'the row to its line.\n{} {}'.format(
          _name_of(item), os.environ['MP_ROW']))

  def pytest_collectreport(self, report: pytest.CollectReport) -> None:
    """Counts the files that skip themselves as a whole."""
    self.num_skipped_files += report.skipped


def _deal_cases(items: List[pytest.Item], row: str) -> Set[str]:
  """Leaves out the cases of parameterized tests that other rows run.

  Every test runs on every row that its file has, with some of its cases: with a
  fourth of them if there are four rows or more. Every case runs on some row.
  The rows of which skips.txt says that they skip cases of a test have all cases
  of it, and none is left to them.

  Args:
    items: tests of a bundle. Those of files of which the bundle does not say
      which rows run them have all cases.
    row: the name of the row.

  Returns:
    The names of the cases that are left to this row.
  """
  cases: Dict[Any, List[pytest.Item]] = collections.OrderedDict()
  for item in items:
    cases.setdefault(_name_of(item), []).append(item)
  kept: Set[int] = set()
  dealt: Set[str] = set()
  for name, together in cases.items():
    rows = [
      one for one in _rows_of(name.split('::')[0], row)
      if one not in _skips().get(name, ())
    ]
    number = min(len(together), len(rows), MAX_DEALT)
    if number < 2 or row not in rows:
      kept.update(map(id, together))
      continue
    mine = together[rows.index(row) % number::number]
    kept.update(map(id, mine))
    dealt.update(item.nodeid for item in mine)
  items[:] = [item for item in items if id(item) in kept]
  return dealt


def _name_of(item: pytest.Item) -> str:
  """Returns `file::class::function`, which the cases of a test share."""
  # Cases are wrapped around one function.
  function = inspect.unwrap(getattr(item, 'obj', item))
  names = [item.nodeid.split('::')[0], getattr(item, 'cls', None), function]
  return '::'.join(
    getattr(name, '__name__', str(name)) for name in names if name)


@functools.lru_cache(maxsize=None)
def _skips() -> Dict[str, List[str]]:
  """Returns the rows that skip cases of a test, by `_name_of` it."""
  lines = [line.split() for line in SKIPS.read_text().splitlines()]
  return {line[0]: line[1:] for line in lines if line and line[0] != '#'}


@functools.lru_cache(maxsize=None)
def _rows_of(file: str, row: str) -> Tuple[str, ...]:
  """Returns the rows that share a file out; none if a bundle does not say."""
  directory, name = os.path.split(file)
  for bundle in ('bundle__', 'bundle_extra__'):  # A test has one of them.
    path = os.path.join(directory, '{}{}.rows'.format(bundle, row))
    if os.path.exists(path):
      with open(path) as lines:
        rows = {line.split()[0]: line.split()[1:] for line in lines}
      return tuple(rows.get(name, ()))
  return ()


def _shards(items: List[pytest.Item],
            number: int) -> List[List[pytest.Item]]:
  """Deals out tests; those of a class with a `setUpClass` stay together.

  What such a class prepares for all its tests takes longer than most of them.
  """
  shards: List[List[pytest.Item]] = [[] for _ in range(number)]
  of_class: Dict[Any, List[pytest.Item]] = {}
  for item in items:
    kind = getattr(item, 'cls', None)
    fewest = min(shards, key=len)
    if _prepares(kind):
      of_class.setdefault(kind, fewest).append(item)
    else:
      fewest.append(item)
  return shards


def _prepares(kind: Any) -> bool:
  """Says whether a class of tests has a `setUpClass` of this project."""
  return any(
    'setUpClass' in vars(one) and one.__module__.startswith('tests.')
    for one in getattr(kind, '__mro__', ())
  )


def _matches(item: pytest.Item, wanted: str) -> bool:
  """Says whether `Class`, `Class.test` or `*pattern*` means this test."""
  name = '.'.join(item.nodeid.split('::')[1:])
  return any(
    fnmatch.fnmatchcase(name, pattern) for pattern in (wanted, wanted + '.*')
  )


def main(files: List[str]) -> int:
  """Runs the files; returns the exit code."""
  # --capture=sys: what C++ prints before it aborts reaches the log.
  args = ['-c', 'pytest.ini', '-v', '--capture=sys', '--disable-warnings']
  # Tests use the methods of absltest. To rewrite asserts would take seconds of
  # each process: the sandbox does not let pytest keep what it rewrote.
  args += ['-p', 'no:cacheprovider', '--assert=plain']
  # Each row draws examples of its own, which are always the same: a cached pass
  # is the pass that would be had again.
  row = os.environ.get('MP_ROW', '')
  args += ['--hypothesis-seed', str(zlib.crc32(row.encode()))]
  if 'XML_OUTPUT_FILE' in os.environ:
    args += ['--junitxml', os.environ['XML_OUTPUT_FILE']]
  if 'TEST_SHARD_STATUS_FILE' in os.environ:
    pathlib.Path(os.environ['TEST_SHARD_STATUS_FILE']).touch()
  if not files:  # A bundle of what CI leaves out, on a row with nothing left.
    pathlib.Path(os.environ['XML_OUTPUT_FILE']).write_text('<testsuites/>')
    return 0
  plugin = BazelPlugin()
  code = int(pytest.main(args + files, plugins=[plugin]))
  no_tests_collected = 5
  if code == no_tests_collected:
    # An empty shard, or a file that skips as a whole, is no failure.
    return 0 if plugin.num_dropped or plugin.num_skipped_files else code
  return code


if __name__ == '__main__':
  sys.exit(main(sys.argv[1:]))
