# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The example that each `--help` shows can be typed as it is."""

from __future__ import annotations

import os
import re
import shlex
import shutil

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.cli import main
from tests.support.files import commands

keras = tf.keras
v1 = tf.compat.v1


def _write_inputs(directory):
  """Writes what the examples take, under the names that they use."""

  def path(name):
    return os.path.join(directory, name)

  model = keras.Sequential([keras.layers.Dense(4, name='logits')])
  model(np.ones([1, 8], np.float32))
  model.compile('sgd', 'mse')
  model.save(path('model.keras'))
  np.savez(path('test.npz'), x=np.ones([2, 8]), y=np.ones([2, 4]))
  pruned = keras.models.clone_model(model)
  pruned(np.ones([1, 8], np.float32))
  model_pruning.keras.prune_now(pruned, 'target_sparsity=0.5')
  pruned.save(path('pruned.keras'))
  pruned.save(path('pruned.h5'))
  for name, one in (('dense', model), ('pruned', pruned)):
    one.export(path(name)) if hasattr(one, 'export') else one.save(path(name))
    converter = tf.lite.TFLiteConverter.from_saved_model(path(name))
    with open(path(name + '.tflite'), 'wb') as file:
      file.write(converter.convert())
  model_pruning.pack(model, path('model.safetensors'))
  with tf.Graph().as_default(), v1.Session() as session:
    images = v1.placeholder(tf.float32, [None, 8], name='images')
    kernel = model_pruning.apply_mask(v1.get_variable('kernel', [8, 4]))
    tf.matmul(images, kernel, name='logits')
    session.run(v1.global_variables_initializer())
    v1.train.Saver().save(session, path('trained_model_dir/model.ckpt'))


class HelpExamplesTest(parameterized.TestCase):

  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    cls._inputs = os.path.join(absltest.get_default_test_tmpdir(), 'examples')
    shutil.rmtree(cls._inputs, ignore_errors=True)
    os.makedirs(cls._inputs)
    _write_inputs(cls._inputs)

  @parameterized.parameters(*[command.name for command in main.COMMANDS])
  def test_the_example_of_a_command_works(self, name):
    status, text, _ = commands.run(name, '--help')
    self.assertEqual(status, 0)
    examples = re.findall(r'^example:\n((?:  .+\n)+)\Z', text, re.M)
    self.assertLen(examples, 1, f'the help of {name} has no example')
    [line] = examples[0].splitlines()
    program, *argv = shlex.split(line)
    self.assertEqual((program, argv[0]), ('model-pruning', name))
    directory = os.path.join(self.create_tempdir().full_path, 'new')
    shutil.copytree(self._inputs, directory)
    self.addCleanup(os.chdir, os.getcwd())
    os.chdir(directory)
    arguments = vars(main.parser().parse_args(argv))
    written = [arguments[key] for key in ('output', 'html')
               if arguments.get(key)]
    for path in written:  # Another example may take it.
      if os.path.exists(path):
        os.remove(path)
    with commands.in_one_process():
      status, out, err = commands.run(*argv)
    self.assertEqual((status, err), (0, ''))
    self.assertNotEmpty(out)
    for path in written:
      self.assertGreater(os.path.getsize(path), 0)


if __name__ == '__main__':
  absltest.main()
