# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What mypy tells the users of the library: their mistakes, and types.

`make lint` runs this with the Python that mypy is installed for.
"""

import importlib.util
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

_ROOT = pathlib.Path(os.path.abspath(__file__)).parent.parent
_PROGRAM = _ROOT / 'tests' / 'data' / 'user_program.py'


def _python_with_mypy():
  """The path of a Python that has mypy; None if there is none."""
  if importlib.util.find_spec('mypy'):
    return sys.executable
  tools = _ROOT / '.cache' / 'tools' / 'bin' / 'python'
  return str(tools) if tools.exists() else None


def _reports(output):
  """What mypy says, as the comments of the program do: {line: report}."""
  reports = {}
  for line in output.splitlines():
    found = re.match(r'.*\.py:(\d+): (\w+): (.*)', line)
    if not found:
      continue
    number, kind, text = int(found[1]), found[2], found[3]
    revealed = re.match(r'Revealed type is "(?:.*\.)?(\w+)"', text)
    if revealed:
      reports[number] = f'T: {revealed[1]}'
    elif kind == 'error':
      code = re.search(r'\[([a-z-]+)\]$', text)
      reports[number] = f'E: {code[1]}' if code else text
  return reports


class UserTypesTest(unittest.TestCase):

  def setUp(self):
    super().setUp()
    self.python = _python_with_mypy()
    if self.python is None:
      self.skipTest('mypy is installed neither here nor in .cache/tools: '
                    '`make lint` runs this test')

  def _mypy(self, *options):
    """Runs mypy as for an installed library: it reports on the program."""
    with tempfile.TemporaryDirectory() as scratch:
      result = subprocess.run(
          [self.python, '-m', 'mypy', '--config-file=', '--no-error-summary',
           '--follow-imports=silent', f'--cache-dir={scratch}', *options,
           str(_PROGRAM)], cwd=scratch, env={**os.environ,
                                             'MYPYPATH': str(_ROOT)},
          check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
          universal_newlines=True)
    self.assertEqual(result.stderr, '')
    return result.stdout

  def test_mistakes_are_errors_and_correct_use_has_its_types(self):
    expected = {
        number: line.split('  # ')[1]
        for number, line in enumerate(_PROGRAM.read_text().splitlines(), 1)
        if re.search('  # [ET]: ', line)}
    self.assertGreater(len(expected), 20)
    for options in ((), ('--strict',)):
      output = self._mypy(*options)
      with self.subTest(options=options):
        self.assertEqual(_reports(output), expected, output)


if __name__ == '__main__':
  unittest.main()
