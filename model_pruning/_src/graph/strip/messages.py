# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Reads the messages that graphs are kept in, from files that may be damaged.

No graph is built of them: TensorFlow ends the process for some that it cannot
build.
"""

from __future__ import annotations

import os
from typing import Any

import tensorflow as tf
from google.protobuf import text_format

from model_pruning._src.compat import graph as graph_compat
from model_pruning._src.files import errors
from model_pruning._src.files import reading

SAVED_MODEL = 'saved_model.pb'
_GRAPH_DEF = 'a GraphDef'


def read_bytes(path: str, what: str) -> bytes:
  """As `reading.read_bytes`, of remote files too."""
  if not reading.is_remote(path):
    return reading.read_bytes(path, what)
  with errors.reading(path, what):
    with tf.io.gfile.GFile(path, 'rb') as file:
      return file.read()


def read_saved_model(directory: str) -> Any:
  """Reads `saved_model.pb` of a directory.

  Raises:
    ValueError: There is none, or it cannot be read.
  """
  path = os.path.join(directory, SAVED_MODEL)
  if not tf.io.gfile.exists(path):
    raise ValueError(
        'Argument `saved_model_dir` must be a directory with a '
        f'{SAVED_MODEL}. Received: saved_model_dir={directory!r}')
  content = read_bytes(path, 'a SavedModel')
  with errors.reading(path, 'a SavedModel'):
    return graph_compat.saved_model_message(content)


def read_meta_graph(path: str) -> Any:
  """Reads the file of a MetaGraphDef.

  Raises:
    FileError: It cannot be read.
  """
  content = read_bytes(path, 'a MetaGraphDef')
  with errors.reading(path, 'a MetaGraphDef'):
    return tf.compat.v1.MetaGraphDef.FromString(content)


def read_graph_def(path: str) -> Any:
  """Reads the file of a GraphDef, binary or text.

  Raises:
    FileError: It cannot be read.
  """
  content = read_bytes(path, _GRAPH_DEF)
  with errors.reading(path, _GRAPH_DEF):
    try:
      return tf.compat.v1.GraphDef.FromString(content)
    except Exception:  # Of many types, in the versions of protocol buffers.
      if not _is_text(content):
        raise
    return text_format.Parse(content.decode(), tf.compat.v1.GraphDef())


def _is_text(content: bytes) -> bool:
  """Whether a file begins as the text of a message does."""
  return content[:1000].lstrip()[:1].isalpha() and b'\0' not in content[:1000]
