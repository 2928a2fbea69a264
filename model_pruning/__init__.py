# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Prunes whatever TensorFlow trains: Keras 2, Keras 3, graphs, Estimators.

A Keras model is pruned while it trains with one line before `fit`:

    import model_pruning

    model_pruning.keras.prune(model, 'target_sparsity=0.9')

A graph of TensorFlow 1 or an Estimator is pruned by a hook:

    estimator.train(input_fn, hooks=[
        model_pruning.PruningHook('target_sparsity=0.9')])

Keras models (all of it is in `help(model_pruning.keras)`):
    keras.prune         Prunes a model while it trains, in place.
    keras.prune_now     Prunes a trained model at once.

Graphs and Estimators:
    PruningHook         Prunes in a MonitoredSession or an Estimator.
    prune_train_op      Prunes in a training loop of your own.
    prune_model_fn      Prunes in a `model_fn`, on workers and replicas too.
    report_of           What `prune_train_op` pruned.
    insert_masks        Puts masks into a graph whose code you cannot change.
    strip_pruning_vars  Writes a model without masks.

For both:
    plan                What a spec would do to a model: a dry run.
    prune_files         Prunes a stored model at once, without its code.
    shrink_files        Writes it without the channels that are pruned.
    pack                Stores the weights of a model in few bytes.
    unpack              Reads them as arrays.
    load_packed         Gives them to a model.
    PruningSpec         What is pruned, how far and when.
    PruningPreview      What `plan` returns.
    PruningReport       What was pruned, and what was not and why.
    SkipKind            The reasons of a report, to filter by.
    StripReport         What `strip_pruning_vars` did.
    PackReport          What `pack` did.

The names of tf.contrib.model_pruning and of google-research's model_pruning
(`Pruning`, `apply_mask`, `get_masks`, `masked_conv2d`, ...) are attributes of
this package as well, and are under `model_pruning.python` where they were.

Names are loaded when they are first used: importing this package loads neither
TensorFlow nor Keras, and changes no state of either.
"""

from typing import TYPE_CHECKING

from model_pruning import _face

# Public name -> the module that has it.
_MODULES = {
    'PackReport': 'model_pruning._src.storage.report',
    'PruningHook': 'model_pruning._src.graph.training.hook',
    'PruningPreview': 'model_pruning._src.planning.preview',
    'PruningReport': 'model_pruning._src.planning.report',
    'PruningSpec': 'model_pruning._src.spec.pruning_spec',
    'SkipKind': 'model_pruning._src.planning.reasons',
    'StripReport': 'model_pruning._src.graph.strip.report',
    'insert_masks': 'model_pruning._src.graph.insert_masks.insert_masks',
    'keras': 'model_pruning.keras',
    'load_packed': 'model_pruning._pack',
    'pack': 'model_pruning._pack',
    'plan': 'model_pruning._plan',
    'prune_files': 'model_pruning._src.model_files.prune_files',
    'prune_model_fn': 'model_pruning._src.graph.training.prune_train_op',
    'prune_train_op': 'model_pruning._src.graph.training.prune_train_op',
    'report_of': 'model_pruning._src.graph.training.prune_train_op',
    'shrink_files': 'model_pruning._src.model_files.shrink_files',
    'strip_pruning_vars': 'model_pruning._src.graph.strip.strip',
    'unpack': 'model_pruning._src.storage.pack',
}
# Names of the years 2017 to 2020. They stay, but `import *` leaves them out.
_OLD_MODULES = {
    'HParams': 'model_pruning._src.spec.hparams',
    'MaskedBasicLSTMCell': 'model_pruning._src.graph.masked.rnn_cells',
    'MaskedGRUCell': 'model_pruning._src.graph.masked.rnn_cells',
    'MaskedLSTMCell': 'model_pruning._src.graph.masked.rnn_cells',
    'ModelPruningHook': 'model_pruning._src.graph.masked.mask_update_hook',
    'ModelPruningListener': 'model_pruning._src.graph.masked.mask_update_hook',
    'Pruning': 'model_pruning._src.graph.masked.pruning',
    'apply_mask': 'model_pruning._src.graph.masked.apply_mask',
    'apply_mask_with_group': 'model_pruning._src.graph.masked.apply_mask',
    'apply_matrix_compression': 'model_pruning.python.pruning_interface',
    'apply_pruning': 'model_pruning.python.pruning_interface',
    'get_gradients': 'model_pruning._src.graph.masked.apply_mask',
    'get_masked_weights': 'model_pruning._src.graph.masked.apply_mask',
    'get_masks': 'model_pruning._src.graph.masked.apply_mask',
    'get_matrix_compression_object': 'model_pruning.python.pruning_interface',
    'get_matrix_compression_update_op':
        'model_pruning.python.pruning_interface',
    'get_old_old_weights': 'model_pruning._src.graph.masked.apply_mask',
    'get_old_weights': 'model_pruning._src.graph.masked.apply_mask',
    'get_pruning_hparams': 'model_pruning._src.spec.pruning_spec',
    'get_pruning_update': 'model_pruning.python.pruning_interface',
    'get_thresholds': 'model_pruning._src.graph.masked.apply_mask',
    'get_weight_sparsity': 'model_pruning._src.graph.masked.apply_mask',
    'get_weights': 'model_pruning._src.graph.masked.apply_mask',
    'graph_def_from_checkpoint': 'model_pruning._src.graph.strip.strip',
    'masked_conv2d': 'model_pruning._src.graph.masked.layers',
    'masked_convolution': 'model_pruning._src.graph.masked.layers',
    'masked_fully_connected': 'model_pruning._src.graph.masked.layers',
    'python': 'model_pruning.python',
    'strip_pruning_vars_fn': 'model_pruning._src.graph.strip.strip',
    'train': 'model_pruning._src.graph.masked.learning',
}

__all__ = [
    'PackReport',
    'PruningHook',
    'PruningPreview',
    'PruningReport',
    'PruningSpec',
    'SkipKind',
    'StripReport',
    'insert_masks',
    'keras',
    'load_packed',
    'pack',
    'plan',
    'prune_files',
    'prune_model_fn',
    'prune_train_op',
    'report_of',
    'shrink_files',
    'strip_pruning_vars',
    'unpack',
]
__version__ = '0.2.0'

# Type checkers read these imports, which are the tables once more. They must
# not see `__getattr__`: with it every name would exist for them.
if TYPE_CHECKING:
  from model_pruning import keras as keras, python as python
  from model_pruning._pack import load_packed as load_packed, pack as pack
  from model_pruning._plan import plan as plan
  from model_pruning._src.graph.insert_masks.insert_masks import (
    insert_masks as insert_masks,
  )
  from model_pruning._src.graph.masked.apply_mask import (
    apply_mask as apply_mask,
    apply_mask_with_group as apply_mask_with_group,
    get_gradients as get_gradients,
    get_masked_weights as get_masked_weights,
    get_masks as get_masks,
    get_old_old_weights as get_old_old_weights,
    get_old_weights as get_old_weights,
    get_thresholds as get_thresholds,
    get_weight_sparsity as get_weight_sparsity,
    get_weights as get_weights,
  )
  from model_pruning._src.graph.masked.layers import (
    masked_conv2d as masked_conv2d,
    masked_convolution as masked_convolution,
    masked_fully_connected as masked_fully_connected,
  )
  from model_pruning._src.graph.masked.learning import train as train
  from model_pruning._src.graph.masked.mask_update_hook import (
    ModelPruningHook as ModelPruningHook,
    ModelPruningListener as ModelPruningListener,
  )
  from model_pruning._src.graph.masked.pruning import Pruning as Pruning
  from model_pruning._src.graph.masked.rnn_cells import (
    MaskedBasicLSTMCell as MaskedBasicLSTMCell,
    MaskedGRUCell as MaskedGRUCell,
    MaskedLSTMCell as MaskedLSTMCell,
  )
  from model_pruning._src.graph.strip.report import StripReport as StripReport
  from model_pruning._src.graph.strip.strip import (
    graph_def_from_checkpoint as graph_def_from_checkpoint,
    strip_pruning_vars as strip_pruning_vars,
    strip_pruning_vars_fn as strip_pruning_vars_fn,
  )
  from model_pruning._src.graph.training.hook import PruningHook as PruningHook
  from model_pruning._src.graph.training.prune_train_op import (
    prune_model_fn as prune_model_fn,
    prune_train_op as prune_train_op,
    report_of as report_of,
  )
  from model_pruning._src.model_files.prune_files import (
    prune_files as prune_files,
  )
  from model_pruning._src.model_files.shrink_files import (
    shrink_files as shrink_files,
  )
  from model_pruning._src.planning.preview import (
    PruningPreview as PruningPreview,
  )
  from model_pruning._src.planning.reasons import SkipKind as SkipKind
  from model_pruning._src.planning.report import PruningReport as PruningReport
  from model_pruning._src.spec.hparams import HParams as HParams
  from model_pruning._src.spec.pruning_spec import (
    PruningSpec as PruningSpec,
    get_pruning_hparams as get_pruning_hparams,
  )
  from model_pruning._src.storage.pack import unpack as unpack
  from model_pruning._src.storage.report import PackReport as PackReport
  from model_pruning.python.pruning_interface import (
    apply_matrix_compression as apply_matrix_compression,
    apply_pruning as apply_pruning,
    get_matrix_compression_object as get_matrix_compression_object,
    get_matrix_compression_update_op as get_matrix_compression_update_op,
    get_pruning_update as get_pruning_update,
  )
else:
  __getattr__, __dir__ = _face.lazy_names(
      __name__, {**_MODULES, **_OLD_MODULES})
