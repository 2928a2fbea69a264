# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Checks the walls of the library: who may import whom. Part of `make lint`.

    python tools/walls.py            # lists the imports that break a wall
    python tools/walls.py --measure  # circles, files and their lengths

The tables below are the rules. A room is a directory of model_pruning/_src.
What Bazel can express of them is in the BUILD files as well: each room is
visible to the rooms that may import it, and to the tests.
"""

import ast
import pathlib
import statistics
import sys
from typing import Dict, Iterator, List, NamedTuple, Set

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIBRARY = 'model_pruning'
SOURCE = LIBRARY + '._src'

# Room -> the rooms that its files may import, besides files of their own room.
ROOMS: Dict[str, List[str]] = {
  'compat': [],
  'files': [],
  'axes': [],
  'spec': ['axes'],
  'storage': ['files'],
  'multiply_adds': ['compat'],
  'core': ['compat', 'axes', 'spec'],
  'planning': ['files', 'axes', 'spec', 'core'],
  'channels': ['axes', 'spec', 'planning'],
  'graph': ['compat', 'axes', 'spec', 'core', 'planning'],
  'graph.masked': ['compat', 'axes', 'spec', 'core', 'planning', 'graph'],
  'graph.insert_masks': [
    'compat', 'axes', 'spec', 'core', 'planning', 'graph', 'graph.masked'],
  'graph.training': ['compat', 'axes', 'spec', 'core', 'planning', 'channels',
                     'graph', 'graph.channels'],
  'graph.strip': [
    'compat', 'files', 'axes', 'spec', 'core', 'planning', 'graph'],
  'graph.channels': ['files', 'axes', 'spec', 'multiply_adds', 'planning',
                     'channels'],
  'keras.models': [
    'compat', 'files', 'axes', 'spec', 'multiply_adds', 'core', 'planning'],
  'keras.channels': ['compat', 'axes', 'spec', 'core', 'planning', 'channels',
                     'keras.models'],
  'keras': ['compat', 'axes', 'spec', 'core', 'planning', 'channels',
            'keras.models', 'keras.channels'],
  'keras.tfmot': ['compat', 'axes', 'spec', 'core', 'planning', 'keras',
                  'keras.models'],
  'keras.xnnpack': [
    'compat', 'axes', 'spec', 'core', 'planning', 'keras', 'keras.models',
    'keras.tfmot'],
  'model_files': ['compat', 'files', 'axes', 'spec', 'storage',
                  'multiply_adds', 'core', 'planning', 'graph',
                  'graph.channels', 'graph.strip', 'keras', 'keras.channels',
                  'keras.models'],
  'model_files.reports': ['files', 'axes', 'storage', 'planning',
                          'model_files'],
  'export': ['compat', 'files', 'spec', 'storage', 'planning', 'keras',
             'keras.models', 'model_files'],
  'cli': ['files', 'spec', 'storage', 'planning', 'channels', 'graph',
          'graph.strip', 'keras', 'model_files', 'model_files.reports',
          'export'],
}
# Rooms that are imported where there is no TensorFlow, and the files of lower
# rooms that they may use for that.
WITHOUT_TENSORFLOW = ('files', 'axes', 'spec', 'storage', 'planning',
                      'channels')
TENSORFLOW = ('tensorflow', 'keras', 'tf_keras', 'tf_slim')
# Names that TensorFlow and Keras do not promise to keep.
PRIVATE = ('tensorflow.python', 'tensorflow.core', 'keras.src', 'keras.engine',
           'tf_keras.src')
# An importing file, an imported name, and why it is right all the same.
EXCEPTIONS: Dict[str, Dict[str, str]] = {}


class Import(NamedTuple):
  """An import in a file.

  Attributes:
    line: its line.
    name: what is imported, with all dots.
    at_start: whether it is done when the file is imported.
  """

  line: int
  name: str
  at_start: bool


def imports_of(tree: ast.AST, at_start: bool = True) -> Iterator[Import]:
  """Yields what a file imports, in functions too, but for type checkers."""
  for node in ast.iter_child_nodes(tree):
    if isinstance(node, ast.If) and 'TYPE_CHECKING' in ast.dump(node.test):
      continue
    if isinstance(node, ast.Import):
      for alias in node.names:
        yield Import(node.lineno, alias.name, at_start)
    elif isinstance(node, ast.ImportFrom) and node.module:
      for alias in node.names:
        yield Import(node.lineno, f'{node.module}.{alias.name}', at_start)
    elif isinstance(node, ast.Call) and 'import_module' in ast.dump(node.func):
      for argument in node.args[:1]:
        if isinstance(argument, ast.Constant):
          yield Import(node.lineno, str(argument.value), at_start)
    yield from imports_of(node, at_start and not isinstance(
      node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)))


class Library:
  """The modules of the library and what they import."""

  def __init__(self, root: pathlib.Path = ROOT):
    """Reads all files below model_pruning/ of `root`."""
    self.paths = {
      _module_of(path.relative_to(root)): path
      for path in sorted((root / LIBRARY).rglob('*.py'))}
    self.root = root
    self.imports = {
      module: list(imports_of(ast.parse(path.read_text())))
      for module, path in self.paths.items()}

  def module_of(self, name: str) -> str:
    """Returns the module that an imported name lies in, '' if not ours."""
    while name and name not in self.paths:
      name = name.rpartition('.')[0]
    return name

  def problems(self) -> Iterator[str]:
    """Yields one line for each import that breaks a wall."""
    for module, imports in self.imports.items():
      path = self.paths[module].relative_to(self.root)
      for item in imports:
        if item.name in EXCEPTIONS.get(module, {}):
          continue
        why = self._why_not(module, item)
        if why:
          yield f'{path}:{item.line}: imports {item.name}: {why}'
    for circle in self.circles():
      yield 'A circle of imports: ' + ', '.join(sorted(circle))
    yield from self._need_tensorflow()

  def _why_not(self, module: str, item: Import) -> str:
    """Returns which wall an import breaks; '' if none."""
    room = room_of(module)
    if item.name.startswith(PRIVATE) and room != 'compat':
      return 'private names are for _src/compat only'
    if not room:
      return ''
    imported = self.module_of(item.name)
    if not imported:
      return ''
    if not imported.startswith(SOURCE):
      # A verb of the whole library may be called where it is needed, once the
      # library is there.
      return 'the faces import _src, not the other way round' if (
        item.at_start) else ''
    other = room_of(imported)
    if not other or other == room or other in ROOMS[room]:
      return ''
    return f'{room} may import {", ".join(ROOMS[room]) or "nothing else"}'

  def circles(self) -> List[Set[str]]:
    """Returns sets of modules that import each other.

    Each is a strongly connected component, found by who reaches whom. Imports
    in functions count: a circle is no better for being closed late.
    """
    direct = {
      module: {self.module_of(item.name) for item in imports
               if item.name not in EXCEPTIONS.get(module, {})} - {module, ''}
      for module, imports in self.imports.items()}
    reached = {module: _reachable(module, direct) for module in direct}
    found: List[Set[str]] = []
    for module in direct:
      circle = {other for other in reached[module]
                if module in reached[other]}
      if circle and circle not in found:
        found.append(circle)
    return found

  def _need_tensorflow(self) -> Iterator[str]:
    """Yields modules that load TensorFlow and are to do without."""
    direct = {
      module: {self.module_of(item.name) for item in imports if item.at_start}
      - {module, ''} for module, imports in self.imports.items()}
    loads = {
      module for module, imports in self.imports.items()
      if any(item.at_start and item.name.split('.')[0] in TENSORFLOW
             for item in imports)}
    for module in direct:
      if room_of(module) in WITHOUT_TENSORFLOW:
        by_way_of = sorted(
          ({module} | _reachable(module, direct)) & loads)
        if by_way_of:
          path = self.paths[module].relative_to(self.root)
          yield (f'{path}: must be imported without TensorFlow, which '
                 f'{by_way_of[0]} loads')


def room_of(module: str) -> str:
  """Returns the room of a module of _src; '' of any other."""
  if not module.startswith(SOURCE + '.'):
    return ''
  parts = module[len(SOURCE) + 1:].split('.')
  for size in (2, 1):
    if '.'.join(parts[:size]) in ROOMS:
      return '.'.join(parts[:size])
  raise ValueError(f'{module} is in no room of the table in tools/walls.py')


def _module_of(path: pathlib.Path) -> str:
  parts = path.with_suffix('').parts
  return '.'.join(parts[:-1] if parts[-1] == '__init__' else parts)


def _reachable(start: str, direct: Dict[str, Set[str]]) -> Set[str]:
  """Returns what `start` imports, directly and by way of others."""
  seen: Set[str] = set()
  waiting = [start]
  while waiting:
    for other in direct.get(waiting.pop(), ()):
      if other not in seen:
        seen.add(other)
        waiting.append(other)
  return seen


def measure(library: Library) -> str:
  """Returns the figures of the house in a line each."""
  lengths = {
    module: len(path.read_text().splitlines())
    for module, path in library.paths.items() if path.stem != '__init__'}
  largest = max(lengths, key=lambda module: lengths[module])
  return (f'files: {len(lengths)}\n'
          f'lines: {sum(lengths.values())}\n'
          f'median length: {round(statistics.median(lengths.values()))}\n'
          f'largest: {largest} ({lengths[largest]})\n'
          f'circles: {len(library.circles())}\n'
          f'rooms: {len(set(map(room_of, lengths)) - {""})}')


def main(args: List[str]) -> int:
  """Prints what is wrong; returns the exit code."""
  library = Library()
  if args == ['--measure']:
    print(measure(library))
    return 0
  problems = list(library.problems())
  for problem in problems:
    print(problem)
  return 1 if problems else 0


if __name__ == '__main__':
  sys.exit(main(sys.argv[1:]))
