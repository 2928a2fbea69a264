# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""SavedModels: signatures, tables and assets stay, masks go."""

from __future__ import annotations

import os

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.graph.strip import strip
from tests.support import modes
from tests.support.graphs import mask_forms

v1 = tf.compat.v1
_WORDS = np.array([b'one', b'two', b'three', b'none'])


class SavedModelTest(parameterized.TestCase):

  def _export(self, use_resource=True):
    """A model with a table of words, read from an asset, and two signatures.

    Returns:
      Its directory, and what its signatures return.
    """
    directory = self.create_tempdir().full_path
    words = directory + '/words.txt'
    with open(words, 'w') as file:
      file.write('one\ntwo\nthree\n')
    with tf.Graph().as_default(), v1.Session() as session:
      table = tf.lookup.StaticVocabularyTable(tf.lookup.TextFileInitializer(
          words, tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64,
          tf.lookup.TextFileIndex.LINE_NUMBER), 1)
      keys = v1.placeholder(tf.string, [None], 'words')
      with v1.variable_scope('', use_resource=use_resource):
        embedding = v1.get_variable('embedding', [4, 6])
        x = tf.gather(mask_forms.masked(embedding, 'emb'),
                      table.lookup(keys))
        y = mask_forms.dense(x)
      mask_forms.prune(session)
      session.run(v1.tables_initializer())
      signatures = {
          'serving_default': v1.saved_model.predict_signature_def(
              {'words': keys}, {'y': y}),
          'embed': v1.saved_model.predict_signature_def(
              {'words': keys}, {'x': x})}
      builder = v1.saved_model.Builder(directory + '/export')
      builder.add_meta_graph_and_variables(
          session, ['serve'], signatures, main_op=v1.tables_initializer(),
          assets_collection=v1.get_collection(v1.GraphKeys.ASSET_FILEPATHS))
      builder.save()
      wanted = session.run({'serving_default': y, 'embed': x}, {keys: _WORDS})
    os.remove(words)
    return directory + '/export', wanted

  def _outputs(self, directory):
    with tf.Graph().as_default(), v1.Session() as session:
      loaded = v1.saved_model.load(session, ['serve'], directory)
      return {
          key: session.run(list(signature.outputs.values())[0].name,
                           {signature.inputs['words'].name: _WORDS})
          for key, signature in loaded.signature_def.items()
          if signature.inputs}, loaded

  @parameterized.parameters(False, True)
  def test_signatures_tables_and_assets_stay(self, use_resource):
    source, wanted = self._export(use_resource)
    result = source + '_stripped'
    report = strip.strip_pruning_vars(
        saved_model_dir=source, output_dir=result, result='saved_model')
    self.assertEqual([weight.name for weight in report.weights],
                     ['embedding', 'a/w'])
    self.assertEqual(report.removed, (
        'a/mask', 'a/threshold', 'emb/mask', 'emb/threshold'))
    before, loaded_before = self._outputs(source)
    after, loaded = self._outputs(result)
    for key in ('serving_default', 'embed'):
      np.testing.assert_array_equal(before[key], wanted[key])
      np.testing.assert_array_equal(after[key], wanted[key])
      self.assertEqual(loaded.signature_def[key],
                       loaded_before.signature_def[key])
    names = [node.name for node in loaded.graph_def.node]
    self.assertEmpty([name for name in names
                      if 'mask/' in name or 'threshold' in name])
    self.assertNotIn('masks', loaded.collection_def)
    self.assertTrue(os.path.exists(result + '/assets/words.txt'))
    reader = tf.train.load_checkpoint(result + '/variables/variables')
    self.assertEqual(sorted(reader.get_variable_to_shape_map()),
                     ['a/w', 'b/w', 'embedding'])

  def test_what_was_stripped_can_be_loaded_and_saved_again(self):
    source, wanted = self._export()
    result = source + '_stripped'
    strip.strip_pruning_vars(
        saved_model_dir=source, output_dir=result, result='saved_model')
    with tf.Graph().as_default(), v1.Session() as session:
      v1.saved_model.load(session, ['serve'], result)
      builder = v1.saved_model.Builder(source + '_again')
      builder.add_meta_graph_and_variables(session, ['serve'])
      builder.save()
      prefix = v1.train.Saver().save(session, source + '_again/model.ckpt')
    self.assertEqual(
        sorted(tf.train.load_checkpoint(prefix).get_variable_to_shape_map()),
        ['a/w', 'b/w', 'embedding'])
    again = strip.strip_pruning_vars(
        saved_model_dir=result, output_dir=source + '_twice',
        result='saved_model')
    self.assertIn('NO MASKS', again.warnings[0])
    after, _ = self._outputs(source + '_twice')
    np.testing.assert_array_equal(after['serving_default'],
                                  wanted['serving_default'])

  @parameterized.parameters(None, ('serving_default',))
  def test_it_becomes_a_graph_def_whose_outputs_the_signatures_name(
      self, tags):
    source, wanted = self._export()
    report = strip.strip_pruning_vars(
        saved_model_dir=source, tags=tags and ['serve'])
    with tf.Graph().as_default(), v1.Session() as session:
      tf.import_graph_def(report.graph_def, name='')
      # A table is made where the graph is used.
      embedded = [op for op in session.graph.get_operations()
                  if op.type in ('Gather', 'GatherV2')]
      self.assertEqual(embedded[0].outputs[0].shape.as_list(), [None, 6])
    self.assertLen(report.weights, 2)
    self.assertEqual(sorted(wanted), ['embed', 'serving_default'])

  def test_it_becomes_a_checkpoint(self):
    source, _ = self._export()
    report = strip.strip_pruning_vars(
        saved_model_dir=source, output_dir=source + '_ckpt',
        result='checkpoint')
    reader = tf.train.load_checkpoint(report.path)
    before = tf.train.load_checkpoint(source + '/variables/variables')
    self.assertEqual(sorted(reader.get_variable_to_shape_map()),
                     ['a/w', 'b/w', 'embedding'])
    np.testing.assert_array_equal(
        reader.get_tensor('embedding'),
        before.get_tensor('embedding') * before.get_tensor('emb/mask'))

  def test_tags_that_no_graph_has(self):
    source, _ = self._export()
    with self.assertRaisesRegex(ValueError, r"which has \[\['serve'\]\]"):
      strip.strip_pruning_vars(saved_model_dir=source, tags=['train'])

  def test_a_directory_with_something_in_it(self):
    source, _ = self._export()
    with self.assertRaisesRegex(ValueError, 'must be empty'):
      strip.strip_pruning_vars(
          saved_model_dir=source, output_dir=os.path.dirname(source),
          result='saved_model')


class ObjectsTest(parameterized.TestCase):
  """SavedModels of `tf.saved_model.save`, which describe Python objects."""

  def _export(self):
    if not modes.is_eager():
      self.skipTest('tf.saved_model.save of a module needs eager mode')
    if not hasattr(tf.saved_model, 'save'):
      self.skipTest(f'TensorFlow {tf.__version__} has no tf.saved_model.save')
    directory = self.create_tempdir().full_path
    random = np.random.RandomState(0)
    module = tf.Module()
    module.weight = tf.Variable(random.randn(6, 6).astype(np.float32))
    module.mask = tf.Variable(
        (random.rand(6, 6) > 0.75).astype(np.float32), trainable=False)
    module.call = tf.function(
        lambda x: {'y': tf.matmul(x, module.mask * module.weight)},
        [tf.TensorSpec([None, 6], tf.float32, name='x')], autograph=False)
    tf.saved_model.save(module, directory, module.call)
    return directory, module.call(mask_forms.INPUT)['y'].numpy(), module

  def test_they_become_graph_defs(self):
    directory, wanted, module = self._export()
    report = strip.strip_pruning_vars(saved_model_dir=directory)
    self.assertLen(report.weights, 1)
    with tf.Graph().as_default(), v1.Session() as session:
      tf.import_graph_def(report.graph_def, name='')
      np.testing.assert_array_equal(
          session.run('StatefulPartitionedCall:0',
                      {'serving_default_x:0': mask_forms.INPUT}), wanted)
    product = module.mask.numpy() * module.weight.numpy()
    constants = [tf.make_ndarray(node.attr['value'].tensor)
                 for node in report.graph_def.node if node.op == 'Const']
    [weight] = [value for value in constants if value.shape == (6, 6)]
    np.testing.assert_array_equal(weight, product)

  def test_they_become_checkpoints(self):
    directory, _, module = self._export()
    report = strip.strip_pruning_vars(
        saved_model_dir=directory, output_dir=directory + '_new',
        result='checkpoint')
    reader = tf.train.load_checkpoint(report.path)
    [name] = reader.get_variable_to_shape_map()
    np.testing.assert_array_equal(
        reader.get_tensor(name), module.mask.numpy() * module.weight.numpy())

  def test_they_do_not_become_saved_models(self):
    directory, _, _ = self._export()
    with self.assertRaisesRegex(ValueError, 'describes Python objects'):
      strip.strip_pruning_vars(
          saved_model_dir=directory, output_dir=directory + '_new',
          result='saved_model')


if __name__ == '__main__':
  absltest.main()
