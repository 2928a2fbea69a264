# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Small models in files of every kind."""

from __future__ import annotations

import os

import numpy as np
import tensorflow as tf

keras = tf.keras
v1 = tf.compat.v1


def keras_model():
  """A convolution, a normalization and two dense layers, with random weights.

  Its names are always the same.
  """
  keras.backend.clear_session()
  model = keras.Sequential([
      keras.layers.Conv2D(8, 3, name='conv', input_shape=(8, 8, 3)),
      keras.layers.BatchNormalization(name='norm'),
      keras.layers.Flatten(name='flat'),
      keras.layers.Dense(32, activation='relu', name='hidden'),
      keras.layers.Dense(10, name='logits')], name='net')
  random = np.random.RandomState(0)
  model.set_weights([
      random.rand(*weight.shape).astype(weight.dtype) + 0.1
      for weight in model.get_weights()])
  return model


def write_checkpoint(directory, with_graph=True):
  """A checkpoint of version 1 with the state of Adam, and an average.

  Returns:
    The prefix of its files, and the values by name.
  """
  with tf.Graph().as_default(), v1.Session() as session:
    images = v1.placeholder(tf.float32, [None, 20], name='images')
    kernel = v1.get_variable('dense/kernel', [20, 30])
    table = v1.get_variable('words/table', [50, 20], use_resource=True)
    unused = v1.get_variable('unused/matrix', [4, 4])
    bias = v1.get_variable('dense/bias', [30])
    words = tf.nn.embedding_lookup(table, [1, 2])
    outputs = tf.matmul(images + tf.reduce_sum(words, 0), kernel) + bias
    step = v1.train.get_or_create_global_step()
    train = v1.train.AdamOptimizer().minimize(
        tf.reduce_mean(outputs**2) + tf.reduce_sum(unused), step)
    with tf.control_dependencies([train]):
      average = tf.train.ExponentialMovingAverage(0.9).apply([kernel])
    session.run(v1.global_variables_initializer())
    session.run(average, {images: np.ones((2, 20))})
    saver = v1.train.Saver()
    prefix = saver.save(session, os.path.join(directory, 'model.ckpt'), step,
                        write_meta_graph=with_graph)
    return prefix, {variable.op.name: session.run(variable)
                    for variable in v1.global_variables()}


def graph_with_a_loop():
  """A frozen GraphDef whose loop multiplies by a constant; and its value."""
  with tf.Graph().as_default(), v1.Session() as session:
    images = v1.placeholder(tf.float32, [None, 6], name='images')
    random = np.random.RandomState(0)
    value = random.rand(6, 6).astype(np.float32) / 6 + 0.01
    kernel = tf.constant(value, name='kernel')
    offset = tf.constant(random.rand(1, 6).astype(np.float32), name='offset')
    _, outputs = tf.while_loop(
        lambda i, _: i < 3,
        lambda i, hidden: (i + 1, tf.matmul(hidden, kernel)), [0, images])
    tf.add(outputs, offset, name='outputs')
    return session.graph_def, value


def run_graph(graph_def, images):
  """What a GraphDef computes."""
  with tf.Graph().as_default() as graph, v1.Session() as session:
    tf.import_graph_def(graph_def, name='')
    return session.run('outputs:0', {
        graph.get_tensor_by_name('images:0'): images})


def write_saved_model(directory):
  """A SavedModel of version 1 with two signatures, a table and variables."""
  with tf.Graph().as_default(), v1.Session() as session:
    words = v1.placeholder(tf.string, [None], name='words')
    images = v1.placeholder(tf.float32, [None, 20], name='images')
    table = tf.lookup.StaticHashTable(
        tf.lookup.KeyValueTensorInitializer(
            tf.constant(['a', 'b']), tf.constant([0, 1], tf.int64)), -1)
    kernel = v1.get_variable('dense/kernel', [20, 30])
    outputs = tf.matmul(images, kernel, name='outputs')
    session.run([v1.global_variables_initializer(), v1.tables_initializer()])
    build = v1.saved_model.build_signature_def
    info = v1.saved_model.build_tensor_info
    builder = v1.saved_model.Builder(directory)
    builder.add_meta_graph_and_variables(
        session, ['serve'], {
            'serving_default': build(
                {'images': info(images)}, {'outputs': info(outputs)},
                'tensorflow/serving/predict'),
            'ids': build(
                {'words': info(words)}, {'ids': info(table.lookup(words))},
                'tensorflow/serving/predict')},
        main_op=v1.tables_initializer())
    builder.save()
    return session.run(kernel)
