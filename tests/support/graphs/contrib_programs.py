# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Programs for the contrib library, and what they can see in their graphs.

Each program takes a `Library` and builds in the default graph. `table_of` runs
one and lists the graph's collections by names. `tests/data/contrib_collections`
has the tables of the contrib library itself.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, NamedTuple, Optional

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1

# With 0.5 at every step.
_SPEC = 'initial_sparsity=0.5,target_sparsity=0.5'
_LISTS = ('masks', 'thresholds', 'kernel', 'masked_weights')


class Library(NamedTuple):
  """The contrib library, or what is in its place.

  Attributes:
    top: the package.
    python: the module `python` of it, with its modules.
    arg_scope: for its layers.
  """

  top: Any
  python: Any
  arg_scope: Callable[..., Any]


def _images(channels: int = 2) -> tf.Tensor:
  return tf.ones([2, 6, 6, channels])


def _net(library: Library, images: tf.Tensor, reuse: Any = None) -> tf.Tensor:
  with v1.variable_scope('net', reuse=reuse):
    net = library.top.masked_conv2d(images, 3, [3, 3], scope='conv1')
    net = library.top.masked_conv2d(net, 4, 3, stride=2, scope='conv2')
    net = tf.reshape(net, [2, 36])
    return library.top.masked_fully_connected(
        net, 5, activation_fn=None, scope='logits')


def layers_by_default_names(library: Library) -> Any:
  net = library.top.masked_conv2d(_images(), 3, 3)
  net = library.top.masked_convolution(net, 3, 3)
  net = library.top.masked_fully_connected(net, 4)
  return library.top.masked_fully_connected(net, 4)


def layers_without_biases(library: Library) -> Any:
  net = library.top.masked_conv2d(
      _images(), 3, 3, biases_initializer=None, trainable=False)
  return library.top.masked_fully_connected(
      tf.reshape(net, [2, 108]), 4, biases_initializer=None,
      activation_fn=None, scope='f')


def layers_with_reuse(library: Library) -> Any:
  for reuse in (None, True, True):
    net = library.top.masked_conv2d(_images(), 3, 3, reuse=reuse, scope='c')
    net = library.top.masked_fully_connected(
        tf.reshape(net, [2, 108]), 4, reuse=reuse, scope='f')
  return net


def layers_with_auto_reuse(library: Library) -> Any:
  for _ in range(2):
    with v1.variable_scope('outer', reuse=v1.AUTO_REUSE):
      net = library.top.masked_conv2d(_images(), 3, 3, scope='c')
  return net


def layers_interleaved(library: Library) -> Any:
  """A siamese network, with a layer of one branch in between."""
  first = library.top.masked_fully_connected(tf.ones([2, 3]), 4, scope='a')
  library.top.masked_fully_connected(first, 4, scope='b')
  return library.top.masked_fully_connected(
      tf.zeros([2, 3]), 4, reuse=True, scope='a')


def layers_under_arg_scope(library: Library) -> Any:
  with library.arg_scope(
      [library.top.masked_conv2d, library.top.masked_fully_connected],
      normalizer_fn=lambda net, scale: scale * net,
      normalizer_params={'scale': 2.0},
      variables_collections={'weights': ['mine']}, outputs_collections='out'):
    for reuse in (None, True):
      with v1.variable_scope('net', reuse=reuse):
        net = library.top.masked_conv2d(_images(), 3, 3, scope='c')
        net = library.top.masked_fully_connected(net, 3, scope='f')
  return net


def towers(library: Library) -> Any:
  _net(library, _images())
  return _net(library, _images(), reuse=True)


def towers_whose_second_half_is_deleted(library: Library) -> Any:
  towers(library)
  for name in _LISTS:
    entries = v1.get_collection_ref(name)
    del entries[len(entries) // 2:]


def towers_whose_duplicates_are_removed(library: Library) -> Any:
  towers(library)
  for name in _LISTS:
    entries = v1.get_collection_ref(name)
    kept: List[Any] = []
    for entry in entries:
      if not any(entry is other for other in kept):
        kept.append(entry)
    entries[:] = kept


def layers_as_objects(library: Library) -> Any:
  layer = library.python.layers.core_layers.MaskedConv2D(
      3, [3, 3], name='conv', use_bias=False)
  net = layer.apply(_images())
  layer.apply(_images())
  dense = library.python.layers.core_layers.MaskedFullyConnected(
      4, name='dense', activation=tf.nn.relu)
  dense(tf.reshape(net, [2, 48]))
  return dense(tf.zeros([2, 48]))


def masks_by_hand(library: Library) -> Any:
  with v1.variable_scope('layer'):
    weight = v1.get_variable('w', [3, 4])
    return tf.matmul(tf.ones([2, 3]), library.top.apply_mask(
        weight, v1.get_variable_scope()))


def masks_by_hand_in_default_scope(library: Library) -> Any:
  with v1.variable_scope('layer'):
    return library.top.apply_mask(v1.get_variable('w', [3, 4]))


def masks_by_hand_twice(library: Library) -> Any:
  for _ in range(2):
    with v1.variable_scope('layer', reuse=v1.AUTO_REUSE):
      masked = library.top.apply_mask(
          v1.get_variable('w', [3, 4]), v1.get_variable_scope())
  return masked


def masks_by_hand_of_a_tensor(library: Library) -> Any:
  weight = v1.get_variable('w', [3, 4])
  return library.top.apply_mask(tf.transpose(weight, name='turned'), 'scope')


def masks_by_hand_of_parts(library: Library) -> Any:
  with v1.variable_scope(
      'layer', partitioner=v1.fixed_size_partitioner(2)):
    return library.top.apply_mask(v1.get_variable('w', [4, 4]), 'scope')


def _cell_in_a_loop(library: Library, cell: Any, **kwargs: Any) -> Any:
  return v1.nn.dynamic_rnn(cell, tf.ones([2, 3, 5]), dtype=tf.float32, **kwargs)


def basic_lstm(library: Library) -> Any:
  return _cell_in_a_loop(library, library.top.MaskedBasicLSTMCell(4))[0]


def lstm_with_projection(library: Library) -> Any:
  cell = library.top.MaskedLSTMCell(4, use_peepholes=True, num_proj=4)
  return _cell_in_a_loop(library, cell)[0]


def lstm_called_twice(library: Library) -> Any:
  cell = library.top.MaskedBasicLSTMCell(4)
  state = cell.zero_state(2, tf.float32)
  for _ in range(2):
    output, state = cell(tf.ones([2, 5]), state)
  return output


def lstms_with_reuse(library: Library) -> Any:
  for reuse in (None, True):
    with v1.variable_scope('net', reuse=reuse):
      output, _ = _cell_in_a_loop(library, library.top.MaskedLSTMCell(4))
  return output


def lstm_layers(library: Library) -> Any:
  cell = v1.nn.rnn_cell.MultiRNNCell(
      [library.top.MaskedBasicLSTMCell(4) for _ in range(2)])
  return _cell_in_a_loop(library, cell)[0]


def lstm_behind_layers(library: Library) -> Any:
  net = library.top.masked_fully_connected(tf.ones([2, 3, 5]), 5)
  outputs, _ = v1.nn.dynamic_rnn(
      library.top.MaskedLSTMCell(4), net, dtype=tf.float32)
  return library.top.masked_fully_connected(outputs[:, -1], 4, scope='out')


PROGRAMS: Dict[str, Callable[[Library], Any]] = {
    program.__name__: program for program in (
        layers_by_default_names, layers_without_biases, layers_with_reuse,
        layers_with_auto_reuse, layers_interleaved, layers_under_arg_scope,
        towers, towers_whose_second_half_is_deleted,
        towers_whose_duplicates_are_removed, layers_as_objects, masks_by_hand,
        masks_by_hand_in_default_scope, masks_by_hand_twice,
        masks_by_hand_of_a_tensor, masks_by_hand_of_parts, basic_lstm,
        lstm_with_projection, lstm_called_twice, lstms_with_reuse, lstm_layers,
        lstm_behind_layers)}


# The contrib library fails at summaries of masks in parts.
_NO_SUMMARIES = (masks_by_hand_of_parts,)


def table_of(program: Callable[[Library], Any], library: Library,
             spec: str = _SPEC) -> Dict[str, Any]:
  """Runs a program and a mask update of what it built.

  Args:
    program: one of `PROGRAMS`.
    library: to run it with.
    spec: of the mask update.

  Returns:
    What JSON can hold: the collections, by names; what the functions of the
    library return; and the sparsities after a mask update.
  """
  with tf.Graph().as_default() as graph, v1.Session() as session:
    v1.train.create_global_step()
    program(library)
    table: Dict[str, Any] = {'collections': _collections(graph)}
    top = library.top
    table['get'] = {
        function.__name__: [_name(entry) for entry in function()]
        for function in (top.get_masks, top.get_thresholds, top.get_weights,
                         top.get_masked_weights)}
    if program in _NO_SUMMARIES:
      return table
    pruning = top.Pruning(top.get_pruning_hparams().parse(spec))
    update = pruning.mask_update_op()
    pruning.add_pruning_summaries()
    table['update'] = update.name
    table['after'] = _collections(graph)
    session.run(v1.global_variables_initializer())
    # Weights without ties, so that each library keeps as many of them.
    for variable in v1.trainable_variables():
      size = int(np.prod(variable.shape.as_list()))
      variable.load(
          np.random.RandomState(size).permutation(size).reshape(
              variable.shape.as_list()) + 1.0, session)
    session.run(update)
    table['sparsities'] = [
        round(float(sparsity), 6)
        for sparsity in session.run(top.get_weight_sparsity())]
  return table


def attributes_of(library: Library) -> Dict[str, Any]:
  """Names of what layers and cells hold in attributes, and of their weights."""
  with tf.Graph().as_default():
    conv = library.python.layers.core_layers.MaskedConv2D(3, 3, name='conv')
    conv.apply(_images())
    dense = library.python.layers.core_layers.MaskedFullyConnected(
        4, name='dense')
    dense.apply(tf.ones([2, 3]))
    basic = library.python.layers.rnn_cells.MaskedBasicLSTMCell(4)
    basic(tf.ones([2, 5]), basic.zero_state(2, tf.float32))
    lstm = library.python.layers.rnn_cells.MaskedLSTMCell(
        4, use_peepholes=True, num_proj=4)
    lstm(tf.ones([2, 5]), lstm.zero_state(2, tf.float32))
    layer = ('mask', 'threshold', 'kernel', 'masked_kernel', 'bias')
    cell = ('_mask', '_threshold', '_kernel', '_masked_kernel', '_bias')
    table: Dict[str, Any] = {}
    for name, owner, attributes in (
        ('MaskedConv2D', conv, layer), ('MaskedFullyConnected', dense, layer),
        ('MaskedBasicLSTMCell', basic, cell), ('MaskedLSTMCell', lstm, cell)):
      table[name] = {attribute: _name(getattr(owner, attribute))
                     for attribute in attributes}
      table[name].update({
          attribute: [_name(entry) for entry in getattr(owner, attribute)]
          for attribute in ('weights', 'variables', 'trainable_weights',
                            'non_trainable_weights')})
    for name in ('rank', 'filters', 'kernel_size', 'strides', 'padding',
                 'data_format', 'dilation_rate', 'use_bias', 'activation'):
      value = getattr(conv, name)
      table['MaskedConv2D'][name] = (
          list(value) if isinstance(value, tuple) else value)
    table['MaskedFullyConnected']['units'] = dense.units
  return table


def _collections(graph: tf.Graph) -> Dict[str, List[Optional[str]]]:
  return {
      key: [_name(entry) for entry in graph.get_collection(key)]
      for key in sorted(key for key in graph.get_all_collection_keys()
                        if isinstance(key, str))
      # Loops of version 1 are in collections, by their contexts.
      if key not in ('cond_context', 'while_context')
      and graph.get_collection(key)}


def _name(entry: Any) -> Optional[str]:
  return None if entry is None else entry.name
