# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What a command is at, shown to people who have to wait for it."""

from __future__ import annotations

import contextlib
import sys
import threading
from typing import Any, Callable, Iterable, Iterator

# What is quicker shows nothing.
SECONDS = 2.0

# Gives items one by one and shows how far it is. Arguments: a list, and what is
# done to each, such as 'Packing'.
Progress = Callable[[Any, str], Iterable[Any]]


@contextlib.contextmanager
def shown(what: str) -> Iterator[Progress]:
  """Context manager: says on stderr that `what` goes on, and for how long.

  It is there from `SECONDS` on until the block ends, and only if stderr is a
  terminal. Without the package `rich` it is one line that names the package.

  Args:
    what: goes on in the block, such as 'model-pruning pack'.

  Yields:
    A function that adds a bar for a list of items.
  """
  if not sys.stderr.isatty():
    yield _show_nothing
    return
  try:
    # Not when the time is over: then another thread imports TensorFlow.
    from rich import console
    from rich import progress
  except ImportError:
    with _later(lambda: print(
        f'{what} goes on; `pip install rich` shows how far it is',
        file=sys.stderr)):
      yield _show_nothing
    return
  # What is printed stays where it is sent to: --json is for programs.
  display = progress.Progress(
      progress.TextColumn('{task.description}'), progress.BarColumn(),
      progress.TaskProgressColumn(), progress.TimeElapsedColumn(),
      console=console.Console(stderr=True), transient=True,
      redirect_stdout=False, redirect_stderr=False)
  display.add_task(what, total=None)
  try:
    with _later(display.start):
      yield lambda items, doing: display.track(items, description=doing)
  finally:
    if display.live.is_started:
      display.stop()


def _show_nothing(items: Any, doing: str) -> Iterable[Any]:
  del doing
  return items


@contextlib.contextmanager
def _later(do: Callable[[], None]) -> Iterator[None]:
  """Context manager: does something if the block takes more than `SECONDS`."""
  timer = threading.Timer(SECONDS, do)
  timer.daemon = True
  timer.start()
  try:
    yield
  finally:
    timer.cancel()
    timer.join()
