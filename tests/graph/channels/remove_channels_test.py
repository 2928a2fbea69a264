# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Frozen graphs without channels compute what they did with them at zero."""

from __future__ import annotations

import os

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.graph.channels import comparison
from model_pruning._src.multiply_adds import count
from tests.support.files import commands
from tests.support.graphs import channel_graphs
from tests.support.graphs import random_channel_graphs

v1 = tf.compat.v1
_SPEC = 'structure=channels,target_sparsity=0.5'
# Shares of the parameters that are left: about a quarter where inputs and
# outputs are few, half of a table that only one side of is cut.
_MOST_LEFT = {
    'residual': 0.33, 'mobile': 0.48, 'concatenated': 0.33,
    'squeeze_and_excite': 0.47, 'flattened': 0.26, 'flattened_by_shape': 0.5,
    'shuffled': 0.51, 'split': 0.48, 'u_net': 0.32, 'unfused_norms': 0.48,
    'dilated': 0.39, 'one_dimensional': 0.5, 'shared_kernel': 0.36,
    'padded_channels': 0.53, 'position_tables': 0.75}


class FilesTestCase(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    self._directory = self.create_tempdir().full_path

  def path(self, name):
    return os.path.join(self._directory, name)

  def write(self, graph_def, name='net.pb'):
    with open(self.path(name), 'wb') as file:
      file.write(graph_def.SerializeToString())
    return self.path(name)

  def read(self, name):
    with open(self.path(name), 'rb') as file:
      return v1.GraphDef.FromString(file.read())

  def shrunk(self, graph_def, spec=_SPEC, **kwargs):
    """The pruned graph, the smaller one, and the two reports."""
    pruned = model_pruning.prune_files(
        self.write(graph_def), self.path('pruned.pb'), spec, overwrite=True)
    report = model_pruning.shrink_files(
        self.path('pruned.pb'), self.path('small.pb'), overwrite=True, **kwargs)
    return self.read('pruned.pb'), self.read('small.pb'), pruned, report

  def assert_same(self, one, other, **kwargs):
    np.testing.assert_allclose(
        channel_graphs.run(other, **kwargs), channel_graphs.run(one, **kwargs),
        rtol=1e-5, atol=2e-6)


class RemoveChannelsTest(FilesTestCase):

  @parameterized.parameters(*channel_graphs.GRAPHS)
  def test_the_outputs_are_those_of_the_pruned_graph(self, name):
    graph_def = channel_graphs.frozen(channel_graphs.GRAPHS[name])
    pruned, small, _, report = self.shrunk(graph_def)
    self.assert_same(pruned, small)
    self.assertLessEqual(
        report.num_parameters,
        _MOST_LEFT[name] * report.num_parameters_before)
    self.assertEqual([node.name for node in small.node],
                     [node.name for node in graph_def.node])

  @parameterized.parameters(*range(16))
  def test_so_are_those_of_random_graphs(self, seed):
    graph_def = channel_graphs.frozen(random_channel_graphs.build(seed), 6)
    pruned, small, _, _ = self.shrunk(graph_def)
    self.assert_same(pruned, small, size=6)

  @parameterized.parameters('target_params', 'target_macs')
  def test_a_budget_is_what_is_left(self, field):
    graph_def = channel_graphs.frozen(channel_graphs.residual)
    pruned, small, report, shrunk = self.shrunk(
        graph_def, f'structure=channels,{field}=50%')
    self.assert_same(pruned, small)
    left, total = shrunk.num_parameters, shrunk.num_parameters_before
    if field == 'target_macs':
      left, total = (sum(count.count(one).weights.values())
                     for one in (small, graph_def))
    self.assertIn(f'of {total:,} ', report.budget)
    self.assertIn(f'; {left:,} are left', report.budget)
    self.assertBetween(left, 0.3 * total, 0.5 * total)

  def test_groups_of_a_convolution_lose_as_many_each(self):
    graph_def = channel_graphs.frozen(channel_graphs.grouped)
    try:
      channel_graphs.run(graph_def)
    except tf.errors.UnimplementedError:
      self.skipTest(f'TensorFlow {tf.__version__} has no grouped convolutions')
    pruned, small, _, _ = self.shrunk(graph_def)
    self.assert_same(pruned, small)
    self.assertEqual(
        channel_graphs.shapes(small)['groups/kernel'], [3, 3, 2, 6])

  def test_a_graph_without_zeros_stays_as_it_is(self):
    graph_def = channel_graphs.frozen(channel_graphs.residual)
    report = model_pruning.shrink_files(
        self.write(graph_def), self.path('small.pb'))
    self.assertEqual(report.num_parameters, report.num_parameters_before)
    self.assertIn('No channel was without effect', str(report))
    self.assertEqual(channel_graphs.shapes(self.read('small.pb')),
                     channel_graphs.shapes(graph_def))

  def test_both_sides_of_an_addition_lose_the_same_channels(self):
    graph_def = channel_graphs.frozen(channel_graphs.residual)
    _, small, _, _ = self.shrunk(graph_def)
    shapes = channel_graphs.shapes(small)
    self.assertEqual(
        [shapes[f'{name}/kernel'] for name in ('stem', 'in', 'out', 'logits')],
        [[3, 3, 3, 4], [3, 3, 4, 3], [3, 3, 3, 4], [4, 5]])
    self.assertEqual(shapes['out/norm/variance'], [4])

  def test_numbers_of_channels_may_be_multiples(self):
    graph_def = channel_graphs.frozen(channel_graphs.residual)
    pruned, small, _, _ = self.shrunk(graph_def, round_to=4)
    self.assertEqual(channel_graphs.shapes(small)['in/kernel'], [3, 3, 4, 4])
    self.assert_same(pruned, small)

  def test_inputs_of_any_size_are_taken(self):
    graph_def = channel_graphs.frozen(channel_graphs.u_net, None)
    pruned, small, _, report = self.shrunk(graph_def)
    self.assert_same(pruned, small, size=20)
    self.assertLess(report.num_parameters, report.num_parameters_before)

  def test_named_outputs_stay_and_what_they_do_not_need_goes(self):
    graph_def = channel_graphs.frozen(channel_graphs.residual)
    pruned, small, _, _ = self.shrunk(graph_def, outputs=['Relu6'])
    self.assertNotIn('logits/kernel', channel_graphs.shapes(small))
    self.assert_same(pruned, small, name='Relu6:0')
    self.assertEqual(channel_graphs.shapes(small)['stem/kernel'],
                     [3, 3, 3, 4])

  def test_a_text_graph_is_written_as_text(self):
    graph_def = channel_graphs.frozen(channel_graphs.residual)
    with open(self.path('net.pbtxt'), 'w') as file:
      file.write(str(graph_def))
    model_pruning.shrink_files(self.path('net.pbtxt'), self.path('small.pbtxt'))
    with open(self.path('small.pbtxt')) as file:
      self.assertTrue(file.read().startswith('node {'))

  def test_the_command_line_recognizes_a_graph(self):
    source = self.write(channel_graphs.frozen(channel_graphs.mobile))
    for argv in (('prune', source, self.path('pruned'), '--spec', _SPEC),
                 ('shrink', self.path('pruned'), self.path('small'))):
      status, out, err = commands.run(*argv)
      self.assertEqual(status, 0, err)
    self.assertIn('407 of 857 parameters, the same outputs', out)

  def test_a_difference_is_told_with_the_node_where_it_is_first(self):
    graph_def = channel_graphs.frozen(channel_graphs.residual)
    other = type(graph_def)()
    other.CopyFrom(graph_def)
    [node] = [node for node in other.node if node.name == 'in/bias']
    node.attr['value'].tensor.CopyFrom(
        v1.make_tensor_proto(np.ones(6, np.float32)))
    self.assertIsNone(comparison.difference(
        graph_def, graph_def, 'net.pb', ['outputs:0']))
    self.assertRegex(
        comparison.difference(graph_def, other, 'net.pb', ['outputs:0']),
        "differ by .* at first in the node 'BiasAdd_1'")


class SavedModelTest(FilesTestCase):

  def _pruned_and_small(self, source, key):
    """What the pruned and the smaller SavedModel compute."""
    pruned, small = self.path('pruned'), self.path('small')
    model_pruning.prune_files(source, pruned, _SPEC)
    report = model_pruning.shrink_files(pruned, small)
    self.assertLess(report.num_parameters, 0.6 * report.num_parameters_before)
    images = np.random.RandomState(1).standard_normal([4, 12, 12, 3])
    found = []
    for path in (source, pruned, small):
      with tf.Graph().as_default(), v1.Session() as session:
        signature = v1.saved_model.load(
            session, ['serve'], path).signature_def['serving_default']
        [output] = signature.outputs.values()
        found.append(session.run(
            output.name, {signature.inputs[key].name: images}))
    self.assertGreater(np.abs(found[0] - found[1]).max(), 1e-3)
    return found[1:]

  def test_one_of_a_session_is_frozen_and_keeps_its_signature(self):
    with tf.Graph().as_default(), v1.Session() as session:
      images = v1.placeholder(tf.float32, [None, 12, 12, 3])
      scores = channel_graphs.residual(channel_graphs.Net(), images)
      session.run(v1.global_variables_initializer())
      builder = v1.saved_model.Builder(self.path('net'))
      info = v1.saved_model.build_tensor_info
      builder.add_meta_graph_and_variables(session, ['serve'], {
          'serving_default': v1.saved_model.build_signature_def(
              {'photos': info(images)}, {'scores': info(scores)}, 'predict')})
      builder.save()
    pruned, small = self._pruned_and_small(self.path('net'), 'photos')
    np.testing.assert_allclose(small, pruned, rtol=1e-5, atol=1e-6)

  def test_functions_of_another_one_are_written_out(self):
    if not tf.executing_eagerly():
      self.skipTest('functions are saved in eager mode')
    random = np.random.RandomState(0)
    module = tf.Module()
    module.kernels = [
        tf.Variable(random.standard_normal(shape).astype(np.float32))
        for shape in ((3, 3, 3, 8), (3, 3, 8, 6), (6, 5))]

    @tf.function(input_signature=[
        tf.TensorSpec([None, 12, 12, 3], tf.float32, name='photos')])
    def call(photos):
      for kernel in module.kernels[:2]:
        photos = tf.nn.relu(tf.nn.conv2d(photos, kernel, 1, 'SAME'))
      return {'scores': tf.tanh(
          tf.reduce_mean(photos, [1, 2]) @ module.kernels[2] / 10.0)}

    tf.saved_model.save(module, self.path('net'), signatures=call)
    pruned, small = self._pruned_and_small(self.path('net'), 'photos')
    np.testing.assert_allclose(small, pruned, rtol=1e-5, atol=1e-6)


class RefusalsTest(FilesTestCase):

  def test_an_input_of_text_is_refused_by_name(self):
    with tf.Graph().as_default() as graph:
      text = v1.placeholder(tf.string, [None], name='examples')
      tf.strings.length(text, name='outputs')
    with self.assertRaisesRegex(ValueError, "'examples' must be of numbers"):
      model_pruning.shrink_files(
          self.write(graph.as_graph_def()), self.path('small.pb'))
    self.assertFalse(os.path.exists(self.path('small.pb')))

  def test_an_input_of_any_rank_is_refused_by_name(self):
    with tf.Graph().as_default() as graph:
      tf.nn.relu(v1.placeholder(tf.float32, name='anything'))
    with self.assertRaisesRegex(ValueError, "'anything' must have a known"):
      model_pruning.shrink_files(
          self.write(graph.as_graph_def()), self.path('small.pb'))

  def test_checkpoints_are_refused(self):
    with tf.Graph().as_default(), v1.Session() as session:
      kernel = v1.get_variable('kernel', [2, 2])
      tf.matmul(kernel, kernel)
      session.run(v1.global_variables_initializer())
      prefix = v1.train.Saver().save(session, self.path('model'))
    with self.assertRaisesRegex(ValueError, 'neither a Keras model nor a froz'):
      model_pruning.shrink_files(prefix, self.path('small.pb'))
    with self.assertRaisesRegex(ValueError, 'a Keras file, a frozen graph'):
      model_pruning.prune_files(prefix, self.path('pruned'), _SPEC)

  def test_an_output_that_is_not_there_is_refused(self):
    source = self.write(channel_graphs.frozen(channel_graphs.residual))
    with self.assertRaisesRegex(ValueError, 'nowhere'):
      model_pruning.shrink_files(
          source, self.path('small.pb'), outputs=['nowhere'])

  def test_multiples_of_nothing_are_refused(self):
    source = self.write(channel_graphs.frozen(channel_graphs.residual))
    with self.assertRaisesRegex(ValueError, 'must be at least 1'):
      model_pruning.shrink_files(source, self.path('small.pb'), round_to=0)


class KerasTest(FilesTestCase):

  def test_keras_prunes_the_same_channels_of_the_same_weights(self):
    layers = tf.keras.layers
    if not hasattr(layers, 'MultiHeadAttention') or (
        not tf.executing_eagerly()):
      self.skipTest('the calls of this Keras do not tell their arguments')
    inputs = tf.keras.Input((12, 12, 3))
    def norm(name):
      return layers.BatchNormalization(name=f'{name}_norm')
    def conv(number, name):
      return layers.Conv2D(number, 3, padding='same', name=name)
    x = layers.ReLU()(norm('stem')(conv(8, 'stem')(inputs)))
    branch = layers.ReLU(6.0)(norm('in')(conv(6, 'in')(x)))
    x = layers.Add()([x, norm('out')(conv(8, 'out')(branch))])
    x = layers.ReLU()(layers.GlobalAveragePooling2D()(x))
    model = tf.keras.Model(
        inputs, layers.Dense(5, name='logits', activation='softmax')(x))
    graph_def = channel_graphs.frozen(channel_graphs.residual)
    names = {'stem': ('kernel', 'bias'), 'in': ('kernel', 'bias'),
             'out': ('kernel', 'bias'), 'logits': ('kernel', 'bias')}
    names.update((f'{name}/norm', ('gamma', 'beta', 'mean', 'variance'))
                 for name in ('stem', 'in', 'out'))
    constants = {node.name: node for node in graph_def.node}
    for layer, weights in names.items():
      model.get_layer(layer.replace('/', '_')).set_weights([
          tf.make_ndarray(constants[f'{layer}/{weight}'].attr['value'].tensor)
          for weight in weights])
    model_pruning.keras.prune_now(model, _SPEC)
    pruned, _, _, _ = self.shrunk(graph_def)
    constants = {node.name: node for node in pruned.node}
    for layer, weights in names.items():
      for weight, value in zip(weights, model.get_layer(
          layer.replace('/', '_')).get_weights()):
        np.testing.assert_array_equal(value, tf.make_ndarray(
            constants[f'{layer}/{weight}'].attr['value'].tensor))


if __name__ == '__main__':
  absltest.main()
