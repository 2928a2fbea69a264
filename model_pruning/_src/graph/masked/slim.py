# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""tf-slim, for the parts of the library that are written in its style."""

from __future__ import annotations

import functools
import sys
from typing import Any, Callable, cast, TypeVar

try:
  import tf_slim as _tf_slim
except ImportError as e:
  _tf_slim = None
  _import_error = e

_Function = TypeVar('_Function', bound=Callable[..., Any])


def tf_slim() -> Any:
  """Returns the package tf-slim.

  Raises:
    ImportError: tf-slim is not installed, or cannot be imported.
  """
  if _tf_slim is None:
    raise ImportError(
        'The masked layers and `train` are in the style of tf-slim and need '
        'it. Install it as an extra, `pip install model-pruning[slim]`, or '
        'install tf-slim and six. The import failed with: '
        f'{_import_error}') from _import_error
  return _tf_slim


def add_arg_scope(function: _Function) -> _Function:
  """Makes arguments of a function settable by `arg_scope`.

  By that of tf-slim, and by that of `tf.contrib` if the program has imported
  it by now: the two do not know each other. Without tf-slim the function can
  be looked up, and raises an ImportError when it is called.
  """
  if _tf_slim is None:
    return _raises_when_called(function)
  scoped = _tf_slim.add_arg_scope(function)
  contrib = sys.modules.get('tensorflow.contrib.framework')
  return contrib.add_arg_scope(scoped) if contrib else scoped


def _raises_when_called(function: _Function) -> _Function:

  @functools.wraps(function)
  def without_tf_slim(*args: Any, **kwargs: Any) -> Any:
    del args, kwargs
    return tf_slim()

  return cast(_Function, without_tf_slim)
