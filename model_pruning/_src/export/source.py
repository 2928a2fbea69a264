# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A model that is exported, whatever it is stored as."""

from __future__ import annotations

from typing import Any, Callable, List, NamedTuple, Optional, Sequence

import numpy as np

from model_pruning._src.keras.models import example_inputs

_NUM_EXAMPLES = 8
# For a dimension of an input that is not known.
ANY_SIZE = 16


class Source(NamedTuple):
  """A model that is exported.

  Attributes:
    write_saved_model: writes it as a SavedModel to a directory.
    inputs: what results are compared on; the first axis is the batch.
    outputs: what the model computes of them.
    names: for each input what it may be called in what is written.
  """

  write_saved_model: Callable[[str], None]
  inputs: List[np.ndarray]
  outputs: List[np.ndarray]
  names: List[List[str]]


def chosen_inputs(inputs: Sequence[Any], data: Optional[List[np.ndarray]],
                  given: Any) -> List[np.ndarray]:
  """What outputs are compared on.

  Args:
    inputs: of the model, each with a shape and a dtype.
    data: inputs like those of the training, or None.
    given: what the user wants outputs to be compared on, or None.

  Returns:
    What is given; else the first examples of the data; else random numbers.
  """
  if given is not None:
    return example_inputs.as_arrays(given, inputs)
  if data is not None:
    return [array[:_NUM_EXAMPLES] for array in data]
  return example_inputs.random_inputs(inputs, _NUM_EXAMPLES, ANY_SIZE)
