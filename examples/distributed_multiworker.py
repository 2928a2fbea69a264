# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Prunes a model that two workers train under MultiWorkerMirroredStrategy.

    PYTHONPATH=. python examples/distributed_multiworker.py
    PYTHONPATH=. python examples/distributed_multiworker.py --data_dir DIRECTORY

The directory holds the four .gz files of MNIST or Fashion-MNIST; without one
the images are synthetic. Where TF_CONFIG is set, the program is the worker that
it names; otherwise it starts two workers on this machine. Both compute the same
masks by themselves, and each writes its weights: the files are compared, and
the sparsity and the accuracy are those of a file. A loop trains, as `fit` of
Keras 3 does not work on several workers.

Tried with TensorFlow 2.15 and 2.21.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any, Dict, List, Optional

import numpy as np
import tensorflow as tf

import mnist_cnn
import model_pruning
from support import arguments
from support import dataset
from support import image_data
from support import local_workers
from support import saved_sparsity
from support import short_run

STEPS = 400

_NUM_WORKERS = 2


def _weights_file(args: argparse.Namespace, index: int) -> str:
  return os.path.join(args.output, f'worker{index}.weights.h5')


def train(strategy: Any, model: Any, data: dataset.Dataset,
          steps: int, seed: int) -> None:
  """Makes `steps` updates of 64 examples each, all workers together."""
  optimizer = model.optimizer

  def batches_of(context: Any) -> tf.data.Dataset:
    rows = tf.data.Dataset.from_tensor_slices(
        (data.train_images, data.train_labels))
    rows = rows.shard(context.num_input_pipelines, context.input_pipeline_id)
    return rows.shuffle(len(data.train_labels), seed).repeat().batch(
        context.get_per_replica_batch_size(short_run.BATCH))

  def replica_step(images: tf.Tensor, labels: tf.Tensor) -> None:
    with tf.GradientTape() as tape:
      losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
          labels=labels, logits=model(images, training=True))
      loss = tf.nn.compute_average_loss(
          losses, global_batch_size=short_run.BATCH)
    weights = model.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))

  @tf.function
  def step(batch: Any) -> None:
    strategy.run(replica_step, batch)

  batches = iter(strategy.distribute_datasets_from_function(batches_of))
  for _ in range(steps):
    step(next(batches))


def work(args: argparse.Namespace,
         data: Optional[dataset.Dataset] = None) -> None:
  """Is the worker that TF_CONFIG names, and writes its weights."""
  # First of all: TensorFlow connects a process before it runs anything.
  strategy = tf.distribute.MultiWorkerMirroredStrategy()
  data = data or image_data.load_or_make(args.data_dir)
  arguments.start_keras_afresh(args.seed)
  with strategy.scope():
    model = mnist_cnn.make_model()
    if hasattr(model.optimizer, 'build'):
      model.optimizer.build(model.trainable_variables)
    model_pruning.keras.prune(model, args.spec, num_steps=args.steps)
    train(strategy, model, data, args.steps, args.seed)
  index = json.loads(os.environ['TF_CONFIG'])['task']['index']
  model.save_weights(_weights_file(args, index))


def main(argv: Optional[List[str]] = None) -> Optional[Dict[str, Any]]:
  """Works, or starts the workers and returns what is in their files."""
  args = short_run.parse(__doc__, mnist_cnn.SPEC, STEPS, argv,
                         'synthetic images', writes=True)
  if not hasattr(tf.distribute, 'MultiWorkerMirroredStrategy'):
    raise SystemExit(
        'distributed_multiworker.py needs a newer TensorFlow: '
        f'{tf.__version__} has no tf.distribute.MultiWorkerMirroredStrategy.')
  if 'TF_CONFIG' in os.environ:
    work(args)
    return None
  data = image_data.load_or_make(args.data_dir)
  local_workers.run(
      [sys.executable, os.path.abspath(__file__), '--spec', args.spec,
       '--steps', str(args.steps), '--seed', str(args.seed),
       '--data_dir', args.data_dir, '--output', args.output],
      _NUM_WORKERS, args.output)
  models = []
  for index in range(_NUM_WORKERS):
    arguments.start_keras_afresh(args.seed)
    models.append(mnist_cnn.make_model())
    models[-1].load_weights(_weights_file(args, index))
  for one, other in zip(*(model.get_weights() for model in models)):
    if not np.array_equal(one, other):
      raise SystemExit(f'The weights in {args.output} differ.')
  print(f'Both workers wrote the same weights to {args.output}')
  names = [weight.name for weight
           in model_pruning.plan(models[0], args.spec).report.pruned]
  sparsity = saved_sparsity.of_weights_file(
      _weights_file(args, 0), models[0], names)
  return short_run.report(
      args, sparsity, accuracy=short_run.accuracy(models[0], data))


if __name__ == '__main__':
  main()
