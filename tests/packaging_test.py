# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What is published: the source distribution and the wheel."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

from absl.testing import absltest

_ROOT = pathlib.Path(__file__).parents[1]
_ABOUT = ['CHANGELOG.md', 'CITATION.cff', 'CONTRIBUTING.md', 'LICENSE',
          'MANIFEST.in', 'README.md', 'pyproject.toml', 'setup.py']
# What `python -m build --no-isolation` calls, which needs no network.
_BUILD = '''
from setuptools import build_meta
print(build_meta.build_sdist('dist'), build_meta.build_wheel('dist'))
'''


def _run(directory, *command, **environment):
  """What a process prints; raises with what it complains of."""
  result = subprocess.run(
      command, cwd=str(directory), env={**os.environ, **environment},
      stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
      universal_newlines=True)
  if result.returncode:
    raise AssertionError(result.stderr)
  return result.stdout


def _sources():
  """The files of the package, as paths from the root."""
  package = _ROOT / 'model_pruning'
  return sorted(
      path.relative_to(_ROOT).as_posix()
      for path in [*package.rglob('*.py'), package / 'py.typed'])


class PackagingTest(absltest.TestCase):

  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    try:
      _run(_ROOT, sys.executable, '-c',
           'import wheel; from setuptools import build_meta')
    except AssertionError as e:
      raise absltest.SkipTest(
          f'nothing builds packages here: {str(e).splitlines()[-1]}') from e
    # In a copy: a build leaves files beside setup.py. The copy has a test and
    # a benchmark, which must not be published.
    cls.directory = tempfile.mkdtemp()
    copy = pathlib.Path(cls.directory)
    for name in [*_ABOUT, *_sources(), 'tests/packaging_test.py']:
      (copy / name).parent.mkdir(parents=True, exist_ok=True)
      shutil.copy(str(_ROOT / name), str(copy / name))
    for name in ['benchmarks/run.py', 'examples/demo.py', 'tools/walls.py',
                 'tests/core/__init__.py', 'model_pruning/BUILD']:
      (copy / name).parent.mkdir(parents=True, exist_ok=True)
      (copy / name).touch()
    _run(copy, sys.executable, '-c', _BUILD)
    (cls.sdist,) = (copy / 'dist').glob('*.tar.gz')
    (cls.wheel,) = (copy / 'dist').glob('*.whl')

  @classmethod
  def tearDownClass(cls):
    shutil.rmtree(cls.directory, ignore_errors=True)
    super().tearDownClass()

  def test_the_wheel_is_for_every_python_3_and_machine(self):
    self.assertRegex(
        self.wheel.name, r'^model_pruning-\d+\.\d+\.\d+-py3-none-any\.whl$')

  def test_the_wheel_has_the_package_and_nothing_else(self):
    with zipfile.ZipFile(str(self.wheel)) as wheel:
      names = wheel.namelist()
    self.assertEqual(
        sorted(n for n in names if '.dist-info/' not in n), _sources())

  def test_the_source_distribution_has_what_builds_and_describes_it(self):
    with tarfile.open(str(self.sdist)) as sdist:
      names = [m.name.split('/', 1)[1] for m in sdist if m.isfile()]
    self.assertEqual(
        sorted(n for n in names if '.egg-info/' not in n),
        sorted([*_ABOUT, *_sources(), 'PKG-INFO', 'setup.cfg']))

  def test_the_page_of_the_package_has_no_link_that_leads_nowhere(self):
    with zipfile.ZipFile(str(self.wheel)) as wheel:
      (name,) = [n for n in wheel.namelist() if n.endswith('/METADATA')]
      page = wheel.read(name).decode()
    self.assertIn('docs/keras.md', page)
    self.assertEmpty(re.findall(r'\]\((?![a-z]+:)[^)]*\)', page))

  def test_links_of_that_page_are_absolute_where_the_address_is_known(self):
    copy = pathlib.Path(self.create_tempdir().full_path)
    for name in [*_ABOUT, 'model_pruning/__init__.py']:
      (copy / name).parent.mkdir(exist_ok=True)
      shutil.copy(str(_ROOT / name), str(copy / name))
    with (copy / 'CITATION.cff').open('a') as file:
      file.write('repository-code: https://example.org/it/\n')
    _run(copy, sys.executable, 'setup.py', '-q', 'egg_info')
    page = (copy / 'model_pruning.egg-info/PKG-INFO').read_text()
    self.assertIn(
        '[docs/keras.md](https://example.org/it/blob/main/docs/keras.md)', page)

  def test_the_version_is_the_same_everywhere(self):
    version = re.search(
        r"^__version__ = '(.+)'$",
        (_ROOT / 'model_pruning/__init__.py').read_text(), re.M).group(1)
    self.assertIn(f'-{version}-', self.wheel.name)
    self.assertTrue(self.sdist.name.endswith(f'-{version}.tar.gz'))
    self.assertIn(
        f'\nversion: {version}\n', (_ROOT / 'CITATION.cff').read_text())

  def test_the_console_script_runs_what_the_wheel_has(self):
    site = pathlib.Path(self.create_tempdir().full_path)
    with zipfile.ZipFile(str(self.wheel)) as wheel:
      wheel.extractall(str(site))
      (name,) = [n for n in wheel.namelist() if n.endswith('entry_points.txt')]
      entry = wheel.read(name).decode()
    module, function = re.search(
        r'^model-pruning = ([\w.]+):(\w+)$', entry, re.M).groups()
    # As the script that an installer writes.
    output = _run(
        site, sys.executable, '-c',
        f'import sys; sys.argv[0] = "model-pruning"\n'
        f'import {module} as m; assert m.__file__.startswith({str(site)!r})\n'
        f'm.{function}()', '--help', PYTHONPATH=str(site))
    self.assertTrue(output.startswith('usage: model-pruning'), output)


if __name__ == '__main__':
  absltest.main()
