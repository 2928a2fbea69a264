# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Wrote `tables.json` beside this file, with TensorFlow 1.15 and its contrib.

    python -m tests.data.contrib_collections.write_tables PATH
"""

import json
import sys
import types

from tensorflow.contrib import framework
from tensorflow.contrib import model_pruning
from tensorflow.contrib.model_pruning.python import learning
from tensorflow.contrib.model_pruning.python import pruning
from tensorflow.contrib.model_pruning.python import pruning_utils
from tensorflow.contrib.model_pruning.python import strip_pruning_vars_lib
from tensorflow.contrib.model_pruning.python.layers import core_layers
from tensorflow.contrib.model_pruning.python.layers import layers
from tensorflow.contrib.model_pruning.python.layers import rnn_cells

from tests.support.graphs import contrib_programs

LIBRARY = contrib_programs.Library(
    model_pruning,
    # The package has no attribute for them.
    types.SimpleNamespace(
        learning=learning, pruning=pruning, pruning_utils=pruning_utils,
        strip_pruning_vars_lib=strip_pruning_vars_lib,
        layers=types.SimpleNamespace(
            core_layers=core_layers, layers=layers, rnn_cells=rnn_cells)),
    framework.arg_scope)


_MODULES = {
    'pruning': pruning, 'pruning_utils': pruning_utils, 'learning': learning,
    'strip_pruning_vars_lib': strip_pruning_vars_lib, 'layers.layers': layers,
    'layers.core_layers': core_layers, 'layers.rnn_cells': rnn_cells}


def names_of(module):
  """The public functions, classes and constants that are a module's own."""
  return sorted(
      name for name, value in vars(module).items()
      if not name.startswith('_') and (
          isinstance(value, str)
          or getattr(value, '__module__', None) == module.__name__))


def main(path):
  tables = {
      'programs': {
          name: contrib_programs.table_of(program, LIBRARY)
          for name, program in contrib_programs.PROGRAMS.items()},
      'attributes': contrib_programs.attributes_of(LIBRARY),
      'names': {
          '': sorted(name for name in dir(model_pruning)
                     if not name.startswith('_')),
          **{path: names_of(module) for path, module in _MODULES.items()}},
  }
  with open(path, 'w') as file:
    json.dump(tables, file, indent=1, sort_keys=True)
    file.write('\n')


if __name__ == '__main__':
  main(sys.argv[1])
