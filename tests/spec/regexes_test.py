# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Patterns match where `re` finds them, in a bounded time."""

from __future__ import annotations

import re
import time
import warnings

from absl.testing import absltest
from absl.testing import parameterized
from hypothesis import given
from hypothesis import strategies as st

from model_pruning._src.spec import automaton
from model_pruning._src.spec import regexes

_ATOMS = st.sampled_from([
    'a', 'b', '.', '[ab]', '[^a]', r'\w', r'\d', '(?i:A)', 'x', '/', r'\W',
    '(?s:.)', r'[a-c\d]', '(?a:é)', '(?:)', r'\b', '^', '$', r'\Z', r'\B'])


def _larger(patterns):
  repeats = st.sampled_from(
      ['*', '+', '?', '{2}', '{1,3}', '*?', '{2,}', '{,2}'])
  groups = patterns.map('({})'.format)
  return st.one_of(
      st.lists(patterns, max_size=4).map(''.join),
      st.tuples(patterns, patterns).map(lambda pair: '({}|{})'.format(*pair)),
      st.tuples(groups, repeats).map(''.join))


class RegexesTest(parameterized.TestCase):

  @given(st.recursive(_ATOMS, _larger, max_leaves=8),
         st.lists(st.text(st.sampled_from('abcAé1/_ \n'), max_size=8),
                  max_size=5))
  def test_an_automaton_finds_what_re_finds(self, pattern, texts):
    with warnings.catch_warnings():
      warnings.simplefilter('ignore')
      try:
        compiled = re.compile(pattern)
      except re.error:  # A repeat of `^`, in some versions.
        return
      built = automaton.Automaton(pattern)
    for text in texts:
      self.assertEqual(built.search(text), compiled.search(text) is not None,
                       (pattern, text))

  @parameterized.parameters(
      r'.*/(conv|dense)_\d+/.*', r'(\w+/)*kernel', r'^((?!bias).)*$',
      r'(?!.*bias)(?!.*gamma).*kernel.*', r'(\d{1,3}\.){3}\d{1,3}',
      r'(?i)CONV[^/]+', r'(\w)\1', r'[\w-]+/kernel$', r'conv2d(_\d+)?/kernel',
      r'^(encoder|decoder)/layer_(\d|1[01])/(attention|mlp)/.*kernel$',
      r'(?<!bias)$', '|'.join(f'layer_{i}/kernel' for i in range(500)))
  def test_patterns_that_people_write(self, pattern):
    self.assertEqual(regexes.why_not(pattern), '')
    for name in ('model/conv_1/kernel', 'dense_12/bias', 'conv2d_3/kernel',
                 'encoder/layer_11/mlp/kernel', '10.0.0.1', 'aa', ''):
      self.assertEqual(regexes.search(pattern, name),
                       re.search(pattern, name) is not None, name)

  @parameterized.parameters(
      ('(a+)+b', False), ('(a|a)*b', False), ('(a|aa)+$', True),
      ('(x+x+)+y', False), ('(?:a?){30}a{30}', True),
      ('(.*)(.*)(.*)(.*)b', False),
      ('(a|a)' * 30 + 'b', False), ('(.*a){20}', True), ('(a*)*b', False),
      ('((a{1,5}){1,5}){1,5}b', False), (r'(\w+\s?)*:', False),
      ('.*.*.*.*.*.*.*=x', False), ('(?i:(A+)+)b', False))
  def test_patterns_that_take_forever(self, pattern, matches):
    start = time.process_time()
    for text in ('a' * 300, 'a' * 40):
      self.assertEqual(regexes.search(pattern, text), matches)
    self.assertLess(time.process_time() - start, 5.0)

  def test_a_name_that_is_too_long_for_a_pattern(self):
    pattern = r'(?!x)a*a*a*b'
    self.assertFalse(regexes.search(pattern, 'a' * 100))
    with self.assertRaisesRegex(ValueError, 'a name of 9000 characters'):
      regexes.search(pattern, 'a' * 9000)


if __name__ == '__main__':
  absltest.main()
