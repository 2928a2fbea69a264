# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of model_pruning.spec: fields, checks, forms and schedule notes."""

from __future__ import annotations

import copy
import dataclasses
import doctest
import inspect
import math
import pickle
import re
import warnings

import hypothesis
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from hypothesis import strategies as st

from model_pruning import hparam
from model_pruning import hparam_object
from model_pruning import spec as spec_lib
from model_pruning.spec import PruningSpec

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
    ('sparsity_distribution', 'uniform'),
]


def _is_regex(pattern):
  with warnings.catch_warnings():
    warnings.simplefilter('error')
    try:
      re.compile(pattern)
    except (re.error, Warning):
      return False
  return True


_PATTERNS = st.text(
    st.sampled_from('ab01/_,:=[]"\'\\\n .*{}()-é'), min_size=1, max_size=8
).map(str.strip).filter(bool).filter(_is_regex)
_SPARSITIES = st.one_of(
    st.sampled_from([0.0, 0.5, 0.9, 1 / 3]),
    st.floats(0.0, 1.0, exclude_max=True))
_DIMS = st.one_of(st.just(-1), st.integers(1, 64))
_BLOCK_DIMS = st.tuples(_DIMS, _DIMS)


@st.composite
def _specs(draw):
  """Any valid spec."""
  steps = st.integers(0, 10**9)
  begin, end = sorted([draw(steps), draw(steps)])
  curve = sorted([draw(steps), draw(steps)])
  values = dict(
      name=draw(st.sampled_from(['model_pruning', 'a/b.c-d', '1'])),
      begin_pruning_step=begin,
      end_pruning_step=draw(st.sampled_from([-1, end])),
      weight_sparsity_map=draw(st.dictionaries(_PATTERNS, _SPARSITIES,
                                               max_size=3)),
      threshold_decay=draw(_SPARSITIES),
      pruning_frequency=draw(st.integers(1, 1000)),
      nbins=draw(st.integers()),
      block_pooling_function=draw(st.sampled_from(['AVG', 'MAX'])),
      initial_sparsity=draw(_SPARSITIES),
      sparsity_function_begin_step=curve[0],
      sparsity_function_end_step=curve[1],
      sparsity_function_exponent=draw(
          st.floats(0.0, 1e300, exclude_min=True)),
      use_tpu=draw(st.booleans()),
      gradient_decay_rate=draw(_SPARSITIES),
      prune_option=draw(st.sampled_from(
          ['weight', 'first_order_gradient', 'second_order_gradient'])),
      add_summary=draw(st.booleans()),
      do_not_prune=draw(st.lists(_PATTERNS, unique=True, max_size=3)))
  structure = draw(st.sampled_from(['blocks', 'groups', 'm_by_n', 'intra']))
  if structure == 'm_by_n':
    n = draw(st.integers(2, 32))
    values['sparsity_m_by_n'] = (draw(st.integers(1, n - 1)), n)
  else:
    values['target_sparsity'] = draw(_SPARSITIES)
  if structure == 'intra':
    values.update(intra_block_sparsity=True,
                  block_width=draw(st.integers(2, 32)))
  if structure in ('blocks', 'groups'):
    values.update(
        block_height=draw(_DIMS), block_width=draw(_DIMS),
        block_dims_map=draw(st.dictionaries(_PATTERNS, _BLOCK_DIMS,
                                            max_size=3)))
  if structure == 'blocks':
    values['sparsity_distribution'] = draw(
        st.sampled_from(['uniform', 'erk', 'global']))
  if structure == 'groups':
    groups = draw(st.dictionaries(_PATTERNS, _SPARSITIES, max_size=3))
    dims = {group: draw(_BLOCK_DIMS) for group in groups}
    values.update(group_pruning=True, group_sparsity_map=groups,
                  group_block_dims_map=draw(st.sampled_from([{}, dims])))
  return PruningSpec(**values)


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


class ChecksTest(parameterized.TestCase):

  @parameterized.parameters(
      ('begin_pruning_step', -1, '>= 0'),
      ('begin_pruning_step', True, 'an int'),
      ('begin_pruning_step', 1.0, 'an int'),
      ('begin_pruning_step', '1', 'an int'),
      ('begin_pruning_step', None, 'an int'),
      ('end_pruning_step', -2, '-1 (no end) or >= `begin_pruning_step`'),
      ('pruning_frequency', 0, '>= 1'),
      ('pruning_frequency', -3, '>= 1'),
      ('initial_sparsity', 1.0, 'in [0, 1)'),
      ('initial_sparsity', -0.1, 'in [0, 1)'),
      ('target_sparsity', 1.5, 'in [0, 1)'),
      ('target_sparsity', 1, 'in [0, 1)'),
      ('target_sparsity', math.nan, 'in [0, 1)'),
      ('target_sparsity', math.inf, 'in [0, 1)'),
      ('target_sparsity', '0.9', 'a float'),
      ('target_sparsity', False, 'a float'),
      ('threshold_decay', 1.0, 'in [0, 1)'),
      ('threshold_decay', math.nan, 'in [0, 1)'),
      ('gradient_decay_rate', 1.0, 'in [0, 1)'),
      ('sparsity_function_begin_step', -1, '>= 0'),
      ('sparsity_function_end_step', -1, '<= `sparsity_function_end_step`'),
      ('sparsity_function_exponent', 0.0, '> 0 and finite'),
      ('sparsity_function_exponent', -1, '> 0 and finite'),
      ('sparsity_function_exponent', math.inf, '> 0 and finite'),
      ('sparsity_function_exponent', math.nan, '> 0 and finite'),
      ('block_height', 0, '>= 1 or -1'),
      ('block_width', -2, '>= 1 or -1'),
      ('block_pooling_function', 'SUM', 'one of AVG, MAX'),
      ('block_pooling_function', None, 'one of AVG, MAX'),
      ('prune_option', 'compression',
       'one of weight, first_order_gradient, second_order_gradient'),
      ('sparsity_distribution', 'er', 'one of uniform, erk, global'),
      ('use_tpu', 1, 'true or false'),
      ('nbins', 1.5, 'an int'),
      ('name', '', 'a TensorFlow scope name'),
      ('name', 'a b', 'a TensorFlow scope name'),
      ('name', '_a', 'a TensorFlow scope name'),
      ('name', 3, 'a TensorFlow scope name'),
      ('sparsity_m_by_n', '4x4', '0 < M < N'),
      ('sparsity_m_by_n', '0x4', '0 < M < N'),
      ('sparsity_m_by_n', '2:4', '0 < M < N'),
      ('sparsity_m_by_n', (2,), '0 < M < N'),
      ('sparsity_m_by_n', (2.0, 4), '0 < M < N'),
      ('sparsity_m_by_n', None, '0 < M < N'),
      ('weight_sparsity_map', 'a:0.5', 'a list of which each is a str'),
      ('weight_sparsity_map', [0.5], 'a list of which each is a str'),
      ('do_not_prune', 'bias', 'a list of which each is a str'),
      ('do_not_prune', {'bias': 1}, 'a list of which each is a str'),
      ('intra_block_sparsity', True, '`block_width` > 1'),
  )
  def test_a_wrong_value_is_an_error(self, field, value, allowed):
    with self.assertRaises(ValueError) as caught:
      PruningSpec(**{field: value})
    message = str(caught.exception)
    self.assertRegex(message, r'^Argument `\w+` must .* Received: ')
    self.assertIn(allowed, message)
    self.assertIn(f'{field}={value!r}', message)

  @parameterized.parameters(
      ('weight_sparsity_map', 'a', "'a'"),
      ('weight_sparsity_map', ':0.5', "'0.5'"),
      ('weight_sparsity_map', 'a:', "'a:'"),
      ('weight_sparsity_map', 'a:x', "'a:x'"),
      ('weight_sparsity_map', 'a:1.0', "'a:1.0'"),
      ('weight_sparsity_map', 'a:-0.1', "'a:-0.1'"),
      ('weight_sparsity_map', 'a:nan', "'a:nan'"),
      ('group_sparsity_map', 'a:2', "'a:2'"),
      ('block_dims_map', 'a:4', "'a:4'"),
      ('block_dims_map', 'a:1x2x3', "'a:1x2x3'"),
      ('block_dims_map', 'a:2x', "'a:2x'"),
      ('block_dims_map', 'a:0x4', "'a:0x4'"),
      ('block_dims_map', 'a:-2x4', "'a:-2x4'"),
      ('group_block_dims_map', 'a:x4', "'a:x4'"),
  )
  def test_a_malformed_entry_is_an_error_that_shows_it(
      self, field, entry, shown):
    with self.assertRaisesRegex(
        ValueError, f'`{field}` must have entries pattern:.*Received: {shown}'):
      PruningSpec(**{field: ['b:0.5' if 'spars' in field else 'b:1x2', entry]})

  @parameterized.parameters(
      ('weight_sparsity_map', {'a': 1.5}), ('weight_sparsity_map', {'a': True}),
      ('weight_sparsity_map', {'a': None}), ('block_dims_map', {'a': 4}),
      ('block_dims_map', {'a': (1, 2, 3)}), ('block_dims_map', {'a': (1.0, 2)}),
      ('block_dims_map', {'a': (True, 2)}), ('weight_sparsity_map', {1: 0.5}),
      ('weight_sparsity_map', {'': 0.5}))
  def test_a_wrong_mapping_is_an_error(self, field, value):
    with self.assertRaisesRegex(ValueError, f'`{field}` must have'):
      PruningSpec(**{field: value})

  @parameterized.parameters(
      ('weight_sparsity_map', ['conv[0-9:0.5']), ('do_not_prune', ['(']),
      ('block_dims_map', {'*': (1, 2)}))
  def test_a_pattern_that_is_no_regex_is_an_error(self, field, value):
    with self.assertRaisesRegex(
        ValueError, f'`{field}` must have patterns that are regular expr'):
      PruningSpec(**{field: value})

  @parameterized.parameters(
      ('weight_sparsity_map', ['a:0.5', 'b:0.5', 'a:0.6']),
      ('block_dims_map', ['a:1x2', ' a:1x2']), ('do_not_prune', ['a', 'a']))
  def test_a_repeated_pattern_is_an_error(self, field, value):
    with self.assertRaisesRegex(
        ValueError, f"`{field}` must have a pattern once. Received: 'a'"):
      PruningSpec(**{field: value})

  @parameterized.parameters(
      ('begin_pruning_step=10,end_pruning_step=5',
       'end_pruning_step=5, begin_pruning_step=10'),
      ('sparsity_function_begin_step=101',
       'sparsity_function_begin_step=101, sparsity_function_end_step=100'),
      ('group_sparsity_map=[a:0.5]', 'unless `group_pruning` is true'),
      ('group_block_dims_map=[a:1x2]', 'unless `group_pruning` is true'),
      ('group_pruning=true,group_sparsity_map=[a:0.5],'
       'group_block_dims_map=[b:1x2]', "group_sparsity_map=('a:0.5',)"),
      ('group_pruning=true,group_sparsity_map=[ungrouped:0.5]', 'ungrouped'),
      ('group_pruning=true,sparsity_distribution=global',
       "sparsity_distribution='global'"),
      ('group_pruning=true,sparsity_m_by_n=2x4', "sparsity_m_by_n='2x4'"),
      ('group_pruning=true,intra_block_sparsity=true,block_width=4',
       'intra_block_sparsity=True'),
      ('sparsity_m_by_n=2x4,block_width=4', 'block_width=4'),
      ('sparsity_m_by_n=2x4,block_height=-1', 'block_height=-1'),
      ('sparsity_m_by_n=2x4,block_dims_map=[a:1x4]', "('a:1x4',)"),
      ('sparsity_m_by_n=2x4,block_width=4,intra_block_sparsity=true',
       'intra_block_sparsity=True'),
      ('sparsity_m_by_n=2x4,sparsity_distribution=erk', "'erk'"),
      ('sparsity_m_by_n=2x4,target_sparsity=0.75', 'target_sparsity=0.75'),
      ('intra_block_sparsity=true,block_height=2,block_width=4',
       'block_height=2'),
      ('intra_block_sparsity=true,block_width=-1', 'block_width=-1'),
      ('intra_block_sparsity=true,block_width=4,block_dims_map=[a:1x2]',
       "('a:1x2',)"),
      ('intra_block_sparsity=true,block_width=4,sparsity_distribution=global',
       "'global'"),
  )
  def test_fields_that_do_not_go_together_are_an_error(self, text, shown):
    with self.assertRaises(ValueError) as caught:
      PruningSpec.parse(text)
    message = str(caught.exception)
    self.assertRegex(message, r'^Argument `\w+` must .* Received: ')
    self.assertIn(shown, message)

  @parameterized.parameters(
      'begin_pruning_step=5,end_pruning_step=5',
      'sparsity_function_begin_step=100',
      'initial_sparsity=0.9,target_sparsity=0',
      'group_pruning=true',
      'group_pruning=true,group_block_dims_map=[ungrouped:1x4]',
      'sparsity_m_by_n=2x4,weight_sparsity_map=[a:0.25]',
      'intra_block_sparsity=true,block_width=4,sparsity_distribution=erk',
      'sparsity_distribution=global,block_width=4',
  )
  def test_unusual_specs_are_legal(self, text):
    PruningSpec.parse(text)


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

  @hypothesis.given(_specs())
  def test_every_spec_comes_back_from_each_of_its_forms(self, spec):
    values = dataclasses.asdict(spec)
    hparams = hparam_object.HParams(**values)
    for other in (PruningSpec.parse(str(spec)), PruningSpec.of(values),
                  PruningSpec.of(hparams), spec.replace(),
                  PruningSpec.of(
                      spec_lib.get_pruning_hparams().parse(str(spec))),
                  PruningSpec.of(
                      spec_lib.get_pruning_hparams().parse_json(
                          hparams.to_json()))):
      self.assertEqual(other, spec)
      self.assertEqual(repr(other), repr(spec))

  @hypothesis.given(_specs())
  def test_what_is_printed_is_what_is_not_default(self, spec):
    changed = {n for n, default in _DEFAULTS if getattr(spec, n) != default}
    if spec.m_by_n:
      changed.discard('target_sparsity')
    self.assertEqual(
        set(hparam.parse(str(spec), dict(_DEFAULTS))), changed)

  def test_of_takes_every_form(self):
    spec = PruningSpec(target_sparsity=0.9)
    self.assertIs(PruningSpec.of(spec), spec)
    for form in ('target_sparsity=0.9', {'target_sparsity': 0.9},
                 hparam_object.HParams(target_sparsity=0.9)):
      self.assertEqual(PruningSpec.of(form), spec)

  @parameterized.parameters(
      (None,), (0.9,), (['target_sparsity=0.9'],), (PruningSpec,))
  def test_of_takes_nothing_else(self, value):
    with self.assertRaisesRegex(TypeError, '`spec` must be a PruningSpec'):
      PruningSpec.of(value)

  def test_an_unknown_name_is_an_error_in_every_form(self):
    for form in ('target_sparsty=0.9', {'target_sparsty': 0.9},
                 hparam_object.HParams(target_sparsty=0.9)):
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
        [(n, list(v) if isinstance(v, tuple) else v) for n, v in _DEFAULTS])
    self.assertEqual(PruningSpec.of(hparams), PruningSpec())
    hparams.weight_sparsity_map = ['']
    self.assertEqual(PruningSpec.of(hparams), PruningSpec())
    hparams.target_sparsity = 0.9
    hparams.parse('weight_sparsity_map=[conv1:0.8],sparsity_m_by_n=')
    self.assertEqual(PruningSpec.of(hparams), PruningSpec.parse(
        'target_sparsity=0.9,weight_sparsity_map=[conv1:0.8]'))
    self.assertIsNot(spec_lib.get_pruning_hparams().do_not_prune,
                     spec_lib.get_pruning_hparams().do_not_prune)


class ScheduleNotesTest(parameterized.TestCase):

  @parameterized.parameters(
      '',
      'end_pruning_step=100',
      'end_pruning_step=5000,begin_pruning_step=50',
      'begin_pruning_step=7,end_pruning_step=7,sparsity_function_begin_step=7,'
      'sparsity_function_end_step=7',
      'sparsity_function_begin_step=500,sparsity_function_end_step=900',
      'begin_pruning_step=1000,initial_sparsity=0.5',
      'target_sparsity=0,begin_pruning_step=1000',
  )
  def test_an_ordinary_schedule_has_none(self, text):
    self.assertEqual(PruningSpec.parse(text).schedule_notes(), ())

  @parameterized.parameters(
      ('begin_pruning_step=1000,target_sparsity=0.9',
       'The sparsity curve ends at step 100 and pruning begins at step 1000: '
       'the first mask update jumps to the final sparsity 0.9.'),
      ('begin_pruning_step=100',
       'The sparsity curve ends at step 100 and pruning begins at step 100: '
       'the first mask update jumps to the final sparsity 0.5.'),
      ('begin_pruning_step=1000,target_sparsity=0,weight_sparsity_map=[a:0.8]',
       'The sparsity curve ends at step 100 and pruning begins at step 1000: '
       'the first mask update jumps to the final sparsity 0.8.'),
      ('end_pruning_step=50,sparsity_function_begin_step=50,'
       'initial_sparsity=0.1',
       'The sparsity curve begins at step 50 and pruning ends at step 50: '
       'weights stay at the initial sparsity 0.1.'),
      ('end_pruning_step=55,sparsity_function_exponent=1',
       'Pruning ends at step 55 and the sparsity curve at step 100: the last '
       'mask update, at step 50, reaches a sparsity of 0.25 instead of 0.5.'),
      ('begin_pruning_step=3,end_pruning_step=99,pruning_frequency=20,'
       'initial_sparsity=0.1,target_sparsity=0.9',
       'Pruning ends at step 99 and the sparsity curve at step 100: the last '
       'mask update, at step 83, reaches a sparsity of 0.8961 instead of 0.9.'),
      ('begin_pruning_step=50,end_pruning_step=120,pruning_frequency=1000',
       'Pruning lasts from step 50 to step 120, less than `pruning_frequency` '
       '1000: masks are updated at steps 50 and 100 only.'),
      ('end_pruning_step=5,target_sparsity=0,weight_sparsity_map=[a:0.8]',
       'Pruning ends at step 5 and the sparsity curve at step 100: the last '
       'mask update, at step 1, reaches a sparsity of 0.0238 instead of 0.8.',
       'Pruning lasts from step 0 to step 5, less than `pruning_frequency` 10: '
       'masks are updated at step 1 only.'),
      ('begin_pruning_step=100,end_pruning_step=120,pruning_frequency=1000,'
       'sparsity_function_begin_step=100',
       'Pruning lasts from step 100 to step 120, less than '
       '`pruning_frequency` 1000: masks are updated at step 100 only.'),
      ('initial_sparsity=0.9',
       'The sparsity falls from 0.9 to 0.5: pruned weights come back.'),
      ('nbins=100',
       '`nbins` is accepted and has no effect on the masks: masks are exact, '
       'not from a histogram.'),
      ('use_tpu=true',
       '`use_tpu` is accepted and has no effect on the masks: the same '
       'operations run on every device.'),
      ('threshold_decay=0.9',
       '`threshold_decay` is accepted and has no effect on the masks: the '
       'threshold is that of the last mask update.'),
  )
  def test_a_surprise_is_told(self, text, *notes):
    self.assertEqual(PruningSpec.parse(text).schedule_notes(), notes)

  def test_several_surprises_are_told_one_by_one(self):
    spec = PruningSpec.parse(
        'begin_pruning_step=5,end_pruning_step=9,nbins=1,use_tpu=true')
    self.assertLen(spec.schedule_notes(), 4)

  @hypothesis.given(_specs())
  def test_every_spec_has_notes_that_are_sentences(self, spec):
    for note in spec.schedule_notes():
      self.assertRegex(note, r'^[A-Z`].*\.$')


class DocstringTest(absltest.TestCase):

  def test_the_examples_are_true(self):
    self.assertEqual(doctest.testmod(spec_lib).failed, 0)


if __name__ == '__main__':
  absltest.main()
