# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Small good sources of every kind that can be stripped, to be damaged."""

import pathlib
from typing import Any, Dict, List

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1

# How to name a source to `strip_pruning_vars`, by kind.
SOURCES: Dict[str, Dict[str, Any]] = {
  'checkpoint': {'checkpoint_dir': ''},
  'prefix': {'checkpoint_dir': 'model.ckpt-7'},
  'sharded': {'checkpoint_dir': ''},
  'objects': {'checkpoint_dir': ''},
  'saved_model': {'saved_model_dir': ''},
  'frozen': {'graph_def': 'frozen.pb'},
  'text': {'graph_def': 'frozen.pbtxt'},
}


def _build() -> List[Any]:
  """Builds a small masked net from `x` to `y`; returns the masks.

  It has a product in the graph, one in a function that is called twice, and
  a partitioned weight.
  """
  devices = ('/cpu:0', '/cpu:1')
  masks = []
  x = v1.placeholder(tf.float32, [None, 6], 'x')
  for i, device in enumerate(devices):
    with tf.device(device):
      weight = v1.get_variable(
        f'layer_{i}/w', [6, 6], use_resource=True,
        initializer=v1.random_normal_initializer(seed=i))
      mask = v1.get_variable(
        f'layer_{i}/mask', [6, 6], trainable=False, use_resource=True,
        collections=['variables', 'masks'],
        initializer=v1.ones_initializer())
      masks.append(mask)
    if i:
      multiply = tf.function(
        lambda x, weight=weight, mask=mask: tf.matmul(x, mask * weight),
        autograph=False)
      x = multiply(multiply(x))
    else:
      x = tf.nn.relu(tf.matmul(x, mask * weight))
  tf.identity(x, 'y')
  return masks


def make(folder: pathlib.Path) -> None:
  """Writes one source of each kind of `SOURCES` into a folder of its name."""
  for kind in SOURCES:
    (folder / kind).mkdir(parents=True)
  words = folder / 'words.txt'
  words.write_text('one\ntwo\n')
  config = v1.ConfigProto(device_count={'CPU': 2})
  with tf.Graph().as_default() as graph, v1.Session(config=config) as session:
    masks = _build()
    v1.add_to_collection(
      v1.GraphKeys.ASSET_FILEPATHS, tf.constant(str(words)))
    savers = {
      'checkpoint': v1.train.Saver(),
      'prefix': v1.train.Saver(),
      'sharded': v1.train.Saver(sharded=True)}
    session.run(v1.global_variables_initializer())
    for i, mask in enumerate(masks):
      mask.load(np.random.RandomState(i).rand(6, 6) > 0.7, session)
    for kind, saver in savers.items():
      saver.save(session, str(folder / kind / 'model.ckpt'), 7)
    (folder / 'saved_model').rmdir()
    builder = v1.saved_model.Builder(str(folder / 'saved_model'))
    builder.add_meta_graph_and_variables(
      session, ['serve'],
      {'serving_default': v1.saved_model.predict_signature_def(
        {'x': graph.get_tensor_by_name('x:0')},
        {'y': graph.get_tensor_by_name('y:0')})},
      assets_collection=v1.get_collection(v1.GraphKeys.ASSET_FILEPATHS))
    builder.save()
  words.unlink()
  _freeze(folder)
  with tf.Graph().as_default(), v1.Session() as session:
    variable = tf.Variable(tf.ones([6, 6]), name='w')
    checkpoint = tf.train.Checkpoint(w=variable)
    session.run(variable.initializer)
    with session.as_default():
      checkpoint.save(str(folder / 'objects' / 'model.ckpt'))


def _freeze(folder: pathlib.Path) -> None:
  """Writes the frozen graphs, with the masks in them."""
  from google.protobuf import text_format

  from model_pruning.python import strip_pruning_vars_lib

  frozen = strip_pruning_vars_lib.graph_def_from_checkpoint(
    str(folder / 'checkpoint'), ['y'])
  (folder / 'frozen/frozen.pb').write_bytes(frozen.SerializeToString())
  (folder / 'text/frozen.pbtxt').write_text(
    text_format.MessageToString(frozen))
