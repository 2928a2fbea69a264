# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Files that are no models, or were models, each made at a path."""

from __future__ import annotations

import os
import shutil
import struct
import zipfile

import numpy as np
import tensorflow as tf

from tests.support.files import commands
from tests.support.files import stored_models

v1 = tf.compat.v1


def write(path, content):
  """Writes bytes to a file; returns its path."""
  with open(path, 'wb') as file:
    file.write(content)
  return path


def _zip(path, members):
  with zipfile.ZipFile(path, 'w') as archive:
    for member in members:
      archive.writestr(member, 'a')
  return path


def _graph(path, nodes, functions=()):
  graph_def = v1.GraphDef()
  for name, op, inputs in nodes:
    graph_def.node.add(name=name, op=op, input=inputs)
  for name, op in functions:
    function = graph_def.library.function.add()
    function.signature.name = name
    function.node_def.add(name='inner', op=op)
  return write(path, graph_def.SerializeToString())


def checkpoint(path):
  """Writes a checkpoint that is right; returns its prefix."""
  return stored_models.write_checkpoint(path)[0]


def _shard(prefix):
  return prefix + '.data-00000-of-00001'


def _without_a_shard(path):
  os.remove(_shard(checkpoint(path)))
  return path


def _truncated_checkpoint(path):
  os.truncate(_shard(checkpoint(path)), 100)
  return path


def _swapped_shards(path):
  prefix = checkpoint(path)
  with tf.Graph().as_default(), v1.Session() as session:
    v1.get_variable('other', [300, 40])
    session.run(v1.global_variables_initializer())
    other = v1.train.Saver().save(session, path + '_other')
  shutil.copyfile(_shard(other), _shard(prefix))
  return prefix


def _truncated_index(path):
  prefix = checkpoint(path)
  os.truncate(prefix + '.index', os.path.getsize(prefix + '.index') // 2)
  return prefix


def _latest_that_is_gone(path):
  os.mkdir(path)
  write(os.path.join(path, 'checkpoint'),
         b'model_checkpoint_path: "model-9"\n')
  return path


def _several_checkpoints(path):
  os.mkdir(path)
  for name in ('a.index', 'b.index'):
    write(os.path.join(path, name), b'')
  return path


def saved_model(path):
  """Writes a SavedModel that is right; returns its path."""
  stored_models.write_saved_model(path)
  return path


def _truncated_saved_model(path):
  message = os.path.join(saved_model(path), 'saved_model.pb')
  os.truncate(message, os.path.getsize(message) // 2)
  return path


def _without_variables(path):
  shutil.rmtree(os.path.join(saved_model(path), 'variables'))
  return path


def _with_a_truncated_variable(path):
  os.truncate(os.path.join(
      saved_model(path), 'variables', 'variables.data-00000-of-00001'), 9)
  return path


def packed(path):
  """Writes a packed file that is right; returns its path."""
  status, _, err = commands.run('pack', checkpoint(path + '_source'), path)
  assert status == 0, err
  return path


def _truncated_pack(path):
  os.truncate(packed(path), os.path.getsize(path) - 100)
  return path


def _altered_pack(path):
  with open(packed(path), 'r+b') as file:
    file.seek(-20, os.SEEK_END)
    file.write(b'\xff' * 10)
  return path


def _truncated_hdf5(path):
  import h5py
  with h5py.File(path, 'w') as file:
    file['kernel'] = np.ones([100, 100])
  os.truncate(path, os.path.getsize(path) // 2)
  return path


def _circle_of_links(path):
  os.symlink(path + '_b', path)
  os.symlink(path, path + '_b')
  return path


def directory(path):
  """Makes an empty directory; returns its path."""
  os.mkdir(path)
  return path


def _pipe(path):
  os.mkfifo(path)
  return path


def _array(path):
  np.savez(path + '.npz', a=np.ones(3))
  return path + '.npz'


# What is wrong, and how it is made at a path.
MODELS = {
    'missing': lambda path: path,
    'empty': lambda path: write(path, b''),
    'noise': lambda path: write(path, b'\xff' * 1000),
    'text_with_the_suffix_of_keras':
        lambda path: write(path + '.keras', b'hello'),
    'image': lambda path: write(
        path + '.png', b'\x89PNG\r\n\x1a\n' + b'a' * 9),
    'start_of_hdf5':
        lambda path: write(path + '.h5', b'\x89HDF\r\n\x1a\n' + b'a' * 99),
    'truncated_hdf5': _truncated_hdf5,
    'start_of_tflite': lambda path: write(
        path + '.tflite', b'\x1c\0\0\0TFL3' + b'a' * 99),
    'zip_of_other_things': lambda path: _zip(path, ['a.txt']),
    'zip_without_weights': lambda path: _zip(path, ['config.json']),
    'zip_that_leads_outside': lambda path: _zip(
        path, ['config.json', 'model.weights.h5', '../../outside']),
    'zip_with_text_for_weights': lambda path: _zip(
        path, ['config.json', 'metadata.json', 'model.weights.h5']),
    'truncated_zip': lambda path: write(path, b'PK\x03\x04' + b'a' * 50),
    'arrays_of_numpy': _array,
    'header_of_a_pack': lambda path: write(
        path, struct.pack('<Q', 20) + b'{"a": 1}' + b' ' * 30),
    'header_longer_than_a_pack': lambda path: write(
        path, struct.pack('<Q', 10**7) + b'{"a": 1}'),
    'truncated_pack': _truncated_pack,
    'altered_pack': _altered_pack,
    'bytes_of_no_graph': lambda path: write(path, b'\x0a\xff\xff'),
    'text_of_no_graph': lambda path: write(path, b'node { name: '),
    'graph_in_a_circle': lambda path: _graph(
        path, [('a', 'Identity', ['b']), ('b', 'Identity', ['a'])]),
    'graph_with_an_input_that_is_not_there': lambda path: _graph(
        path, [('a', 'Identity', ['gone'])]),
    'function_that_calls_itself': lambda path: _graph(
        path, [('a', 'f', [])], [('f', 'f')]),
    'no_index': lambda path: write(path + '.index', b'no index at all' * 9),
    'truncated_index': _truncated_index,
    'shard_alone': lambda path: write(_shard(path), b'abc'),
    'graph_alone': lambda path: write(path + '.meta', b'abc'),
    'checkpoint_without_a_shard': _without_a_shard,
    'truncated_checkpoint': _truncated_checkpoint,
    'shard_of_another_checkpoint': _swapped_shards,
    'latest_checkpoint_that_is_gone': _latest_that_is_gone,
    'several_checkpoints': _several_checkpoints,
    'empty_directory': directory,
    'truncated_saved_model': _truncated_saved_model,
    'saved_model_without_variables': _without_variables,
    'saved_model_with_a_truncated_variable': _with_a_truncated_variable,
    'circle_of_links': _circle_of_links,
    'pipe': _pipe,
}
