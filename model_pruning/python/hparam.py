# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`HParams`, where the google-research library had it."""

from __future__ import annotations

from model_pruning._src.spec.hparams import HParams

__all__ = ['HParams']
