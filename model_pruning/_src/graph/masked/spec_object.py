# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A spec in any of its forms as the mutable object that old code asks for."""

from __future__ import annotations

from typing import Any

from absl import logging

from model_pruning._src.spec import compression_fields
from model_pruning._src.spec import hparams as hparams_lib
from model_pruning._src.spec import pruning_spec as spec_lib


def as_hparams(spec: Any) -> hparams_lib.HParams:
  """Returns a spec as the object that old code expects `get_spec` to return.

  Args:
    spec: a `PruningSpec`, its string, a mapping, an `HParams`, which is
      returned itself, that of `tf.contrib`, or None, the default spec.

  Raises:
    TypeError: `spec` is something else.
    ValueError: it has an unknown name or a wrong value.
  """
  hparams = spec_lib.get_pruning_hparams()
  if spec is None:
    return hparams
  if isinstance(spec, str):
    return hparams.parse(spec)
  if isinstance(spec, spec_lib.PruningSpec):
    return hparams.parse(str(spec))
  if not isinstance(spec, hparams_lib.HParams):
    spec_lib.PruningSpec.of(spec)  # Raises, if it is no spec at all.
    values = spec if isinstance(spec, dict) else spec.values()
    return hparams.override_from_dict(dict(values))
  idle = {name: value for name, value in spec.values().items()
          if name in compression_fields.DEFAULTS
          and value != compression_fields.DEFAULTS[name]}
  if idle:
    logging.info('model_pruning: these fields are about matrix compression '
                 'and have no effect: %s', idle)
  return spec
