# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The hook in every kind of Estimator: checkpoints, export, going on."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.spec import weight_rule
from tests.support import estimator_kinds
from tests.support import estimator_shim
from tests.support import modes
from tests.support import numpy_reference

v1 = tf.compat.v1
estimator_lib = estimator_shim.v1_api()

_SPEC = ('target_sparsity=0.9,sparsity_function_end_step=10'
         ',pruning_frequency=5')
_ALL = [(name, version) for name, kind in estimator_kinds.KINDS.items()
        for version in kind.versions]


def _value(path, name):
  """A variable of a checkpoint: an object-based one calls it otherwise."""
  reader = tf.train.load_checkpoint(path)
  if reader.has_tensor(name):
    return reader.get_tensor(name)
  layer = {'hidden/kernel': 0, 'output/kernel': 1}[name]
  return reader.get_tensor(
      f'layer_with_weights-{layer}/kernel/.ATTRIBUTES/VARIABLE_VALUE')


class _EstimatorTestCase(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    v1.logging.set_verbosity(v1.logging.ERROR)

  def _make(self, name, version, directory=None, warm_start_from=None,
            **config):
    if name != 'model_fn' and not estimator_shim.has_canned():
      self.skipTest('With Keras 3 there is no canned estimator')
    # Only `model_to_estimator` has no warm start.
    more = {} if warm_start_from is None else {
        'warm_start_from': warm_start_from}
    return estimator_kinds.KINDS[name].make(
        version, directory or self.create_tempdir().full_path,
        config=estimator_lib.RunConfig(
            tf_random_seed=1, save_checkpoints_steps=5,
            save_summary_steps=None, **config), **more)

  def _train(self, estimator, name, max_steps, spec=_SPEC, hooks=()):
    """Trains with a hook, or dense without a spec; returns the hook."""
    hook = model_pruning.PruningHook(spec) if spec else None
    estimator.train(
        estimator_kinds.KINDS[name].batches, max_steps=max_steps,
        hooks=[*hooks, hook] if hook else None)
    return hook

  def _check_sparse(self, estimator, name, step, spec=_SPEC):
    """Each weight has exactly the entries that the schedule leaves it."""
    spec = model_pruning.PruningSpec.parse(spec)
    path = f'{estimator.model_dir}/model.ckpt-{step}'
    for weight in estimator_kinds.KINDS[name].weights:
      value = _value(path, weight)
      curve = weight_rule.curve(
          spec, spec.rule_for(weight, value.shape))
      self.assertEqual(np.count_nonzero(value),
                       numpy_reference.num_kept(value.size, curve(step)),
                       f'{weight} of {path}')

  def _check_report(self, hook, name):
    self.assertCountEqual([weight.name for weight in hook.report.pruned],
                          estimator_kinds.KINDS[name].weights)


class EstimatorKindsTest(_EstimatorTestCase):

  @parameterized.parameters(*_ALL)
  def test_checkpoints_exports_and_predictions_are_exactly_sparse(
      self, name, version):
    kind = estimator_kinds.KINDS[name]
    estimator = self._make(name, version)
    hook = model_pruning.PruningHook(_SPEC)
    metrics, [export] = estimator_lib.train_and_evaluate(
        estimator,
        estimator_lib.TrainSpec(kind.batches, 12, hooks=[hook]),
        estimator_lib.EvalSpec(
            kind.one_batch, None, exporters=estimator_lib.FinalExporter(
                'final', kind.serving_input_receiver)))
    self._check_report(hook, name)
    for step in (5, 10, 12):
      self._check_sparse(estimator, name, step)

    path = tf.train.latest_checkpoint(estimator.model_dir)
    saved = export.decode() + '/variables/variables'
    self.assertFalse([key for key, _ in tf.train.list_variables(saved)
                      if 'mask' in key])
    for weight in kind.weights:
      np.testing.assert_array_equal(
          _value(saved, weight), _value(path, weight), weight)
    outputs = self._predict_by_saved_model(export.decode(), kind)
    predictions = list(estimator.predict(kind.one_batch))
    for key, value in outputs.items():
      np.testing.assert_allclose(
          [row[key] for row in predictions], value, 1e-5, 1e-6, key)
    self.assertAlmostEqual(
        metrics.get('average_loss', metrics['loss']),
        self._average_loss(outputs, kind.batch()[1]), 5)

  def _predict_by_saved_model(self, path, kind):
    """The floating outputs for the batch, by name."""
    features, _ = kind.batch()
    with tf.Graph().as_default(), v1.Session() as session:
      signatures = v1.saved_model.loader.load(
          session, ['serve'], path).signature_def
      signature = signatures.get('predict', signatures.get('serving_default'))
      return session.run(
          {key: info.name for key, info in signature.outputs.items()
           if tf.as_dtype(info.dtype).is_floating},
          {info.name: features[key]
           for key, info in signature.inputs.items()})

  def _average_loss(self, outputs, labels):
    """Of regression by the squares, of classes by the cross-entropy."""
    if 'predictions' in outputs:
      return np.mean((outputs['predictions'] - labels) ** 2)
    logits = outputs.get('logits')
    if logits is None:  # A Keras model gives probabilities.
      logits = np.log(outputs['output'])
    picked = np.take_along_axis(logits, labels, axis=1)[:, 0]
    return np.mean(np.log(np.exp(logits).sum(axis=1)) - picked)

  @parameterized.parameters(
      ('model_fn', 'v1'), ('DNNClassifier', 'v1'), ('DNNClassifier', 'v2'),
      ('model_to_estimator', 'v1'))
  def test_training_that_is_resumed_ends_with_the_same_bits(
      self, name, version):
    ends = []
    for stops in ((12,), (7, 12)):
      directory = self.create_tempdir().full_path
      for stop in stops:
        self._train(self._make(name, version, directory), name, stop)
      reader = tf.train.load_checkpoint(directory)
      ends.append({key: reader.get_tensor(key)
                   for key in reader.get_variable_to_shape_map()})
    self.assertEqual(sorted(ends[0]), sorted(ends[1]))
    for key, value in ends[0].items():
      np.testing.assert_array_equal(value, ends[1][key], key)


class WarmStartTest(_EstimatorTestCase):

  @parameterized.parameters('model_fn', 'DNNClassifier')
  def test_it_begins_with_the_weights_of_a_dense_model_and_ends_sparse(
      self, name):
    dense = self._make(name, 'v1')
    self._train(dense, name, 5, spec=None)
    estimator = self._make(
        name, 'v1', warm_start_from=estimator_lib.WarmStartSettings(
            dense.model_dir))
    self._train(estimator, name, 10)
    for weight in estimator_kinds.KINDS[name].weights:
      np.testing.assert_array_equal(
          _value(f'{estimator.model_dir}/model.ckpt-0', weight),
          _value(dense.model_dir, weight), weight)
    self._check_sparse(estimator, name, 10)

  @parameterized.parameters('model_fn', 'DNNClassifier')
  def test_of_a_pruned_model_it_may_keep_the_sparsity(self, name):
    spec = _SPEC + ',initial_sparsity=0.9,begin_pruning_step=1'
    settings = None
    for _ in range(2):
      estimator = self._make(name, 'v1', warm_start_from=settings)
      self._train(estimator, name, 5, spec)
      self._check_sparse(estimator, name, 5, spec)
      settings = estimator_lib.WarmStartSettings(estimator.model_dir)
    self._check_sparse(estimator, name, 0, spec)


class MirroredStrategyTest(_EstimatorTestCase):

  @parameterized.parameters(
      ('model_fn', 'v1'), ('DNNClassifier', 'v2'),
      ('model_to_estimator', 'v1'))
  def test_replicas_stay_alike_and_sparse(self, name, version):
    estimator = self._make(
        name, version, train_distribute=modes.two_replicas(self),
        # A session has one CPU else, and waits for the other for ever.
        session_config=v1.ConfigProto(
            device_count={'CPU': 2}, allow_soft_placement=True))
    hook = self._train(estimator, name, 10, hooks=[
        _ReplicasAlike(estimator_kinds.KINDS[name].weights)])
    self._check_report(hook, name)
    for step in (5, 10):
      self._check_sparse(estimator, name, step)


class _ReplicasAlike(v1.train.SessionRunHook):
  """Compares, at the end, weights of two replicas bit by bit."""

  def __init__(self, weights):
    self._weights = weights

  def end(self, session):
    for name in self._weights:
      first, second = session.run([
          f'{name}{replica}/Read/ReadVariableOp:0'
          for replica in ('', '/replica_1')])
      np.testing.assert_array_equal(first, second, name)


if __name__ == '__main__':
  absltest.main()
