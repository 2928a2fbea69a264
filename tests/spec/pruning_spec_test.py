# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of model_pruning._src.spec.pruning_spec: fields and forms."""

from __future__ import annotations

import copy
import dataclasses
import doctest
import inspect
import pickle

import hypothesis
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.spec import compression_fields
from model_pruning._src.spec import hparams as hparams_lib
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import text as text_lib
from model_pruning._src.spec import training_length
from model_pruning._src.spec.pruning_spec import PruningSpec
from tests.support import random_specs

_DEFAULTS = [
    ('name', 'model_pruning'), ('begin_pruning_step', 0),
    ('end_pruning_step', -1), ('weight_sparsity_map', ()),
    ('block_dims_map', ()), ('group_pruning', False),
    ('group_sparsity_map', ()), ('group_block_dims_map', ()),
    ('threshold_decay', 0.0), ('pruning_frequency', 10), ('nbins', 256),
    ('block_height', 1), ('block_width', 1), ('block_pooling_function', 'AVG'),
    ('initial_sparsity', 0.0), ('target_sparsity', 0.5),
    ('sparsity_function_begin_step', 0), ('sparsity_function_end_step', 100),
    ('sparsity_function_exponent', 3.0), ('use_tpu', False),
    ('gradient_decay_rate', 0.99), ('prune_option', 'weight'),
    ('intra_block_sparsity', False), ('add_summary', True),
    ('sparsity_m_by_n', ''), ('do_not_prune', ()),
    ('sparsity_distribution', 'uniform'), ('min_weight_sparsity', 0.0),
    ('max_weight_sparsity', 1.0), ('structure', 'auto'),
    ('target_macs', ''), ('target_params', ''),
    ('sparsity_schedule', 'polynomial'), ('mask_update', 'rank'),
    ('keep_sparsity', True),
]


class FieldsTest(parameterized.TestCase):

  def test_names_order_and_defaults_are_those_users_know(self):
    self.assertEqual(
        [(f.name, f.default) for f in dataclasses.fields(PruningSpec)],
        _DEFAULTS)

  def test_every_field_is_documented(self):
    docstring = inspect.getdoc(PruningSpec)
    for name, _ in _DEFAULTS:
      self.assertIn(f'\n  {name}: ', docstring)

  def test_a_spec_is_frozen_and_hashable(self):
    spec = PruningSpec(target_sparsity=0.9)
    with self.assertRaises(dataclasses.FrozenInstanceError):
      spec.target_sparsity = 0.8
    self.assertLen({spec, PruningSpec.parse('target_sparsity=0.90')}, 1)

  @parameterized.parameters(
      ('weight_sparsity_map', ['a:0.50', ' b:c:0.1 '], ('a:0.5', 'b:c:0.1')),
      ('weight_sparsity_map', {'a': 0.5, 'b': '.1'}, ('a:0.5', 'b:0.1')),
      ('weight_sparsity_map', {'a': 0, 'b': np.float32(0.5)},
       ('a:0', 'b:0.5')),
      ('weight_sparsity_map', [''], ()),
      ('weight_sparsity_map', ['', 'a:0.5', '\n'], ('a:0.5',)),
      ('weight_sparsity_map', {}, ()),
      ('block_dims_map', ('a:1x4', 'b: -1 X 02'), ('a:1x4', 'b:-1x2')),
      ('block_dims_map', {'a': (1, 4), 'b': '4x-1', 'c': [np.int64(2), 2]},
       ('a:1x4', 'b:4x-1', 'c:2x2')),
      ('do_not_prune', ['bias', '', '\nnorm'], ('bias', 'norm')),
      ('block_pooling_function', 'max', 'MAX'),
      ('block_pooling_function', 'Avg\n', 'AVG'),
      ('prune_option', 'first_order_gradient', 'first_order_gradient'),
      ('sparsity_m_by_n', (2, 4), '2x4'),
      ('sparsity_m_by_n', '2X4', '2x4'),
      ('sparsity_m_by_n', [np.int32(1), 16], '1x16'),
      ('target_sparsity', 0, 0.0),
      ('weight_sparsity_map', ['a:-0.0'], ('a:0',)),
      ('target_sparsity', np.float64(0.25), 0.25),
      ('begin_pruning_step', np.int64(3), 3),
      ('name', 'a/b', 'a/b'),
      ('name', ' pruning\n', 'pruning'),
  )
  def test_a_value_is_stored_in_one_spelling(self, field, value, stored):
    actual = getattr(PruningSpec(**{field: value}), field)
    self.assertEqual(repr(actual), repr(stored))

  @parameterized.parameters(
      ('2x4', 0.5), ((3, 4), 0.75), ('1x3', 1 / 3))
  def test_with_m_by_n_the_target_is_m_over_n(self, m_by_n, target):
    self.assertEqual(
        PruningSpec(sparsity_m_by_n=m_by_n).target_sparsity, target)
    self.assertEqual(
        PruningSpec(sparsity_m_by_n=m_by_n,
                    target_sparsity=round(target, 7)).target_sparsity, target)

  def test_m_by_n_is_read_as_a_pair(self):
    self.assertEqual(PruningSpec(sparsity_m_by_n='3x4').m_by_n, (3, 4))
    self.assertIsNone(PruningSpec().m_by_n)


class FormsTest(parameterized.TestCase):

  def test_the_string_of_the_design_is_parsed(self):
    spec = PruningSpec.parse(
        'target_sparsity=0.9,begin_pruning_step=1000,end_pruning_step=20000,'
        'pruning_frequency=100,'
        'weight_sparsity_map=[conv1:0.5,.*/embeddings:0.8],'
        'block_dims_map=[dense:1x4]')
    self.assertEqual(spec, PruningSpec(
        target_sparsity=0.9, begin_pruning_step=1000, end_pruning_step=20000,
        pruning_frequency=100,
        weight_sparsity_map={'conv1': 0.5, '.*/embeddings': 0.8},
        block_dims_map={'dense': (1, 4)}))

  def test_a_string_over_several_lines_is_parsed(self):
    spec = PruningSpec.parse("""
        target_sparsity=0.9,
        weight_sparsity_map=[
            conv1:0.5,
            "a{1,2}:0.8",
            fc[0-9]:0.7,
        ],
        block_pooling_function=MAX
        """)
    self.assertEqual(spec, PruningSpec(
        target_sparsity=0.9, block_pooling_function='MAX',
        weight_sparsity_map=('conv1:0.5', 'a{1,2}:0.8', 'fc[0-9]:0.7')))

  @parameterized.parameters(
      ({}, ''),
      (dict(target_sparsity=0.5), ''),
      (dict(target_sparsity=0.9, name='p'), 'name=p,target_sparsity=0.9'),
      (dict(weight_sparsity_map={'conv[0-9]': 0.8, 'a,b': 0.5}),
       'weight_sparsity_map=[conv[0-9]:0.8,"a,b:0.5"]'),
      (dict(sparsity_m_by_n=(3, 4)), 'sparsity_m_by_n=3x4'),
      (dict(use_tpu=True, sparsity_function_exponent=1),
       'sparsity_function_exponent=1,use_tpu=true'),
      (dict(do_not_prune=['a[0]', 'b']), 'do_not_prune=["a[0]",b]'),
  )
  def test_a_spec_prints_as_its_shortest_string(self, values, text):
    spec = PruningSpec(**values)
    self.assertEqual(str(spec), text)
    self.assertEqual(repr(spec), f'PruningSpec.parse({text!r})')
    self.assertEqual(PruningSpec.parse(text), spec)

  @hypothesis.given(random_specs.specs())
  def test_every_spec_comes_back_from_each_of_its_forms(self, spec):
    values = dataclasses.asdict(spec)
    hparams = hparams_lib.HParams(**values)
    for other in (PruningSpec.parse(str(spec)), PruningSpec.of(values),
                  PruningSpec.of(hparams), spec.replace(),
                  PruningSpec.of(
                      spec_lib.get_pruning_hparams().parse(str(spec))),
                  PruningSpec.of(
                      spec_lib.get_pruning_hparams().parse_json(
                          hparams.to_json()))):
      self.assertEqual(other, spec)
      if not all(map(spec.is_default, training_length.STEP_FIELDS)):
        self.assertEqual(repr(other), repr(spec))

  @hypothesis.given(random_specs.specs())
  def test_what_is_printed_is_what_is_not_default(self, spec):
    changed = {n for n, default in _DEFAULTS if getattr(spec, n) != default}
    if spec.m_by_n:
      changed.discard('target_sparsity')
    if changed.isdisjoint(training_length.STEP_FIELDS):
      changed.add('sparsity_function_end_step')  # It names its steps.
    self.assertEqual(
        set(text_lib.parse(str(spec), dict(_DEFAULTS))), changed)

  def test_of_takes_every_form(self):
    spec = PruningSpec(target_sparsity=0.9)
    self.assertIs(PruningSpec.of(spec), spec)
    for form in ('target_sparsity=0.9', {'target_sparsity': 0.9},
                 hparams_lib.HParams(target_sparsity=0.9)):
      self.assertEqual(PruningSpec.of(form), spec)

  @parameterized.parameters(
      (None,), (0.9,), (['target_sparsity=0.9'],), (PruningSpec,))
  def test_of_takes_nothing_else(self, value):
    with self.assertRaisesRegex(TypeError, '`spec` must be a PruningSpec'):
      PruningSpec.of(value)

  def test_an_unknown_name_is_an_error_in_every_form(self):
    for form in ('target_sparsty=0.9', {'target_sparsty': 0.9},
                 hparams_lib.HParams(target_sparsty=0.9)):
      with self.assertRaisesRegex(
          ValueError, 'Did you mean `target_sparsity`?'):
        PruningSpec.of(form)
    with self.assertRaisesRegex(ValueError, 'must be one of name, begin_'):
      PruningSpec().replace(target_sparsty=0.9)

  def test_replace_checks_and_keeps_the_rest(self):
    spec = PruningSpec(begin_pruning_step=10, target_sparsity=0.9)
    self.assertEqual(spec.replace(end_pruning_step=20), PruningSpec(
        begin_pruning_step=10, end_pruning_step=20, target_sparsity=0.9))
    with self.assertRaises(ValueError):
      spec.replace(end_pruning_step=5)

  def test_a_target_that_came_from_m_by_n_goes_with_it(self):
    spec = PruningSpec(sparsity_m_by_n='3x4')
    self.assertEqual(spec.replace(sparsity_m_by_n=''), PruningSpec())
    self.assertEqual(spec.replace(sparsity_m_by_n='1x4').target_sparsity, 0.25)
    self.assertEqual(
        spec.replace(sparsity_m_by_n='', target_sparsity=0.8),
        PruningSpec(target_sparsity=0.8))
    self.assertEqual(spec.replace(name='p').target_sparsity, 0.75)

  def test_copies_are_equal(self):
    spec = PruningSpec(weight_sparsity_map={'a': 0.1}, sparsity_m_by_n='3x4')
    self.assertEqual(copy.deepcopy(spec), spec)
    self.assertEqual(pickle.loads(pickle.dumps(spec)), spec)
    self.assertEqual(dataclasses.replace(spec, name='p'),
                     spec.replace(name='p'))

  def test_the_old_object_has_every_field_at_its_default(self):
    hparams = spec_lib.get_pruning_hparams()
    self.assertEqual(
        list(hparams.values().items()),
        [(n, list(v) if isinstance(v, tuple) else v) for n, v in _DEFAULTS]
        + list(compression_fields.DEFAULTS.items()))
    self.assertEqual(PruningSpec.of(hparams), PruningSpec())
    hparams.weight_sparsity_map = ['']
    self.assertEqual(PruningSpec.of(hparams), PruningSpec())
    hparams.target_sparsity = 0.9
    hparams.parse('weight_sparsity_map=[conv1:0.8],sparsity_m_by_n=')
    self.assertEqual(PruningSpec.of(hparams), PruningSpec.parse(
        'target_sparsity=0.9,weight_sparsity_map=[conv1:0.8]'))
    self.assertIsNot(spec_lib.get_pruning_hparams().do_not_prune,
                     spec_lib.get_pruning_hparams().do_not_prune)


  def test_compression_fields_are_read_and_have_no_effect(self):
    hparams = spec_lib.get_pruning_hparams().parse(
        'target_sparsity=0.9,rank=5,compression_option=1,block_method=mask')
    self.assertEqual(hparams.rank, 5)
    self.assertEqual(PruningSpec.of(hparams), PruningSpec(target_sparsity=0.9))

  def test_compression_itself_is_refused(self):
    hparams = spec_lib.get_pruning_hparams().parse('prune_option=compression')
    with self.assertRaisesRegex(ValueError, 'not a part of this library'):
      PruningSpec.of(hparams)


class DocstringTest(absltest.TestCase):

  def test_the_examples_are_true(self):
    self.assertEqual(doctest.testmod(spec_lib).failed, 0)

  def test_the_examples_of_the_class_are_true(self):
    # `testmod` leaves out a class that names another module as its own.
    runner = doctest.DocTestRunner()
    for examples in doctest.DocTestFinder().find(
        PruningSpec, module=False, globs=vars(spec_lib)):
      runner.run(examples)
    self.assertGreater(runner.tries, 0)
    self.assertEqual(runner.failures, 0)


if __name__ == '__main__':
  absltest.main()
