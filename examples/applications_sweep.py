# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Prunes the networks of keras.applications, and loads what is saved elsewhere.

    PYTHONPATH=. python examples/applications_sweep.py --json result.json

Each network begins with random weights, is pruned to 0.9, makes two training
steps and is saved in every format for whole models that its Keras has. Each
file is loaded in a process that has no model_pruning. There, every pruned
weight must have exactly the zeros that the specification says, and the
network must predict what it predicted here, bit for bit.

The images are as small as the network takes; VGG16, whose first dense layer
grows with them, has 34 million weights then, and not 138. Nothing is
downloaded. Exits with 1 if something is not as it must be.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from typing import Any, Dict, List

import numpy as np
import tensorflow as tf

from support import arguments
from support import measure
import model_pruning

KERAS_3 = hasattr(tf.keras, 'ops')
FORMATS = ('.keras',) if KERAS_3 else ('.keras', '.h5')
SPEC = 'target_sparsity=0.9,sparsity_function_end_step=0'
STEPS = 2

# The least side of an image, in pixels, by the name of the network.
NETWORKS = {
    'MobileNet': 32, 'MobileNetV2': 32, 'MobileNetV3Small': 32,
    'EfficientNetB0': 32, 'EfficientNetV2B0': 32, 'ConvNeXtTiny': 32,
    'ResNet50': 32, 'DenseNet121': 32, 'InceptionV3': 75, 'Xception': 71,
    'NASNetMobile': 32, 'VGG16': 32}


def make_network(name: str) -> Any:
  """A network of ten classes with random weights."""
  side = NETWORKS[name]
  model = getattr(tf.keras.applications, name)(
      weights=None, classes=10, input_shape=(side, side, 3),
      classifier_activation=None)
  # Two steps hardly move averages of momentum 0.99, and the activations of
  # random weights that nothing normalizes overflow.
  for layer in model.layers:
    if hasattr(layer, 'momentum'):
      layer.momentum = 0.1
  # Gradients are clipped: where a feature map has one pixel, two images give
  # a normalization hardly anything to divide by. No XLA, which takes minutes
  # for some networks.
  model.compile(
      tf.keras.optimizers.SGD(1e-2, global_clipnorm=1.0),
      tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
      jit_compile=False)
  return model


def load_elsewhere(network: str, path: str,
                   images: np.ndarray) -> Dict[str, Any]:
  """Loads a file in a process without this library.

  Args:
    network: its name.
    path: a saved model.
    images: what it predicts from, [count, height, width, 3].

  Returns:
    `outputs`, and `zeros` of each weight in the order of `get_weights`.
  """
  directory = os.path.dirname(path)
  inputs_path = os.path.join(directory, 'inputs.npy')
  outputs_path = os.path.join(directory, 'outputs.npy')
  np.save(inputs_path, images)
  examples = pathlib.Path(__file__).resolve().parent
  script = examples / 'support' / 'load_elsewhere.py'
  done = subprocess.run(
      [sys.executable, '-I', str(script), network, path, inputs_path,
       outputs_path],
      check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
      universal_newlines=True)
  return {'outputs': np.load(outputs_path),
          'zeros': json.loads(done.stdout.splitlines()[-1])}


def wrong_weights(model: Any, required: Dict[str, int],
                  zeros: List[int]) -> List[str]:
  """The pruned weights of which a file has not the zeros it must have.

  Args:
    model: what was saved. Keras 3 names some weights anew when it loads, so
      weights are compared by their order.
    required: how many zeros, by the names of the pruned weights.
    zeros: how many there are in each weight of the file.

  Returns:
    Their names.
  """
  names = [getattr(weight, 'path', weight.name).partition(':')[0]
           for weight in model.weights]
  found = dict(zip(names, zeros))
  return [name for name, number in required.items() if found[name] != number]


def try_network(name: str, spec: str, directory: str) -> Dict[str, Any]:
  """Prunes, trains, saves and loads one network.

  Args:
    name: of the network.
    spec: how to prune it.
    directory: for files, which are deleted.

  Returns:
    Figures, ready for JSON; `failed` lists what is not as it must be.
  """
  arguments.start_keras_afresh()
  start = time.time()
  model = make_network(name)
  pruner = model_pruning.keras.prune(model, spec)
  random = np.random.RandomState(0)
  images = (255 * random.rand(STEPS, 2, *model.input_shape[1:])).astype(
      np.float32)
  losses = [float(model.train_on_batch(batch, random.randint(0, 10, 2)))
            for batch in images]
  pruned = pruner.report.pruned
  sizes = {weight.name: int(np.prod(weight.shape)) for weight in pruned}
  required = {weight.name: measure.required_zeros(
      sizes[weight.name], weight.target_sparsity) for weight in pruned}
  outputs = model.predict(images[0], batch_size=2, verbose=0)
  failed = []
  if not np.all(np.isfinite(losses)) or not np.all(np.isfinite(outputs)):
    failed.append('the loss or the outputs are not finite')
  if pruner.step != STEPS:
    failed.append(f'{pruner.step} steps were counted')
  file_bytes = {}
  for suffix in FORMATS:
    path = os.path.join(directory, name + suffix)
    model.save(path)
    file_bytes[suffix] = os.path.getsize(path)
    try:
      loaded = load_elsewhere(name, path, images[0])
    except subprocess.CalledProcessError as error:
      failed.append(f'{suffix}: {error.stderr.splitlines()[-1]}')
      continue
    os.remove(path)
    wrong = wrong_weights(model, required, loaded['zeros'])
    if wrong:
      failed.append(f'{suffix}: zeros of {", ".join(wrong)}')
    if not np.array_equal(loaded['outputs'], outputs):
      failed.append(f'{suffix}: outputs')
  return {
      'network': name, 'side': NETWORKS[name],
      'all_weights': int(model.count_params()),
      'pruned_kernels': len(pruned), 'pruned_weights': sum(sizes.values()),
      'zeros': sum(required.values()), 'losses': losses,
      'file_bytes': file_bytes, 'seconds': round(time.time() - start),
      'failed': failed}


def print_row(*cells: Any) -> None:
  """Prints one line of the table."""
  print('{:18}{:>5}{:>12}{:>9}{:>12}{:>12}  {}'.format(*cells), flush=True)


def main() -> int:
  """Prints a table and writes JSON; returns the exit code."""
  parser = argparse.ArgumentParser(
      description=__doc__,
      formatter_class=argparse.RawDescriptionHelpFormatter)
  parser.add_argument('--spec', default=SPEC, help='default: %(default)s')
  parser.add_argument('--networks', nargs='+', default=list(NETWORKS),
                      choices=list(NETWORKS), metavar='NETWORK',
                      help='default: %(default)s')
  parser.add_argument('--json', help='file to write the figures to')
  args = parser.parse_args()
  print(f'TensorFlow {tf.__version__}, Keras {2 + KERAS_3}, {args.spec}, '
        f'{STEPS} steps, files {", ".join(FORMATS)}')
  print_row('network', 'side', 'weights', 'kernels', 'prunable', 'zeros',
            'elsewhere')
  results = []
  with tempfile.TemporaryDirectory() as directory:
    for name in args.networks:
      result = try_network(name, args.spec, directory)
      results.append(result)
      print_row(name, result['side'], result['all_weights'],
                result['pruned_kernels'], result['pruned_weights'],
                result['zeros'],
                '; '.join(result['failed']) or 'equal, exactly sparse')
  if args.json:
    pathlib.Path(args.json).write_text(json.dumps({
        'command': ' '.join(['python', os.path.relpath(sys.argv[0]),
                             *sys.argv[1:]]),
        'date': datetime.datetime.now(datetime.timezone.utc).strftime(
            '%Y-%m-%d %H:%M UTC'),
        'tensorflow': tf.__version__,
        'keras': getattr(tf.keras, '__version__', 'of TensorFlow'),
        'spec': args.spec, 'steps': STEPS, 'networks': results},
        indent=2) + '\n')
    print(f'Wrote {args.json}')
  return 1 if any(result['failed'] for result in results) else 0


if __name__ == '__main__':
  tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
  sys.exit(main())
