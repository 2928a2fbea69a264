# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Prunes stored models at once, without the code that made them."""

from __future__ import annotations

import dataclasses
import os
import shutil
from typing import (
  Any,
  Callable,
  Dict,
  Iterable,
  Optional,
  Sequence,
  Tuple,
  Union,
)

import numpy as np

from model_pruning._src.axes import structures
from model_pruning._src.core import prune_arrays
from model_pruning._src.files import errors
from model_pruning._src.files import replace
from model_pruning._src.model_files import graph_defs
from model_pruning._src.model_files import inputs
from model_pruning._src.model_files import keras_files
from model_pruning._src.model_files import kinds
from model_pruning._src.model_files import saved_model_place
from model_pruning._src.model_files import stored_weights
from model_pruning._src.planning import plan as plan_lib
from model_pruning._src.planning import report as report_lib
from model_pruning._src.spec import budget as budget_lib
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import weight_rule
from model_pruning._src.storage import new_file

# Of the variables as they were; nothing needs it.
_FINGERPRINT = 'fingerprint.pb'

# Called with a list, gives its items one by one and shows how far it is.
Progress = Callable[[Any], Iterable[Any]]


def prune_files(
    source: 'Union[str, os.PathLike[str]]',
    output: 'Union[str, os.PathLike[str]]',
    spec: Union[spec_lib.PruningSpec, str], *,
    calibration: Any = None, custom: Optional[str] = None,
    overwrite: bool = False, progress: Optional[Progress] = None
    ) -> report_lib.PruningReport:
  """Prunes a trained model in a file, without its code and without training.

      model_pruning.prune_files('detector', 'pruned', 'target_sparsity=0.5')

  The entries that matter least become exactly 0.0, as many as the spec says,
  in every structure and distribution; all else stays as it is, bit for bit.
  The result has the format of the source, with its names and signatures. With
  `structure=channels` a SavedModel becomes a frozen one, with one signature.

  Args:
    source: a checkpoint (its prefix or directory), a SavedModel, a frozen
      GraphDef, or a `.keras` or `.h5` file with a whole model. What it is, is
      told by its content.
    output: the prefix of the checkpoint, the directory of the SavedModel, or
      the file.
    spec: a `PruningSpec`, or its string. Its schedule has no effect.
    calibration: inputs of a Keras model, as an array or the path of a `.npy`
      or `.npz` file, on which the statistics of its batch normalizations are
      estimated anew. Default: they stay.
    custom: a module, or a `.py` file, with the custom classes and functions of
      a Keras file.
    overwrite: whether what is at `output` may be replaced. Default: no.
    progress: called with a list of weights, gives them one by one and shows
      how far it is. Default: nothing is shown.

  Returns:
    What was pruned, and what was not and why.

  Raises:
    ValueError: if there is no model, it is damaged or of a kind that cannot be
      pruned, the spec is not valid or matches no weight, or `output` is there.
  """
  source, output = os.fspath(source), os.fspath(output)
  spec = spec_lib.PruningSpec.of(spec)
  at_once = prune_arrays.at_once(spec, 'prune_files')
  found = kinds.recognize(source)
  writers: Dict[kinds.Kind, Callable[..., report_lib.PruningReport]] = {
      kinds.Kind.CHECKPOINT: _prune_checkpoint,
      kinds.Kind.SAVED_MODEL: _prune_saved_model,
      kinds.Kind.GRAPH_DEF: _prune_graph_def,
  }
  if found.kind in (kinds.Kind.KERAS, kinds.Kind.HDF5):
    return _prune_keras(found, output, spec, calibration, custom, overwrite,
                        progress)
  if found.kind not in writers:
    raise ValueError(f'{found} cannot be pruned; give a checkpoint, a '
                     'SavedModel, a GraphDef, or a .keras or .h5 file')
  if calibration is not None:
    raise ValueError(f'{found} is not calibrated: batch normalizations are '
                     'estimated anew in Keras files only')
  if found.kind is kinds.Kind.SAVED_MODEL:
    is_copied = not structures.Channels.is_asked_for(spec)
    saved_model_place.check(output, overwrite, found.path,
                            os.listdir(found.path) if is_copied else ())
  else:
    is_checkpoint = found.kind is kinds.Kind.CHECKPOINT
    new_file.check_file(output + '.index' * is_checkpoint, overwrite)
  report = writers[found.kind](
      found.path, output, at_once, progress or _show_nothing)
  return dataclasses.replace(report, spec=str(spec))


def _prune_keras(found: kinds.Found, output: str, spec: spec_lib.PruningSpec,
                 calibration: Any, custom: Optional[str], overwrite: bool,
                 progress: Optional[Progress]) -> report_lib.PruningReport:
  """Prunes a Keras file."""
  from model_pruning._src.keras import prune_now
  new_file.check_file(output, overwrite)
  model = keras_files.load(found.path, custom)
  if isinstance(calibration, (str, os.PathLike)):
    [calibration] = inputs.read(os.fspath(calibration), 1)
  report = prune_now.prune_now(model, spec, calibration, progress=progress)
  keras_files.save(model, output, overwrite)
  return report


def _show_nothing(items: Any) -> Iterable[Any]:
  return items


def _pruned(spec: spec_lib.PruningSpec,
            candidates: Sequence[plan_lib.Candidate],
            load: Callable[[int], np.ndarray], note: str, progress: Progress
            ) -> Tuple[Dict[int, np.ndarray], report_lib.PruningReport]:
  """Prunes arrays.

  Args:
    spec: the specification, at once.
    candidates: one for each array.
    load: reads one, by its index.
    note: a warning for the report, or ''.
    progress: shows how far it is.

  Returns:
    The pruned arrays by index, and the report.
  """
  rules, report = plan_lib.make_plan(spec, candidates, is_training=False)
  chosen = [i for i, rule in enumerate(rules) if rule is not None]
  if not chosen:
    raise ValueError('the model has no weight that the spec prunes:\n'
                     f'{report}')
  pruned: Dict[int, np.ndarray] = {}
  for ranking in progress(weight_rule.ranked_together(
      [rule for rule in rules if rule is not None])):
    members = [chosen[i] for i in ranking]
    pruned.update(zip(members, prune_arrays.prune_arrays(
        spec, [load(i) for i in members],
        [rule for rule in (rules[i] for i in members) if rule is not None])))
  return pruned, report.with_warning(note) if note else report


def _prune_checkpoint(prefix: str, output: str, spec: spec_lib.PruningSpec,
                      progress: Progress) -> report_lib.PruningReport:
  """Prunes a checkpoint; its graph, if it has one, is copied."""
  weights = stored_weights.of_checkpoint(prefix)
  from model_pruning._src.graph.strip import files as strip_files
  directory, name = os.path.split(os.path.abspath(output))
  with strip_files.writing(output), replace.staged(
      directory, last=name + '.index') as staging:
    report = _write_variables(
        prefix, os.path.join(staging, name), weights, spec, progress)
    if os.path.exists(prefix + '.meta'):
      shutil.copyfile(prefix + '.meta', os.path.join(staging, name + '.meta'))
  return report


def _write_variables(prefix: str, output: str,
                     weights: stored_weights.StoredWeights,
                     spec: spec_lib.PruningSpec, progress: Progress
                     ) -> report_lib.PruningReport:
  """Writes a checkpoint with weights pruned, and all else as it was."""
  import tensorflow as tf

  from model_pruning._src.graph.strip import files as strip_files
  values, report = _pruned(
      spec, weights.candidates, lambda i: weights.arrays[i].load(),
      weights.note, progress)
  by_key = {key: value for i, value in values.items()
            for key in weights.arrays[i].keys}
  reader = tf.train.load_checkpoint(prefix)
  keys = sorted(reader.get_variable_to_shape_map())

  def read(key: str) -> np.ndarray:
    with errors.reading(prefix, 'a checkpoint'):
      return reader.get_tensor(key)

  strip_files.write_checkpoint(
      output, keys,
      lambda key: by_key[key] if key in by_key else read(key))
  return report


def _prune_saved_model(directory: str, output: str, spec: spec_lib.PruningSpec,
                       progress: Progress) -> report_lib.PruningReport:
  """Prunes a SavedModel: its variables, or the constants of a frozen one.

  With channels it is frozen, as its functions have to be written out.
  """
  if structures.Channels.is_asked_for(spec):
    from model_pruning._src.model_files import frozen_saved_model
    graph = frozen_saved_model.read(directory)
    report = _prune_constants(graph.graph_def, directory, spec, progress)
    frozen_saved_model.replace_at(output, graph)
    return report
  from model_pruning._src.graph.strip import files as strip_files
  prefix = os.path.join(directory, 'variables', 'variables')
  with strip_files.writing(output), replace.staged_whole(output) as target:
    has_variables = os.path.exists(prefix + '.index')
    shutil.copytree(
        directory, target, ignore=lambda path, names: [
            name for name in names if name == _FINGERPRINT
            or has_variables and os.path.basename(path) == 'variables'])
    if has_variables:
      weights = stored_weights.of_saved_model(directory)
      report = _write_variables(
          prefix, os.path.join(target, 'variables', 'variables'), weights,
          spec, progress)
    else:
      message = graph_defs.saved_model(directory)
      report = _prune_constants(
        message.meta_graphs[0].graph_def, directory, spec, progress)
      with open(os.path.join(target, 'saved_model.pb'), 'wb') as file:
        file.write(message.SerializeToString())
  return report


def _prune_graph_def(path: str, output: str, spec: spec_lib.PruningSpec,
                     progress: Progress) -> report_lib.PruningReport:
  """Prunes a frozen GraphDef; a text one is written as text."""
  graph_def = graph_defs.read(path)
  report = _prune_constants(graph_def, path, spec, progress)
  directory, name = os.path.split(os.path.abspath(output))
  with replace.staged(directory) as staging:
    with open(os.path.join(staging, name), 'wb') as file:
      file.write(graph_defs.serialize(graph_def, graph_defs.is_text(path)))
  return report


def _prune_constants(graph_def: Any, source: str, spec: spec_lib.PruningSpec,
                     progress: Progress) -> report_lib.PruningReport:
  """Prunes the constants of a GraphDef in place."""
  import tensorflow as tf

  from model_pruning._src.model_files import graph_weights
  pairs = graph_weights.candidates(graph_def)
  if structures.Channels.is_asked_for(spec):
    from model_pruning._src.graph.channels import prune_channels
    candidates = [candidate for _, candidate in pairs]
    rules, report = plan_lib.make_plan(
        budget_lib.by_weights(spec), candidates, is_training=False)
    return prune_channels.prune_channels(
        graph_def, source, spec,
        {candidate.name: rule for candidate, rule in zip(candidates, rules)},
        report)
  values, report = _pruned(
      spec, [candidate for _, candidate in pairs],
      lambda i: pairs[i][0].load(), '', progress)
  for i, value in values.items():
    tensor = pairs[i][0].node.attr['value'].tensor
    tensor.CopyFrom(tf.make_tensor_proto(value))
  return report
