# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The choices that a spec makes by name, an axis for each kind of choice.

Schedules say how sparse weights are at a step, distributions how a target is
spread over weights, structures what is pruned together, saliencies what
matters, and mask updates what becomes of a mask that is due. The axes know
nothing of each other. Each is a file with a table of its entries; a new entry
goes into that table and nowhere else, because specs are checked against the
keys.

Nothing here imports TensorFlow before it computes with tensors.
"""
