# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Wrote the pickles beside this file, with version 0.1.0 of the library.

    python tests/data/pickles/write_pickles.py tests/data/pickles
"""

import pathlib
import pickle
import sys

import model_pruning

SPECS = {
    'default': '',
    'polynomial': 'target_sparsity=0.9,begin_pruning_step=100,'
                  'sparsity_function_end_step=2000,pruning_frequency=50',
    'maps': 'weight_sparsity_map=[conv1:0.5,.*/embeddings:0.8],'
            'block_dims_map=[dense:1x4],do_not_prune=[head]',
    'n_m': 'sparsity_m_by_n=2x4',
}

# Written by the version after 0.1.0: a pickle of an `HParams`.
HPARAMS = 'target_sparsity=0.9,begin_pruning_step=70%,do_not_prune=[head]'


def main(directory):
  for name, text in SPECS.items():
    path = pathlib.Path(directory) / (name + '.pickle')
    spec = model_pruning.PruningSpec.parse(text)
    path.write_bytes(pickle.dumps(spec, protocol=2))
  hparams = model_pruning.get_pruning_hparams().parse(HPARAMS)
  (pathlib.Path(directory) / 'hparams.pickle').write_bytes(
      pickle.dumps(hparams, protocol=2))


if __name__ == '__main__':
  main(sys.argv[1])
