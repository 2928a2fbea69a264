# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Prunes tf-slim's InceptionV3 in tf-slim's own training loop.

    PYTHONPATH=. python examples/tf_slim_inception.py
    PYTHONPATH=. python examples/tf_slim_inception.py --data_dir DIRECTORY

The directory holds the four .gz files of Fashion-MNIST or MNIST; without one
the images are synthetic. They are enlarged to 75x75 pixels, and the network has
a quarter of its channels. `prune_train_op` wraps the train op of slim, and
`slim.learning.train` runs it and writes the checkpoint, whose sparsity and
accuracy are printed.

Runs where the batch normalization of tf-slim does: that of tf-slim 1.1 works
with TensorFlow 1.15 and 2.10, say, and not with 2.15 and newer.
"""

from __future__ import annotations

import argparse
from typing import Any, Dict, List, Optional

import tensorflow as tf
import tf_slim as slim
from tf_slim.nets import inception

import model_pruning
from support import dataset
from support import image_data
from support import saved_sparsity
from support import short_run

SPEC = 'target_sparsity=0.875,do_not_prune=[".*Conv2d_1a_3x3.*"]'
STEPS = 400

_SIDE = 75

v1 = tf.compat.v1


def check_slim() -> None:
  """Refuses a TensorFlow that lacks what tf-slim is built upon."""
  with tf.Graph().as_default():
    try:
      slim.batch_norm(tf.zeros([1, 1, 1, 1]))
    except (AttributeError, ImportError) as error:
      raise SystemExit(
          'tf_slim_inception.py needs an older TensorFlow: slim.batch_norm '
          f'does not work with {tf.__version__} ({error}).') from error


def logits_of(images: tf.Tensor, is_training: bool, last: str) -> tf.Tensor:
  """Maps float32 [batch, height, width, 1] to [batch, 10]."""
  images = v1.image.resize_bilinear(2 * images - 1, [_SIDE, _SIDE])
  # Slim's averages over 3,000 steps would be of no use after a few hundred.
  with slim.arg_scope(inception.inception_v3_arg_scope(
      batch_norm_decay=0.9)), slim.arg_scope(
          [slim.batch_norm], is_training=is_training):
    features, _ = inception.inception_v3_base(
        images, last, min_depth=8, depth_multiplier=0.25)
  return slim.fully_connected(tf.reduce_mean(features, [1, 2]), 10,
                              activation_fn=None, scope='Logits')


def train(data: dataset.Dataset, args: argparse.Namespace, last: str
          ) -> List[str]:
  """Trains in slim's loop, which writes checkpoints to --output.

  Returns:
    The names of the pruned weights.
  """
  with tf.Graph().as_default():
    v1.set_random_seed(args.seed)
    images, labels = v1.data.make_one_shot_iterator(
        data.train_batches(32)).get_next()
    v1.losses.sparse_softmax_cross_entropy(
        labels, logits_of(images, True, last))
    train_op = slim.learning.create_train_op(
        v1.losses.get_total_loss(), v1.train.AdamOptimizer(2e-3))
    train_op = model_pruning.prune_train_op(
        train_op, args.spec, num_steps=args.steps)
    slim.learning.train(train_op, args.output, number_of_steps=args.steps,
                        summary_op=None, summary_writer=None)
    return [weight.name for weight
            in model_pruning.report_of(train_op).pruned]


def accuracy_of(checkpoint: str, data: dataset.Dataset, last: str) -> float:
  """Evaluates a checkpoint in a graph that knows nothing of pruning."""
  with tf.Graph().as_default(), v1.Session() as session:
    images, labels = v1.data.make_one_shot_iterator(
        data.test_batches()).get_next()
    value, update = v1.metrics.accuracy(
        labels, tf.argmax(logits_of(images, False, last), axis=1))
    v1.train.Saver().restore(session, checkpoint)
    session.run(v1.local_variables_initializer())
    try:
      while True:
        session.run(update)
    except tf.errors.OutOfRangeError:
      return float(session.run(value))


def main(argv: Optional[List[str]] = None,
         data: Optional[dataset.Dataset] = None,
         last: str = 'Mixed_7c') -> Dict[str, Any]:
  """Trains the network up to block `last`; returns what is in its file."""
  args = short_run.parse(__doc__, SPEC, STEPS, argv, 'synthetic images',
                         writes=True)
  check_slim()
  # Slim's threads write the checkpoint, and in eager mode have no graph.
  v1.disable_eager_execution()
  data = data or image_data.load_or_make(args.data_dir)
  names = train(data, args, last)
  path = tf.train.latest_checkpoint(args.output)
  print(f'Wrote {path}')
  return short_run.report(
      args, saved_sparsity.of_checkpoint(path, names),
      accuracy=accuracy_of(path, data, last))


if __name__ == '__main__':
  main()
