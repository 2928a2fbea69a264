# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Damages to graphs: messages that can be parsed and make no sense.

Each takes a GraphDef and a random number generator, and changes the GraphDef.
"""

import random
from typing import Any, Callable, Dict, List

import tensorflow as tf

GraphDamage = Callable[[Any, random.Random], None]


def _nodes(graph_def: Any) -> List[Any]:
  """All nodes, of the graph and of its functions."""
  return list(graph_def.node) + [
    node for function in graph_def.library.function
    for node in function.node_def]


def _node(graph_def: Any, rng: random.Random,
          wanted: Callable[[Any], bool]) -> Any:
  found = [node for node in _nodes(graph_def) if wanted(node)]
  return rng.choice(found or list(graph_def.node))


def _cycle(graph_def: Any, rng: random.Random) -> None:
  """Two identities in a circle feed what the weights' product fed."""
  for name, other in (('round', 'about'), ('about', 'round')):
    graph_def.node.add(name=name, op='Identity', input=[other])
  _node(graph_def, rng, lambda node: node.op == 'MatMul').input[0] = 'round'


def _node_of_itself(graph_def: Any, rng: random.Random) -> None:
  node = _node(graph_def, rng, lambda node: node.op == 'Identity')
  node.input[0] = node.name


def _every_product_in_a_circle(graph_def: Any, rng: random.Random) -> None:
  for node in _nodes(graph_def):
    if node.op == 'Mul':
      node.input[0] = node.name


def _function(graph_def: Any, name: str, *calls: str) -> None:
  function = graph_def.library.function.add()
  function.signature.name = name
  function.signature.input_arg.add(name='x', type=1)
  function.signature.output_arg.add(name='z', type=1)
  ref = 'x'
  for i, called in enumerate(calls):
    node = function.node_def.add(
      name=f'call{i}', op='PartitionedCall', input=[ref])
    node.attr['f'].func.name = called
    node.attr['Tin'].list.type.append(1)
    node.attr['Tout'].list.type.append(1)
    ref = f'call{i}:output:0'
  function.ret['z'] = ref


def _call(graph_def: Any, name: str) -> None:
  """Calls a function on the way to the output `y`."""
  output = next(node for node in graph_def.node if node.name == 'y')
  call = graph_def.node.add(
    name='a_call', op='PartitionedCall', input=[output.input[0]])
  call.attr['f'].func.name = name
  call.attr['Tin'].list.type.append(1)
  call.attr['Tout'].list.type.append(1)
  output.input[0] = 'a_call'


def _calls_itself(graph_def: Any, rng: random.Random) -> None:
  _function(graph_def, 'again', 'again')
  _call(graph_def, 'again')


def _call_each_other(graph_def: Any, rng: random.Random) -> None:
  for i in range(3):
    _function(graph_def, f'f{i}', f'f{(i + 1) % 3}')
  _call(graph_def, 'f0')


def _named_as_an_op(graph_def: Any, rng: random.Random) -> None:
  _function(graph_def, 'me', 'me')
  graph_def.library.function[-1].node_def[0].op = 'me'
  _call(graph_def, 'me')


def _two_to_the_fortieth_calls(graph_def: Any, rng: random.Random) -> None:
  for i in range(40):
    _function(graph_def, f'f{i}', *[f'f{i + 1}'] * 2)
  _function(graph_def, 'f40')
  _call(graph_def, 'f0')


def _five_thousand_calls_deep(graph_def: Any, rng: random.Random) -> None:
  for i in range(5000):
    _function(graph_def, f'f{i}', f'f{i + 1}')
  _function(graph_def, 'f5000')
  _call(graph_def, 'f0')


def _chain(op: str, length: int) -> GraphDamage:
  """A long chain between a variable, or a constant, and its reader."""

  def damage(graph_def: Any, rng: random.Random) -> None:
    product = _node(graph_def, rng, lambda node: node.op == 'Mul')
    graph = product in list(graph_def.node)
    node = product if graph else _node(
      graph_def, rng, lambda node: node.op == 'MatMul')
    ref = next(other.name for other in graph_def.node
               if other.op in ('Const', 'VarHandleOp', 'VariableV2'))
    for i in range(length):
      added = graph_def.node.add(name=f'chain{i}', op=op)
      added.input.extend([ref] * (2 if op == 'ConcatV2' else 1))
      added.input.extend([ref] * (op in ('ConcatV2', 'Reshape')))
      added.attr['T'].type = 1
      ref = added.name
    if graph:
      node.input[rng.randrange(len(node.input))] = ref
    else:
      graph_def.node[-1].name = ref
    output = next(node for node in graph_def.node if node.name == 'y')
    output.input.append('^' + ref)

  return damage


def _missing_function(graph_def: Any, rng: random.Random) -> None:
  _call(graph_def, 'nowhere')


def _no_library(graph_def: Any, rng: random.Random) -> None:
  del graph_def.library.function[:]


def _missing_node(graph_def: Any, rng: random.Random) -> None:
  del graph_def.node[rng.randrange(len(graph_def.node))]


def _half_of_the_nodes(graph_def: Any, rng: random.Random) -> None:
  del graph_def.node[::2]


def _no_inputs(graph_def: Any, rng: random.Random) -> None:
  node = _node(graph_def, rng, lambda node: len(node.input) > 0)
  del node.input[:]


def _no_inputs_at_all(graph_def: Any, rng: random.Random) -> None:
  for node in _nodes(graph_def):
    del node.input[:]


def _no_attrs(graph_def: Any, rng: random.Random) -> None:
  for node in _nodes(graph_def):
    node.attr.clear()


def _other_attr(graph_def: Any, rng: random.Random) -> None:
  node = _node(graph_def, rng, lambda node: len(node.attr) > 0)
  if len(node.attr):
    node.attr[rng.choice(sorted(node.attr))].s = b'what'


def _other_op(graph_def: Any, rng: random.Random) -> None:
  node = rng.choice(_nodes(graph_def))
  node.op = rng.choice([
    'Mul', 'ConcatV2', 'While', 'If', 'Case', 'Assign', 'SaveV2', 'RestoreV2',
    'VarHandleOp', 'Const', 'ResourceGather', 'Enter', 'Cast', 'Nonsense', ''])


def _same_names(graph_def: Any, rng: random.Random) -> None:
  for node in graph_def.node:
    if node.name != 'y':
      node.name = 'same'


def _no_names(graph_def: Any, rng: random.Random) -> None:
  for node in _nodes(graph_def):
    node.name = ''


def _odd_inputs(graph_def: Any, rng: random.Random) -> None:
  node = _node(graph_def, rng, lambda node: len(node.input) > 0)
  if len(node.input):
    node.input[0] = rng.choice(
      ['', '^', ':', 'x:-1', 'x:999999999999', '^y', 'x:a:b:c', node.name])


def _types(number: int) -> GraphDamage:
  def damage(graph_def: Any, rng: random.Random) -> None:
    for node in _nodes(graph_def):
      if 'dtype' in node.attr:
        node.attr['dtype'].type = number
      if node.attr['value'].HasField('tensor'):
        node.attr['value'].tensor.dtype = number
  return damage


def _shape(*sizes: int) -> GraphDamage:
  """Gives variables and constants another shape."""

  def damage(graph_def: Any, rng: random.Random) -> None:
    for node in _nodes(graph_def):
      shapes = []
      if node.op == 'Const':
        shapes.append(node.attr['value'].tensor.tensor_shape)
        if rng.random() < 0.5:  # Then one value fills it.
          node.attr['value'].tensor.ClearField('tensor_content')
          node.attr['value'].tensor.float_val.append(1.0)
      elif node.op in ('VarHandleOp', 'VariableV2'):
        shapes.append(node.attr['shape'].shape)
      for shape in shapes:
        shape.CopyFrom(tf.TensorShape([]).as_proto())
        for size in sizes:
          shape.dim.add(size=size)

  return damage


def _short_content(graph_def: Any, rng: random.Random) -> None:
  for node in _nodes(graph_def):
    if node.op == 'Const':
      tensor = node.attr['value'].tensor
      tensor.tensor_content = tensor.tensor_content[:-3]


def _signatures(graph_def: Any, rng: random.Random) -> None:
  for function in graph_def.library.function:
    rng.choice([
      lambda function=function: function.signature.ClearField('input_arg'),
      lambda function=function: function.signature.ClearField('output_arg'),
      lambda function=function: function.ret.clear(),
      lambda function=function: function.signature.output_arg.add(name='more'),
      lambda function=function: function.signature.input_arg.add(name='more'),
    ])()


def _loop(graph_def: Any, rng: random.Random) -> None:
  """A loop whose body is whatever function there is."""
  names = [function.signature.name for function in graph_def.library.function]
  _call(graph_def, rng.choice(names or ['none']))
  call = graph_def.node[-1]
  call.op = rng.choice(['While', 'StatelessWhile', 'If', 'Case'])
  call.attr['body'].func.name = call.attr['f'].func.name
  call.attr['cond'].func.name = rng.choice(names or ['none'])


def _no_nodes(graph_def: Any, rng: random.Random) -> None:
  graph_def.Clear()


GRAPH_DAMAGES: Dict[str, GraphDamage] = {
  'cycle': _cycle,
  'node_of_itself': _node_of_itself,
  'every_product_in_a_circle': _every_product_in_a_circle,
  'calls_itself': _calls_itself,
  'call_each_other': _call_each_other,
  'named_as_an_op': _named_as_an_op,
  'two_to_the_fortieth_calls': _two_to_the_fortieth_calls,
  'five_thousand_calls_deep': _five_thousand_calls_deep,
  'deep_identities': _chain('Identity', 20000),
  'deep_casts': _chain('Cast', 20000),
  'deep_reshapes': _chain('Reshape', 60),
  'deep_joins': _chain('ConcatV2', 60),
  'missing_function': _missing_function,
  'no_library': _no_library,
  'missing_node': _missing_node,
  'half_of_the_nodes': _half_of_the_nodes,
  'no_inputs': _no_inputs,
  'no_inputs_at_all': _no_inputs_at_all,
  'no_attrs': _no_attrs,
  'other_attr': _other_attr,
  'other_op': _other_op,
  'same_names': _same_names,
  'no_names': _no_names,
  'odd_inputs': _odd_inputs,
  'unknown_type': _types(9999),
  'another_type': _types(3),
  'text_type': _types(7),
  'resource_type': _types(20),
  'no_type': _types(0),
  'huge_shape': _shape(1 << 20, 1 << 20, 1 << 20),
  'large_shape': _shape(1 << 18, 1 << 18),
  'negative_shape': _shape(-6, 6),
  'empty_shape': _shape(0),
  'scalar_shape': _shape(),
  'overflowing_shape': _shape(1 << 62, 1 << 62),
  'short_content': _short_content,
  'signatures': _signatures,
  'loop': _loop,
  'no_nodes': _no_nodes,
}
