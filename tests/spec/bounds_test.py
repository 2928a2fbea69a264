# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Whatever a spec is made of: a short error that names it, in a short time."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import sys
import time

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.spec import pruning_spec
from model_pruning._src.spec.pruning_spec import PruningSpec

_DEEP = [0.5]
for _ in range(10_000):
  _DEEP = [_DEEP]


class _Odd:

  def __repr__(self):
    raise RuntimeError('no repr')


# By name: tests are named by their arguments, and these have no `repr`.
_VALUES = {
    'huge': 10**400, 'nan': float('nan'), 'bytes': b'0.5',
    'long_bytes': b'5' * 10**6, 'deep': _DEEP, 'odd': _Odd(),
    'array': np.array([0.5]), 'complex': 1j, 'map': {'a': _DEEP},
    'none': None, 'text': '?' * 10**6}


class BoundsTest(parameterized.TestCase):

  def _error(self, make, *arguments, **fields):
    start = time.process_time()
    with self.assertRaises(ValueError) as caught:
      make(*arguments, **fields)
    self.assertLess(time.process_time() - start, 2.0)
    message = str(caught.exception)
    self.assertLess(len(message), 2500)
    return message

  @parameterized.parameters(
      ('a{99999999999999}', 'it repeats something too often'),
      ('(' * 5000, 'it has too many groups in groups'),
      ('a' * 20_000, 'it has 20000 characters, and 10000 are the most'),
      ('(a{1,100}){1,100}', 'a search may take forever, and it is too large'),
      ('(?:){400000000}', 'a search may take forever, and it is too large'),
      (r'(a+)+\1', 'a search may take forever, and it has groupref'),
      ('(?=(a|a)*b)c', 'a search may take forever, and it has assert'),
      ('a**', 'multiple repeat'), ('a(', 'missing )'))
  def test_a_pattern_that_cannot_be_searched(self, pattern, why):
    for fields in ({'do_not_prune': [pattern]},
                   {'weight_sparsity_map': {pattern: 0.5}},
                   {'block_dims_map': [f'{pattern}:1x2']}):
      message = self._error(PruningSpec, **fields)
      self.assertStartsWith(
          message, f'Argument `{next(iter(fields))}` must have patterns that '
          f'are regular expressions ({why}')
      self.assertIn(f'Received: {pattern[:9]!r}'[:-1], message)

  @parameterized.parameters(
      'nbins', 'block_height', 'begin_pruning_step', 'pruning_frequency')
  def test_an_int_that_is_too_long_for_tensorflow(self, field):
    for value in (2**63, -2**63 - 1, 10**400, 10**5000):
      message = self._error(PruningSpec, **{field: value})
      self.assertIn(f'Argument `{field}` must be an int of at most 63 bits',
                    message)
    for text in (f'{field}={2**63}', f'{field}={"9" * 100_000}'):
      self.assertIn(f'Argument `{field}` must be an int of at most 63 bits',
                    self._error(PruningSpec.parse, text))

  @parameterized.parameters(
      ('block_dims_map', [f'a:{2**63}x1']),
      ('block_dims_map', {'a': (1, 2**63)}),
      ('block_dims_map', {'a': (1, np.float32(2))}),
      ('block_dims_map', {'a': b'ab'}),
      ('block_dims_map', ['a:1x' + '9' * 100_000]),
      ('sparsity_m_by_n', (1, 10**400)), ('sparsity_m_by_n', f'1x{2**63}'))
  def test_dimensions_that_are_none(self, field, value):
    self.assertIn(f'Argument `{field}` must ',
                  self._error(PruningSpec, **{field: value}))

  @parameterized.parameters(*_VALUES)
  def test_python_values_of_other_kinds(self, kind):
    value = _VALUES[kind]
    for field in ('target_sparsity', 'nbins', 'begin_pruning_step', 'name',
                  'use_tpu', 'do_not_prune', 'sparsity_m_by_n',
                  'sparsity_distribution'):
      self.assertIn(f'Argument `{field}` must ',
                    self._error(PruningSpec, **{field: value}))
    for entries in ({'a': value}, {3: 0.5}, {b'a': 0.5}, {(): 0.5}):
      self.assertIn('Argument `weight_sparsity_map` must ',
                    self._error(PruningSpec, weight_sparsity_map=entries))

  def test_numbers_of_numpy_are_numbers(self):
    self.assertEqual(
        PruningSpec(nbins=np.uint8(3), target_sparsity=np.float32(0.5),
                    begin_pruning_step=np.int64(7),
                    weight_sparsity_map={'a': np.float64(0.25)}),
        PruningSpec(nbins=3, target_sparsity=0.5, begin_pruning_step=7,
                    weight_sparsity_map=['a:0.25']))

  def test_a_long_text_is_shown_once_and_in_short(self):
    for text in ('x' * 10**6, 'nbins=' + 'x' * 10**6, 'nbins=[' + 'x' * 10**6,
                 '=' * 10**6, 'nbins="' * 10**5, 'nbins=1,' * 10**5,
                 'do_not_prune=[' + '(' * 10**6 + ']'):
      self.assertRegex(self._error(PruningSpec.parse, text),
                       ' more| characters>')
      if 'do_not_prune' not in text:  # To HParams a pattern is any text.
        self._error(pruning_spec.get_pruning_hparams().parse, text)

  def test_a_long_index_is_named(self):
    message = self._error(PruningSpec.parse, f'do_not_prune[{"9" * 5000}]=a')
    self.assertIn('the index of `do_not_prune` is too large', message)
    self.assertIn('do_not_prune[2]', self._error(
        PruningSpec.parse, 'do_not_prune[0]=a,do_not_prune[2]=b'))

  def test_many_patterns_take_a_short_time(self):
    start = time.process_time()
    for template in ('layer_{}/kernel', 'a{{{}}}', '({}|b)'):
      patterns = [template.format(i) for i in range(10_000)]
      spec = PruningSpec(do_not_prune=patterns)
      self.assertEqual(spec.do_not_prune, tuple(patterns))
    self.assertLess(time.process_time() - start, 9.0)
    self.assertIn('20000 patterns at most. Received: 20001', self._error(
        PruningSpec, do_not_prune=['a'] * 20_001))

  def test_lengths_of_training_are_bounded(self):
    spec = PruningSpec(begin_pruning_step='10%', end_pruning_step='5ep')
    for lengths in ({'num_steps': 10**400, 'steps_per_epoch': 1},
                    {'num_steps': 100, 'steps_per_epoch': 2**63}):
      self.assertIn('63 bits', self._error(spec.resolve, **lengths))
    self.assertIn('`steps_per_epoch` must be an int of at most 63 bits',
                  self._error(PruningSpec.for_training, 0.5, 10**400, 1))

  def test_a_spec_that_is_something_else(self):
    for value in (_DEEP, b'x' * 10**6, 10**5000, _Odd()):
      with self.assertRaisesRegex(TypeError, '`spec` must be a PruningSpec'):
        PruningSpec.of(value)


class StepsTest(parameterized.TestCase):

  @parameterized.parameters(
      ('begin_pruning_step', 'end_pruning_step', '70%', '10%'),
      ('begin_pruning_step', 'end_pruning_step', '5ep', '4.5ep'),
      ('sparsity_function_begin_step', 'sparsity_function_end_step', '9%',
       '8.5%'))
  def test_steps_of_one_unit_in_the_wrong_order(self, begin, end, first, last):
    with self.assertRaisesRegex(ValueError, f'Received: .*{first}.*{last}|'
                                f'Received: .*{last}.*{first}'):
      PruningSpec(**{begin: first, end: last})
    PruningSpec(**{begin: last, end: first})
    PruningSpec(**{begin: first, end: first})

  def test_steps_of_two_units_are_compared_when_they_are_known(self):
    spec = PruningSpec(begin_pruning_step='70%', end_pruning_step='2ep')
    with self.assertRaisesRegex(ValueError, 'begin_pruning_step=70'):
      spec.resolve(num_steps=100, steps_per_epoch=10)
    spec.resolve(num_steps=100, steps_per_epoch=50)

  def test_notes_of_a_spec_that_is_not_resolved(self):
    spec = PruningSpec(begin_pruning_step='70%', nbins=3)
    self.assertLen(spec.schedule_notes(), 1)
    self.assertLen(spec.resolve(num_steps=1000).schedule_notes(), 2)

  def test_a_copy_with_all_fields_names_no_step(self):
    spec = PruningSpec(target_sparsity=0.9)
    fields = {field.name: getattr(spec, field.name)
              for field in dataclasses.fields(spec)}
    copies = [dataclasses.replace(spec, block_width=2), PruningSpec(**fields),
              PruningSpec.of(fields), spec.replace(block_width=2),
              copy.deepcopy(spec), pickle.loads(pickle.dumps(spec))]
    if sys.version_info >= (3, 13):
      copies.append(copy.replace(spec, block_width=2))
    for one in copies:
      self.assertFalse(one.names_steps)
      self.assertEqual(
          one.resolve(num_steps=1000).sparsity_function_end_step, 750)

  def test_a_copy_names_the_steps_that_were_named(self):
    for text in ('begin_pruning_step=0', 'sparsity_function_end_step=7'):
      self.assertTrue(PruningSpec.parse(text).replace(nbins=3).names_steps)
    spec = PruningSpec(begin_pruning_step=7)
    self.assertTrue(dataclasses.replace(spec, nbins=3).names_steps)
    self.assertTrue(PruningSpec().replace(begin_pruning_step=0).names_steps)


if __name__ == '__main__':
  absltest.main()
