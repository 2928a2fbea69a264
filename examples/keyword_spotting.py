# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Prunes a small network that hears which digit is spoken.

    PYTHONPATH=. python examples/keyword_spotting.py
    PYTHONPATH=. python examples/keyword_spotting.py --data_dir DIRECTORY

The directory holds fsdd.tar.gz, the Free Spoken Digit Dataset; without one the
digits are synthetic tones. `tf.signal` makes log-mel spectrograms, and a
depthwise-separable network reads them. Its small depthwise kernels stay dense.
The accuracy and the sparsity that are printed are those of the weights file.
Needs eager mode, that is TensorFlow 2.
"""

from __future__ import annotations

import os
from typing import Any, Dict, List, Optional

import numpy as np
import tensorflow as tf

import model_pruning
from support import arguments
from support import dataset
from support import saved_sparsity
from support import short_run
from support import spoken_digits_data

SPEC = 'target_sparsity=0.9,weight_sparsity_map=["stem|logits:0.5"]'
STEPS = 600

_FRAME, _HOP, _MELS = 256, 256, 40  # Samples, samples, bands.
_FRAMES = 1 + (spoken_digits_data.LENGTH - _FRAME) // _HOP


def spectrograms(waves: np.ndarray) -> np.ndarray:
  """Maps float32 [count, samples] to log-mel [count, frames, bands, 1]."""
  spectra = tf.abs(tf.signal.stft(waves, _FRAME, _HOP))
  to_mel = tf.signal.linear_to_mel_weight_matrix(
      _MELS, _FRAME // 2 + 1, spoken_digits_data.RATE, 20.0, 4000.0)
  mel = tf.tensordot(spectra, to_mel, 1)
  return tf.math.log(mel + 1e-3).numpy()[..., np.newaxis]


def make_model(depth: int, width: int = 64) -> Any:
  """A convolution, `depth` separable ones, the mean, a dense layer."""
  layers = tf.keras.layers
  sounds = tf.keras.Input((_FRAMES, _MELS, 1))
  x = layers.Conv2D(width, (10, 4), strides=2, padding='same', use_bias=False,
                    name='stem')(sounds)
  for block in range(depth):
    x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
    x = layers.DepthwiseConv2D(3, padding='same', use_bias=False,
                               name=f'depthwise{block}')(x)
    x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
    x = layers.Conv2D(width, 1, use_bias=False, name=f'pointwise{block}')(x)
  x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
  x = layers.GlobalAveragePooling2D()(x)
  return tf.keras.Model(sounds, layers.Dense(10, name='logits')(x))


def main(argv: Optional[List[str]] = None,
         data: Optional[dataset.Dataset] = None,
         depth: int = 4) -> Dict[str, Any]:
  """Trains `depth` separable convolutions; returns what is in their file."""
  args = short_run.parse(__doc__, SPEC, STEPS, argv, 'synthetic tones',
                         writes=True)
  if not tf.executing_eagerly():
    raise SystemExit('keyword_spotting.py needs eager mode: TensorFlow 2.')
  data = data or spoken_digits_data.load(args.data_dir)
  data = data._replace(train_images=spectrograms(data.train_images),
                       test_images=spectrograms(data.test_images))
  arguments.start_keras_afresh(args.seed)
  model = make_model(depth)
  model.compile(
      tf.keras.optimizers.Adam(3e-3),
      tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
  pruner = model_pruning.keras.prune(model, args.spec, num_steps=args.steps)
  short_run.fit(model, data, args.steps, args.seed)
  path = os.path.join(args.output, 'pruned.weights.h5')
  model.save_weights(path)
  print(f'Wrote {path}')

  names = list(pruner.sparsity)
  arguments.start_keras_afresh(args.seed)
  fresh = make_model(depth)
  sparsity = saved_sparsity.of_weights_file(path, fresh, names)
  return short_run.report(
      args, sparsity, accuracy=short_run.accuracy(fresh, data))


if __name__ == '__main__':
  main()
