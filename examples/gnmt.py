# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Prunes a translator like GNMT in a session loop of one's own.

    PYTHONPATH=. python examples/gnmt.py
    PYTHONPATH=. python examples/gnmt.py --data_dir DIRECTORY

The directory holds the English and German sentences of Multi30k; without one
the sentences are synthetic. The loop runs what `prune_train_op` returns, and
that is all that pruning needs. The share of the next words that the translator
guesses, given those before, and the sparsity are those of the checkpoint.

Runs where `tf.compat.v1.nn.rnn_cell` is: TensorFlow 1.15 to 2.15, and newer
ones with TF_USE_LEGACY_KERAS=1.
"""

from __future__ import annotations

import argparse
import os
from typing import Any, Dict, List, Optional, Tuple

import numpy as np
import tensorflow as tf

import model_pruning
from support import gnmt_model
from support import saved_sparsity
from support import short_run
from support import translation_data

SPEC = 'target_sparsity=0.9,weight_sparsity_map=["words|projection:0.8"]'
STEPS = 1500

v1 = tf.compat.v1


def _sentences() -> Tuple[tf.Tensor, tf.Tensor]:
  """Placeholders of the words and of those of the translation."""
  return (v1.placeholder(tf.int32, [None, None]),
          v1.placeholder(tf.int32, [None, None]))


def train(data: translation_data.Translations, args: argparse.Namespace,
          layers: int) -> Tuple[str, List[str]]:
  """Trains on batches of 64 sentences.

  Returns:
    The path of a checkpoint and the names of the pruned weights in it.
  """
  with tf.Graph().as_default():
    v1.set_random_seed(args.seed)
    source, target = _sentences()
    logits = gnmt_model.logits_of(
        source, target, data.num_words, layers, drop=0.2)
    loss = v1.losses.sparse_softmax_cross_entropy(
        target, logits, weights=gnmt_model.is_word(target))
    optimizer = v1.train.AdamOptimizer(2e-3)
    gradients, weights = zip(*optimizer.compute_gradients(loss))
    gradients, _ = tf.clip_by_global_norm(gradients, 5.0)
    train_op = optimizer.apply_gradients(
        zip(gradients, weights), v1.train.get_or_create_global_step())
    train_op = model_pruning.prune_train_op(
        train_op, args.spec, num_steps=args.steps)
    saver = v1.train.Saver()

    random = np.random.RandomState(args.seed)
    with v1.Session() as session:
      session.run(v1.global_variables_initializer())
      for _ in range(args.steps):
        chosen = random.randint(0, len(data.source), short_run.BATCH)
        session.run(train_op, {source: data.source[chosen],
                               target: data.target[chosen]})
      path = saver.save(session, os.path.join(args.output, 'gnmt'))
    return path, [weight.name for weight
                  in model_pruning.report_of(train_op).pruned]


def accuracy_of(checkpoint: str, data: translation_data.Translations,
                layers: int) -> float:
  """The share of next words that are right, without pruning in the graph."""
  with tf.Graph().as_default(), v1.Session() as session:
    source, target = _sentences()
    logits = gnmt_model.logits_of(source, target, data.num_words, layers)
    guess = tf.argmax(logits, 2, output_type=tf.int32)
    is_right = tf.cast(tf.equal(guess, target), tf.float32)
    is_word = gnmt_model.is_word(target)
    counts = (tf.reduce_sum(is_word * is_right),
              tf.reduce_sum(is_word))
    v1.train.Saver().restore(session, checkpoint)
    batches = [session.run(counts, {
        source: data.test_source[start:start + 200],
        target: data.test_target[start:start + 200]})
        for start in range(0, len(data.test_source), 200)]
  right, words = np.sum(batches, 0)
  return float(right / words)


def main(argv: Optional[List[str]] = None,
         data: Optional[translation_data.Translations] = None,
         layers: int = 3) -> Dict[str, Any]:
  """Trains `layers` of each side; returns what is in the checkpoint."""
  args = short_run.parse(__doc__, SPEC, STEPS, argv, 'synthetic sentences',
                         writes=True)
  gnmt_model.check_cells('gnmt.py')
  data = data or translation_data.load(args.data_dir)
  path, names = train(data, args, layers)
  print(f'Wrote {path}')
  return short_run.report(
      args, saved_sparsity.of_checkpoint(path, names),
      next_word_accuracy=accuracy_of(path, data, layers))


if __name__ == '__main__':
  main()
