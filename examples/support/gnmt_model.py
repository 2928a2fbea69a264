# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A translator like GNMT, of the cells of TensorFlow 1.

The encoder has a bidirectional LSTM layer and residual ones upon it. The lowest
layer of the decoder asks the attention, whose answer goes into all layers
(gnmt_v2 of tensorflow/nmt).
"""

from __future__ import annotations

from typing import Any, Tuple

import tensorflow as tf

from support import translation_data

v1 = tf.compat.v1


def _encode(words: tf.Tensor, units: int, layers: int) -> tf.Tensor:
  """Maps float32 [batch, length, units] to the same."""
  cells = v1.nn.rnn_cell
  both, _ = v1.nn.bidirectional_dynamic_rnn(
      cells.LSTMCell(units // 2), cells.LSTMCell(units // 2), words,
      dtype=tf.float32, scope='bidirectional')
  stack = cells.MultiRNNCell([cells.ResidualWrapper(cells.LSTMCell(units))
                              for _ in range(layers - 1)])
  return v1.nn.dynamic_rnn(
      stack, tf.concat(both, 2), dtype=tf.float32, scope='stack')[0]


def _decode(words: tf.Tensor, memory: tf.Tensor, is_read: tf.Tensor,
            units: int, layers: int) -> tf.Tensor:
  """Maps float32 [batch, length, units] to the same, with attention."""
  query_kernel = v1.get_variable('attention/query', [units, units])
  memory_kernel = v1.get_variable('attention/memory', [units, units])
  score = v1.get_variable('attention/score', [units])
  keys = tf.tensordot(memory, memory_kernel, 1)

  def attend(query: tf.Tensor) -> tf.Tensor:
    query = tf.expand_dims(tf.matmul(query, query_kernel), 1)
    scores = tf.reduce_sum(score * tf.tanh(keys + query), 2)
    scores -= 1e9 * (1 - is_read)
    return tf.reduce_sum(
        tf.expand_dims(tf.nn.softmax(scores), 2) * memory, 1)

  cells = [v1.nn.rnn_cell.LSTMCell(units, name=f'layer{layer}')
           for layer in range(layers)]

  def step(last: Tuple[Any, ...], word: tf.Tensor) -> Tuple[Any, ...]:
    states, context, _ = last
    x, state = cells[0](tf.concat([word, context], 1), states[0])
    context, after = attend(x), [state]
    for cell, state in zip(cells[1:], states[1:]):
      y, state = cell(tf.concat([x, context], 1), state)
      x, after = x + y, [*after, state]
    return tuple(after), context, x

  batch = tf.shape(words)[0]
  zeros = tf.zeros([batch, units])
  first = tuple(cell.zero_state(batch, tf.float32) for cell in cells)
  outputs = tf.scan(step, tf.transpose(words, [1, 0, 2]),
                    (first, zeros, zeros))
  return tf.transpose(outputs[2], [1, 0, 2])


def is_word(words: tf.Tensor) -> tf.Tensor:
  """1.0 where int32 `words` are no padding, and 0.0 where they are."""
  return tf.cast(tf.not_equal(words, translation_data.PADDING), tf.float32)


def logits_of(source: tf.Tensor, target: tf.Tensor, num_words: int,
              layers: int, drop: float = 0.0, units: int = 128) -> tf.Tensor:
  """What each word of the translation is, given those before it.

  Args:
    source: int32 [batch, length].
    target: int32 [batch, length], the translation.
    num_words: of each language.
    layers: how many the encoder and the decoder have each, 2 or more.
    drop: the share of the embedded words' entries that dropout sets to zero.
    units: of each LSTM layer and embedding, an even number.

  Returns:
    float32 [batch, length, num_words].
  """
  before = tf.pad(target[:, :-1], [[0, 0], [1, 0]],
                  constant_values=translation_data.BEGIN)
  embedded = []
  for name, words in [('source_words', source), ('target_words', before)]:
    table = v1.get_variable(name, [num_words, units])
    embedded.append(v1.nn.dropout(
        tf.nn.embedding_lookup(table, words), rate=drop))
  with v1.variable_scope('encoder'):
    memory = _encode(embedded[0], units, layers)
  with v1.variable_scope('decoder'):
    x = _decode(embedded[1], memory, is_word(source), units, layers)
  return tf.tensordot(
      x, v1.get_variable('projection', [units, num_words]), 1)
