# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The signature of the inputs of a model, and random inputs.

An input is anything with a `shape` and a `dtype`: a tensor of `model.inputs`.
Its first dimension is the batch.
"""

from __future__ import annotations

from typing import Any, List, Optional, Sequence

import numpy as np
import tensorflow as tf


def dtype_of(tensor: Any) -> Any:
  """The dtype of NumPy that an input has."""
  return tf.as_dtype(tensor.dtype).as_numpy_dtype


def signature(inputs: Sequence[Any], batch: Optional[int],
              any_size: Optional[int]) -> List[tf.TensorSpec]:
  """The inputs as specs, named `input_0`, `input_1`, ...

  Args:
    inputs: the inputs of the model.
    batch: the batch size; None for any.
    any_size: the size of dimensions that the model does not fix; None for any.
  """
  return [
      tf.TensorSpec([batch, *_example_shape(tensor, any_size)],
                    dtype_of(tensor), name=f'input_{i}')
      for i, tensor in enumerate(inputs)]


def random_inputs(inputs: Sequence[Any], num_examples: int,
                  any_size: int) -> List[np.ndarray]:
  """Normally distributed inputs; zeros and ones for integer inputs.

  Args:
    inputs: the inputs of the model.
    num_examples: the batch size.
    any_size: the size of dimensions that the model does not fix.

  Raises:
    ValueError: if an input holds text.
  """
  random = np.random.RandomState(0)
  made = []
  for tensor in inputs:
    shape = [num_examples, *_example_shape(tensor, any_size)]
    dtype = np.dtype(dtype_of(tensor))
    if dtype.kind not in 'biufc' and dtype.name != 'bfloat16':
      raise ValueError('There are no random inputs of text: give inputs')
    values = (random.randint(0, 2, shape) if dtype.kind in 'biu'
              else random.randn(*shape))
    made.append(values.astype(dtype))
  return made


def as_arrays(data: Any, inputs: Sequence[Any]) -> List[np.ndarray]:
  """Data as an array for each input, of its dtype.

  Args:
    data: an array, or a list with one for each input.
    inputs: of the model.

  Raises:
    ValueError: if there are more or fewer arrays.
  """
  arrays = list(data) if isinstance(data, (list, tuple)) else [data]
  if len(arrays) != len(inputs):
    raise ValueError(f'The model takes {len(inputs)} inputs, and '
                     f'{len(arrays)} arrays were given')
  return [np.asarray(array, dtype_of(tensor))
          for array, tensor in zip(arrays, inputs)]


def _example_shape(tensor: Any, any_size: Optional[int]
                   ) -> List[Optional[int]]:
  return [any_size if dim is None else int(dim) for dim in tensor.shape[1:]]
