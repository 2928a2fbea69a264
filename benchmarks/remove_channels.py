# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What is left of the networks of `keras.applications` with half the channels.

    python benchmarks/remove_channels.py --json results.json MobileNetV2 ...

Weights are random, so figures are of size and time, not of accuracy. Each
network is pruned (`structure=channels,target_sparsity=0.5`) and made smaller;
`remove_channels` has compared both before. Both are converted to TensorFlow
Lite; outputs of the files are compared with those of the models before
anything is timed. Times are of one example, TensorFlow Lite with one thread,
TensorFlow with all; medians over rounds in which each runs once.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from typing import Any, Dict, List

import numpy as np
import tensorflow as tf
import timing

import model_pruning

keras = tf.keras
_SPEC = 'structure=channels,target_sparsity=0.5'
_NAMES = ('MobileNet', 'MobileNetV2', 'MobileNetV3Small', 'EfficientNetB0',
          'EfficientNetV2B0', 'ConvNeXtTiny', 'ResNet50', 'ResNet50V2',
          'DenseNet121', 'InceptionV3', 'Xception', 'NASNetMobile', 'VGG16')
# Networks that take no smaller images.
_LEAST = {'InceptionV3': 139}


def network(name: str, size: int) -> Any:
  """A network with random weights, statistics and biases."""
  size = max(size, _LEAST.get(name, 0))
  model = getattr(keras.applications, name)(
      weights=None, input_shape=(size, size, 3))
  random = np.random.RandomState(0)
  values = []
  for weight in model.get_weights():
    value = random.randn(*weight.shape) * 0.1
    if weight.ndim > 1:  # As large as keeps signals as large as they are.
      value *= 10.0 / np.sqrt(np.prod(weight.shape[:-1]))
    else:  # Scales and variances must be positive.
      value = 1.0 + np.abs(value)
    values.append(value.astype(weight.dtype))
  model.set_weights(values)
  return model


def _tflite(model: Any, path: str, image: np.ndarray) -> Any:
  """Writes a file; returns an interpreter that computes what the model does."""
  content = tf.lite.TFLiteConverter.from_keras_model(model).convert()
  with open(path, 'wb') as file:
    file.write(content)
  interpreter = tf.lite.Interpreter(path, num_threads=1)
  interpreter.allocate_tensors()
  interpreter.set_tensor(interpreter.get_input_details()[0]['index'], image)
  interpreter.invoke()
  output = interpreter.get_tensor(interpreter.get_output_details()[0]['index'])
  expected = np.array(model(image))
  if not np.allclose(output, expected, rtol=1e-2,
                     atol=1e-3 * np.abs(expected).max()):
    raise SystemExit(f'{path} computes something else than the model')
  return interpreter


def measure(name: str, size: int, num_rounds: int) -> Dict[str, Any]:
  """The figures of a network for images of a size."""
  keras.backend.clear_session()
  model = network(name, size)
  model_pruning.keras.prune_now(model, _SPEC)
  small = model_pruning.keras.remove_channels(model)
  image = np.random.RandomState(1).randn(
      1, *model.input_shape[1:]).astype(np.float32)
  expected, actual = np.array(model(image)), np.array(small(image))
  figures: Dict[str, Any] = dict(
      name=name, size=int(model.input_shape[1]),
      parameters=model.count_params(),
      parameters_left=timing.rounded(
          small.count_params() / model.count_params()),
      difference=float(f'{np.abs(expected - actual).max():.2g}'),
      largest_output=float(f'{np.abs(expected).max():.2g}'))
  with tempfile.TemporaryDirectory() as directory:
    calls: Dict[str, Any] = {}
    for kind, one in (('large', model), ('small', small)):
      path = os.path.join(directory, kind)
      interpreter = _tflite(one, path + '.tflite', image)
      one.save(path + '.h5')
      calls['tflite_' + kind] = interpreter.invoke
      run = tf.function(lambda x, one=one: one(x, training=False))
      constant = tf.constant(image)
      run(constant)
      calls['tensorflow_' + kind] = lambda run=run, x=constant: run(x)
    for kind in ('tflite', 'h5'):
      large, less = (os.path.getsize(os.path.join(directory, f'{one}.{kind}'))
                     for one in ('large', 'small'))
      figures[f'{kind}_bytes'] = large
      figures[f'{kind}_bytes_left'] = timing.rounded(less / large)
    times = timing.interleaved(calls, num_rounds, 2)
  for kind in ('tflite', 'tensorflow'):
    figures[f'{kind}_ms'] = timing.rounded(
        1000 * float(np.median(times[kind + '_large'].wall)))
    figures[f'{kind}_speedup'] = timing.rounded(
        times[kind + '_large'].over(times[kind + '_small'])['wall'])
  return figures


def main() -> None:
  """Measures the networks that are asked for, and goes on from a file."""
  parser = argparse.ArgumentParser(description=__doc__)
  parser.add_argument('names', nargs='*', default=_NAMES)
  parser.add_argument('--sizes', type=int, nargs='+', default=[96, 224])
  parser.add_argument('--rounds', type=int, default=15)
  parser.add_argument('--json')
  arguments = parser.parse_args()
  other_work = timing.OtherWork()
  results: List[Dict[str, Any]] = []
  for size in arguments.sizes:
    for name in arguments.names:
      results.append(measure(name, size, arguments.rounds))
      print(results[-1], flush=True)
      timing.write_json(arguments.json, dict(
          command=timing.command(), spec=_SPEC,
          environment=timing.environment([np, tf, keras]),
          other_cpus=other_work.num_cpus(), results=results))


if __name__ == '__main__':
  main()
