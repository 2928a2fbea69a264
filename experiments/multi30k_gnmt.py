# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""GNMT on Multi30k, English to German: how much BLEU each sparsity costs.

    PYTHONPATH=. python experiments/multi30k_gnmt.py --data_dir DIRECTORY

The directory holds `train` and `test_2016_flickr` as .en.gz and .de.gz. The
model is that of examples/gnmt.py, in a graph of TensorFlow 1 with a loop of its
own over what `prune_train_op` returns: the embeddings, the kernels of all LSTM
cells, the attention and the projection are all pruned. A checkpoint is written
without the state of pruning and of the optimizer, and a graph that knows
nothing of pruning translates the test sentences from it, each time with the
likeliest next word. Starts, batches and dropout of all runs of a seed are the
same. A run of the default budget is 1,130 updates, about 12 minutes of a core.
Needs sacrebleu, and TensorFlow with `tf.compat.v1.nn.rnn_cell`.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from typing import Any, Dict, Iterator, List, Optional

import numpy as np
import tensorflow as tf

import model_pruning
from harness import bleu
from harness import experiment
from harness import exported
from harness import methods
from harness import results_file
from harness import step_counter
from support import gnmt_model
from support import translation_data

NAME = 'multi30k_gnmt'
BUDGET = {'sentences': 29000, 'epochs': 5, 'batch': 128, 'learning_rate': 3e-3,
          'units': 128, 'layers': 2, 'drop': 0.2, 'label_smoothing': 0.1}
KINDS = [(methods.DENSE, ''), *(
    (methods.OURS, f'target_sparsity={sparsity}')
    for sparsity in (0.9, 0.8, 0.85))]
_LENGTH = 26  # Words of a sentence that are read, or written, END included.

v1 = tf.compat.v1


def load(directory: str) -> translation_data.Translations:
  """Reads or makes sentences, if they can be translated and measured."""
  gnmt_model.check_cells('multi30k_gnmt.py')
  bleu.metric()
  return translation_data.load(directory, _LENGTH)


def batches(data: translation_data.Translations, size: int,
            seed: int) -> Iterator[np.ndarray]:
  """The numbers of the sentences of each batch, an epoch after the other.

  Sentences of a batch are about equally long: 20 batches at a time are sorted.
  """
  random = np.random.RandomState(seed)
  lengths = np.sum(data.target != translation_data.PADDING, 1)
  count = len(lengths) // size
  while True:
    order = random.permutation(len(lengths))[:count * size]
    for start in range(0, len(order), 20 * size):
      pool = order[start:start + 20 * size]
      pool = pool[np.argsort(lengths[pool], kind='stable')].reshape(-1, size)
      yield from random.permutation(pool)


def _trimmed(words: np.ndarray) -> np.ndarray:
  """The sentences without the columns that only have padding."""
  return words[:, np.any(words != translation_data.PADDING, 0)]


def _loss(logits: tf.Tensor, target: tf.Tensor, smoothing: float) -> tf.Tensor:
  return v1.losses.softmax_cross_entropy(
      tf.one_hot(target, logits.shape[-1]), logits,
      weights=gnmt_model.is_word(target), label_smoothing=smoothing)


def _train(run: results_file.Run, args: argparse.Namespace,
           data: translation_data.Translations, path: str) -> str:
  """Trains, writes a checkpoint, and returns the checksum of the start."""
  steps = args.epochs * (len(data.source) // args.batch)
  with tf.Graph().as_default():
    v1.set_random_seed(run.seed)
    source, target = (v1.placeholder(tf.int32, [None, None]) for _ in range(2))
    loss = _loss(gnmt_model.logits_of(
        source, target, data.num_words, args.layers, args.drop, args.units),
                 target, args.label_smoothing)
    saver = v1.train.Saver(v1.trainable_variables())
    step = v1.train.get_or_create_global_step()
    optimizer = v1.train.AdamOptimizer(v1.train.polynomial_decay(
        args.learning_rate, step, steps, end_learning_rate=0.0))
    gradients, weights = zip(*optimizer.compute_gradients(loss))
    gradients, _ = tf.clip_by_global_norm(gradients, 5.0)
    train_op = optimizer.apply_gradients(zip(gradients, weights), step)
    if run.method == methods.OURS:
      train_op = model_pruning.prune_train_op(
          train_op, run.spec, num_steps=steps)
    counter = step_counter.StepCounter(steps)
    with methods.session() as session:
      session.run(v1.global_variables_initializer())
      start = methods.checksum(session.run(v1.trainable_variables()))
      for i, chosen in zip(range(steps), batches(data, args.batch, run.seed)):
        _, value = session.run([train_op, loss], {
            source: _trimmed(data.source[chosen]),
            target: _trimmed(data.target[chosen])})
        counter.on_train_batch_end(i, {'loss': value})
      saver.save(session, path)
  return start


def _translate(path: str, args: argparse.Namespace,
               data: translation_data.Translations) -> np.ndarray:
  """The translations of the test sentences, int32 [count, _LENGTH]."""
  with tf.Graph().as_default(), methods.session() as session:
    source = v1.placeholder(tf.int32, [None, None])
    words = gnmt_model.translation_of(
        source, data.num_words, args.layers, _LENGTH, args.units)
    v1.train.Saver().restore(session, path)
    return np.concatenate([
        session.run(words, {source: data.test_source[start:start + 200]})
        for start in range(0, len(data.test_source), 200)])


def train(run: results_file.Run, args: argparse.Namespace,
          data: translation_data.Translations) -> Dict[str, Any]:
  """Does a run."""
  data = data._replace(source=data.source[:args.sentences],
                       target=data.target[:args.sentences])
  with tempfile.TemporaryDirectory() as directory:
    path = os.path.join(directory, 'gnmt')
    start = _train(run, args, data, path)
    return {'start': start, **bleu.of(_translate(path, args, data), data),
            **exported.checkpoint_figures(path)}


def main(argv: Optional[List[str]] = None) -> None:
  """Trains what is not in the results yet."""
  experiment.main(__doc__, NAME, 'gnmt', BUDGET, KINDS, load, train, argv)


if __name__ == '__main__':
  main()
