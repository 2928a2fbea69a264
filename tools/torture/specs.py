# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Random and damaged specs: errors in one form, in bounded time.

    python tools/torture/specs.py --cases 100000

Needs a Python with the library; TensorFlow is not used. Each case is text or
Python values that a spec is made of. It must give a spec, which prints as text
that gives an equal one and can be asked for the rule of a weight, or raise a
ValueError or TypeError of bounded length, within a second.
"""

import argparse
import collections
import dataclasses
import pathlib
import random
import sys
import time
import warnings
from typing import Any, Callable, Dict, List, Tuple

if __name__ == '__main__':
  sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

import numpy as np

import model_pruning
from tools.torture import report

FAULTS = ('other_error', 'slow', 'message', 'round_trip', 'lost_name')
_LIMIT = 1.0  # Seconds.
_MOST_CHARACTERS = 6000  # Of a message: names of all fields are 800.

_FIELDS = [
    field.name for field in dataclasses.fields(model_pruning.PruningSpec)]
_NAMES = ('model/layer_12/conv2d_3/kernel', 'a' * 60, 'dense/weights',
          'bert/encoder/layer_11/attention/self/query/kernel_' * 3)
_GOOD = (
  'target_sparsity=0.9', 'begin_pruning_step=10%,end_pruning_step=70%',
  'weight_sparsity_map=[conv[0-9]:0.8,"a{1,2}":0.3],do_not_prune=[bias]',
  'block_dims_map=[.*/(conv|dense)_\\d+/.*:4x1],block_pooling_function=MAX',
  'sparsity_m_by_n=2x4', 'name=a/b,pruning_frequency=100,keep_sparsity=false',
  'group_pruning=true,group_sparsity_map=[x:0.5],'
  'group_block_dims_map=[x:1x4]',
  'do_not_prune[0]=a,do_not_prune[1]=b', 'begin_pruning_step=5ep',
  "prune_option='first_order_gradient',gradient_decay_rate=.9",
  'mask_update=hold,structure=unstructured')
_PIECES = (
  *'=,[]"\'{}()|*+?.\\:x%-_ \n\t^$', '""', "''", 'ep', 'true', 'None', 'nan',
  'inf', '-inf', '1e400', '0x10', '1_0', '\0', 'é', '\udcff', '\U0001f600',
  '99999999999999999999', '(?i)', '(?:', '(?=', '(?<=a', '(?P<n>', '\\1',
  '(a+)+', '(a|a)*', '.*.*.*', '{0,99999}', '{99999999999999}', '\\d{60000}',
  '(?:){60000}', '[^', '[[:alpha:]]', '\\Z', '\\N{BULLET}', '(?#', '70%', '4x1',
  '-1x-1', '0x0', '[0]', '[99999999999]')
_LARGE = ('(', '[', '(a', 'a|', '(?:', 'x,', '"', '""', "'", '[[', ']', ' ',
          '=', 'a=', 'nbins=1,', '9', '-', '.*', '\\', 'a:0.5,', '(a*)*',
          'a?', '(?i:', '[a-', 'é', '{', '{9,}', '(?=', 'a{2}', '^', '$')


def _text(rng: random.Random) -> str:
  """Text that looks like a spec, more or less."""
  items = []
  for _ in range(rng.randrange(1, 5)):
    name = rng.choice([*_FIELDS, 'nbins', 'what', ''])
    value = ''.join(rng.choice(_PIECES) if rng.random() < 0.6 else
                    chr(rng.randrange(32, 127))
                    for _ in range(rng.randrange(0, 9)))
    form = rng.choice(['{}={}', '{}=[{}]', '{}=["{}"]', '{}[0]={}', '{}{}'])
    items.append(form.format(name, value))
  return ','.join(items)


def _changed(rng: random.Random) -> str:
  """A good spec that was damaged here and there."""
  text = rng.choice(_GOOD)
  for _ in range(rng.choice([0, 1, 1, 2, 3, 5])):
    start = rng.randrange(len(text) + 1)
    end = min(len(text), start + rng.randrange(0, 4))
    text = text[:start] + rng.choice(['', *_PIECES, *_GOOD]) + text[end:]
  return text


def _large(rng: random.Random) -> str:
  """A long text with little in it, in a field or in the place of one."""
  piece = rng.choice(_LARGE)
  size = rng.choice([300, 5000, 200_000, 1_000_000])
  text = piece * (size // len(piece)) + rng.choice(['', ')', ']', 'b'])
  name = rng.choice(_FIELDS)
  return rng.choice(['{}', f'{name}={{}}', f'{name}=[{{}}]', f'{name}[{{}}]=1',
                     f'{name}=["{{}}"]', f'{{}}={name}',
                     f'{name}[0]="{{}}"', f'{name}=[a,{{}}:0.5]']).format(text)


def _many(rng: random.Random) -> Dict[str, Any]:
  """Many patterns."""
  count = rng.choice([100, 3000, 10_000, 30_000])
  template = rng.choice(['layer_{}/kernel', 'a{{{}}}', '^x{}$', '({}|b)'])
  patterns = [template.format(i) for i in range(count)]
  if rng.random() < 0.5:
    return {'do_not_prune': patterns}
  return {'weight_sparsity_map': dict.fromkeys(patterns, 0.5)}


class _Odd:
  """An object that cannot be printed."""

  def __repr__(self) -> str:
    raise RuntimeError('no repr')


def _value(rng: random.Random, levels: int = 3) -> Any:
  """Any Python value."""
  deep: Any = 0.5
  for _ in range(50_000 if rng.random() < 0.05 else 10):
    deep = [deep]
  choices: List[Callable[[], Any]] = [
    lambda: rng.choice([0, 1, -1, 2**31, 2**63, -2**63 - 1, 2**64, 10**400,
                        10**5000, True, None, 0.5, 1.0, -0.0, 1e308]),
    lambda: rng.choice([float('nan'), float('inf'), -float('inf'), 1e-320]),
    lambda: rng.choice([b'', b'0.5', b'\xff' * 100_000, '0.5', '', '70%']),
    lambda: rng.choice([
      np.int64(7), np.uint64(2**64 - 1), np.float32(0.5), np.bool_(True),
      np.array([1, 2]), np.array(0.5), np.str_('conv'), np.longdouble(0.5)]),
    lambda: rng.choice([_Odd(), object(), int, len, 1j, deep, range(9),
                        iter('ab'), {1, 2}, frozenset(), {'a': deep}]),
    lambda: rng.choice(_PIECES),
    lambda: rng.choice([_large, _text])(rng)]
  if levels:
    choices += [
      lambda: [_value(rng, levels - 1) for _ in range(rng.randrange(4))],
      lambda: tuple(_value(rng, levels - 1) for _ in range(rng.randrange(4))),
      lambda: {rng.choice(['conv', '', '(a+)+b', 3, b'x', None, (1,)]): _value(
        rng, levels - 1) for _ in range(rng.randrange(4))}]
  return rng.choice(choices)()


def _values(rng: random.Random) -> Dict[str, Any]:
  return {rng.choice(_FIELDS): _value(rng)
          for _ in range(rng.randrange(1, 4))}


def _use(spec: Any, rng: random.Random) -> str:
  """Uses a spec that was accepted; returns a fault, or ''."""
  if model_pruning.PruningSpec.parse(str(spec)) != spec:
    return 'round_trip'
  for name in _NAMES:
    spec.rule_for(name, rng.choice([[64, 10], [3, 3, 8, 16], [7], []]))
  spec.schedule_notes()
  spec.resolve(num_steps=rng.choice([1, 1000, 1000, 1000, 2**62, 10**400]),
               steps_per_epoch=rng.choice([1, 100, 100, 100, 2**62, 1.5]))
  return ''


def _make(kind: str, rng: random.Random) -> Tuple[str, Callable[[], str]]:
  """Returns a case as text, and what runs it and returns a fault or ''."""
  make = model_pruning.PruningSpec
  if kind in ('values', 'many'):
    values = (_values if kind == 'values' else _many)(rng)
    name = next(iter(values))
    return f'{kind} {sorted(values)}', lambda: _use(rng.choice([
      lambda: make(**values), lambda: make.of(values),
      lambda: make().replace(**values)])(), rng) and name
  text = {'text': _text, 'changed': _changed, 'large': _large}[kind](rng)
  if rng.random() < 0.2:
    return f'hparams {text[:200]!r}', lambda: _use(
      make.of(model_pruning.get_pruning_hparams().parse(text)), rng)
  return f'{kind} {text[:200]!r}', lambda: _use(make.parse(text), rng)


def run(count: int = 100_000, seed: int = 0) -> report.Outcome:
  """Runs the cases and returns what was seen."""
  start = time.time()
  counts: Dict[str, int] = collections.OrderedDict.fromkeys(FAULTS, 0)
  accepted, slowest, examples = 0, 0.0, []
  # Few are large: they take most of the time.
  kinds = (['text'] * 80 + ['changed'] * 180 + ['values'] * 36) * 2 + (
    ['large'] * 6 + ['many'] * 2)
  random.Random(seed).shuffle(kinds)
  for i in range(count):
    rng = random.Random(f'{seed} {i}')
    kind = kinds[i % len(kinds)]
    case, call = _make(kind, rng)
    faults = []
    begin = time.process_time()
    message = None
    try:
      fault = call()
      accepted += 1
      faults += [fault] if fault else []
    except (ValueError, TypeError) as error:
      message = str(error)
    except Exception as error:
      faults.append('other_error')
      case += f': {type(error).__name__}: {str(error)[:200]}'
    seconds = time.process_time() - begin
    slowest = max(slowest, seconds)
    if seconds > _LIMIT:
      faults.append('slow')
    if message is not None and (
        not message.strip() or len(message) > _MOST_CHARACTERS):
      faults.append('message')
    elif message is not None and not any(
        mark in message for mark in ('Argument', 'pattern', 'must')):
      faults.append('lost_name')
      case += ': ' + message[:200]
    for fault in faults:
      counts[fault] += 1
      examples.append(f'case {i}: {fault}: {seconds:.1f} s: {case}')
  return report.Outcome('specs', count, time.time() - start, counts,
                        tuple(examples), (
    f'{accepted} accepted', f'slowest {slowest:.2f} s'))


def main() -> int:
  """Runs the cases that the command line asks for."""
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument('--cases', type=int, default=100_000)
  parser.add_argument('--seed', type=int, default=0)
  arguments = parser.parse_args()
  warnings.simplefilter('ignore')
  return report.print_table([run(arguments.cases, arguments.seed)])


if __name__ == '__main__':
  sys.exit(main())
