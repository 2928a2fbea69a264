# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""One small estimator of each kind that TensorFlow can make."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, NamedTuple, Tuple

import numpy as np
import tensorflow as tf

from tests.support import estimator_shim

v1 = tf.compat.v1

NUM_CLASSES = 3
_BATCH = 32


class Kind(NamedTuple):
  """How to make an estimator, and what it takes.

  Attributes:
    make: from the version of the API ('v1' or 'v2'), the directory, and
      further arguments, an estimator.
    versions: those of the API that have it.
    weights: names of its weights in a checkpoint.
    features: names of what it takes.
  """

  make: Callable[..., Any]
  versions: Tuple[str, ...]
  weights: Tuple[str, ...]
  features: Tuple[str, ...] = ('x',)

  def batch(self) -> Tuple[Dict[str, np.ndarray], np.ndarray]:
    """Features x [32, 8], c [32]; labels [32, 1] of three classes."""
    random = np.random.RandomState(0)
    labels = random.randint(0, NUM_CLASSES, _BATCH)
    x = random.randn(_BATCH, 8).astype(np.float32)
    x[np.arange(_BATCH), labels] += 3
    features = {'x': x, 'c': random.randint(0, 5, _BATCH)}
    return ({name: features[name] for name in self.features},
            labels.reshape(-1, 1))

  def batches(self) -> Any:
    """An input_fn: the batch over and over."""
    return self.one_batch().repeat()

  def one_batch(self) -> Any:
    """An input_fn: the batch once."""
    return tf.data.Dataset.from_tensors(self.batch())

  def serving_input_receiver(self) -> Any:
    """Takes the features as they are."""
    features = {
        name: v1.placeholder(value.dtype, (None,) + value.shape[1:], name)
        for name, value in self.batch()[0].items()}
    return estimator_shim.v1_api().export.ServingInputReceiver(
        features, features)


def _columns() -> Tuple[List[Any], Any]:
  """Dense columns, one of them an embedding, and a categorical one."""
  categories = tf.feature_column.categorical_column_with_identity('c', 5)
  return [tf.feature_column.numeric_column('x', [8]),
          tf.feature_column.embedding_column(categories, 4)], categories


def _library(version: str) -> Any:
  return (estimator_shim.v1_api() if version == 'v1'
          else estimator_shim.v2_api())


def _model_fn(features: Any, labels: Any, mode: str) -> Any:
  """A hidden layer and Momentum."""
  library = estimator_shim.v1_api()
  hidden = v1.get_variable('hidden/kernel', [8, 16])
  output = v1.get_variable('output/kernel', [16, NUM_CLASSES])
  logits = tf.nn.relu(features['x'] @ hidden) @ output
  predictions = {'logits': logits}
  if mode == 'infer':
    return library.EstimatorSpec(
        mode, predictions=predictions, export_outputs={
            'predict': library.export.PredictOutput(predictions)})
  loss = v1.losses.sparse_softmax_cross_entropy(labels, logits)
  train_op = v1.train.MomentumOptimizer(0.1, 0.9).minimize(
      loss, v1.train.get_or_create_global_step())
  return library.EstimatorSpec(mode, loss=loss, train_op=train_op,
                               predictions=predictions)


def _custom(version: str, directory: str, **kwargs: Any) -> Any:
  del version
  return estimator_shim.v1_api().Estimator(_model_fn, directory, **kwargs)


def _dnn_classifier(version: str, directory: str, **kwargs: Any) -> Any:
  return _library(version).DNNClassifier(
      [16, 8], _columns()[0], directory, NUM_CLASSES, **kwargs)


def _dnn_regressor(version: str, directory: str, **kwargs: Any) -> Any:
  return _library(version).DNNRegressor(
      [16, 8], _columns()[0], directory, **kwargs)


def _combined_classifier(version: str, directory: str, **kwargs: Any) -> Any:
  columns, categories = _columns()
  return _library(version).DNNLinearCombinedClassifier(
      directory, linear_feature_columns=[categories],
      dnn_feature_columns=columns, dnn_hidden_units=[16, 8],
      n_classes=NUM_CLASSES, **kwargs)


def _keras_model(version: str, directory: str, **kwargs: Any) -> Any:
  del version
  keras = tf.keras
  keras.backend.clear_session()
  # The estimator begins with the values that the model has. Eagerly the seed
  # of an initializer alone gives others each time.
  tf.compat.v1.set_random_seed(1)
  initializer = keras.initializers.glorot_normal(seed=1)
  x = keras.Input([8], name='x')
  hidden = keras.layers.Dense(
      16, 'relu', kernel_initializer=initializer, name='hidden')(x)
  model = keras.Model(x, keras.layers.Dense(
      NUM_CLASSES, 'softmax', kernel_initializer=initializer,
      name='output')(hidden))
  model.compile('sgd', 'sparse_categorical_crossentropy')
  return keras.estimator.model_to_estimator(
      model, model_dir=directory, **kwargs)


_DNN = ('dnn/hiddenlayer_0/kernel', 'dnn/hiddenlayer_1/kernel',
        'dnn/input_from_feature_columns/input_layer/c_embedding'
        '/embedding_weights', 'dnn/logits/kernel')
KINDS = {
    'model_fn': Kind(_custom, ('v1',), ('hidden/kernel', 'output/kernel')),
    'DNNClassifier': Kind(_dnn_classifier, ('v1', 'v2'), _DNN, ('x', 'c')),
    'DNNRegressor': Kind(_dnn_regressor, ('v1', 'v2'), _DNN, ('x', 'c')),
    'DNNLinearCombinedClassifier': Kind(
        _combined_classifier, ('v1', 'v2'),
        _DNN + ('linear/linear_model/c/weights',), ('x', 'c')),
    'model_to_estimator': Kind(
        _keras_model, ('v1',), ('hidden/kernel', 'output/kernel')),
}
