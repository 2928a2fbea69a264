# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of xnnpack_report and PruneForLatencyOnXNNPack."""

from __future__ import annotations

import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.compat import keras_models as compat_models
from tests.support import keras_models
from tests.support import xnnpack_models

keras = tf.keras
layers = keras.layers
xnnpack_report = model_pruning.keras.xnnpack_report
_SPEC = 'target_sparsity=0.8'


def _verdict(report, name='point'):
  [verdict] = [layer for layer in report.layers if layer.name == name]
  return verdict


class XNNPackTestCase(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    if keras_models.IS_KERAS_3 and not tf.executing_eagerly():
      self.skipTest('Keras 3 has no graph mode')
    keras.backend.clear_session()

  def build(self, make):
    try:
      return make()
    except TypeError as error:
      self.skipTest(f'Keras of TensorFlow {tf.__version__}: {error}')


class ReportTest(XNNPackTestCase):

  @parameterized.parameters(*xnnpack_models.RUN)
  def test_it_runs_in_a_subgraph_that_fits(self, name):
    model = self.build(xnnpack_models.RUN[name])
    report = xnnpack_report(model, _SPEC)
    self.assertEqual(_verdict(report).reason, '')
    self.assertEqual(report.sparse, ('point',))
    model_pruning.keras.PruneForLatencyOnXNNPack(
        ).ensure_model_supports_pruning(model)

  @parameterized.parameters(*xnnpack_models.DO_NOT_RUN)
  def test_it_does_not_run_and_the_reason_is_told(self, name):
    make, reason = xnnpack_models.DO_NOT_RUN[name]
    model = self.build(make)
    report = xnnpack_report(model, _SPEC)
    self.assertEmpty(report.sparse)
    self.assertRegex(_verdict(report).reason, reason)
    self.assertIn(_verdict(report).reason, str(report))
    with self.assertRaisesRegex(ValueError, reason):
      model_pruning.keras.PruneForLatencyOnXNNPack(
          ).ensure_model_supports_pruning(model)

  def test_groups_do_not_run(self):
    try:
      layer = layers.Conv2D(4, 1, groups=2, name='point')
    except TypeError as error:
      self.skipTest(f'this Keras has no groups: {error}')
    report = xnnpack_report(xnnpack_models.network(layer), _SPEC)
    self.assertEqual(_verdict(report).reason, 'it has 2 groups')

  def test_one_layer_that_does_not_fit_takes_all_along(self):
    def middle(x):
      x = xnnpack_models.inverted_bottleneck(x)
      return layers.Activation('tanh')(xnnpack_models.point(x))

    report = xnnpack_report(xnnpack_models.network(middle), _SPEC)
    pointwise = [layer for layer in report.layers if layer.is_pointwise]
    self.assertLen(pointwise, 3)
    self.assertLen({layer.reason for layer in pointwise}, 1)
    self.assertIn('tanh', pointwise[0].reason)

  def test_a_mobile_network_with_even_padding_runs(self):
    model = xnnpack_models.mobile_net_v2()
    report = xnnpack_report(model, _SPEC)
    self.assertLen(report.sparse, 6)
    outside = [layer.name for layer in report.layers
               if layer.reason and not layer.is_pointwise]
    self.assertEqual(outside, ['head'])

  @parameterized.parameters(('MobileNet', 0.25), ('MobileNetV2', 0.35))
  def test_the_networks_of_keras_do_not_run(self, name, alpha):
    model = getattr(keras.applications, name)(
        input_shape=(32, 32, 3), alpha=alpha, weights=None, classes=3)
    report = xnnpack_report(model, _SPEC)
    self.assertEmpty(report.sparse)
    self.assertRegex(str(report), r'needs ZeroPadding2D\(1\) before it')
    with self.assertRaisesRegex(ValueError, 'none has it.*ZeroPadding2D'):
      model_pruning.keras.PruneForLatencyOnXNNPack(
          ).ensure_model_supports_pruning(model)


class WholeModelTest(XNNPackTestCase):

  def _prune(self, model):
    return model_pruning.keras.prune_low_magnitude(
        model,
        pruning_policy=model_pruning.keras.PruneForLatencyOnXNNPack())

  def test_a_model_that_is_pruned_already_fits_as_before(self):
    pruned = self._prune(xnnpack_models.mobile_net_v2())
    again = self._prune(pruned)
    self.assertEqual([layer.name for layer in again.layers],
                     [layer.name for layer in pruned.layers])
    self.assertLen(xnnpack_report(pruned, _SPEC).sparse, 6)

  def test_models_inside_need_not_fit_by_themselves(self):
    pruned = self._prune(xnnpack_models.RUN['a model inside']())
    self.assertLen([layer for layer in compat_models.flatten_layers(pruned)
                    if layer.name == 'prune_low_magnitude_point'], 1)

  def test_a_model_without_such_a_convolution_is_left_as_it_is(self):
    with self.assertLogs('absl', 'WARNING') as logs:
      pruned = self._prune(xnnpack_models.network(xnnpack_models.depthwise))
    self.assertRegex(str(logs.output), 'prunes nothing.*allows no layer')
    self.assertNotIn('prune_low_magnitude', str(
        [layer.name for layer in pruned.layers]))

  def test_a_subclass_that_computes_the_same_is_its_class(self):

    class MyPooling(layers.GlobalAveragePooling2D):
      pass

    class MyConv(layers.Conv2D):
      pass

    def model(pooling):
      return xnnpack_models.network(
          MyConv(4, 1, name='point'),
          end=lambda x: layers.Dense(4)(pooling()(x)))

    self.assertEqual(xnnpack_report(model(MyPooling), _SPEC).sparse,
                     ('point',))

    class Other(layers.GlobalAveragePooling2D):

      def call(self, inputs):
        return tf.reduce_max(inputs, [1, 2])

    self.assertRegex(_verdict(xnnpack_report(model(Other), _SPEC)).reason,
                     'Other has no form')

  def test_a_difference_does_not_run(self):
    model = xnnpack_models.network(
        lambda x: layers.Subtract()([x, xnnpack_models.point(x)]))
    self.assertRegex(_verdict(xnnpack_report(model, _SPEC)).reason,
                     'Subtract has no form with the channels first')


class ZerosTest(XNNPackTestCase):

  def test_more_than_two_thirds_must_be_zero(self):
    # 4x3 weights: 8 of 12 zeros are not enough, 9 are.
    for sparsity, runs in ((8 / 12, False), (9 / 12, True)):
      model = xnnpack_models.network(layers.Conv2D(3, 1, name='point'))
      self.assertRegex(_verdict(xnnpack_report(model)).reason,
                       '^0.0% of the weights.*more than 2/3')
      model_pruning.keras.prune_now(
          model, f'target_sparsity={sparsity!r},do_not_prune=[first]')
      self.assertEqual(_verdict(xnnpack_report(model)).runs_sparse, runs)

  def test_zeros_of_all_convolutions_count_together(self):
    model = xnnpack_models.mobile_net_v2()
    spec = 'target_sparsity=0.95,do_not_prune=[head/]'
    self.assertLen(xnnpack_report(model, spec).sparse, 6)
    self.assertEmpty(xnnpack_report(model, 'target_sparsity=0.6').sparse)
    self.assertEmpty(xnnpack_report(
        model, 'target_sparsity=0.7,do_not_prune=[conv2d/]').sparse)

  def test_a_dense_layer_behind_the_pooling_counts_too(self):
    model = xnnpack_models.network(
        xnnpack_models.point, end=lambda x: layers.Dense(100, name='head')(
            layers.GlobalAveragePooling2D()(x)))
    report = xnnpack_report(model, 'target_sparsity=0.9,do_not_prune=[head/]')
    self.assertEmpty(report.sparse)
    self.assertIn("and of 'head' behind the pooling", _verdict(report).reason)
    self.assertLen(xnnpack_report(model, 'target_sparsity=0.9').sparse, 1)


class HonestyTest(XNNPackTestCase):

  def test_the_report_and_the_docstrings_say_never_on_x86_with_avx(self):
    report = xnnpack_report(xnnpack_models.RUN['nothing but it']())
    self.assertRegex(str(report), 'On x86 with AVX, XNNPACK never uses')
    self.assertIn('EXPERIMENTAL_SPARSITY', str(report))
    for documented in (xnnpack_report,
                       model_pruning.keras.PruneForLatencyOnXNNPack):
      self.assertRegex(documented.__doc__, r'On x86 with AVX\s+it')

  def test_a_subclassed_model_is_refused(self):
    model = keras_models.subclassed()
    with self.assertRaisesRegex(ValueError, 'functional or Sequential'):
      xnnpack_report(model)
    with self.assertRaisesRegex(ValueError, 'functional or Sequential'):
      model_pruning.keras.PruneForLatencyOnXNNPack(
          ).ensure_model_supports_pruning(model)

  def test_an_unbuilt_model_is_refused(self):
    model = keras.Sequential([layers.Dense(2)])
    with self.assertRaisesRegex(ValueError, 'must be built'):
      model_pruning.keras.PruneForLatencyOnXNNPack(
          ).ensure_model_supports_pruning(model)

  def test_a_model_without_such_a_convolution_is_refused(self):
    with self.assertRaisesRegex(ValueError, 'which has none'):
      model_pruning.keras.PruneForLatencyOnXNNPack(
          ).ensure_model_supports_pruning(keras_models.sequential())


class PolicyTest(XNNPackTestCase):

  @parameterized.named_parameters(
      ('1x1', lambda: layers.Conv2D(4, 1), True),
      ('1x1 given as a list', lambda: layers.Conv2D(4, [1, 1]), True),
      ('3x3', lambda: layers.Conv2D(4, 3), False),
      ('strides', lambda: layers.Conv2D(4, 1, strides=2), False),
      ('1x1 depthwise', lambda: layers.DepthwiseConv2D(1), False),
      ('transposed', lambda: layers.Conv2DTranspose(4, 1), False),
      ('separable', lambda: layers.SeparableConv2D(4, 1), False),
      ('of one dimension', lambda: layers.Conv1D(4, 1), False),
      ('dense', lambda: layers.Dense(4), False))
  def test_only_what_the_kernel_computes_is_pruned(self, make, is_allowed):
    policy = model_pruning.keras.PruneForLatencyOnXNNPack()
    self.assertIs(policy.allow_pruning(make()), is_allowed)

  def test_prune_low_magnitude_wraps_these_alone(self):
    model = xnnpack_models.mobile_net_v2()
    pruned = model_pruning.keras.prune_low_magnitude(
        model, pruning_policy=model_pruning.keras.PruneForLatencyOnXNNPack())
    wrapped = [layer for layer in pruned.layers
               if type(layer).__name__ == 'PruneLowMagnitude']
    self.assertLen(wrapped, 6)
    for layer in wrapped:
      self.assertEqual(tuple(layer.layer.kernel_size), (1, 1))

  def test_prune_low_magnitude_refuses_a_model_that_cannot_gain(self):
    make, reason = xnnpack_models.DO_NOT_RUN['an activation']
    with self.assertRaisesRegex(ValueError, reason):
      model_pruning.keras.prune_low_magnitude(
          make(),
          pruning_policy=model_pruning.keras.PruneForLatencyOnXNNPack())


if __name__ == '__main__':
  absltest.main()
