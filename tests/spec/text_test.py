# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The grammar of specification strings, and the types of their values."""

from __future__ import annotations

import doctest
import math

import hypothesis
from absl.testing import absltest
from absl.testing import parameterized
from hypothesis import strategies as st

from model_pruning._src.spec import errors
from model_pruning._src.spec import text as text_lib
from model_pruning._src.spec import value_type

_FIELDS = {'i': 1, 'f': 0.5, 'b': False, 's': 'x', 'ls': ['a'], 'lf': [1.0],
           'li': [1], 'lb': [True], 'a.b_1': 0}

_TEXTS = st.text(st.sampled_from('ab01 ,:=[]"\'\\\n\t.*{}()-é'), max_size=12)
_ANY_VALUES = st.fixed_dictionaries({
    'i': st.integers(-2**63, 2**63 - 1),
    'f': st.floats(allow_nan=False),
    'b': st.booleans(),
    's': _TEXTS,
    'ls': st.lists(_TEXTS, max_size=4),
    'lf': st.lists(st.floats(allow_nan=False), max_size=4),
    'li': st.lists(st.integers(-2**63, 2**63 - 1), max_size=4),
    'lb': st.lists(st.booleans(), max_size=4),
})


class ParseTest(parameterized.TestCase):

  @parameterized.parameters(
      ('', {}),
      ('i=2', {'i': 2}),
      ('i = 2', {'i': 2}),
      ('i=2, f=3', {'i': 2, 'f': 3.0}),
      ('i=2 ,f=3', {'i': 2, 'f': 3.0}),
      ('i=2,', {'i': 2}),
      ('i=2 ', {'i': 2}),
      ('i=2,\nf=1', {'i': 2, 'f': 1.0}),
      ('i= 2 ,\n\n f = 3 ', {'i': 2, 'f': 3.0}),
      ('i=-3', {'i': -3}),
      ('i=+3', {'i': 3}),
      ('i=1_000', {'i': 1000}),
      ('f=1', {'f': 1.0}),
      ('f=1e-3', {'f': 0.001}),
      ('f=inf', {'f': math.inf}),
      ('b=true', {'b': True}),
      ('b=True', {'b': True}),
      ('b=false', {'b': False}),
      ('b=False', {'b': False}),
      ('b=2', {'b': True}),
      ('b=0', {'b': False}),
      ('s=', {'s': ''}),
      ('s=,i=2', {'s': '', 'i': 2}),
      ('s=a b', {'s': 'a b'}),
      ('s=a=b', {'s': 'a=b'}),
      ('s=a:b', {'s': 'a:b'}),
      ('s=a]b', {'s': 'a]b'}),
      ('s= a ', {'s': 'a '}),
      ('ls=[]', {'ls': []}),
      ('ls=[,,]', {'ls': []}),
      ('ls=[a b]', {'ls': ['a', 'b']}),
      ('ls=[a, b,]', {'ls': ['a', 'b']}),
      ('ls=[a,\nb]', {'ls': ['a', '\nb']}),
      ('ls=[a{2}]', {'ls': ['a{2}']}),
      ('ls=[a(b|c):0.5]', {'ls': ['a(b|c):0.5']}),
      ('ls=[a=b]', {'ls': ['a=b']}),
      ('ls=[a[0],i=2', {'ls': ['a[0'], 'i': 2}),
      ('ls=[[a]', {'ls': ['[a']}),
      ('lf=[1,2.5]', {'lf': [1.0, 2.5]}),
      ('lb=[true,0]', {'lb': [True, False]}),
      ('a.b_1=7', {'a.b_1': 7}),
  )
  def test_what_the_old_parser_accepted_means_the_same(self, text, values):
    parsed = text_lib.parse(text, _FIELDS)
    self.assertEqual(parsed, values)
    self.assertEqual(repr(parsed), repr(values))  # 1 is not 1.0 is not True.

  def test_nan_is_a_float(self):
    self.assertTrue(math.isnan(text_lib.parse('f=nan', _FIELDS)['f']))

  @parameterized.parameters(
      (' i=2', {'i': 2}),
      ('\n  i=2,\n  ls=[a],\n', {'i': 2, 'ls': ['a']}),
      ('ls=[a] ,i=2', {'ls': ['a'], 'i': 2}),
      ('ls=[a]\n', {'ls': ['a']}),
      ('b=true ,i=2', {'b': True, 'i': 2}),
  )
  def test_blanks_around_items_are_tolerated(self, text, values):
    self.assertEqual(text_lib.parse(text, _FIELDS), values)

  @parameterized.parameters(
      ('s="a,b"', {'s': 'a,b'}),
      ("s='a,b',i=2", {'s': 'a,b', 'i': 2}),
      ('s="a[0]"', {'s': 'a[0]'}),
      ('s=""', {'s': ''}),
      ('s="say ""hi"""', {'s': 'say "hi"'}),
      ("s='it''s'", {'s': "it's"}),
      ('s="it\'s"', {'s': "it's"}),
      (r's="\d\"', {'s': '\\d\\'}),
      ("s=it's", {'s': "it's"}),
      ('i="2"', {'i': 2}),
      ('ls=["conv[0-9]:0.8", \'a,b:0.5\']', {'ls': ['conv[0-9]:0.8',
                                                    'a,b:0.5']}),
      ('ls=["a" "b"]', {'ls': ['a', 'b']}),
      ('ls=["a",\n "b"\n]', {'ls': ['a', 'b']}),
      ('ls=["]",a]', {'ls': [']', 'a']}),
      ('ls=[""]', {'ls': ['']}),
      ("ls=[it's]", {'ls': ["it's"]}),
  )
  def test_quotes_allow_any_text(self, text, values):
    self.assertEqual(text_lib.parse(text, _FIELDS), values)

  @parameterized.parameters(
      ('ls=[conv[0-9]:0.8]', ['conv[0-9]:0.8']),
      ('ls=[conv[0-9]:0.8,fc[12]:0.5]', ['conv[0-9]:0.8', 'fc[12]:0.5']),
      ('ls=[conv[0-9]:0.8 b]', ['conv[0-9]:0.8', 'b']),
      ('ls=[a[0][1]]', ['a[0][1]']),
  )
  def test_balanced_brackets_in_a_list_need_no_quotes(self, text, elements):
    self.assertEqual(text_lib.parse(text, _FIELDS), {'ls': elements})

  @parameterized.parameters(
      ('ls[0]=z', {'ls': ['z']}),
      ('ls[1]=b,i=2,ls[ 0 ]="a,a"', {'ls': ['a,a', 'b'], 'i': 2}),
      ('lf[0]=1', {'lf': [1.0]}),
  )
  def test_a_list_is_given_by_its_elements(self, text, values):
    self.assertEqual(text_lib.parse(text, _FIELDS), values)

  @parameterized.parameters(
      ('i=2,,f=3', ',f=3'),
      (',i=2', ',i=2'),
      ('i=2,f', 'f'),
      ('=1', '=1'),
      ('1a=2', '1a=2'),
      ('i=2,s=a[0]', 's=a[0]'),
      ('ls=[a] i=2', '[a] i=2'),
      ('i=2,ls=[a', '[a'),
      ('ls=[conv[0-9],b]', 'b]'),
      ('ls=[conv[0-9] b],i=2,ls[0', 'ls[0'),
      ('ls=[a]b]', '[a]b]'),
      ('ls=[a[x,y]:1]', '[a[x,y]:1]'),
      ('ls=[[a]]', '[[a]]'),
      ('i=2,s="a', '"a'),
      ('s="a""', '"a""'),
      ('s="a"b', 's="a"b'),
      ('ls=["a"b]', 'b]'),
      ("ls=['a]", "'a]"),
      ('i[x]=1', 'i[x]=1'),
  )
  def test_malformed_text_is_an_error_that_shows_the_rest(self, text, rest):
    with self.assertRaises(ValueError) as caught:
      text_lib.parse(text, _FIELDS)
    message = str(caught.exception)
    self.assertIn('Argument `text` must be', message)
    self.assertIn(f'parsing stopped at {rest!r}', message)

  @parameterized.parameters(
      ('i=2;f=3', "Argument `i` must be an int. Received: i='2;f=3'"),
      ('i=1.0', 'an int'),
      ('i=1e3', 'an int'),
      ('i=0x10', 'an int'),
      ('i=', 'an int'),
      ('f=', 'a float'),
      ('f=0.9.1', 'a float'),
      ('b=', 'true or false'),
      ('b=TRUE', 'true or false'),
      ('b=yes', 'true or false'),
      ('b=1.0', 'true or false'),
      ('li=[1.5]', 'a list of which each is an int'),
      ('ls=a', 'Argument `ls` must be a list, such as ls=[a,b]'),
      ('i=[1]', 'Argument `i` must be an int, not a list'),
      ('s=[a]', 'Argument `s` must be a str, not a list'),
      ('i[0]=1', 'Argument `i` must be an int, not a list'),
  )
  def test_a_value_of_another_type_is_an_error(self, text, message):
    with self.assertRaises(ValueError) as caught:
      text_lib.parse(text, _FIELDS)
    self.assertIn(message, str(caught.exception))

  @parameterized.parameters(
      'i=1,i=2', 'ls=[a],f=1,ls=[b]', 'ls[0]=a,ls[0]=b', 'ls[0]=a,ls=[b]',
      'ls=[a],ls[1]=b')
  def test_a_value_given_twice_is_an_error(self, text):
    name = text[0] if text[0] == 'i' else 'ls'
    with self.assertRaisesRegex(ValueError, f'`{name}` must be given once'):
      text_lib.parse(text, _FIELDS)

  @parameterized.parameters('ls[1]=a', 'ls[0]=a,ls[2]=b')
  def test_a_gap_in_a_list_is_an_error(self, text):
    with self.assertRaisesRegex(ValueError, r'without a gap.*ls\['):
      text_lib.parse(text, _FIELDS)

  def test_an_unknown_name_is_an_error_with_the_closest_one(self):
    with self.assertRaisesRegex(
        ValueError, 'one of step, rate. Received: steps. Did you mean `step`'):
      text_lib.parse('steps=1', {'step': 1, 'rate': 0.1})

  def test_text_that_is_no_str_is_a_type_error(self):
    with self.assertRaisesRegex(TypeError, '`text` must be a str'):
      text_lib.parse(None, _FIELDS)

  @hypothesis.given(_TEXTS)
  def test_any_text_is_parsed_or_is_a_value_error(self, text):
    try:
      text_lib.parse(f'ls=[{text}],s={text}', _FIELDS)
    except ValueError:
      pass

  def test_time_grows_with_length_only(self):
    for text in ('ls=[' + 'a[' * 20000, 's="' + '""' * 20000,
                 'ls=[' + '"a" ' * 20000, 's=' + ' ' * 40000 + '[',
                 'ls=[' + 'a[b]' * 20000):
      with self.assertRaises(ValueError):
        text_lib.parse(text, _FIELDS)


class FormatTest(parameterized.TestCase):

  @parameterized.parameters(
      (True, 'true'), (False, 'false'), (12, '12'), (-1, '-1'),
      (0.9, '0.9'), (1.0, '1'), (0.0, '0'),
      (-0.0, '0'), (1e-5, '1e-5'), (1e22, '1e22'),
      (1.5e-7, '1.5e-7'), (-0.25, '-0.25'), (math.inf, 'inf'),
      ('', ''), ('a b', 'a b'), ('a,b', '"a,b"'), ('a[0]', '"a[0]"'),
      (' a', '" a"'), ('"a', "'\"a'"), ('it\'s', "it's"), ('\'"', '"\'"""'),
      ([], '[]'), (('a', 'b'), '[a,b]'), (['a b'], '["a b"]'), ([''], '[""]'),
      (['conv[0-9]:0.8'], '[conv[0-9]:0.8]'), (['a[0]'], '["a[0]"]'),
      (['[a]b'], '["[a]b"]'), (['a{1,2}'], '["a{1,2}"]'),
      ([1.0, 0.5], '[1,0.5]'), ([True], '[true]'),
  )
  def test_a_value_is_printed_as_short_as_it_parses(self, value, text):
    self.assertEqual(text_lib.format_value(value), text)

  def test_only_what_is_not_default_is_printed(self):
    self.assertEqual(
        text_lib.format({**_FIELDS, 'f': 0.25, 'ls': ('a',), 'lf': []},
                        _FIELDS),
        'f=0.25,lf=[]')
    self.assertEqual(text_lib.format({'i': 1}, {}), 'i=1')

  @hypothesis.given(_ANY_VALUES)
  def test_printed_values_parse_to_themselves(self, values):
    text = text_lib.format(values, {})
    self.assertEqual(text_lib.parse(text, _FIELDS), values)
    text = text_lib.format(values, _FIELDS)
    parsed = text_lib.parse(text, _FIELDS)
    self.assertEqual({**{n: _FIELDS[n] for n in values}, **parsed}, values)


class KindTest(parameterized.TestCase):

  @parameterized.parameters(
      (1, int), (1.5, float), (True, bool), ('a', str), (None, type(None)))
  def test_the_kind_of_a_value_is_its_type(self, value, scalar):
    self.assertEqual(value_type.Kind.of(value), value_type.Kind(scalar))
    if value is not None:
      self.assertEqual(value_type.Kind.of([value]),
                       value_type.Kind(scalar, is_list=True))

  def test_a_list_of_ints_and_floats_is_one_of_floats(self):
    kind = value_type.Kind.of([1, 2.5])
    self.assertEqual(repr(kind.check('x', [1, 2.5])), '[1.0, 2.5]')

  def test_an_empty_list_is_one_of_strings(self):
    self.assertEqual(value_type.Kind.of(()),
                     value_type.Kind(str, is_list=True))

  def test_an_object_of_another_class_keeps_its_class(self):
    kind = value_type.Kind.of(1j)
    self.assertEqual(kind.check('x', 2j), 2j)
    with self.assertRaisesRegex(ValueError, 'an instance of complex'):
      kind.check('x', 'a')
    with self.assertRaisesRegex(ValueError, 'an instance of complex'):
      kind.from_text('x', '2j')


class DocstringTest(absltest.TestCase):

  def test_the_examples_are_true(self):
    self.assertEqual(doctest.testmod(errors).failed, 0)
    self.assertEqual(doctest.testmod(text_lib).failed, 0)


if __name__ == '__main__':
  absltest.main()
