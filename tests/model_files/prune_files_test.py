# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Pruning stored models without their code."""

from __future__ import annotations

import os

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from tests.support import numpy_reference
from tests.support.files import stored_models

v1 = tf.compat.v1


def _content(directory):
  """Names and bytes of all files."""
  found = {}
  for path, _, names in os.walk(directory):
    for name in names:
      with open(os.path.join(path, name), 'rb') as file:
        found[os.path.relpath(os.path.join(path, name), directory)] = (
            file.read())
  return found


def _value(session, name):
  """The value of a variable of a session's graph."""
  [variable] = [variable for variable in v1.global_variables()
                if variable.op.name == name]
  return session.run(variable)


class PruneFilesTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    self._directory = self.create_tempdir().full_path

  def _path(self, *names):
    return os.path.join(self._directory, *names)

  def _assert_pruned(self, pruned, value, sparsity=0.75):
    expected = np.where(
        numpy_reference.unstructured_mask(value, sparsity), value, 0)
    np.testing.assert_array_equal(pruned, expected)

  def test_a_checkpoint_with_its_graph_is_pruned_by_its_graph(self):
    prefix, values = stored_models.write_checkpoint(self._path('source'))
    before = _content(self._path('source'))
    report = model_pruning.prune_files(
        prefix, self._path('pruned', 'new.ckpt'), 'target_sparsity=0.75')
    self.assertEqual([weight.name for weight in report.pruned],
                     ['dense/kernel', 'words/table'])
    reader = tf.train.load_checkpoint(self._path('pruned', 'new.ckpt'))
    self.assertEqual(set(reader.get_variable_to_shape_map()), set(values))
    for name, value in values.items():
      if name in ('dense/kernel', 'words/table'):
        self._assert_pruned(reader.get_tensor(name), value)
      else:
        np.testing.assert_array_equal(reader.get_tensor(name), value)
    self.assertEqual(_content(self._path('source')), before)

  def test_the_graph_of_the_checkpoint_restores_the_pruned_one(self):
    prefix, values = stored_models.write_checkpoint(self._path('source'))
    output = self._path('pruned', 'new.ckpt')
    model_pruning.prune_files(
        prefix, output, 'target_sparsity=0.75')
    with tf.Graph().as_default(), v1.Session() as session:
      v1.train.import_meta_graph(output + '.meta').restore(session, output)
      self._assert_pruned(_value(session, 'dense/kernel'),
                          values['dense/kernel'])

  def test_a_checkpoint_alone_is_pruned_by_names_and_says_so(self):
    prefix, _ = stored_models.write_checkpoint(
        self._path('source'), with_graph=False)
    report = model_pruning.prune_files(
        prefix, self._path('new.ckpt'), 'target_sparsity=0.75')
    # The state of Adam and the average are left alone.
    self.assertEqual([weight.name for weight in report.pruned],
                     ['dense/kernel', 'unused/matrix', 'words/table'])
    self.assertIn('no graph', report.warnings[-1])

  @parameterized.named_parameters(
      ('blocks', 'target_sparsity=0.5,block_height=2,block_width=2',
       lambda value: numpy_reference.block_mask(value, 2, 2, 'AVG', 0.5)),
      ('n of m', 'sparsity_m_by_n=2x4',
       lambda value: numpy_reference.n_of_m_mask(value, 4, 0.5)))
  def test_every_structure_is_exact(self, spec, mask_of):
    prefix, values = stored_models.write_checkpoint(self._path('source'))
    model_pruning.prune_files(prefix, self._path('new.ckpt'), spec)
    value = values['dense/kernel']
    np.testing.assert_array_equal(
        tf.train.load_variable(self._path('new.ckpt'), 'dense/kernel'),
        np.where(mask_of(value), value, 0))

  def test_one_ranking_of_all_weights_is_exact(self):
    prefix, values = stored_models.write_checkpoint(self._path('source'))
    model_pruning.prune_files(
        prefix, self._path('new.ckpt'),
        'target_sparsity=0.75,sparsity_distribution=global')
    names = ('dense/kernel', 'words/table')
    both = np.concatenate([values[name].ravel() for name in names])
    pruned = np.concatenate([
        tf.train.load_variable(self._path('new.ckpt'), name).ravel()
        for name in names])
    self._assert_pruned(pruned, both)

  def test_a_frozen_graph_with_a_loop_is_pruned(self):
    graph_def, value = stored_models.graph_with_a_loop()
    source, output = self._path('frozen.pb'), self._path('pruned.pb')
    with open(source, 'wb') as file:
      file.write(graph_def.SerializeToString())
    report = model_pruning.prune_files(source, output, 'target_sparsity=0.75')
    self.assertEqual([weight.name for weight in report.pruned], ['kernel'])
    with open(output, 'rb') as file:
      pruned = v1.GraphDef.FromString(file.read())
    [kernel] = [tf.make_ndarray(node.attr['value'].tensor)
                for node in pruned.node if node.name == 'kernel']
    self._assert_pruned(kernel, value)
    images = np.random.RandomState(1).rand(4, 6).astype(np.float32)
    offset = stored_models.run_graph(graph_def, images) - (
        images @ value @ value @ value)
    np.testing.assert_allclose(
        stored_models.run_graph(pruned, images),
        images @ kernel @ kernel @ kernel + offset, rtol=1e-4)

  def test_a_saved_model_keeps_its_signatures_and_tables(self):
    value = stored_models.write_saved_model(self._path('source'))
    before = _content(self._path('source'))
    report = model_pruning.prune_files(
        self._path('source'), self._path('pruned'), 'target_sparsity=0.75')
    self.assertEqual([weight.name for weight in report.pruned],
                     ['dense/kernel'])
    with tf.Graph().as_default(), v1.Session() as session:
      loaded = v1.saved_model.load(session, ['serve'], self._path('pruned'))
      self.assertEqual(set(loaded.signature_def), {'serving_default', 'ids'})
      self._assert_pruned(_value(session, 'dense/kernel'), value)
      ids = loaded.signature_def['ids']
      np.testing.assert_array_equal(session.run(
          ids.outputs['ids'].name,
          {ids.inputs['words'].name: ['b', 'c']}), [1, -1])
    self.assertEqual(_content(self._path('source')), before)

  def test_what_is_there_is_not_overwritten(self):
    prefix, _ = stored_models.write_checkpoint(self._path('source'))
    output = self._path('new.ckpt')
    model_pruning.prune_files(prefix, output, 'target_sparsity=0.75')
    before = _content(self._directory)
    with self.assertRaisesRegex(ValueError, 'exists and is not overwritten'):
      model_pruning.prune_files(prefix, output, 'target_sparsity=0.5')
    self.assertEqual(_content(self._directory), before)
    model_pruning.prune_files(prefix, output, 'target_sparsity=0.5',
                              overwrite=True)
    self.assertNotEqual(_content(self._directory), before)

  @parameterized.parameters(
      ('weight_sparsity_map=[nothing:0.5]', 'nothing'),
      ('target_sparsity=2', 'target_sparsity'),
      ('mask_update=hold', 'mask_update=rank'),
      ('prune_option=first_order_gradient', 'sees no gradients'),
      ('do_not_prune=[.*]', 'no weight that the spec prunes'))
  def test_a_spec_that_does_not_fit_writes_nothing(self, spec, message):
    prefix, _ = stored_models.write_checkpoint(self._path('source'))
    with self.assertRaisesRegex(ValueError, message):
      model_pruning.prune_files(prefix, self._path('new', 'new.ckpt'), spec)
    self.assertEqual(os.listdir(self._directory), ['source'])


class KerasFilesTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    if not tf.executing_eagerly():
      self.skipTest('Keras files are loaded in eager mode')
    self._directory = self.create_tempdir().full_path

  @parameterized.parameters('.h5', '.keras')
  def test_a_keras_file_is_pruned_as_the_model_is(self, suffix):
    model = stored_models.keras_model()
    source = os.path.join(self._directory, 'model' + suffix)
    output = os.path.join(self._directory, 'pruned' + suffix)
    model.save(source)
    model_pruning.prune_files(source, output, 'target_sparsity=0.75')
    model_pruning.keras.prune_now(model, 'target_sparsity=0.75')
    pruned = tf.keras.models.load_model(output, compile=False)
    for value, expected in zip(pruned.get_weights(), model.get_weights()):
      np.testing.assert_array_equal(value, expected)

  def test_batch_normalizations_are_estimated_from_a_file(self):
    model = stored_models.keras_model()
    source = os.path.join(self._directory, 'model.h5')
    data = os.path.join(self._directory, 'images.npy')
    model.save(source)
    images = np.random.RandomState(2).rand(64, 8, 8, 3).astype(np.float32)
    np.save(data, images)
    output = os.path.join(self._directory, 'pruned.h5')
    model_pruning.prune_files(
        source, output, 'target_sparsity=0.75', calibration=data)
    model_pruning.keras.prune_now(model, 'target_sparsity=0.75', images)
    pruned = tf.keras.models.load_model(output, compile=False)
    for value, expected in zip(pruned.get_weights(), model.get_weights()):
      np.testing.assert_allclose(value, expected, rtol=1e-5)


class SavedModel2Test(absltest.TestCase):

  def test_a_saved_model_of_version_2_is_pruned(self):
    if not tf.executing_eagerly():
      self.skipTest('it is made in eager mode')
    directory = self.create_tempdir().full_path
    source = os.path.join(directory, 'source')
    output = os.path.join(directory, 'pruned')
    random = np.random.RandomState(0)
    module = tf.Module()
    module.kernel = tf.Variable(random.rand(20, 30).astype(np.float32),
                                name='dense/kernel')
    module.frozen = tf.Variable(random.rand(20, 30).astype(np.float32),
                                name='frozen', trainable=False)
    module.call = tf.function(
        lambda x: x @ (module.kernel + module.frozen),
        input_signature=[tf.TensorSpec([None, 20])])
    tf.saved_model.save(module, source)
    model_pruning.prune_files(source, output, 'target_sparsity=0.75')
    loaded = tf.saved_model.load(output)
    value = module.kernel.numpy()
    expected = np.where(
        numpy_reference.unstructured_mask(value, 0.75), value, 0)
    np.testing.assert_array_equal(loaded.kernel.numpy(), expected)
    np.testing.assert_array_equal(
        loaded.frozen.numpy(), module.frozen.numpy())
    images = random.rand(3, 20).astype(np.float32)
    np.testing.assert_allclose(
        loaded.call(images), images @ (expected + module.frozen.numpy()),
        rtol=1e-5)


if __name__ == '__main__':
  absltest.main()
