# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Keeps BUILD files and the imports of the Python files in step.

    python tools/targets.py        # lists what does not agree (make lint)
    python tools/targets.py --fix  # adds and removes targets, corrects deps

Each file of model_pruning/ and tests/ has one target, named like the file. Its
deps are what the file imports, but for type checkers. An `__init__.py` imports
lazily: its target has the name and all files of the package, and the rooms
of the modules that it names. The last line of
a BUILD file with tests collects them for tests/bundles. A room of
model_pruning/_src is visible to the rooms that tools/walls.py lets import it,
to the faces and to the tests. All else in a BUILD file (size, rows, data,
comments) is written by hand and left alone.
"""

import ast
import os
import pathlib
import re
import sys
from typing import Dict, Iterator, List, NamedTuple, Tuple

import walls

ROOT = pathlib.Path(os.path.abspath(__file__)).parent.parent
PACKAGES = ('model_pruning', 'tests')
HEADER = 'load("//:build_defs.bzl", "mp_py_library", "mp_py_test")\n'
BUNDLES = re.compile(r'^mp_bundles\([^)]*\)\n', re.MULTILINE)
PACKAGE = re.compile(r'package\(default_visibility = \[[^]]*\]\)\n')
_NO_BUNDLES = '{}: must end with mp_bundles(), or nothing runs its tests'
FACES = [
  '//model_pruning:__pkg__',
  '//model_pruning/graph:__pkg__',
  '//model_pruning/keras:__pkg__',
  '//model_pruning/python:__subpackages__',
]


class Target(NamedTuple):
  """A target as a BUILD file has it."""

  rule: str
  arguments: Dict[str, str]  # the source text of each
  lines: slice


def read_targets(text: str) -> Dict[str, Target]:
  """Returns the targets of a BUILD file by their source file."""
  targets = {}
  for node in ast.parse(text).body:
    call = getattr(node, 'value', None)
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
      arguments = {
        str(keyword.arg): ast.get_source_segment(text, keyword.value) or ''
        for keyword in call.keywords
      }
      if call.func.id.startswith('mp_py_'):
        lines = slice(node.lineno - 1, node.end_lineno)
        for source in ast.literal_eval(arguments['srcs']):
          targets[source] = Target(call.func.id, arguments, lines)
  return targets


def imported_labels(path: pathlib.Path) -> List[str]:
  """Returns the deps that the target of a file should have, sorted."""
  tree = ast.parse(path.read_text())
  names = set(_imports(tree))
  if path.name == '__init__.py':
    modules = [*path.parent.glob('*.py'), *path.parent.glob('*/__init__.py')]
    names |= {_module(module) for module in modules if module != path}
    # The faces load modules that a table of theirs names.
    names |= {
      node.value.rpartition('.')[0] for node in ast.walk(tree)
      if isinstance(node, ast.Constant) and isinstance(node.value, str)
      and node.value.startswith(walls.SOURCE + '.')}
  if _module(path).startswith(walls.SOURCE):
    # Called when the whole library is there: for Bazel it would be a circle.
    names -= {walls.LIBRARY}
  labels = {_label(name, path) for name in names} - {''}
  return sorted(labels, key=lambda label: (label[0] != ':', label))


def _module(path: pathlib.Path) -> str:
  """Returns the dotted name of a file."""
  parts = path.relative_to(ROOT).with_suffix('').parts
  return '.'.join(parts[:-1] if parts[-1] == '__init__' else parts)


def _imports(node: ast.AST) -> Iterator[str]:
  """Yields the dotted names that are imported, but for type checkers."""
  for child in ast.iter_child_nodes(node):
    if isinstance(child, ast.If) and 'TYPE_CHECKING' in ast.dump(child.test):
      continue
    if isinstance(child, ast.Import):
      yield from (alias.name for alias in child.names)
    elif isinstance(child, ast.ImportFrom) and child.module:
      yield from (child.module + '.' + alias.name for alias in child.names)
    else:
      yield from _imports(child)


def _label(name: str, importer: pathlib.Path) -> str:
  """Returns the label for an imported name, or '' for another's package."""
  parts = name.split('.')
  if parts[0] not in PACKAGES:
    return ''
  for size in range(len(parts), 0, -1):  # the last ones may not be modules
    module = ROOT.joinpath(*parts[:size])
    if module.with_suffix('.py').exists():
      target = _target_name(module.with_suffix('.py'))
      return _relative(module.parent, target, importer)
    if (module / '__init__.py').exists():
      return _relative(module, module.name, importer)
  return ''


def _target_name(path: pathlib.Path) -> str:
  """Returns the name of the target of a file."""
  name = _module(path).rpartition('.')[2]
  # The directory's name is that of its `__init__.py`.
  return name + '_module' if path.stem == path.parent.name else name


def _relative(
  package: pathlib.Path, target: str, importer: pathlib.Path
) -> str:
  if package == importer.parent:
    return ':' + target
  label = '//' + package.relative_to(ROOT).as_posix()
  return label if package.name == target else label + ':' + target


def _format(rule: str, arguments: Dict[str, str]) -> List[str]:
  lines = ['    {} = {},'.format(*argument) for argument in arguments.items()]
  return [rule + '(', *lines, ')']


def _format_list(labels: List[str]) -> str:
  if len(labels) < 2:
    return '[{}]'.format(''.join(map('"{}"'.format, labels)))
  return '[\n{}    ]'.format(''.join(map('        "{}",\n'.format, labels)))


def visibility(directory: pathlib.Path) -> List[str]:
  """Returns who may depend on the targets of a directory."""
  module = '.'.join(directory.relative_to(ROOT).parts)
  if not module.startswith(walls.SOURCE):
    return ['//visibility:public']
  if module == walls.SOURCE:
    return ['//model_pruning:__subpackages__', '//tests:__subpackages__']
  room = walls.room_of(module)
  importers = [other for other, others in walls.ROOMS.items()
               if room in others and ROOT.joinpath(
                 *walls.SOURCE.split('.'), *other.split('.')).is_dir()]
  # The target of a package has all that is in it.
  outer = ['//{}:__pkg__'.format(parent.as_posix())
           for parent in directory.relative_to(ROOT).parents
           if walls.SOURCE in '.'.join(parent.parts)]
  return sorted({*FACES, *outer, '//tests:__subpackages__', *(
    '//model_pruning/_src/{}:__pkg__'.format(other.replace('.', '/'))
    for other in importers)})


def package_line(directory: pathlib.Path) -> str:
  """Returns the `package` of the BUILD file of a directory."""
  labels = visibility(directory)
  if len(labels) == 1:
    return 'package(default_visibility = ["{}"])\n'.format(labels[0])
  return 'package(default_visibility = [\n{}])\n'.format(
    ''.join('    "{}",\n'.format(label) for label in labels))


def with_bundles(text: str) -> str:
  """Returns a BUILD file with `mp_bundles`, if it has tests, as its end."""
  if '\nmp_py_test(' not in text:
    return text
  calls = BUNDLES.findall(text) or ['mp_bundles()\n']
  if text.endswith('\n\n' + calls[-1]):
    return text
  if '"mp_bundles"' not in text:
    text = text.replace('build_defs.bzl", ', 'build_defs.bzl", "mp_bundles", ')
  return BUNDLES.sub('', text).rstrip() + '\n\n' + calls[-1]


def update(build: pathlib.Path) -> Tuple[str, List[str]]:
  """Compares a BUILD file with the Python files beside it.

  Args:
    build: the path of the BUILD file, which need not exist.

  Returns:
    The text that the file should have, and what is wrong with the one it has.
  """
  text = build.read_text() if build.exists() else HEADER
  problems = []  # type: List[str]
  package = package_line(build.parent)
  is_room = walls.SOURCE.replace('.', '/') in build.as_posix()
  if package not in text and (is_room or not build.exists()):
    problems.append('{}: default_visibility should be {}'.format(
      build.relative_to(ROOT), ' '.join(visibility(build.parent))))
    if not PACKAGE.search(text):
      text = text.replace(HEADER, HEADER + '\n' + package)
    text = PACKAGE.sub(package, text)
  lines = text.splitlines()
  edits = []  # type: List[Tuple[slice, List[str]]]
  added = []  # type: List[str]
  targets = read_targets(text)
  for path in sorted(build.parent.glob('*.py')):
    module = _module(path)
    if path.name == '__init__.py' and module.split('.')[0] == 'tests':
      continue  # pytest.ini makes them needless
    where = '{}: '.format(path.relative_to(ROOT))
    labels = imported_labels(path)
    if path.name not in targets:
      is_test = path.name.endswith('_test.py')
      arguments = {'name': '"{}"'.format(_target_name(path))}
      arguments['srcs'] = '["{}"]'.format(path.name)
      if labels:
        arguments['deps'] = _format_list(labels)
      rule = 'mp_py_test' if is_test else 'mp_py_library'
      added += ['', *_format(rule, arguments)]
      problems.append(where + 'is in no target')
      continue
    target = targets.pop(path.name)
    name = '"{}"'.format(_target_name(path))
    wrong = []  # type: List[str]
    if target.arguments['name'] != name:
      target.arguments['name'] = name
      wrong.append('its target should be named ' + name)
    if ast.literal_eval(target.arguments.get('deps', '[]')) != labels:
      target.arguments['deps'] = _format_list(labels)
      wrong.append('deps should be {}'.format(' '.join(labels)))
    if wrong:
      edits.append((target.lines, _format(target.rule, target.arguments)))
      problems += [where + what for what in wrong]
  for source, target in targets.items():
    edits.append((target.lines, []))
    problems.append('{}: no {}'.format(build.relative_to(ROOT), source))
  edits.sort(key=lambda edit: edit[0].start, reverse=True)
  for place, new in edits:
    lines[place] = new
  text = '\n'.join(lines + added).strip() + '\n'
  text = re.sub(r'\n{3,}', '\n\n', text)
  if text != with_bundles(text):
    problems.append(_NO_BUNDLES.format(build.relative_to(ROOT)))
  return with_bundles(text), problems


def unbundled() -> List[str]:
  """Returns a line for each directory whose tests are in no bundle."""
  bundles = (ROOT / 'tests' / 'bundles' / 'BUILD').read_text()
  packages = [
    '//' + build.parent.relative_to(ROOT).as_posix()
    for top in ('tests', 'tools')
    for build in sorted((ROOT / top).rglob('BUILD'))
    if '\nmp_py_test(' in build.read_text()
  ]
  return [
    'tests/bundles/BUILD: must list {}, or nothing runs its tests'.format(
      package)
    for package in packages if '"{}"'.format(package) not in bundles
  ]


def given_twice() -> List[str]:
  """Returns a line for each name that two targets of a BUILD file have."""
  problems = []
  for build in sorted(build for top in (*PACKAGES, 'tools')
                      for build in (ROOT / top).rglob('BUILD')):
    names = re.findall(r'^    name = "(.*)",$', build.read_text(), re.MULTILINE)
    problems += [
      '{}: two targets are named {}'.format(build.relative_to(ROOT), name)
      for name in sorted(set(names)) if names.count(name) > 1]
  return problems


def not_visible() -> List[str]:
  """Returns a line for each label written by hand that Bazel would refuse."""
  return [
    '{}: {} is not visible from here; use the faces'.format(
      build.relative_to(ROOT), label)
    for build in sorted((ROOT / 'tools').rglob('BUILD'))
    for label in re.findall(r'"(//model_pruning/_src[/:].*?)"',
                            build.read_text())
  ]


def main(args: List[str]) -> int:
  """Prints what is wrong, or mends it; returns the exit code."""
  problems = given_twice() + not_visible()
  directories = {
    path.parent
    for package in PACKAGES
    for path in (ROOT / package).rglob('*.py')
  }
  for directory in sorted(directories):
    text, wrong = update(directory / 'BUILD')
    problems += wrong
    if args == ['--fix'] and wrong:
      (directory / 'BUILD').write_text(text)
  # Written by hand, but for this.
  for build in sorted((ROOT / 'tools').rglob('BUILD')):
    text = with_bundles(build.read_text())
    if text != build.read_text():
      problems.append(_NO_BUNDLES.format(build.relative_to(ROOT)))
      if args == ['--fix']:
        build.write_text(text)
  problems += unbundled()
  for problem in problems:
    print(problem)
  if problems and not args:
    print('Mend with: python tools/targets.py --fix')
  return 1 if problems and not args else 0


if __name__ == '__main__':
  sys.exit(main(sys.argv[1:]))
