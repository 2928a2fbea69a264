# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Wrote the models beside this file, with version 0.1.0 of the library.

    python tests/data/wrapped_models/write_models.py tf2_15_keras.keras

Beside each model there is what it predicts for a batch of ones.
"""

import pathlib
import sys

import numpy as np
import tensorflow as tf

import model_pruning

# A name of an attribute, for the programs of that version used it.
sparsity = model_pruning.keras


def main(path):
  keras = tf.keras
  model = keras.Sequential([
      keras.layers.Dense(6, activation='relu', input_shape=(4,), name='first'),
      keras.layers.Dense(5, name='second'),
      keras.layers.Dense(2, name='third')])
  first, second, third = model.layers
  wrapped = keras.Sequential([
      sparsity.prune_low_magnitude(
          first, sparsity.PolynomialDecay(0.0, 0.75, 0, 8, frequency=2)),
      sparsity.prune_low_magnitude(
          second, sparsity.ConstantSparsity(0.5, 0, frequency=3),
          block_size=(1, 2), block_pooling_type='MAX'),
      sparsity.prune_low_magnitude(
          third, spec='target_sparsity=0.5,sparsity_function_end_step=4,'
          'pruning_frequency=2')])
  wrapped.build((None, 4))
  wrapped.compile('sgd', 'mean_squared_error')
  random = np.random.RandomState(1)
  wrapped.fit(random.uniform(size=(24, 4)), random.uniform(size=(24, 2)),
              batch_size=4, verbose=0)
  wrapped.save(path)
  np.save(pathlib.Path(path).with_suffix('.npy'),
          wrapped.predict(np.ones((1, 4), np.float32)))


if __name__ == '__main__':
  main(sys.argv[1])
