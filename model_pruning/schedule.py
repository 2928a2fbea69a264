# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""When masks change and how sparse they are then, for code that asks.

    steps = schedule.UpdateSteps.of(spec)
    curve = schedule.PolynomialSparsity.of(spec, spec.rule_for(name, shape))
    for step in steps.up_to(num_steps):
      print(step, curve(step))
"""

from model_pruning._src.axes.schedules import PolynomialSparsity
from model_pruning._src.core.schedule import UpdateSteps

__all__ = ['PolynomialSparsity', 'UpdateSteps']
