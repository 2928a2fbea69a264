# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The role of a variable in its layer: a kernel, or something else.

Zeros in a kernel are products that need not be computed. Zeros in a bias, a
scale or a position table are other values. Keras does not say which of them a
variable is, so it is told by what the layer is and what it calls the variable:

1.  a weight of a depthwise convolution is a depthwise kernel;
2.  a weight of a normalization (a layer, not a wrapper that normalizes the
    weights of another) or of an activation belongs to that, unless it is
    called a kernel;
3.  what is called a bias or a scale is one, and so is the spread of a random
    weight;
4.  what is called a kernel is one;
5.  a table of positions or a token is told by the names of the variable or,
    if it is in an embedding, by the name of that;
6.  in a layer that is not of Keras, a weight whose first dimension is 1 is
    added or scales, for it is the same for all examples;
7.  everything else is a kernel.

The names are those of the variable, of the attributes that hold it, and of what
is between it and its layer in its path. The names of what is farther outside
say nothing.
"""

from __future__ import annotations

import re
from typing import (
  Any,
  Dict,
  FrozenSet,
  Iterable,
  List,
  NamedTuple,
  Optional,
  Sequence,
  Tuple,
)

from model_pruning._src.planning.reasons import SkipKind

_KERAS = ('keras', 'tf_keras', 'tensorflow', 'tensorflow_core')
_BIAS = {'bias', 'biases', 'b'}
# As the last word, and anywhere.
_SCALE = {'scale', 'scales', 'scaling', 'stddev', 'std', 'logvar', 'variance',
          'var', 'temperature'}
_SPREAD = {'sigma', 'rho', 'untransformed', 'logvar', 'stddev'}
_KERNEL = {'kernel', 'kernels'}
_POSITION = {'position', 'positions', 'positional', 'wpe', 'posemb',
             'posembed', 'posenc'}
_TABLE = ('emb', 'enc', 'table')  # How such words begin.
_MATRIX = {'proj', 'projection', 'dense', 'linear', 'weight', 'weights'}
_TOKEN = re.compile(
    r'^(cls|class|mask|dist|distillation|register)_tokens?$')


class _Variable(NamedTuple):
  """A variable, and the names that tell its role.

  Attributes:
    owner: the innermost layer that has it.
    names: the last part of its name, and the attributes that refer to it.
    table_names: further names, which tell the purpose of a table.
    dims: its shape.
  """

  owner: Any
  names: FrozenSet[str]
  table_names: FrozenSet[str]
  dims: Tuple[int, ...]


def other_than_kernels(
    layers: Sequence[Any],
    named: Sequence[Tuple[str, Any]]) -> Dict[int, SkipKind]:
  """The roles of the variables that are not kernels.

  Args:
    layers: a model and all layers in it, at any depth.
    named: the variables of the model, each with its name.

  Returns:
    The role of each of these variables, by its `id`.
  """
  # Before TF 2.2 there are lists and dicts of layers among the layers.
  layers = [layer for layer in layers if callable(layer)]
  owners = _owners(layers)
  held_as = _attributes(layers, [variable for _, variable in named])
  depthwise, partly_used = _special_kernels(layers)
  found: Dict[int, SkipKind] = {}
  for name, variable in named:
    key = id(variable)
    if key in partly_used:
      found[key] = SkipKind.PARTLY_USED
      continue
    owner = owners.get(key)
    own_names, table_names = _names_of(name, owner, held_as.get(key, ()),
                                       held_as.get(id(owner), ()))
    role = (SkipKind.DEPTHWISE if key in depthwise else _role(_Variable(
        owner, own_names, table_names,
        tuple(int(dim) for dim in variable.shape))))
    if role is not None:
      found[key] = role
  return found


def _role(variable: _Variable) -> Optional[SkipKind]:
  """The role of a variable; None if it is a kernel."""
  kinds = [kind.__name__ for kind in type(variable.owner).__mro__]
  spoken = [_words(name) for name in variable.names]
  is_kernel = any(_KERNEL & set(words) for words in spoken)
  if any('depthwise' in words for words in spoken):
    return SkipKind.DEPTHWISE
  if not is_kernel and 'Wrapper' not in kinds and any(
      'Normalization' in kind or kind.endswith('Norm') for kind in kinds):
    return SkipKind.NORMALIZATION
  if not is_kernel and 'PReLU' in kinds:
    return SkipKind.SLOPE
  for words in spoken:
    if _BIAS & set(words) and words[-1] not in _KERNEL:
      return SkipKind.BIAS
    # `scale` alone is ambiguous: a kernel may have that name.
    if len(words) > 1 and words[-1] in _SCALE or _SPREAD & set(words):
      return SkipKind.SCALE
  if is_kernel:
    return None
  if any(_TOKEN.search(name) for name in variable.names):
    return SkipKind.TOKEN
  tables = [*spoken, *map(_words, variable.table_names)]
  if any(_is_of_positions(words) for words in tables) or any(
      _is_class_of_positions(kind) for kind in kinds):
    return SkipKind.POSITION
  if any(_BIAS & set(words) for words in tables):
    return SkipKind.BIAS  # Such as that of T5, a table of relative positions.
  if (len(variable.dims) > 1 and variable.dims[0] == 1
      and type(variable.owner).__module__.split('.')[0] not in _KERAS
      and not any('Embedding' in kind for kind in kinds)):
    return SkipKind.BROADCAST
  return None


def _words(name: str) -> List[str]:
  """`embeddings/posEmb_1` -> embeddings, pos, emb."""
  name = re.sub(r'(?<=[a-z0-9])(?=[A-Z])', '_', name).lower()
  words = [re.sub(r'\d+$', '', word) for word in re.split(r'[^a-z0-9]+', name)]
  return [word for word in words if word]


def _is_of_positions(words: Sequence[str]) -> bool:
  if _MATRIX & set(words):
    return False
  if _POSITION & set(words) or list(words) in (['pos'], ['pe']):
    return True
  return bool({'pos', 'rel', 'relative'} & set(words)) and any(
      word.startswith(_TABLE) for word in words)


def _is_class_of_positions(kind: str) -> bool:
  """Whether a class, by its name, has a position table and no other."""
  words = _words(kind)
  return bool(_POSITION & set(words)) and any(
      word.startswith(_TABLE) for word in words) and not (
          {'and', 'token', 'word', 'patch'} & set(words))


def _names_of(name: str, owner: Any, attributes: Iterable[str],
              owner_attributes: Iterable[str]
              ) -> Tuple[FrozenSet[str], FrozenSet[str]]:
  """The names that tell the role of a variable, and those for tables only."""
  *path, last = name.split('/')
  own = {last, *attributes}
  tables = set()
  owner_name = getattr(owner, 'name', '')
  if 'Embedding' in ' '.join(kind.__name__ for kind in type(owner).__mro__):
    tables |= {owner_name, *owner_attributes} if _has_one_table(owner) else (
        set())
  if path and path[-1] != owner_name:
    tables.add(path[-1])  # A name scope that the layer has made.
  return frozenset(own - {''}), frozenset(tables - {'', None})


def _has_one_table(layer: Any) -> bool:
  return sum(len(variable.shape) > 1 for variable in layer.variables) == 1


def _owners(layers: Sequence[Any]) -> Dict[int, Any]:
  """Id of a variable -> the innermost layer that has it."""
  owners: Dict[int, Any] = {}
  sizes: Dict[int, int] = {}
  for layer in layers:
    variables = getattr(layer, 'variables', ())
    for variable in variables:
      if len(variables) <= sizes.get(id(variable), len(variables)):
        owners[id(variable)] = layer
        sizes[id(variable)] = len(variables)
  return owners


def _attributes(layers: Sequence[Any],
                variables: Sequence[Any]) -> Dict[int, List[str]]:
  """Id of a variable or a layer -> the attributes of layers that hold it."""
  wanted = {id(thing) for thing in (*layers, *variables)}
  found: Dict[int, List[str]] = {}
  for layer in layers:
    for attribute, value in vars(layer).items():
      if id(value) in wanted:
        found.setdefault(id(value), []).append(attribute.strip('_'))
  return found


def _special_kernels(
    layers: Sequence[Any]) -> Tuple[FrozenSet[int], FrozenSet[int]]:
  """The ids of depthwise kernels, and of kernels used in part only."""
  depthwise, partly_used = set(), set()
  for layer in layers:
    kernel = getattr(layer, 'kernel', None)
    kinds = [kind.__name__ for kind in type(layer).__mro__]
    depthwise.add(id(getattr(layer, 'depthwise_kernel', None)))
    if any('DepthwiseConv' in kind for kind in kinds) or _is_depthwise(layer):
      depthwise.add(id(kernel))
    if getattr(layer, 'kernel_mask', None) is not None:
      partly_used.add(id(kernel))  # LocallyConnected with implementation=2.
  return frozenset(depthwise), frozenset(partly_used)


def _is_depthwise(layer: Any) -> bool:
  """Whether it is a convolution whose groups have one input channel each."""
  kernel = getattr(layer, 'kernel', None)
  groups = getattr(layer, 'groups', 1)
  return (isinstance(groups, int) and groups > 1
          and kernel is not None and len(kernel.shape) > 2
          and int(kernel.shape[-2]) == 1)
