# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
r"""The command that strips a model.

    python tools/strip_pruning_vars.py \
        --checkpoint_dir=/tmp/model --output_node_names=logits \
        --output_dir=/tmp/stripped

    python tools/strip_pruning_vars.py \
        --saved_model_dir=/tmp/export --result=saved_model \
        --output_dir=/tmp/stripped_export

It prints a table of the weights and where the result is.
"""

import os
import sys

if __name__ == '__main__':
  # From a checkout, whether or not the package is installed.
  sys.path.insert(
      0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
  from model_pruning.graph import strip_command

  strip_command.run()
