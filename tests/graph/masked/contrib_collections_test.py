# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What a contrib program sees is what the contrib library showed it.

`tests/data/contrib_collections/tables.json` was written by that library.
"""

from __future__ import annotations

import json
import os

import tensorflow as tf
import tf_slim
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.graph.masked import core_layers
from model_pruning._src.graph.masked import rnn_cells
from tests.support.graphs import contrib_programs
from tests.support.graphs import maskable_graphs

v1 = tf.compat.v1

_LIBRARY = contrib_programs.Library(
    model_pruning, model_pruning.python, tf_slim.arg_scope)
with open(os.path.join(os.path.dirname(__file__), os.pardir, os.pardir, 'data',
                       'contrib_collections', 'tables.json')) as _file:
  _TABLES = json.load(_file)
_HAS_LAYERS = core_layers.MaskedConv2D.__mro__[2].__name__ == 'Layer'
_HAS_CELLS = rnn_cells.MaskedGRUCell.__bases__[-1].__name__ == 'GRUCell'
_NEEDS = {'lstm': _HAS_CELLS, 'layers_as_objects': _HAS_LAYERS}


class ContribCollectionsTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    self.maxDiff = None
    self.enter_context(maskable_graphs.control_flow(False))

  def test_there_is_a_table_for_each_program(self):
    self.assertCountEqual(_TABLES['programs'], contrib_programs.PROGRAMS)

  @parameterized.parameters(*contrib_programs.PROGRAMS)
  def test_collections_are_those_of_contrib(self, name):
    for part, has_it in _NEEDS.items():
      if part in name and not has_it:
        self.skipTest(f'TensorFlow {tf.__version__} has no {part} with Keras 3')
    table = contrib_programs.table_of(
        contrib_programs.PROGRAMS[name], _LIBRARY)
    self._check_equal(table, _TABLES['programs'][name])

  def test_attributes_are_those_of_contrib(self):
    if not (_HAS_CELLS and _HAS_LAYERS):
      self.skipTest(f'TensorFlow {tf.__version__} has no layers with Keras 3')
    self._check_equal(contrib_programs.attributes_of(_LIBRARY),
                      _TABLES['attributes'])

  @parameterized.parameters(*_TABLES['names'])
  def test_modules_have_the_names_of_contrib(self, path):
    module = model_pruning
    if path:
      module = model_pruning.python
      for part in path.split('.'):
        module = getattr(module, part)
    self.assertEmpty([name for name in _TABLES['names'][path]
                      if not hasattr(module, name)])

  def _check_equal(self, table, wanted):
    """Compares dicts; the first difference is printed and not all of them."""
    self.assertCountEqual(table, wanted)
    for key, value in table.items():
      if isinstance(value, dict):
        self._check_equal(value, wanted[key])
      else:
        self.assertEqual(value, wanted[key], key)


if __name__ == '__main__':
  absltest.main()
