# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Recurrent cells of `tf.compat.v1.nn.rnn_cell` with masked kernels.

A cell is TensorFlow's own, but for its kernel: while it computes, the product
with the mask is in its place. Masks lie beside the kernel, `<cell>/mask` and
`<cell>/threshold`. The attributes are those of the contrib library: `_kernel`
is the variable, and `_mask`, `_threshold`, `_masked_kernel` belong to it.

With Keras 3 TensorFlow has no such cells. The classes are there all the same,
so that they can be looked up, and raise an ImportError when one is made.
"""

from __future__ import annotations

import contextlib
from typing import Any, Dict, Iterator, Optional

import tensorflow as tf

from model_pruning._src.compat import graph as graph_compat
from model_pruning._src.graph.masked import apply_mask

_v1: Any = tf.compat.v1


class _NoCell:
  """Stands for a cell of a TensorFlow without `rnn_cell`."""

  def __init__(self, *args: Any, **kwargs: Any):
    del args, kwargs
    raise ImportError(
        'The masked cells need `tf.compat.v1.nn.rnn_cell`, which this '
        f'TensorFlow ({tf.__version__}) does not have with the Keras that is '
        'installed. With Keras 3, install tf-keras and set '
        'TF_USE_LEGACY_KERAS=1, or prune a Keras LSTM with '
        '`model_pruning.keras.prune`.')


def _cell(name: str) -> Any:
  """TensorFlow's class of a cell, or what stands for it."""
  try:
    return getattr(_v1.nn.rnn_cell, name)
  except (AttributeError, ImportError):  # With Keras 3, one or the other.
    return _NoCell


_BasicLSTMCell: Any = _cell('BasicLSTMCell')
_LSTMCell: Any = _cell('LSTMCell')
_GRUCell: Any = _cell('GRUCell')


class _MaskedKernel:
  """What a cell with masked kernels adds to TensorFlow's cell."""

  _prune_option = 'weight'
  # TensorFlow's cells have these.
  _kernel: Any
  _gate_kernel: Any
  _candidate_kernel: Any

  def _mask_kernel(self, name: str, state_prefix: str = '_') -> None:
    """Masks a kernel, outside of any loop.

    A cell makes its variables in the first step of a loop, and keeps them for
    other loops, which cannot use a tensor of the first.

    Args:
      name: the attribute that has the kernel.
      state_prefix: of the attributes for its mask, threshold, and the rest.
    """
    kernel = getattr(self, name)
    scope = tf.compat.v1.VariableScope(
        tf.compat.v1.AUTO_REUSE, kernel.name.rpartition('/')[0])
    with tf.init_scope():
      result = apply_mask.mask_weight(kernel, scope, self._prune_option)
    state = {part: variable for part, variable
             in result.state._asdict().items() if variable is not None}
    graph_compat.add_state_variables(self, list(state.values()))
    for part, variable in state.items():
      setattr(self, state_prefix + part, variable)
    setattr(self, f'_masked{name}', result.masked)

  @contextlib.contextmanager
  def _masked(self, *names: str) -> Iterator[None]:
    """Context manager: the products are in the place of the kernels."""
    kernels: Dict[str, Any] = {name: getattr(self, name) for name in names}
    for name in names:
      setattr(self, name, getattr(self, f'_masked{name}'))
    try:
      yield
    finally:
      for name, kernel in kernels.items():
        setattr(self, name, kernel)


class MaskedBasicLSTMCell(_MaskedKernel, _BasicLSTMCell):
  """`BasicLSTMCell` whose kernel is masked."""

  def __init__(self, num_units: int, forget_bias: float = 1.0,
               state_is_tuple: bool = True, activation: Any = None,
               reuse: Optional[bool] = None, name: Optional[str] = None,
               prune_option: str = 'weight', **kwargs: Any):
    """Creates a cell; arguments as of TensorFlow's, and `prune_option`."""
    super().__init__(num_units, forget_bias, state_is_tuple, activation, reuse,
                     name, **kwargs)
    self._prune_option = apply_mask.checked_prune_option(prune_option)

  def build(self, inputs_shape: Any) -> None:
    """Creates the variables and masks the kernel."""
    super().build(inputs_shape)
    self._mask_kernel('_kernel')

  def call(self, inputs: Any, state: Any) -> Any:
    """A step of the cell; as that of TensorFlow's."""
    with self._masked('_kernel'):
      return super().call(inputs, state)


class MaskedLSTMCell(_MaskedKernel, _LSTMCell):
  """`LSTMCell` whose kernel is masked; its projection is not."""

  def __init__(self, num_units: int, use_peepholes: bool = False,
               cell_clip: Optional[float] = None, initializer: Any = None,
               num_proj: Optional[int] = None,
               proj_clip: Optional[float] = None,
               num_unit_shards: Optional[int] = None,
               num_proj_shards: Optional[int] = None,
               forget_bias: float = 1.0, state_is_tuple: bool = True,
               activation: Any = None, reuse: Optional[bool] = None,
               name: Optional[str] = None, prune_option: str = 'weight',
               **kwargs: Any):
    """Creates a cell; arguments as of TensorFlow's, and `prune_option`."""
    super().__init__(
        num_units, use_peepholes, cell_clip, initializer, num_proj, proj_clip,
        num_unit_shards, num_proj_shards, forget_bias, state_is_tuple,
        activation, reuse, name, **kwargs)
    self._prune_option = apply_mask.checked_prune_option(prune_option)

  def build(self, inputs_shape: Any) -> None:
    """Creates the variables and masks the kernel."""
    super().build(inputs_shape)
    self._mask_kernel('_kernel')

  def call(self, inputs: Any, state: Any) -> Any:
    """A step of the cell; as that of TensorFlow's."""
    with self._masked('_kernel'):
      return super().call(inputs, state)


class MaskedGRUCell(_MaskedKernel, _GRUCell):
  """`GRUCell` whose kernels are masked, each by a mask of its own.

  Their masks are `<cell>/gates/mask` and `<cell>/candidate/mask`.
  """

  def __init__(self, num_units: int, activation: Any = None,
               reuse: Optional[bool] = None, kernel_initializer: Any = None,
               bias_initializer: Any = None, name: Optional[str] = None,
               prune_option: str = 'weight', **kwargs: Any):
    """Creates a cell; arguments as of TensorFlow's, and `prune_option`."""
    super().__init__(num_units, activation, reuse, kernel_initializer,
                     bias_initializer, name, **kwargs)
    self._prune_option = apply_mask.checked_prune_option(prune_option)

  def build(self, inputs_shape: Any) -> None:
    """Creates the variables and masks the kernels."""
    super().build(inputs_shape)
    self._mask_kernel('_gate_kernel', '_gate_')
    self._mask_kernel('_candidate_kernel', '_candidate_')

  def call(self, inputs: Any, state: Any) -> Any:
    """A step of the cell; as that of TensorFlow's."""
    with self._masked('_gate_kernel', '_candidate_kernel'):
      return super().call(inputs, state)
