# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A hook of mkdocs: the site has recipes/ and their results too."""

from __future__ import annotations

import pathlib
from typing import Any

from mkdocs.structure import files as files_lib


def on_files(files: Any, config: Any) -> Any:
  """Adds what is in recipes/ to the files of the site.

  Args:
    files: the `Files` of docs/.
    config: of mkdocs.yml.

  Returns:
    `files`.
  """
  root = pathlib.Path(config.config_file_path).parent
  for path in sorted((root / 'recipes').rglob('*')):
    if path.is_file():
      files.append(files_lib.File(
          path.relative_to(root).as_posix(), str(root), config.site_dir,
          config.use_directory_urls))
  return files
