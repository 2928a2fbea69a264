# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Prunes a subclassed transformer that reads film reviews.

    PYTHONPATH=. python examples/text_transformer.py --data_dir DIRECTORY

The directory holds rt-polarity.neg and rt-polarity.pos; without one, the IMDB
reviews are downloaded. The model is a subclass of `keras.Model` that holds
layers of its own, and one line prunes it: the embedding of the words, the
projections of the attention and the dense layers. Needs TensorFlow 2.4.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from support import text_data
from support import text_keras

_WIDTH = 64

layers = tf.keras.layers


class Tokens(layers.Layer):
  """The sum of an embedding of the words and one of their positions."""

  def __init__(self, **kwargs: Any):
    super().__init__(**kwargs)
    self.words = layers.Embedding(text_data.NUM_WORDS, _WIDTH, name='words')
    self.positions = layers.Embedding(
        text_data.LENGTH, _WIDTH, name='positions')

  def call(self, tokens: Any) -> Any:
    """Embeds int [batch, length] as [batch, length, width]."""
    positions = tf.range(text_data.LENGTH)
    return self.words(tokens) + self.positions(positions)


class Block(layers.Layer):
  """Attention and two dense layers, each added to what it is given."""

  def __init__(self, **kwargs: Any):
    super().__init__(**kwargs)
    self.norm_1 = layers.LayerNormalization(name='norm_1')
    self.attention = layers.MultiHeadAttention(
        4, _WIDTH // 4, name='attention')
    self.norm_2 = layers.LayerNormalization(name='norm_2')
    self.widen = layers.Dense(2 * _WIDTH, activation='relu', name='widen')
    self.narrow = layers.Dense(_WIDTH, name='narrow')

  def call(self, x: Any) -> Any:
    """Maps [batch, length, width] to the same."""
    normed = self.norm_1(x)
    x = x + self.attention(normed, normed)
    return x + self.narrow(self.widen(self.norm_2(x)))


class TextTransformer(tf.keras.Model):
  """Two blocks, the mean over the words, a dense layer."""

  def __init__(self) -> None:
    super().__init__(name='transformer')
    self.embed = Tokens(name='embed')
    self.first = Block(name='first')
    self.second = Block(name='second')
    self.norm = layers.LayerNormalization(name='norm')
    self.pool = layers.GlobalAveragePooling1D(name='pool')
    self.logits = layers.Dense(2, name='logits')

  def call(self, tokens: Any) -> Any:
    """Two logits for each row of int [batch, length]."""
    x = self.second(self.first(self.embed(tokens)))
    return self.logits(self.pool(self.norm(x)))


def make_model() -> Any:
  """The model, built: a subclassed model is when it is first called."""
  model = TextTransformer()
  model(np.zeros((1, text_data.LENGTH), np.int32))
  return model


if __name__ == '__main__':
  tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
  text_keras.run(__doc__, make_model,
                 text_keras.SPEC + ',do_not_prune=[.*positions.*]')
