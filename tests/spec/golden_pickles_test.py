# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Pickles of specs: those of version 0.1.0 load, new ones will go on to."""

from __future__ import annotations

import copy
import pathlib
import pickle
import pickletools

from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning import spec as public_spec
from tests.data.pickles import write_pickles

_DIRECTORY = pathlib.Path(__file__).parents[1] / 'data/pickles'
_PROTOCOLS = list(range(pickle.HIGHEST_PROTOCOL + 1))


def _classes_in(pickled):
  """The classes that a pickle names, each as `module name`."""
  return {argument for opcode, argument, _ in pickletools.genops(pickled)
          if opcode.name == 'GLOBAL'}


class GoldenPicklesTest(parameterized.TestCase):

  def test_each_file_has_its_spec_and_each_spec_its_file(self):
    self.assertEqual(sorted(path.stem for path in _DIRECTORY.glob('*.pickle')),
                     sorted([*write_pickles.SPECS, 'hparams']))

  def test_hparams_are_those_of_their_string(self):
    pickled = (_DIRECTORY / 'hparams.pickle').read_bytes()
    hparams = pickle.loads(pickled)
    wanted = model_pruning.get_pruning_hparams().parse(write_pickles.HPARAMS)
    self.assertIs(type(hparams), model_pruning.HParams)
    self.assertEqual({**wanted.values(), **hparams.values()}, wanted.values())
    self.assertEqual(hparams.parse('end_pruning_step=80%').end_pruning_step,
                     '80%')
    with self.assertRaisesRegex(ValueError, 'must be a float'):
      hparams.parse('target_sparsity=x')
    for written in (pickled, pickle.dumps(wanted, protocol=2)):
      self.assertEqual(
          {name for name in _classes_in(written) if 'model_pruning' in name},
          {'model_pruning.python.hparam HParams'})

  @parameterized.parameters(*write_pickles.SPECS)
  def test_an_old_pickle_is_the_spec_of_its_string(self, name):
    spec = pickle.loads((_DIRECTORY / f'{name}.pickle').read_bytes())
    wanted = model_pruning.PruningSpec.parse(write_pickles.SPECS[name])
    self.assertIs(type(spec), model_pruning.PruningSpec)
    self.assertEqual(spec, wanted)
    self.assertEqual(str(spec), str(wanted))
    self.assertEqual(hash(spec), hash(wanted))

  @parameterized.parameters(*write_pickles.SPECS)
  def test_an_old_pickle_prunes_as_its_string_does(self, name):
    spec = pickle.loads((_DIRECTORY / f'{name}.pickle').read_bytes())
    wanted = model_pruning.PruningSpec.parse(write_pickles.SPECS[name])
    for weight in ('conv1/kernel', 'x/embeddings', 'dense/kernel', 'head/w'):
      self.assertEqual(spec.rule_for(weight, [8, 8]),
                       wanted.rule_for(weight, [8, 8]))

  @parameterized.product(name=list(write_pickles.SPECS), protocol=_PROTOCOLS)
  def test_a_new_pickle_is_the_spec_again(self, name, protocol):
    spec = model_pruning.PruningSpec.parse(write_pickles.SPECS[name])
    self.assertEqual(pickle.loads(pickle.dumps(spec, protocol)), spec)
    self.assertEqual(copy.deepcopy(spec), spec)

  @parameterized.parameters(*write_pickles.SPECS)
  def test_a_new_pickle_names_a_public_module_and_no_other(self, name):
    spec = model_pruning.PruningSpec.parse(write_pickles.SPECS[name])
    self.assertEqual(_classes_in(pickle.dumps(spec, protocol=2)),
                     {'model_pruning.spec PruningSpec'})
    self.assertIs(public_spec.PruningSpec, model_pruning.PruningSpec)


if __name__ == '__main__':
  absltest.main()
