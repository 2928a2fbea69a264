# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Packages whose names are loaded when they are first used."""

from __future__ import annotations

import importlib
import sys
import types
from typing import Any, Callable, List, Mapping, Tuple

_NO_TENSORFLOW = (
    '`{package}.{name}` needs TensorFlow 1.14 or newer, and none is '
    'installed. Install it as an extra, `pip install '
    'model-pruning[tensorflow]`, or install a flavour of your choice '
    '(tensorflow, tensorflow-cpu, tensorflow-macos, tf-nightly, ...).')


def lazy_names(
    package: str, modules: Mapping[str, str]
) -> Tuple[Callable[[str], Any], Callable[[], List[str]]]:
  """Returns the functions `__getattr__` and `__dir__` of a package.

  Args:
    package: The `__name__` of the package.
    modules: For each lazy name of the package, the module that defines it. A
      name whose module is called `<package>.<name>` is that module itself.

  Returns:
    A pair of functions. `__getattr__` loads a name and stores it in the
    package. It raises an AttributeError if the package has no such name, and
    an ImportError that says what to install if the name needs TensorFlow and
    there is none. `__dir__` lists the lazy names, the public modules of the
    package that are loaded, and what Python itself has put in it.
  """

  def load(name: str) -> Any:
    if name not in modules:
      raise AttributeError(f'module {package!r} has no attribute {name!r}')
    try:
      module = importlib.import_module(modules[name])
    except ModuleNotFoundError as e:
      if e.name != 'tensorflow':
        raise
      raise ImportError(
          _NO_TENSORFLOW.format(package=package, name=name)) from e
    value = (module if modules[name] == f'{package}.{name}'
             else getattr(module, name))
    setattr(sys.modules[package], name, value)
    return value

  def names() -> List[str]:
    listed = [name for name, value in vars(sys.modules[package]).items()
              if name.startswith('__') or _is_public_module(package, value)]
    return sorted({*listed, *modules})

  return load, names


def _is_public_module(package: str, value: Any) -> bool:
  """Whether `value` is a module of `package` for everyone to use."""
  return (isinstance(value, types.ModuleType)
          and value.__name__.startswith(package + '.')
          and not value.__name__.startswith(package + '._'))
