# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Writes docs/results.md from the files in experiments/results.

    python experiments/results_page.py

Needs neither TensorFlow nor the library.
"""

from __future__ import annotations

import pathlib
from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Tuple

from harness import comparison
from harness import results_file
import results_table

_ROOT = pathlib.Path(__file__).resolve().parents[1]
RESULTS = _ROOT / 'experiments' / 'results'
PAGE = _ROOT / 'docs' / 'results.md'

_HEAD = """# Results on real data

Written by `python experiments/results_page.py` from the files in
`experiments/results`. Each experiment is a program in `experiments`, which
trains what its file does not have yet. The trainings are short and the networks
small, for one thread of a CPU: compare the rows of a table with each other, and
not with what others publish. What a table lacks, of the runs that its program
lists, has not been trained yet; the same command adds it.

*   The drop is the accuracy of the dense run minus that of the run, for the
    same seed, in percentage points of test accuracy after the last update;
    below 0 is better than dense. For translations it is that of the BLEU of
    sacrebleu, without regard to upper case. `±` is its standard error over the
    seeds: the standard deviation (n - 1) over the root of n.
*   Two seeds say little: the standard error itself is then known so badly that
    two thirds of all means lie within ±1.8 of it, and 95 % only within ±12.7.
    A row of one seed has none.
*   Zeros are the share in all weights of two dimensions or more, those that are
    not pruned (depthwise kernels) included.
*   Bytes are those of the whole model: of the .h5 file, or the values of a
    checkpoint, without the state of the optimizer, after `gzip -9`; and of the
    file of `model_pruning.pack`. The
    factors are to the gzip of the dense run. They can be no larger than what is
    never pruned allows: biases, statistics, depthwise kernels.
*   tfmot is `tfmot.sparsity.keras.prune_low_magnitude`. It has the same first
    weights (their checksums are in the files), batches, optimizer and schedule
    (begin, end, frequency, power), and is left at its defaults otherwise. It
    multiplies weights by masks when a step begins and when an epoch ends, and
    this library sets them to zero after each update. Nothing was tuned for
    either. Zeros that tfmot makes keep their sign, so half of them are -0.0,
    which takes more bytes in a compressed file, and is a value to `pack`.
"""

_TITLES = {
    'fashion_mnist_mobilenet': 'MobileNetV1, Fashion-MNIST',
    'reviews_lstm': 'LSTM, film reviews',
    'reviews_transformer': 'Transformer, film reviews',
    'spoken_digits': 'Depthwise-separable keyword net, spoken digits',
    'multi30k_gnmt': 'GNMT, Multi30k, English to German',
    'fashion_mnist_channels': 'Half of the channels, MobileNetV1, '
                              'Fashion-MNIST',
    'sensitivity_cnn': 'Suggested specifications, a small convolutional '
                       'network, Fashion-MNIST',
}


class _Column(NamedTuple):
  """A column of figures: the mean over the seeds of one in the file."""

  title: str
  key: str
  form: str


_COLUMNS = (
    _Column('accuracy', 'accuracy', '{:.2%}'),
    _Column('BLEU', 'bleu', '{:.2f}'),
    _Column('pruned at once', 'accuracy_at_once', '{:.2%}'),
    _Column('zeros', 'sparsity', '{:.1%}'),
    _Column('parameters', 'parameters', '{:,.0f}'),
    _Column('gzip, bytes', 'gzip_bytes', '{:,.0f}'),
    _Column('packed, bytes', 'packed_bytes', '{:,.0f}'),
)


def page(directory: pathlib.Path) -> str:
  """The page that belongs to the files of results in a directory."""
  parts = [_HEAD]
  files = [results_file.read(directory / f'{name}.json') for name in _TITLES
           if (directory / f'{name}.json').exists()]
  for content in files:
    parts += _experiment(content)
  parts += ['## Runs\n', results_table.table(
      ['experiment', 'command', 'versions', 'CPU', 'date'],
      [row for content in files for row in _sessions(content)]), '']
  return '\n'.join(parts)


def _experiment(content: Dict[str, Any]) -> Iterator[str]:
  """Title, budget and tables of one file."""
  runs = comparison.Runs(content['runs'])
  budget = ', '.join(f'{key} {value}'
                     for key, value in content['budget'].items())
  minutes = sum(run['minutes'] for run in content['runs'])
  yield f'## {_TITLES[content["experiment"]]}\n'
  yield (f'`experiments/{content["experiment"]}.py`. Budget of a run: '
         f'{budget}. All {len(content["runs"])} runs took {minutes:.0f} '
         'minutes, on a machine with other work.\n')
  columns = [column for column in _COLUMNS
             if len({run.get(column.key) for run in content['runs']}) > 1]
  yield results_table.table(
      ['method', 'specification', 'seeds', 'drop, points',
       *(column.title for column in columns), 'gzip, times smaller',
       'packed, times smaller'],
      (_row(runs, kind, columns) for kind in runs.kinds())) + '\n'
  yield from _peers(runs)
  yield from _smaller(runs)
  yield from _suggested(content['runs'])


def _row(runs: comparison.Runs, kind: comparison.Kind,
         columns: Iterable[_Column]) -> List[Any]:
  means = (runs.mean(kind, column.key) for column in columns)
  return [
      kind.method, f'`{kind.spec}`' if kind.spec else '',
      len(runs.of(kind)), runs.drop(kind),
      *('' if mean is None else column.form.format(mean)
        for column, mean in zip(columns, means)),
      *(_times(runs.times_smaller(kind, key))
        for key in ('gzip_bytes', 'packed_bytes'))]


def _times(factor: Any) -> str:
  return '' if factor is None else f'{factor:.1f}'


def _peers(runs: comparison.Runs) -> Iterator[str]:
  """How our drop compares with that of tfmot, for each sparsity."""
  rows = list(runs.against_peer())
  if rows:
    yield ('The bar: our drop is not larger than that of tfmot by more than '
           'one standard error of the difference (ours minus theirs, seed by '
           'seed).\n')
    yield results_table.table(
        ['specification', 'seeds', 'our drop', 'drop of tfmot', 'difference',
         'bar'], rows) + '\n'


def _smaller(runs: comparison.Runs) -> Iterator[str]:
  """Where the model is six times smaller, and at which loss."""
  for key, name in (('gzip_bytes', 'gzip'), ('packed_bytes', 'packed')):
    yield f'Six times smaller, {name}: {runs.six_times(key)}.\n'


def _suggested(rows: Iterable[Dict[str, Any]]) -> Iterator[str]:
  """The specs that were suggested, as a list."""
  lines = [f'*   seed {row["seed"]}, `{row["spec"]}`: '
           f'`{row["suggested_spec"]}`' for row in rows
           if 'suggested_spec' in row]
  if lines:
    yield 'What was suggested:\n'
    yield '\n'.join(lines) + '\n'


def _sessions(content: Dict[str, Any]) -> Iterator[Tuple[str, ...]]:
  """What was run, where and when."""
  for session in content['sessions']:
    versions = ', '.join(
        f'{name} {version}' for name, version in session['versions'].items())
    command = session['command'].replace('|', '\\|')
    yield (content['experiment'], f'`{command}`', versions,
           f'{session["num_cpus"]} × {session["cpu"]}, {session["threads"]} '
           'thread used', session['date'])


def main() -> None:
  """Writes the page."""
  PAGE.write_text(page(RESULTS))
  print(f'Wrote {PAGE}')


if __name__ == '__main__':
  main()
