# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Who waits for a command at a terminal sees that it goes on."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import threading
import unittest
from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from model_pruning._src.cli import main
from model_pruning._src.cli import progress
from tests.support.files import commands
from tests.support.files import stored_models

try:
  import rich
except ImportError:
  rich = None

_NEEDS_RICH = unittest.skipIf(rich is None, 'this Python has no package rich')


class _Terminal(io.StringIO):
  """A stderr that people look at, and that knows when it is written to."""

  def __init__(self):
    super().__init__()
    self.is_written = threading.Event()

  def isatty(self):
    return True

  def write(self, text):
    count = super().write(text)
    self.is_written.set()
    return count


def _run(*argv, err):
  """Runs a command that takes longer than the limit; gives stdout."""

  def slow(command):
    def run(arguments):
      if err.isatty() and not err.is_written.wait(60):
        raise ValueError('nothing is shown')
      return command.run(arguments)
    return command._replace(run=run)

  out = io.StringIO()
  with contextlib.ExitStack() as stack:
    stack.enter_context(mock.patch.object(progress, 'SECONDS', 0))
    stack.enter_context(mock.patch.object(
        main, 'COMMANDS', [slow(command) for command in main.COMMANDS]))
    # Other values of it are for terminals that cannot draw.
    stack.enter_context(mock.patch.dict(os.environ, TERM='xterm'))
    stack.enter_context(contextlib.redirect_stdout(out))
    stack.enter_context(contextlib.redirect_stderr(err))
    status = main.main([*argv, '--json'])
  if status:
    raise AssertionError(err.getvalue())
  return out.getvalue()


class ProgressTest(absltest.TestCase):

  def setUp(self):
    super().setUp()
    self._directory = self.create_tempdir().full_path
    self._schedule = ('schedule', '--spec', 'target_sparsity=0.5',
                      '--num_steps', '1000')

  def _paths(self, *names):
    return [os.path.join(self._directory, name) for name in names]

  def _check(self, *argv, words=()):
    err = _Terminal()
    json.loads(_run(*argv, err=err))
    for one in (f'model-pruning {argv[0]}', *words):
      self.assertIn(one, err.getvalue())

  @_NEEDS_RICH
  def test_weights_are_counted_and_the_answer_is_json_alone(self):
    prefix, _ = stored_models.write_checkpoint(self._directory)
    packed, arrays, page, pruned = self._paths(
        'packed', 'arrays.npz', 'page.html', 'pruned')
    for argv, words in (
        (('report', prefix, '--html', page), 'Reading'),
        (('compare', prefix, prefix), 'Comparing'),
        (('prune', prefix, pruned, '--spec', 'target_sparsity=0.5'), 'Pruning'),
        (('pack', prefix, packed), 'Packing'),
        (('unpack', packed, arrays), 'Unpacking')):
      with self.subTest(argv[0]):
        self._check(*argv, words=(words, '100%'))

  @_NEEDS_RICH
  def test_the_points_of_a_sweep_are_counted(self):
    if not tf.executing_eagerly():
      self.skipTest('Keras files are loaded in eager mode')
    model, data = self._paths('model.h5', 'data.npz')
    net = tf.keras.Sequential([tf.keras.layers.Dense(4)])
    net.build((None, 4))
    net.compile('sgd', 'mse')
    net.save(model)
    np.savez(data, x=np.ones([2, 4]), y=np.ones([2, 4]))
    self._check('sensitivity', model, '--data', data, '--sparsities', '0.5',
                words=('Pruning', '100%'))

  @_NEEDS_RICH
  def test_forms_and_rounds_are_counted(self):
    if not tf.executing_eagerly():
      self.skipTest('Keras files are loaded in eager mode')
    model, lite, pruned = self._paths('model.h5', 'lite', 'pruned.h5')
    net = tf.keras.Sequential([tf.keras.layers.Dense(4)])
    net.build((None, 4))
    net.save(model)
    self._check('prune', model, pruned, '--spec', 'target_sparsity=0.5',
                words=('Pruning', '100%'))
    with commands.in_one_process():
      self._check('export', model, lite, '--quantizations', 'float32',
                  words=('Converting', 'Checking', '100%'))
      self._check('latency', lite, '--rounds', '1',
                  words=('Measuring', '100%'))

  def test_nothing_is_shown_of_what_is_quick(self):
    err = _Terminal()
    with contextlib.redirect_stderr(err):
      with mock.patch.object(progress, 'SECONDS', 3600):
        with contextlib.redirect_stdout(io.StringIO()):
          self.assertEqual(main.main(list(self._schedule)), 0)
    self.assertEmpty(err.getvalue())

  def test_nothing_is_shown_where_nobody_looks(self):
    err = io.StringIO()
    _run(*self._schedule, err=err)
    self.assertEmpty(err.getvalue())

  def test_without_the_package_one_line_names_it(self):
    err = _Terminal()
    with mock.patch.dict(sys.modules, rich=None):
      json.loads(_run(*self._schedule, err=err))
    self.assertLen(err.getvalue().splitlines(), 1)
    self.assertIn('model-pruning schedule goes on', err.getvalue())
    self.assertIn('pip install', err.getvalue())


if __name__ == '__main__':
  absltest.main()
