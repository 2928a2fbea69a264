# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Where a graph keeps what belongs to its masked weights: collections.

The names are those that code written for the contrib library reads. Each list
is in the order in which the weights were masked, so the i-th entries of two
lists belong together. A weight of a group is in the list of its group too.

As in the contrib library, what a call of `apply_mask` or a recurrent cell uses
once more is listed once, and a masked layer is listed at each of its uses:
programs for that library delete the second half of the lists once they have
built a second tower.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional

import tensorflow as tf

MASKS = 'masks'
THRESHOLDS = 'thresholds'
WEIGHTS = 'kernel'
MASKED_WEIGHTS = 'masked_weights'
GRADIENTS = 'gradient_weights'
OLD_WEIGHTS = 'old_weights'
OLD_OLD_WEIGHTS = 'old_old_weights'


def attach_group_suffix(collection_name: str,
                        group_name: Optional[str] = None,
                        separator: str = '_') -> str:
  """The name of a collection, or of the part of it that is of one group.

  >>> attach_group_suffix('masks', 'encoder')
  'masks_encoder'
  """
  if not group_name:
    return collection_name
  return f'{collection_name}{separator}{group_name}'


def owning_graph() -> tf.Graph:
  """The graph whose collections count: that around loops and branches.

  The graph of a function body has copies of the collections, and what is
  added to a copy is lost.
  """
  graph = tf.compat.v1.get_default_graph()
  with tf.init_scope():
    if not tf.executing_eagerly():
      graph = tf.compat.v1.get_default_graph()
  return graph


def get(name: str, group_name: Optional[str] = None) -> List[Any]:
  """The entries of a collection of the default graph; often none."""
  return owning_graph().get_collection(attach_group_suffix(name, group_name))


def add(entries: Dict[str, Any], group_name: Optional[str] = None) -> None:
  """Adds a masked weight, unless its mask is there already.

  Args:
    entries: what to add, by collection; `MASKS` is one of them.
    group_name: the group, for the collections of the group as well.
  """
  # By identity: variables compare entry by entry from TF 2 on.
  if not any(mask is entries[MASKS]
             for mask in owning_graph().get_collection(MASKS)):
    add_use(entries, group_name)


def add_use(entries: Dict[str, Any], group_name: Optional[str] = None) -> None:
  """Adds a masked weight, once more if it is there already; args: as `add`."""
  graph = owning_graph()
  for name, entry in entries.items():
    graph.add_to_collection(name, entry)
    if group_name:
      graph.add_to_collection(attach_group_suffix(name, group_name), entry)
