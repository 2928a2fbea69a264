# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Wrote the checkpoint beside this file, with TensorFlow 1.15.

    python tests/data/contrib_model/write_model.py tests/data/contrib_model
"""

import sys

import numpy as np
import tensorflow as tf
from tensorflow.contrib import model_pruning


def main(directory):
  with tf.Graph().as_default(), tf.Session() as session:
    tf.set_random_seed(1)
    images = tf.placeholder(tf.float32, [None, 8, 8, 1], 'images')
    hidden = model_pruning.masked_conv2d(images, 4, 3, scope='conv')
    outputs, _ = tf.nn.dynamic_rnn(
        model_pruning.MaskedLSTMCell(6), tf.reshape(hidden, [-1, 8, 32]),
        dtype=tf.float32)
    logits = model_pruning.masked_fully_connected(
        tf.reshape(outputs, [-1, 48]), 5, activation_fn=None, scope='fc')
    logits = tf.identity(logits, 'logits')
    pruning = model_pruning.Pruning(
        model_pruning.get_pruning_hparams().parse(
            'name=pruning,initial_sparsity=0.75,target_sparsity=0.75'),
        global_step=tf.train.get_or_create_global_step())
    update = pruning.mask_update_op()
    session.run(tf.global_variables_initializer())
    session.run(update)
    tf.train.Saver().save(session, directory + '/model.ckpt',
                          write_state=False)
    batch = np.linspace(-1, 1, 3 * 64).reshape(3, 8, 8, 1)
    np.save(directory + '/logits.npy', session.run(logits, {images: batch}))


if __name__ == '__main__':
  main(sys.argv[1])
