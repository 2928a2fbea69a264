# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Takes pruning out of what was trained; what is left needs none of it.

    report = model_pruning.strip_pruning_vars(
        '/tmp/model', 'logits', output_dir='/tmp/stripped')
    print(report)
"""

from __future__ import annotations

import contextlib
import os
from typing import Any, Dict, Iterator, List, Optional, Sequence, Union

from model_pruning._src.files import errors
from model_pruning._src.files import places
from model_pruning._src.files import reading
from model_pruning._src.graph.strip import destination
from model_pruning._src.graph.strip import files
from model_pruning._src.graph.strip import freeze
from model_pruning._src.graph.strip import graph_def_edits as edits
from model_pruning._src.graph.strip import messages
from model_pruning._src.graph.strip import remove_variables
from model_pruning._src.graph.strip import report as report_lib
from model_pruning._src.graph.strip import stored_graph
from model_pruning._src.graph.strip import strip_graph

RESULTS = ('graph_def', 'checkpoint', 'saved_model')
FILENAMES = {'graph_def': 'pruning_stripped.pb',
             'checkpoint': 'pruning_stripped.ckpt'}

Names = Union[str, Sequence[str], None]


def strip_pruning_vars(
    checkpoint_dir: Optional[str] = None, output_node_names: Names = None,
    output_dir: Optional[str] = None, filename: Optional[str] = None, *,
    saved_model_dir: Optional[str] = None, graph_def: Optional[Any] = None,
    session: Optional[Any] = None, result: str = 'graph_def',
    tags: Optional[Sequence[str]] = None) -> report_lib.StripReport:
  """Takes masks, thresholds and the clock of pruning out of a model.

  Weights that the forward pass multiplies by a mask are multiplied here, once
  and for all; weights whose pruned entries are zero already stay as they are.
  All outputs stay exactly as they were.

  The source is not changed. The result is written beside what was there, and
  takes its place when it is whole: if anything fails, from a damaged source to
  a full disk, the result of an earlier call stays.

  Masks are known by what they are, in loops and functions too: variables that
  are not trained, hold zeros and ones, and multiply a weight of their shape.

  A sparse weight takes as many bytes in a file as a dense one; it is the
  compressed file (gzip) that is smaller.

  Args:
    checkpoint_dir: a directory, whose latest checkpoint is taken, or a
      checkpoint. Its graph must be beside it, in a `.meta` file. A checkpoint
      cannot be written to the same directory.
    output_node_names: names, also in one string with commas. Needed for a
      GraphDef, unless a SavedModel says what its outputs are. For a checkpoint
      they are optional: with them, a weight that an output also uses without
      its mask is found and left alone.
    output_dir: where to write. Only a GraphDef need not be written. A
      checkpoint needs a directory without others, a SavedModel an empty one,
      and neither may lie in the directory of a SavedModel that is the source.
    filename: of the GraphDef, or of the checkpoint; `FILENAMES` by default.
    saved_model_dir: a SavedModel, instead of `checkpoint_dir`.
    graph_def: a frozen GraphDef, or the path of one, binary or text, instead.
    session: a session, with its graph and the values of now, instead.
    result: 'graph_def', frozen; 'checkpoint', with the names that the
      variables had, all of them but those of pruning; or 'saved_model', with
      the same signatures, of a SavedModel only.
    tags: which graph of the SavedModel, if it has several.

  Returns:
    What was done: a table of the weights, and the GraphDef.

  Raises:
    ValueError: an argument does not fit the others, the source is missing or
      damaged, the graph has no such output, or the result cannot be written.
  """
  if checkpoint_dir is not None:
    checkpoint_dir = reading.path_of('checkpoint_dir', checkpoint_dir)
  if saved_model_dir is not None:
    saved_model_dir = reading.path_of('saved_model_dir', saved_model_dir)
  if output_dir is not None and output_dir != '':
    output_dir = reading.path_of('output_dir', output_dir)
  if isinstance(graph_def, (str, bytes, os.PathLike)):
    graph_def = reading.path_of('graph_def', graph_def)
  sources = dict(checkpoint_dir=checkpoint_dir, saved_model_dir=saved_model_dir,
                 graph_def=graph_def, session=session)
  _check(sources, result, output_dir, filename)
  path = None
  if output_dir is not None:
    path = output_dir if result == 'saved_model' else destination.path_of(
        output_dir, filename or FILENAMES[result])
    _check_destination(path, result, sources)
  message = None
  if checkpoint_dir is not None:
    stored = stored_graph.of_checkpoint(checkpoint_dir)
  elif saved_model_dir is not None:
    message = messages.read_saved_model(saved_model_dir)
    stored = stored_graph.of_saved_model(message, saved_model_dir, tags)
  elif session is not None:
    stored = stored_graph.of_session(session)
  else:
    stored = _of_graph_def(graph_def)
  frozen = None
  with _of_source(stored.source):
    outputs = _outputs(stored, output_node_names, result)
    stripped = strip_graph.strip(stored, outputs, result == 'graph_def')
    removed: Sequence[str] = sorted(stripped.state)
    if result == 'graph_def':
      frozen = strip_graph.freeze_stripped(stripped, stored, outputs or [])
      if path is not None:
        files.write_graph_def(path, frozen)
    elif result == 'checkpoint':
      assert path is not None
      files.write_stripped_checkpoint(path, stored, stripped)
    else:
      assert saved_model_dir is not None and path is not None
      removed = files.write_stripped_saved_model(
          message, saved_model_dir, path, stored, stripped)
  report = report_lib.StripReport(
      stripped.weights, tuple(removed), stripped.warnings, frozen, path)
  report.log()
  return report


def graph_def_from_checkpoint(checkpoint_dir: str,
                              output_node_names: Names) -> Any:
  """A frozen GraphDef of a checkpoint, with the masks still in it.

  Args:
    checkpoint_dir: as for `strip_pruning_vars`.
    output_node_names: as for `strip_pruning_vars`.

  Returns:
    A GraphDef whose variables are constants.

  Raises:
    ValueError: there is no checkpoint or no such output, or the checkpoint is
      damaged.
  """
  stored = stored_graph.of_checkpoint(
      reading.path_of('checkpoint_dir', checkpoint_dir))
  with _of_source(stored.source):
    outputs = _outputs(stored, output_node_names, 'graph_def') or []
    graph_def = edits.subgraph(stored.meta_graph.graph_def, outputs)
    freeze.freeze(graph_def, stored.value)
  return graph_def


def strip_pruning_vars_fn(input_graph_def: Any,
                          output_node_names: Names) -> Any:
  """Takes the masks out of a frozen GraphDef.

  Args:
    input_graph_def: a GraphDef whose variables are constants; not changed.
    output_node_names: as for `strip_pruning_vars`.

  Returns:
    A GraphDef.

  Raises:
    ValueError: the graph has no such output, or does not fit together.
  """
  return strip_pruning_vars(graph_def=input_graph_def,
                            output_node_names=output_node_names).graph_def


def _check(sources: Dict[str, Any], result: str, output_dir: Optional[str],
           filename: Optional[str]) -> None:
  given = [name for name, source in sources.items() if source is not None]
  if len(given) != 1:
    raise ValueError(
        f'Exactly one of {list(sources)} must be given. Received: {given}')
  if result not in RESULTS:
    raise ValueError(f'Argument `result` must be one of {RESULTS}. '
                     f'Received: result={result!r}')
  if result == 'saved_model' and given != ['saved_model_dir']:
    raise ValueError(
        "Argument `result` must be 'graph_def' or 'checkpoint' for a source "
        "that has no signatures. Received: result='saved_model' with "
        f'{given[0]}')
  if result == 'checkpoint' and given == ['graph_def']:
    raise ValueError(
        "Argument `result` must be 'graph_def' for a frozen GraphDef, which "
        "has no variables. Received: result='checkpoint'")
  if result != 'graph_def' and not output_dir:
    raise ValueError('Argument `output_dir` must say where to write a '
                     f'{result}. Received: output_dir={output_dir!r}')
  if filename and (result == 'saved_model' or not output_dir):
    raise ValueError(
        'Argument `filename` must come with `output_dir`, and with a result '
        f'that is one file. Received: filename={filename!r}, '
        f'output_dir={output_dir!r}, result={result!r}')
  for name in ('checkpoint_dir', 'saved_model_dir'):
    if result != 'graph_def' and sources[name] and places.same(
        output_dir or '.', sources[name]):
      raise ValueError(
          'Argument `output_dir` must not be the directory of the source. '
          f'Received: output_dir={output_dir!r}')



def _check_destination(path: str, result: str, sources: Dict[str, Any]) -> None:
  """Raises a ValueError if the result would change a source, or other files.

  Args:
    path: of the file, of the prefix of a checkpoint, or of a SavedModel.
    result: one of `RESULTS`.
    sources: what is stripped, by argument.
  """
  source_files: List[str] = []
  prefix = None
  if sources['checkpoint_dir'] is not None:
    prefix = stored_graph.checkpoint_prefix(sources['checkpoint_dir'])
    prefix = prefix or os.path.join(sources['checkpoint_dir'], 'checkpoint')
    source_files = destination.files_of_checkpoint(prefix)
  elif isinstance(sources['graph_def'], str):
    source_files = [sources['graph_def']]
  if result == 'graph_def':
    destination.check_file(path, source_files)
  elif result == 'checkpoint':
    destination.check_checkpoint(path, prefix)
  if sources['saved_model_dir'] is not None:
    (destination.check_saved_model if result == 'saved_model' else
     destination.check_outside)(path, sources['saved_model_dir'])


@contextlib.contextmanager
def _of_source(source: str) -> Iterator[None]:
  """Context manager: what a damaged graph does becomes an error about it.

  What was checked before can be walked. What is wrong with single nodes is
  found where they are needed, as an error of any type.
  """
  try:
    yield
  except ValueError:
    raise
  except Exception as error:
    raise errors.unreadable(
        source, 'a graph', errors.reason(error)) from error


def _of_graph_def(source: Any) -> stored_graph.StoredGraph:
  if isinstance(source, str):
    return stored_graph.of_graph_def(messages.read_graph_def(source), source)
  if not hasattr(source, 'library') or not hasattr(source, 'node'):
    raise ValueError(
        'Argument `graph_def` must be a GraphDef or the path of one. Received: '
        f'an object of type {type(source).__name__}')
  return stored_graph.of_graph_def(source, 'the GraphDef')


def _outputs(stored: stored_graph.StoredGraph, names: Names,
             result: str) -> Optional[List[str]]:
  """Names of output nodes; None if there are none and none are needed."""
  if isinstance(names, str):
    names = [name.strip() for name in names.split(',') if name.strip()]
  if not names:
    names = remove_variables.output_node_names(stored.meta_graph)
  if not names and result == 'checkpoint':
    return None
  return strip_graph.checked_outputs(stored.meta_graph.graph_def, list(names))
