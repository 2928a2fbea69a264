# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What a spec would do to a stored model."""

from __future__ import annotations

from typing import List, Optional, Tuple, Union

from model_pruning._src.model_files import arrays
from model_pruning._src.model_files import graph_defs
from model_pruning._src.model_files import keras_files
from model_pruning._src.model_files import kinds
from model_pruning._src.model_files import stored_weights
from model_pruning._src.planning import plan as plan_lib
from model_pruning._src.planning import preview
from model_pruning._src.spec import pruning_spec as spec_lib

_BYTES = {'float16': 2, 'bfloat16': 2, 'float32': 4, 'float64': 8}


def plan(path: str, spec: Union[spec_lib.PruningSpec, str], *,
         num_steps: Optional[int] = None,
         steps_per_epoch: Optional[int] = None,
         custom: Optional[str] = None) -> preview.PruningPreview:
  """Says what a spec would do to a stored model, and changes nothing.

  Args:
    path: of the model.
    spec: a `PruningSpec`, or its string.
    num_steps: how many optimizer updates training makes, if known.
    steps_per_epoch: how many of them an epoch has, if known.
    custom: a module with the custom objects of a Keras file.

  Raises:
    ValueError: if there is no model, it is damaged or has no weights, or the
      spec is not valid or has a pattern that matches no weight.
  """
  resolved = spec_lib.PruningSpec.of(spec).resolve(
      num_steps=num_steps, steps_per_epoch=steps_per_epoch)
  found = kinds.recognize(path)
  if found.kind is kinds.Kind.KERAS or (
      found.kind is kinds.Kind.HDF5 and keras_files.has_model(found.path)):
    from model_pruning._src.keras import plan as keras_plan
    return keras_plan.dry_run(
        keras_files.load(found.path, custom), resolved, num_steps)
  candidates, num_bytes, note = _candidates(found)
  made = preview.make_preview(resolved, candidates, num_bytes, num_steps)
  return made.with_warning(note) if note else made


def _candidates(found: kinds.Found) -> Tuple[
    List[plan_lib.Candidate], List[int], str]:
  """The candidates of a model, bytes of an entry of each, and a note."""
  if found.kind is kinds.Kind.GRAPH_DEF:
    from model_pruning._src.model_files import graph_weights
    pairs = graph_weights.candidates(graph_defs.read(found.path))
    return ([candidate for _, candidate in pairs],
            [_BYTES[constant.dtype] for constant, _ in pairs], '')
  if found.kind is kinds.Kind.CHECKPOINT:
    weights = stored_weights.of_checkpoint(found.path)
  elif found.kind is kinds.Kind.SAVED_MODEL:
    weights = stored_weights.of_saved_model(found.path)
  else:
    weights = stored_weights.by_names(list(arrays.arrays_of(found)))
  return (weights.candidates,
          [_BYTES.get(array.dtype, 0) for array in weights.arrays],
          weights.note)
