# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What pytest needs for tests that are written with absl.testing."""

import hypothesis
from absl import flags

# absltest.main() would parse the flags; create_tempdir() reads one.
flags.FLAGS.mark_as_parsed()

# No deadline: the first call of an op traces, compiles, and takes seconds.
hypothesis.settings.register_profile('model_pruning', deadline=None)
hypothesis.settings.load_profile('model_pruning')
