# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Reports whether XNNPACK runs a model with its sparse kernel, or why not.

XNNPACK is what TensorFlow Lite computes floating models with on CPUs. It has a
sparse kernel for 1x1 convolutions. On x86 with AVX it never uses it: there the
dense one is expected to be faster. Elsewhere (Arm, WebAssembly) it uses it for
a whole subgraph or not at all, which is what is checked here.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, List, Optional, Tuple, Union

import numpy as np

from model_pruning._src.compat import keras_variables
from model_pruning._src.keras.models import layer_graph
from model_pruning._src.keras.models import model_check
from model_pruning._src.keras.models import weights as weights_lib
from model_pruning._src.keras.tfmot import policy
from model_pruning._src.keras.xnnpack import layer_roles
from model_pruning._src.keras.xnnpack import subgraphs as subgraphs_lib
from model_pruning._src.planning import plan
from model_pruning._src.planning import table
from model_pruning._src.spec import pruning_spec as spec_lib

_NOTES = (
    'On x86 with AVX, XNNPACK never uses the sparse kernel: there the model '
    'gets no faster. It is for Arm and WebAssembly.',
    'Convert with tf.lite.Optimize.EXPERIMENTAL_SPARSITY and nothing that '
    'quantizes, to float32 or float16: else zeros are stored like any number, '
    'and XNNPACK takes the weights for dense.')


@dataclasses.dataclass(frozen=True)
class LayerVerdict:
  """Whether XNNPACK runs one layer with its sparse kernel.

  Attributes:
    name: the name of the layer.
    kind: the name of its class.
    is_pointwise: whether it is a 1x1 convolution.
    runs_sparse: whether the sparse kernel runs, where XNNPACK uses it; true of
      1x1 convolutions only.
    reason: why it does not; of another layer, why it cannot be in a subgraph
      with them, or empty if it can.
  """

  name: str
  kind: str
  is_pointwise: bool
  runs_sparse: bool
  reason: str


@dataclasses.dataclass(frozen=True)
class XNNPackReport:
  """Which layers of a model XNNPACK runs sparse. Prints as a table.

  Attributes:
    layers: one entry per call of a layer, in the order of computation.
    notes: sentences that hold for every model.
  """

  layers: Tuple[LayerVerdict, ...]
  notes: Tuple[str, ...] = _NOTES

  @property
  def sparse(self) -> Tuple[str, ...]:
    """The names of the layers that the sparse kernel computes."""
    return tuple(layer.name for layer in self.layers if layer.runs_sparse)

  def __str__(self) -> str:
    pointwise = [layer for layer in self.layers if layer.is_pointwise]
    others = [layer for layer in self.layers
              if layer.reason and not layer.is_pointwise]
    lines = ['XNNPACK, where it uses its sparse kernel:']
    lines += table.lines(
        ('1x1 convolution', 'kernel', 'reason'),
        [(layer.name, 'sparse' if layer.runs_sparse else 'dense', layer.reason)
         for layer in pointwise])
    lines += table.lines(
        ('layer outside', 'class', 'reason'),
        [(layer.name, layer.kind, layer.reason) for layer in others])
    lines += [f'  note: {note}' for note in self.notes]
    return '\n'.join(lines)


def xnnpack_report(
    model: Any,
    spec: Optional[Union[spec_lib.PruningSpec, str]] = None) -> XNNPackReport:
  """Says of each layer whether XNNPACK runs it with the sparse kernel.

      print(model_pruning.keras.xnnpack_report(model, 'target_sparsity=0.8'))

  The kernel computes 1x1 convolutions with strides 1 and one group, in a
  subgraph that begins with a 3x3 convolution (of 3 channels, strides 2,
  `padding='valid'`, behind a `ZeroPadding2D(1)`), ends with a
  `GlobalAveragePooling2D`, and has nothing else in it than such convolutions,
  depthwise ones of 3x3 or 5x5 that are padded alike on all sides, sums,
  products, a few activations and bilinear resizing. More than 2/3 of the
  weights of its 1x1 convolutions, and of a dense layer directly behind the
  pooling, must be zero. On x86 with AVX it is never used.

  Only the topology is checked, and no converter is run: how one treats a layer
  may differ from version to version.

  Args:
    model: a built functional or Sequential model.
    spec: what the model will be pruned with; by default its weights are taken
      as they are now.

  Returns:
    The report.

  Raises:
    TypeError: if `model` is no Keras model.
    ValueError: if it is not built, or its layers are called in code.
  """
  model_check.check_built(model, 'xnnpack_report')
  zeros = _Zeros(model, spec)
  calls = subgraphs_lib.calls_of(model)
  verdicts: List[LayerVerdict] = []
  subgraphs = subgraphs_lib.Subgraphs(calls)
  for found in subgraphs.all():
    found.reason = found.reason or zeros.why_too_few(subgraphs.counted(found))
  for call in calls:
    if call.kind == 'InputLayer':
      continue
    role, subgraph = subgraphs.role(call), subgraphs.of(call)
    is_pointwise = call.kind == 'Conv2D' and tuple(
        call.layer.kernel_size) == (1, 1)
    reason = role.reason
    if is_pointwise and subgraph is not None:
      reason = subgraph.reason
    verdicts.append(LayerVerdict(
        call.name, call.kind, is_pointwise, is_pointwise and not reason,
        reason))
  return XNNPackReport(tuple(verdicts))


class _Zeros:
  """How many entries of kernels are zero, now or with a spec."""

  def __init__(self, model: Any,
               spec: Optional[Union[spec_lib.PruningSpec, str]]):
    self._targets: Optional[Dict[int, float]] = None
    if spec is not None:
      found = weights_lib.find_weights(model)
      rules, _ = plan.make_plan(spec_lib.PruningSpec.of(spec),
                                [weight.candidate for weight in found])
      self._targets = {
          id(weight.variable): rule.target_sparsity
          for weight, rule in zip(found, rules) if rule is not None}

  def why_too_few(self, layers: List[Any]) -> str:
    """Why the kernels of `layers` are not sparse enough; '' if they are."""
    total, zero = 0, 0.0
    for layer in layers:
      size = int(np.prod([int(dim) for dim in layer.kernel.shape]))
      total += size
      if self._targets is None:
        zero += float(np.sum(keras_variables.value_of(layer.kernel) == 0))
      else:
        zero += size * self._targets.get(id(layer.kernel), 0.0)
    if zero * 3 > total * 2:
      return ''
    names = ''.join(f' and of {layer.name!r} behind the pooling'
                    for layer in layers
                    if layer_graph.kind_of(layer) == 'Dense')
    return (f'{zero / max(total, 1):.1%} of the weights of the 1x1 '
            f'convolutions of its subgraph{names} are zero, and it takes more '
            'than 2/3')


class PruneForLatencyOnXNNPack(policy.PruningPolicy):
  """Prunes the 1x1 convolutions that XNNPACK has a sparse kernel for.

  `xnnpack_report` says of which model XNNPACK makes use of it. On x86 with AVX
  it never does: a model gets faster on Arm and in WebAssembly only.
  """

  def allow_pruning(self, layer: Any) -> bool:
    """Whether it is a 1x1 convolution with strides 1 and one group."""
    return layer_roles.is_pointwise(layer)

  def ensure_model_supports_pruning(self, model: Any) -> None:
    """Checks that the sparse kernel can run somewhere in the model.

    How sparse the weights are does not matter here, nor whether the model is
    pruned already. A model that fits, but for having no 1x1 convolution, will
    do: `prune_low_magnitude` says that it prunes nothing in it.

    Raises:
      TypeError: if `model` is no Keras model.
      ValueError: if it is not built, or its layers are called in code, or
        there is no 1x1 convolution for which the kernel could run; the message
        says why.
    """
    model_check.check_built(model, 'ensure_model_supports_pruning')
    calls = subgraphs_lib.calls_of(model)
    subgraphs = subgraphs_lib.Subgraphs(calls)
    reasons = []
    for call in calls:
      if call.kind != 'Conv2D' or tuple(call.layer.kernel_size) != (1, 1):
        continue
      subgraph = subgraphs.of(call)
      reason = (subgraphs.role(call).reason if subgraph is None
                else subgraph.reason)
      if not reason:
        return
      reasons.append(f'{call.name}: {reason}')
    if not reasons and any(
        not subgraph.reason for subgraph in subgraphs.all()):
      return  # The model fits, but has no 1x1 convolution to prune.
    raise ValueError(
        'Argument `model` must have a 1x1 convolution that XNNPACK has a '
        f'sparse kernel for. Received: the model {model.name!r}, '
        + ('which has none' if not reasons else
           'of whose 1x1 convolutions none has it. ' + '; '.join(reasons[:5])))
