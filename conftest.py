# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What pytest needs for tests that are written with absl.testing."""

import os

import hypothesis
from absl import flags

# absltest.main() would parse the flags; create_tempdir() reads one.
flags.FLAGS.mark_as_parsed()

# No deadline: the first call of an op traces, compiles, and takes seconds.
# Under Bazel the examples are always the same, so that a cached pass is the
# pass that would be had again; plain pytest draws new ones each time.
hypothesis.settings.register_profile(
  'model_pruning', deadline=None, derandomize='MP_ROW' in os.environ
)
hypothesis.settings.load_profile('model_pruning')
