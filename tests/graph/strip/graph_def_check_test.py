# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Graphs that cannot be walked are refused before they are."""

from __future__ import annotations

import time

import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from google.protobuf import text_format

from model_pruning._src.graph.strip import graph_def_check
from model_pruning._src.graph.strip import strip

v1 = tf.compat.v1
_CALL = ('node {{ name: "{0}" op: "PartitionedCall" input: "{1}" '
         'attr {{ key: "f" value {{ func {{ name: "{2}" }} }} }} }}')
_FUNCTION = ('library {{ function {{ signature {{ name: "{0}" '
             'input_arg {{ name: "x" type: DT_FLOAT }} '
             'output_arg {{ name: "y" type: DT_FLOAT }} }} {1} '
             'ret {{ key: "y" value: "{2}" }} }} }}')


def _graph_def(*parts):
  graph_def = v1.GraphDef()
  for part in parts:
    graph_def.MergeFrom(text_format.Parse(part, v1.GraphDef()))
  return graph_def


def _node(name, op, *inputs):
  taken = ' '.join(f'input: "{ref}"' for ref in inputs)
  return f'node {{ name: "{name}" op: "{op}" {taken} }}'


def _function(name, *callees):
  nodes, ref = [], 'x'
  for i, callee in enumerate(callees):
    call = _CALL.format(f'call{i}', ref, callee)
    nodes.append(call.replace('node {', 'node_def {', 1))
    ref = f'call{i}:output:0'
  return _FUNCTION.format(name, ' '.join(nodes), ref)


_X = _node('x', 'Placeholder')


class GraphDefCheckTest(parameterized.TestCase):

  @parameterized.parameters(
      ([_node('a', 'Identity', 'b'), _node('b', 'Identity', 'a')],
       "the node '[ab]' is computed from itself"),
      ([_X, _node('a', 'Mul', 'x', 'a')], "'a' is computed from itself"),
      ([_X, _node('a', 'NoOp', '^b'), _node('b', 'NoOp', '^a'),
        _node('c', 'NoOp', '^b')], "'[ab]' is computed from itself"),
      ([_X, _CALL.format('a', 'x', 'f'), _function('f', 'f')],
       "function 'f' calls itself"),
      ([_X, _CALL.format('a', 'x', 'f'), _function('f', 'g'),
        _function('g', 'h'), _function('h', 'f')],
       "function '[fgh]' calls itself"),
      ([_X, _node('a', 'f', 'x'), _FUNCTION.format(
          'f', 'node_def { name: "n" op: "f" input: "x" }', 'n:y:0')],
       "function 'f' calls itself"),
      ([_X, _CALL.format('a', 'x', 'f0'), _function('f40')] + [
          _function(f'f{i}', *[f'f{i + 1}'] * 2) for i in range(40)],
       'run 1000000000000 nodes or more, and 2000000 are the most'),
      ([_node('a', 'Identity', 'b')], "'a' takes 'b', which is not there"),
      ([_X, _node('a', 'Identity')], r"'a' \(Identity\) lacks inputs"),
      ([_X, _node('a', 'Identity', '^x')], r"'a' \(Identity\) lacks inputs"),
      ([_X, _node('a', 'AddV2', '^x', 'x')], r"'a' \(AddV2\) lacks inputs"),
      ([_X, _X], "must have a name each; 'x' is not one"),
      ([_node('', 'NoOp')], "must have a name each; '' is not one"),
      ([_X, _CALL.format('a', 'x', 'f')], "calls the function 'f', which is"),
      ([_X, _function('f'), _function('f')], "functions must have a name each"),
      ([_X, _node('a', 'f', 'x', 'x'), _function('f')],
       "'f' with 2 arguments, and it has 1"),
      ([_X, _FUNCTION.format('f', '', 'z')],
       "the function 'f' does not compute its result 'y'"))
  def test_what_does_not_fit_together(self, parts, message):
    graph_def = _graph_def(*parts)
    start = time.process_time()
    with self.assertRaisesRegex(ValueError, message):
      strip.strip_pruning_vars_fn(graph_def, ['x'])
    self.assertLess(time.process_time() - start, 10.0)

  def test_what_fits_together(self):
    graph_def_check.check(_graph_def(
        _X, _CALL.format('a', 'x', 'f'), _node('b', 'g', 'a:0', '^x'),
        _function('f', 'g', 'g'), _function('g'),
        # A loop of version 1.
        _node('enter', 'Enter', 'x'), _node('merge', 'Merge', 'enter', 'next'),
        _node('next', 'NextIteration', 'merge')), 'a graph')

  @parameterized.parameters('Cast', 'Identity', 'Reshape', 'ConcatV2')
  def test_long_chains_take_a_bounded_time(self, op):
    """Through 300 joins lead 2**300 ways."""
    length = 5000 if op in ('Cast', 'Identity') else 300
    parts = [_X, 'node { name: "n0" op: "Const" attr { key: "value" value { '
             'tensor { dtype: DT_FLOAT tensor_shape {} float_val: 1 } } } }']
    for i in range(length):
      refs = [f'n{i}'] * {'ConcatV2': 3, 'Reshape': 2}.get(op, 1)
      parts.append(_node(f'n{i + 1}', op, *refs))
    parts.append(_node('y', 'Mul', f'n{length}', f'n{length}'))
    start = time.process_time()
    graph_def = strip.strip_pruning_vars_fn(_graph_def(*parts), ['y'])
    self.assertLess(time.process_time() - start, 20.0)
    self.assertLen(graph_def.node, length + 2)


if __name__ == '__main__':
  absltest.main()
