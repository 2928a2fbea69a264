# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of model_pruning._src.spec.hparams."""

from __future__ import annotations

import copy
import doctest
import json
import pickle

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.spec import hparams as hparams_lib


def _hparams(**values):
  return hparams_lib.HParams(**{
      **dict(i=1, f=0.5, b=False, s='x', ls=['a'], lf=[1.0]), **values})


class HParamsTest(parameterized.TestCase):

  def test_values_are_attributes(self):
    hparams = _hparams()
    hparams.i = 3
    self.assertEqual(hparams.i, 3)
    self.assertIn('i', hparams)
    self.assertNotIn('j', hparams)
    self.assertEqual(hparams.values(), dict(
        i=3, f=0.5, b=False, s='x', ls=['a'], lf=[1.0]))

  def test_an_attribute_that_is_misspelled_is_an_error(self):
    hparams = _hparams(rate=1.0)
    with self.assertRaisesRegex(AttributeError, 'Did you mean `rate`'):
      hparams.rat = 2.0
    with self.assertRaises(AttributeError):
      _ = hparams.rat

  @parameterized.parameters(
      ('f', 2, 2.0), ('i', np.int64(3), 3), ('f', np.float32(0.5), 0.5),
      ('ls', ('a', 'b'), ['a', 'b']), ('ls', [], []), ('lf', [1], [1.0]))
  def test_a_value_becomes_the_type_of_the_first(self, name, value, stored):
    hparams = _hparams()
    hparams.set_hparam(name, value)
    self.assertEqual(repr(getattr(hparams, name)), repr(stored))

  @parameterized.parameters(
      ('i', 2.0), ('i', True), ('i', '3'), ('i', None), ('i', [1]),
      ('f', True), ('f', '3'), ('f', None), ('b', 1), ('b', 'true'),
      ('s', 3), ('s', None), ('s', ['a']), ('ls', 'a'), ('ls', [1]),
      ('lf', ['1']), ('lf', [True]))
  def test_a_value_of_another_type_is_an_error(self, name, value):
    hparams = _hparams()
    with self.assertRaisesRegex(ValueError, f'Argument `{name}` must be'):
      hparams.set_hparam(name, value)
    with self.assertRaisesRegex(ValueError, f'Argument `{name}` must be'):
      setattr(hparams, name, value)
    self.assertEqual(hparams.values(), _hparams().values())

  def test_none_is_replaced_by_anything(self):
    hparams = hparams_lib.HParams(n=None)
    self.assertEqual(str(hparams), "[('n', None)]")
    self.assertIsNone(hparams.parse('n=None').n)
    self.assertEqual(hparams.parse('n=a').n, 'a')
    hparams.n = [1, 'a']
    self.assertEqual(hparams.n, [1, 'a'])

  def test_a_list_is_copied(self):
    mine = ['a']
    hparams = _hparams(ls=mine)
    mine.append('b')
    self.assertEqual(hparams.ls, ['a'])

  def test_hyperparameters_are_added_and_removed(self):
    hparams = _hparams()
    hparams.add_hparam('j', 2)
    self.assertEqual(hparams.j, 2)
    hparams.del_hparam('j')
    hparams.del_hparam('j')
    self.assertNotIn('j', hparams)
    self.assertFalse(hasattr(hparams, 'j'))
    del hparams.i
    self.assertNotIn('i', hparams.values())
    hparams.add_hparam('i', 'now a str')
    self.assertEqual(hparams.i, 'now a str')

  @parameterized.parameters('i', 'parse', 'values', '_kinds', '__init__')
  def test_a_name_in_use_is_reserved(self, name):
    with self.assertRaisesRegex(ValueError, 'not in use or reserved'):
      _hparams().add_hparam(name, 1)

  def test_an_unknown_name_is_a_key_error(self):
    hparams = _hparams()
    with self.assertRaisesRegex(KeyError, 'zz'):
      hparams.set_hparam('zz', 1)
    with self.assertRaisesRegex(KeyError, 'zz'):
      hparams.override_from_dict({'i': 2, 'zz': 1})
    with self.assertRaisesRegex(KeyError, 'zz'):
      hparams.parse_json('{"zz": 1}')
    self.assertEqual(hparams.i, 1)

  def test_get_checks_the_type_of_the_default(self):
    hparams = _hparams()
    self.assertEqual(hparams.get('i'), 1)
    self.assertEqual(hparams.get('i', 5), 1)
    self.assertEqual(hparams.get('f', 1), 0.5)
    self.assertEqual(hparams.get('ls', []), ['a'])
    self.assertEqual(hparams.get('zz', 5), 5)
    self.assertIsNone(hparams.get('zz'))
    for name, default in (('i', 2.0), ('i', 'x'), ('i', [1]), ('ls', 'x')):
      with self.assertRaisesRegex(ValueError, f'`{name}` must be'):
        hparams.get(name, default)

  def test_parse_sets_values_and_returns_the_object(self):
    hparams = _hparams()
    self.assertIs(hparams.parse('i=2,ls=[],f=1'), hparams)
    self.assertEqual(hparams.values(), dict(
        i=2, f=1.0, b=False, s='x', ls=[], lf=[1.0]))

  @parameterized.parameters(
      'i=2,f=x', 'i=2,zz=1', 'i=2,f', 'i=2,i=3', 'i=2,ls=a')
  def test_parse_changes_all_or_nothing(self, text):
    hparams = _hparams()
    with self.assertRaises(ValueError):
      hparams.parse(text)
    self.assertEqual(hparams.values(), _hparams().values())

  def test_override_changes_all_or_nothing(self):
    hparams = _hparams()
    self.assertIs(hparams.override_from_dict({'i': 2, 'f': 1}), hparams)
    with self.assertRaises(ValueError):
      hparams.override_from_dict({'i': 3, 'f': 'x'})
    self.assertEqual((hparams.i, hparams.f), (2, 1.0))

  def test_a_list_that_was_emptied_keeps_its_type(self):
    hparams = _hparams().parse('lf=[]').parse('lf=[1,2]')
    self.assertEqual(repr(hparams.lf), '[1.0, 2.0]')

  def test_json_is_written_and_read(self):
    hparams = _hparams()
    self.assertEqual(json.loads(hparams.to_json()), hparams.values())
    self.assertEqual(
        hparams_lib.HParams(b=1, a=[2]).to_json(
            indent=None, separators=(',', ':'), sort_keys=True),
        '{"a":[2],"b":1}')
    other = _hparams(i=7, ls=['q'])
    self.assertIs(hparams.parse_json(other.to_json()), hparams)
    self.assertEqual(hparams.values(), other.values())
    with self.assertRaisesRegex(ValueError, 'must be a JSON object'):
      hparams.parse_json('[1]')

  def test_str_is_the_sorted_items(self):
    self.assertEqual(str(hparams_lib.HParams(b='x', a=[1.0], c=False)),
                     "[('a', [1.0]), ('b', 'x'), ('c', False)]")

  def test_json_leaves_out_what_can_be_called(self):
    hparams = hparams_lib.HParams(
        f=len, a=1, g=lambda: 0, l=[1], n=None, cls=dict)
    hparams.n = {'x': [print, 2], 'y': max}
    self.assertEqual(hparams.to_json(), '{"a": 1, "l": [1], "n": {"x": [2]}}')
    self.assertIs(hparams.f, len)

  @parameterized.parameters(
      ('70%', '70%'), ('5ep', '5ep'), ('7', 7), (' 2.50 %', '2.5%'))
  def test_the_steps_of_a_spec_may_be_shares(self, text, stored):
    hparams = model_pruning.get_pruning_hparams()
    self.assertIs(hparams.parse(f'begin_pruning_step={text}'), hparams)
    self.assertEqual(hparams.begin_pruning_step, stored)
    hparams.set_hparam('end_pruning_step', text)
    self.assertEqual(hparams.end_pruning_step, stored)
    self.assertEqual(
        model_pruning.PruningSpec.of(hparams).begin_pruning_step, stored)
    again = pickle.loads(pickle.dumps(hparams))
    self.assertEqual(again.parse('pruning_frequency=10%').values(), {
        **hparams.values(), 'pruning_frequency': '10%'})

  @parameterized.parameters('170%', 'x', '1.5', '', '5 epochs')
  def test_what_is_no_step_is_refused_by_name(self, text):
    with self.assertRaisesRegex(
        ValueError, '`begin_pruning_step` must be an int, a share'):
      model_pruning.get_pruning_hparams().parse(f'begin_pruning_step={text}')

  def test_repr_is_the_constructor_call(self):
    self.assertEqual(repr(hparams_lib.HParams(a=1, b=['x'])),
                     "HParams(a=1, b=['x'])")

  def test_copies_are_independent(self):
    hparams = _hparams()
    for other in (copy.copy(hparams), copy.deepcopy(hparams),
                  pickle.loads(pickle.dumps(hparams))):
      other.parse('i=9,ls=[z]')
      other.add_hparam('j', 1)
      self.assertEqual(hparams.values(), _hparams().values())


class DocstringTest(absltest.TestCase):

  def test_the_examples_are_true(self):
    self.assertEqual(doctest.testmod(hparams_lib).failed, 0)


if __name__ == '__main__':
  absltest.main()
