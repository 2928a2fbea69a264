# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Times training steps of a model dense, pruned by us and by tfmot.

    python benchmarks/step_overhead.py --keras tf_keras --model mlp

The models and their batches are in step_models.py, the optimizer is Adam; all
kernels are pruned to 0.8 from the first step on. A round is one
`train_on_batch` of each of the three.
What is printed are medians over the rounds of ratios to the dense step of the
same round: of steps that do not update masks, of steps that do, and amortised,
``((f - 1) * plain + update) / f`` for an update every ``f`` steps. Then, how
many bytes the state of the pruning takes for each byte of the kernels.

Exits with 1 if a ratio misses what the library promises, or there is nothing to
compare it with: tfmot prunes no models of Keras 3, so there say

    python benchmarks/step_overhead.py --keras keras --without_tfmot
"""

from __future__ import annotations

import argparse
import importlib.util
import pathlib
import sys
from typing import Any, Dict, List, Tuple

import numpy as np

_ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))

import step_models  # noqa: E402
import timing  # noqa: E402

FREQUENCY = 10
SPARSITY = 0.8
MOST_STATE = 0.27


class Trained:
  """A model that trains on one batch, over and over."""

  def __init__(self, model: Any, batch: Tuple[np.ndarray, np.ndarray],
               keras: Any, jit_compile: bool):
    self._batch = batch
    self._model = model
    model.compile(
        keras.optimizers.Adam(),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=jit_compile)

  def __call__(self) -> None:
    """Makes one step."""
    self._model.train_on_batch(*self._batch)


def pruned_by_us(model: Any) -> Tuple[Any, Dict[str, int]]:
  """The model, pruned, and the bytes of its pruning state."""
  import model_pruning
  pruner = model_pruning.keras.prune(model, (
      f'initial_sparsity={SPARSITY},target_sparsity={SPARSITY},'
      f'sparsity_function_end_step=0,pruning_frequency={FREQUENCY}'))
  # Of Keras 2 the pruner holds the weights too; they are trainable.
  return model, _bytes_by_name(
      variable for variable in pruner.variables if not variable.trainable)


def pruned_by_tfmot(model: Any) -> Tuple[Any, Dict[str, int]]:
  """The same by tfmot.

  Raises:
    ValueError: if tfmot does not take models of this Keras.
  """
  import tensorflow_model_optimization as tfmot
  sparsity = tfmot.sparsity.keras
  model = sparsity.prune_low_magnitude(
      model, sparsity.ConstantSparsity(SPARSITY, 0, frequency=FREQUENCY))
  # What `fit` does at the beginning with the callback that tfmot asks for.
  callback = sparsity.UpdatePruningStep()
  callback.set_model(model)
  callback.on_train_begin()
  # Among them are averages that normalizations have.
  return model, _bytes_by_name(
      variable for variable in model.non_trainable_variables
      if any(part in variable.name for part in (
          'mask', 'threshold', 'pruning_step')))


def _bytes_by_name(variables: Any) -> Dict[str, int]:
  """Bytes that are held, by the last part of the variables' names."""
  total: Dict[str, int] = {}
  for variable in variables:
    name = variable.name.split(':')[0].split('/')[-1]
    total[name] = total.get(name, 0) + np.asarray(variable).nbytes
  return total


def measure(workload: step_models.Workload, keras: Any, jit_compile: bool,
            num_rounds: int, without_tfmot: bool) -> Dict[str, Any]:
  """Times the steps of the models, without tfmot's if it refuses the model."""
  models = {'dense': (workload.make(keras), {}),
            'ours': pruned_by_us(workload.make(keras))}
  weights = models['dense'][0].get_weights()
  kernel_bytes = sum(weight.nbytes for weight in weights if weight.ndim > 1)
  refusal = None
  if not without_tfmot:
    try:
      models['tfmot'] = pruned_by_tfmot(workload.make(keras))
    except ValueError as error:
      refusal = str(error)
  calls = {name: Trained(model, workload.batch(), keras, jit_compile)
           for name, (model, _) in models.items()}
  # Step 1 updates masks too, but compiles as well. It and those before the
  # next update warm up; so round 0 is step 10. tfmot is ahead by half of it:
  # an update that takes long slows down what runs after it, and must not do
  # that to the dense step that ours is compared with.
  ahead = {'tfmot': FREQUENCY // 2}
  for name in calls:
    for _ in range(ahead.get(name, 0)):
      calls[name]()
  times = timing.interleaved(
      calls, num_rounds, num_warm_up_rounds=FREQUENCY - 1)
  figures: Dict[str, Any] = {
      'rounds': num_rounds, 'jit_compile': jit_compile,
      'dense_ms': timing.rounded(1e3 * float(np.median(times['dense'].wall))),
      'kernel_bytes': kernel_bytes, 'tfmot_refuses': refusal}
  for name in list(models)[1:]:
    updates = (
        np.arange(num_rounds) + ahead.get(name, 0)) % FREQUENCY == 0
    figures[name] = ratios(times[name], times['dense'], updates)
    state = models[name][1]
    figures[name]['state_bytes'] = state
    figures[name]['state_over_kernel'] = round(
        sum(state.values()) / kernel_bytes, 5)
  return figures


def ratios(times: timing.Times, dense: timing.Times,
           updates: np.ndarray) -> Dict[str, Any]:
  """Ratios to the dense step of the same round."""
  figures: Dict[str, Any] = {}
  plain = times.over(dense, ~updates)
  update = times.over(dense, updates)
  for prefix, clock in (('', 'wall'), ('cpu_', 'cpu')):
    figures[prefix + 'plain'] = plain[clock]
    figures[prefix + 'update'] = update[clock]
    for frequency in (10, 100):
      figures[f'{prefix}amortised_{frequency}'] = (
          (frequency - 1) * plain[clock] + update[clock]) / frequency
  return {name: round(value, 3) for name, value in figures.items()}


def misses(workload: step_models.Workload,
           figures: Dict[str, Any]) -> List[str]:
  """What in `figures` is not as promised."""
  found = []
  if figures['tfmot_refuses']:
    found.append('Nothing to compare with, for tfmot refuses the model: '
                 f'{figures["tfmot_refuses"]}')
  for frequency, most in ((10, workload.most_amortised_10),
                          (100, workload.most_amortised_100)):
    if most and figures['ours'][f'amortised_{frequency}'] > most:
      found.append(f'More than {most:g} dense steps a step, with an update '
                   f'every {frequency}')
  if figures['ours']['state_over_kernel'] > MOST_STATE:
    found.append(f'More than {MOST_STATE:g} bytes of state a byte of kernel')
  return found


def main() -> int:
  """Prints the figures; returns the exit code."""
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument('--keras', default='tf_keras', help='tf_keras or keras')
  parser.add_argument('--model', default='mlp',
                      choices=list(step_models.WORKLOADS))
  parser.add_argument('--jit_compile', action='store_true',
                      help='compile the steps of all by XLA')
  parser.add_argument('--without_tfmot', action='store_true',
                      help='do not time tfmot, which prunes no Keras 3 models')
  parser.add_argument('--rounds', type=int, default=200)
  parser.add_argument('--json', help='file to write the figures to')
  args = parser.parse_args()
  if not args.without_tfmot and not importlib.util.find_spec(
      'tensorflow_model_optimization'):
    parser.error('tensorflow_model_optimization is not installed, so there is '
                 'nothing to compare with')
  keras = importlib.import_module(args.keras)
  other_work = timing.OtherWork()
  workload = step_models.WORKLOADS[args.model]
  figures = measure(workload, keras, args.jit_compile, args.rounds,
                    args.without_tfmot)
  missed = misses(workload, figures)
  print(f'{workload.title}, Adam')
  if args.without_tfmot:
    print('Not compared with tfmot, which prunes no models of Keras 3.')
  print(f'A dense step takes {figures["dense_ms"]:g} ms; in dense steps:')
  columns = ('plain', 'update', 'amortised_10', 'amortised_100')
  print(' ' * 11, *(f'{column:>13}' for column in columns))
  for name in ('ours', 'tfmot'):
    if name not in figures:
      continue
    for prefix, label in (('', ''), ('cpu_', 'CPU')):
      print(f'{name:>7} {label:>3}', *(
          f'{figures[name][prefix + column]:>13}' for column in columns))
    print(f'{"":>7} bytes of state {figures[name]["state_bytes"]}, '
          f'{figures[name]["state_over_kernel"]} of those of the kernels, '
          f'{figures["kernel_bytes"]}')
  print('\n'.join(missed) or 'All as promised.')

  import model_pruning
  import tensorflow as tf
  modules = [tf, np, keras, model_pruning]
  if not args.without_tfmot:
    import tensorflow_model_optimization as tfmot
    modules.append(tfmot)
  timing.write_json(args.json, {
      'command': timing.command(),
      'environment': timing.environment(modules),
      'other_work_cpus': other_work.num_cpus(),
      'missed': missed, 'model': args.model, **figures})
  return 1 if missed else 0


if __name__ == '__main__':
  sys.exit(main())
