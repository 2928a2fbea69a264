# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Results never change a source, nor the result of an earlier call."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import textwrap

import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.graph.strip import strip
from tests.support.graphs import mask_forms

v1 = tf.compat.v1
_ROOT = pathlib.Path(__file__).parents[3]


def _files(folder):
  return {str(path.relative_to(folder)): path.read_bytes()
          for path in sorted(pathlib.Path(folder).rglob('*'))
          if path.is_file()}


class DestinationTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    self._folder = self.create_tempdir().full_path
    self._train = self._folder + '/train'
    mask_forms.save(self._train, mask_forms.dense)
    self._prefix = self._train + '/model.ckpt-100'
    os.symlink('train', self._folder + '/link')

  def _export(self):
    with tf.Graph().as_default(), v1.Session() as session:
      mask_forms.build_form(mask_forms.FORMS['dense'], True)
      mask_forms.prune(session)
      graph = session.graph
      v1.saved_model.simple_save(
          session, self._folder + '/export',
          {'x': graph.get_tensor_by_name('inputs:0')},
          {'y': graph.get_tensor_by_name('output:0')})
    return self._folder + '/export'

  def _assert_refused(self, message, **arguments):
    before = _files(self._folder)
    with self.assertRaisesRegex(ValueError, message):
      strip.strip_pruning_vars(**arguments)
    self.assertEqual(_files(self._folder), before)

  @parameterized.parameters('/train', '/link', '/train/.', '/new/../train')
  def test_a_checkpoint_beside_its_source(self, output):
    os.mkdir(self._folder + '/new')
    for source in (self._prefix, self._folder + '/link/model.ckpt-100',
                   self._train, self._folder + '/link'):
      self._assert_refused(
          'must not be the directory of the source', checkpoint_dir=source,
          output_dir=self._folder + output, result='checkpoint')

  def test_a_checkpoint_beside_its_source_by_its_name(self):
    self._assert_refused(
        'must not be the directory of the source', checkpoint_dir=self._prefix,
        output_dir=self._folder, filename='link/x', result='checkpoint')

  def test_a_checkpoint_among_those_of_somebody_else(self):
    shutil.copytree(self._train, self._folder + '/other')
    self._assert_refused(
        "whose latest checkpoint is '.*model.ckpt-100'",
        checkpoint_dir=self._train, output_dir=self._folder + '/other',
        result='checkpoint')
    # A link to the file that names checkpoints is the same.
    os.mkdir(self._folder + '/linked')
    os.symlink('../other/checkpoint', self._folder + '/linked/checkpoint')
    self._assert_refused(
        'other checkpoints', checkpoint_dir=self._train,
        output_dir=self._folder + '/linked', result='checkpoint')

  def test_a_result_takes_the_place_of_the_last_one(self):
    for result in ('checkpoint', 'graph_def'):
      arguments = dict(output_dir=f'{self._folder}/{result}', result=result,
                       output_node_names='output')
      strip.strip_pruning_vars(self._train, **arguments)
      first = _files(f'{self._folder}/{result}')
      for name in first:
        pathlib.Path(self._folder, result, name).write_bytes(b'')
      # The file that names checkpoints has to name this one.
      if result == 'checkpoint':
        pathlib.Path(self._folder, result, 'checkpoint').write_bytes(
            first['checkpoint'])
      strip.strip_pruning_vars(self._train, **arguments)
      self.assertEqual(_files(f'{self._folder}/{result}'), first)

  @parameterized.parameters('model.ckpt-100.meta', 'model.ckpt-100.index',
                            'model.ckpt-100.data-00000-of-00001', 'checkpoint')
  def test_a_graph_def_in_the_place_of_a_file_of_its_source(self, name):
    self._assert_refused(
        'must not name a file of the source', checkpoint_dir=self._prefix,
        output_dir=self._folder + '/link', filename=name,
        output_node_names='output')

  def test_a_graph_def_in_its_own_place(self):
    path = strip.strip_pruning_vars(
        self._train, 'output', self._folder + '/frozen').path
    self._assert_refused(
        'must not name a file of the source', graph_def=path,
        output_dir=self._folder + '/frozen', output_node_names='output')

  @parameterized.parameters('', '/variables', '/new/deeper')
  def test_a_result_in_the_saved_model_that_it_is_of(self, where):
    source = self._export()
    os.symlink('export', self._folder + '/export_link')
    for result in ('saved_model', 'checkpoint', 'graph_def'):
      for base in ('/export', '/export_link'):
        self._assert_refused(
            'must not be the directory of the source', saved_model_dir=source,
            output_dir=self._folder + base + where, result=result)

  @parameterized.parameters('a/', '.', '..', 'a/..')
  def test_a_filename_that_is_no_name(self, filename):
    self._assert_refused(
        'must be the name of a file', checkpoint_dir=self._train,
        output_node_names='output', output_dir=self._folder + '/new',
        filename=filename)

  def test_a_full_disk_leaves_the_last_results(self):
    """A limit on the length of files: a disk fills at any byte as well."""
    source = self._export()
    outputs = {}
    for result in ('graph_def', 'checkpoint', 'saved_model'):
      outputs[result] = f'{self._folder}/{result}'
      if result == 'saved_model':  # The result of an earlier call is refused.
        os.mkdir(outputs[result])
      else:
        strip.strip_pruning_vars(saved_model_dir=source, result=result,
                                 output_dir=outputs[result])
    before = _files(self._folder)
    program = textwrap.dedent(f"""\
        import resource
        from model_pruning._src.graph.strip import strip
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        for result, output in {outputs!r}.items():
          try:
            strip.strip_pruning_vars(saved_model_dir={source!r}, result=result,
                                     output_dir=output)
          except ValueError as error:
            print(error)
        """)
    ended = subprocess.run(
        [sys.executable, '-c', program], check=True, stdout=subprocess.PIPE,
        universal_newlines=True,
        env=dict(os.environ, PYTHONPATH=str(_ROOT)))
    errors = ended.stdout.splitlines()
    self.assertLen(errors, 3)
    for output, error in zip(outputs.values(), errors):
      self.assertRegex(
          error, f"^The result cannot be written to '{output}': .* What was "
          'there before is as it was$')
    self.assertEqual(_files(self._folder), before)
    self.assertEmpty(os.listdir(outputs['saved_model']))


if __name__ == '__main__':
  absltest.main()
