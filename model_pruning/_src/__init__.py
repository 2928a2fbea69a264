# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The library; `model_pruning` names what of it is public.

The floors, from the top:

cli, keras and graph, channels and planning, core and storage, spec and compat.
A room imports from its own floor and from lower ones only, never in a circle,
and `keras` and `graph` never from each other (`tools/walls.py` checks it).
"""
