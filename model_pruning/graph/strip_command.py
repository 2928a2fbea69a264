# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
r"""The command that strips a model.

    python -m model_pruning.graph.strip_command \
        --checkpoint_dir=/tmp/model --output_node_names=logits \
        --output_dir=/tmp/stripped

    python -m model_pruning.graph.strip_command \
        --saved_model_dir=/tmp/export --result=saved_model \
        --output_dir=/tmp/stripped_export

It prints a table of the weights and where the result is.
"""

from model_pruning._src.graph.strip.command import define_flags
from model_pruning._src.graph.strip.command import main
from model_pruning._src.graph.strip.command import run

__all__ = ['define_flags', 'main', 'run']

if __name__ == '__main__':
  run()
