# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Running command lines, in this process as their program runs them."""

from __future__ import annotations

import contextlib
import io
import os
import pathlib
import runpy
import subprocess
import sys
import types
import warnings
from unittest import mock

import model_pruning
from model_pruning._src.cli import main
from model_pruning._src.files import child

ROOT = os.path.dirname(os.path.dirname(model_pruning.__file__))


def run(*argv):
  """The exit status of a command line, and what it prints."""
  out, err = io.StringIO(), io.StringIO()
  with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
    try:
      status = main.main(list(argv))
    except SystemExit as e:
      status = e.code
  return status, out.getvalue(), err.getvalue()


@contextlib.contextmanager
def in_one_process():
  """Context manager: programs of `child` run where TensorFlow is loaded."""

  def run_here(argv, **_):
    with contextlib.ExitStack() as stack:
      stack.enter_context(mock.patch.object(sys, 'argv', argv[2:]))
      stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
      stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
      stack.enter_context(warnings.catch_warnings())
      warnings.simplefilter('ignore')  # The module is imported already.
      runpy.run_module(argv[2], run_name='__main__')
    return subprocess.CompletedProcess(argv, 0, b'')

  here = types.SimpleNamespace(**dict(vars(subprocess), run=run_here))
  with mock.patch.object(child, 'subprocess', here):
    yield


def run_program(program):
  """The process that a program ran in."""
  return subprocess.run(
      [sys.executable, '-c', program], stdout=subprocess.PIPE,
      stderr=subprocess.PIPE, universal_newlines=True, check=False,
      env=dict(os.environ, PYTHONPATH=ROOT))


_FORK_EACH = '''
import os, sys
for number in range(1, len(sys.argv), 2):
  child = os.fork()
  if not child:
    printed = os.open(sys.argv[number + 1], os.O_CREAT | os.O_WRONLY)
    os.dup2(printed, 1)
    os.dup2(printed, 2)
    exec(sys.argv[number], globals())
    sys.exit()
  if os.waitpid(child, 0)[1]:
    sys.exit(f'It failed: {sys.argv[number]}')
'''


def run_programs(start, programs, directory):
  """What programs print that begin alike; the beginning runs only once.

  Args:
    start: the lines they begin with, which start no thread: imports.
    programs: the lines after these, a text each.
    directory: an empty one.

  Returns:
    What each prints, to stderr as well, until its process has ended.
  """
  paths = [os.path.join(directory, str(i)) for i in range(len(programs))]
  subprocess.run(
      [sys.executable, '-c', start + _FORK_EACH,
       *[one for pair in zip(programs, paths) for one in pair]],
      check=True, env=dict(os.environ, PYTHONPATH=ROOT))
  return [pathlib.Path(path).read_text() for path in paths]


def content(directory):
  """What is in each file below a directory; where links and others lead."""
  found = {}
  for path, folders, names in os.walk(directory):
    for name in [*folders, *names]:
      one = os.path.join(path, name)
      if os.path.islink(one):
        found[one] = os.readlink(one)
      elif os.path.isfile(one):
        with open(one, 'rb') as file:
          found[one] = file.read()
      else:
        found[one] = os.path.isdir(one)
  return found
