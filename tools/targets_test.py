# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of tools/targets.py."""

import os
import pathlib
import sys
from unittest import mock

from absl.testing import absltest

sys.path.insert(0, os.path.dirname(__file__))
import targets

BUILD = """# By hand.
mp_py_test(
    name = "a_test",
    size = "small",
    srcs = ["a_test.py"],
    deps = [":b"],
)

mp_py_library(
    name = "gone",
    srcs = ["gone.py"],
)
"""
FIXED = """# By hand.
mp_py_test(
    name = "a_test",
    size = "small",
    srcs = ["a_test.py"],
    deps = [
        ":b",
        "//model_pruning/keras:c",
    ],
)

mp_py_library(
    name = "b",
    srcs = ["b.py"],
)

mp_bundles()
"""


class TargetsTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    root = pathlib.Path(self.create_tempdir().full_path)
    for name, text in {
      'model_pruning/keras/c.py': '',
      'tests/b.py': 'import numpy',
      'tests/a_test.py': 'from tests import b\n'
      'from model_pruning.keras import c\n'
      'if TYPE_CHECKING:\n  from tests import d',
      'tests/BUILD': BUILD,
    }.items():
      (root / name).parent.mkdir(parents=True, exist_ok=True)
      (root / name).write_text(text)
    self.enter_context(mock.patch.object(targets, 'ROOT', root))
    self.build = root / 'tests' / 'BUILD'

  def test_targets_are_added_corrected_and_removed(self):
    text, problems = targets.update(self.build)
    self.assertEqual(text, FIXED)
    self.assertLen(problems, 4)
    self.build.write_text(text)
    self.assertEqual(targets.update(self.build), (text, []))

  def test_bundles_are_moved_to_the_end_as_they_are(self):
    call = 'mp_bundles()\n'
    text = targets.HEADER + '\n' + call + '\nmp_py_test(\n)\n'
    moved = targets.with_bundles(text)
    self.assertEndsWith(moved, '\n\nmp_py_test(\n)\n\n' + call)
    self.assertEqual(targets.with_bundles(moved), moved)
    self.assertIn('"mp_bundles"', moved)

  def test_tests_that_no_bundle_has_are_named(self):
    bundles = self.build.parent / 'bundles' / 'BUILD'
    bundles.parent.mkdir()
    (self.build.parent.parent / 'tools').mkdir()
    bundles.write_text('packages = ["//tests/keras"]')
    [problem] = targets.unbundled()
    self.assertIn('//tests,', problem)
    bundles.write_text('packages = ["//tests"]')
    self.assertEqual(targets.unbundled(), [])

  def test_a_name_that_two_targets_have_is_said(self):
    self.assertEqual(targets.given_twice(), [])
    self.build.write_text(BUILD + BUILD)
    self.assertEqual(targets.given_twice(), [
      'tests/BUILD: two targets are named a_test',
      'tests/BUILD: two targets are named gone'])

  def test_what_tools_may_not_see_is_named(self):
    tools = self.build.parent.parent / 'tools'
    tools.mkdir()
    (tools / 'BUILD').write_text(
      'deps = ["//model_pruning", "//model_pruning/_src/spec:pruning_spec"]')
    [problem] = targets.not_visible()
    self.assertIn('tools/BUILD: //model_pruning/_src/spec:pruning', problem)

  def test_a_file_named_like_its_directory_has_a_name_of_its_own(self):
    package = self.build.parent.parent / 'model_pruning' / 'layers'
    package.mkdir()
    (package / '__init__.py').write_text('')
    (package / 'layers.py').write_text('')
    text, _ = targets.update(package / 'BUILD')
    self.assertEqual(
      [(target.arguments['name'], source)
       for source, target in targets.read_targets(text).items()],
      [('"layers"', '__init__.py'), ('"layers_module"', 'layers.py')])


if __name__ == '__main__':
  absltest.main()
