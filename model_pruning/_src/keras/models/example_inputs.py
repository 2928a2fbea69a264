# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the inputs of a Keras model look like, and random ones."""

from __future__ import annotations

from typing import Any, List, Optional

import numpy as np
import tensorflow as tf


def dtype_of(tensor: Any) -> Any:
  """The dtype of NumPy that an input of a model has."""
  return tf.as_dtype(tensor.dtype).as_numpy_dtype


def signature(model: Any, any_size: Optional[int]) -> List[tf.TensorSpec]:
  """The inputs of one example, named `input_0`, `input_1`, ...

  Args:
    model: a Keras model whose inputs are known.
    any_size: what dimensions are that the model leaves open; None leaves them
      open.
  """
  return [
      tf.TensorSpec([1, *_example_shape(tensor, any_size)], dtype_of(tensor),
                    name=f'input_{i}')
      for i, tensor in enumerate(model.inputs)]


def random_inputs(model: Any, num_examples: int,
                  any_size: int) -> List[np.ndarray]:
  """Normally distributed inputs; zeros and ones for integer inputs.

  Args:
    model: a Keras model whose inputs are known.
    num_examples: how many there are of each input.
    any_size: what dimensions are that the model leaves open.
  """
  random = np.random.RandomState(0)
  given = []
  for tensor in model.inputs:
    shape = [num_examples, *_example_shape(tensor, any_size)]
    dtype = np.dtype(dtype_of(tensor))
    values = (random.randint(0, 2, shape) if dtype.kind in 'biu'
              else random.randn(*shape))
    given.append(values.astype(dtype))
  return given


def _example_shape(tensor: Any, any_size: Optional[int]
                   ) -> List[Optional[int]]:
  return [any_size if dim is None else int(dim) for dim in tensor.shape[1:]]
