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


def check_cells(program: str) -> None:
  """Ends a program that has no cells, for which a line says what it needs."""
  try:
    has_cells = hasattr(v1.nn.rnn_cell, 'LSTMCell')
  except (AttributeError, ImportError):  # With Keras 3, one or the other.
    has_cells = False
  if not has_cells:
    raise SystemExit(
        f'{program} needs tf.compat.v1.nn.rnn_cell, which TensorFlow '
        f'{tf.__version__} has with TF_USE_LEGACY_KERAS=1 only.')


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


class _Decoder:
  """A stack of LSTM cells that reads what attention finds in the memory."""

  def __init__(self, memory: tf.Tensor, is_read: tf.Tensor, units: int,
               layers: int):
    """Makes the cells for a memory, float32 [batch, length, units]."""
    self._query = v1.get_variable('attention/query', [units, units])
    memory_kernel = v1.get_variable('attention/memory', [units, units])
    self._score = v1.get_variable('attention/score', [units])
    self._keys = tf.tensordot(memory, memory_kernel, 1)
    self._memory, self._is_read = memory, is_read
    self._cells = [v1.nn.rnn_cell.LSTMCell(units, name=f'layer{layer}')
                   for layer in range(layers)]
    batch = tf.shape(memory)[0]
    zeros = tf.zeros([batch, units])
    # The states of the cells, what attention found, the output.
    self.first = (tuple(cell.zero_state(batch, tf.float32)
                        for cell in self._cells), zeros, zeros)

  def _attend(self, query: tf.Tensor) -> tf.Tensor:
    query = tf.expand_dims(tf.matmul(query, self._query), 1)
    scores = tf.reduce_sum(self._score * tf.tanh(self._keys + query), 2)
    scores -= 1e9 * (1 - self._is_read)
    return tf.reduce_sum(
        tf.expand_dims(tf.nn.softmax(scores), 2) * self._memory, 1)

  def step(self, last: Tuple[Any, ...], word: tf.Tensor) -> Tuple[Any, ...]:
    """Reads the float32 [batch, units] of a word; returns as `first`."""
    states, context, _ = last
    x, state = self._cells[0](tf.concat([word, context], 1), states[0])
    context, after = self._attend(x), [state]
    for cell, state in zip(self._cells[1:], states[1:]):
      y, state = cell(tf.concat([x, context], 1), state)
      x, after = x + y, [*after, state]
    return tuple(after), context, x


def is_word(words: tf.Tensor) -> tf.Tensor:
  """1.0 where int32 `words` are no padding, and 0.0 where they are."""
  return tf.cast(tf.not_equal(words, translation_data.PADDING), tf.float32)


def _words_of(name: str, num_words: int, units: int) -> tf.Tensor:
  return v1.get_variable(f'{name}_words', [num_words, units])


def _read(source: tf.Tensor, num_words: int, layers: int, drop: float,
          units: int) -> _Decoder:
  """The decoder, in whose memory the encoder has put what it has read."""
  table = _words_of('source', num_words, units)
  words = v1.nn.dropout(tf.nn.embedding_lookup(table, source), rate=drop)
  with v1.variable_scope('encoder'):
    memory = _encode(words, units, layers)
  with v1.variable_scope('decoder'):
    return _Decoder(memory, is_word(source), units, layers)


def logits_of(source: tf.Tensor, target: tf.Tensor, num_words: int,
              layers: int, drop: float = 0.0, units: int = 128) -> tf.Tensor:
  """What each word of the translation is, given those before it.

  Args:
    source: int32 [batch, length].
    target: int32 [batch, length], the translation.
    num_words: of each language.
    layers: how many the encoder and the decoder have each, 2 or more.
    drop: the share of the embedded words' entries, and of the decoder's
      outputs, that dropout sets to zero.
    units: of each LSTM layer and embedding, an even number.

  Returns:
    float32 [batch, length, num_words].
  """
  decoder = _read(source, num_words, layers, drop, units)
  before = tf.pad(target[:, :-1], [[0, 0], [1, 0]],
                  constant_values=translation_data.BEGIN)
  words = v1.nn.dropout(tf.nn.embedding_lookup(
      _words_of('target', num_words, units), before), rate=drop)
  with v1.variable_scope('decoder'):
    outputs = tf.scan(decoder.step, tf.transpose(words, [1, 0, 2]),
                      decoder.first)[2]
  x = v1.nn.dropout(tf.transpose(outputs, [1, 0, 2]), rate=drop)
  return tf.tensordot(
      x, v1.get_variable('projection', [units, num_words]), 1)


def translation_of(source: tf.Tensor, num_words: int, layers: int, length: int,
                   units: int = 128) -> tf.Tensor:
  """The translation, of which each word is the likeliest after those before.

  It is never a word that is not known. The variables are those of `logits_of`.

  Args:
    source: int32 [batch, length of the sentences].
    num_words: of each language.
    layers: of the encoder and the decoder each.
    length: words of a translation.
    units: of each LSTM layer and embedding.

  Returns:
    int32 [batch, length]; what comes after the first END has no meaning.
  """
  decoder = _read(source, num_words, layers, 0.0, units)
  table = _words_of('target', num_words, units)
  projection = v1.get_variable('projection', [units, num_words])
  end = translation_data.END  # Those before it are no words.

  def step(last: Tuple[Any, ...], _: tf.Tensor) -> Tuple[Any, ...]:
    state = decoder.step(last[0], tf.nn.embedding_lookup(table, last[1]))
    logits = tf.matmul(state[2], projection)
    return state, end + tf.argmax(logits[:, end:], 1, output_type=tf.int32)

  begin = tf.fill(tf.shape(source)[:1], translation_data.BEGIN)
  with v1.variable_scope('decoder'):
    words = tf.scan(step, tf.range(length), (decoder.first, begin))[1]
  return tf.transpose(words)
