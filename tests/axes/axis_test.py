# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A new entry of an axis is one entry of one table: nothing else is told."""

from __future__ import annotations

import dataclasses
from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.axes import axis
from model_pruning._src.axes import counts
from model_pruning._src.axes import distributions
from model_pruning._src.axes import mask_updates
from model_pruning._src.axes import saliencies
from model_pruning._src.axes import schedules
from model_pruning._src.axes import structures

v1 = tf.compat.v1
PruningSpec = model_pruning.PruningSpec


@dataclasses.dataclass(frozen=True)
class _Columns(structures.Structure):
  """Whole columns stay or go."""

  @classmethod
  def is_asked_for(cls, spec):
    return spec.structure == 'columns'

  def cells(self, shape):
    rows, columns = structures.matrix_shape(shape)
    return counts.Cells((rows, columns), (rows, 1))

  def __str__(self):
    return 'columns'


@dataclasses.dataclass(frozen=True)
class _Half(schedules.PolynomialSparsity):
  """Half of the polynomial's sparsity."""

  def __call__(self, step):
    return 0.5 * super().__call__(step)


def _trained(spec, value):
  """A weight of some value after one update that does not move it."""
  with tf.Graph().as_default():
    step = v1.train.get_or_create_global_step()
    kernel = v1.get_variable('kernel', initializer=np.float32(value))
    loss = tf.reduce_sum(tf.matmul(tf.eye(len(value)), kernel))
    train_op = v1.train.GradientDescentOptimizer(0.0).minimize(loss, step)
    with v1.train.MonitoredSession(
        hooks=[model_pruning.PruningHook(
            spec + ',sparsity_function_end_step=0')]) as session:
      session.run(train_op)
      return session.run(kernel)


_VALUE = [[9., 2., 3., 4.], [1., 6., 5., 8.]]


class DoorTest(parameterized.TestCase):

  def test_a_saliency(self):
    far_from_five = saliencies.Saliency(lambda weight, _: abs(weight - 5.0))
    with mock.patch.dict(saliencies.AXIS, {'from_five': far_from_five}):
      value = _trained('target_sparsity=0.5,prune_option=from_five', _VALUE)
    np.testing.assert_array_equal(value != 0, [[1, 1, 0, 0], [1, 0, 0, 1]])

  def test_a_structure(self):
    with mock.patch.dict(structures.AXIS, clear=True, values={
        'columns': _Columns, **structures.AXIS}):
      value = _trained('target_sparsity=0.5,structure=columns', _VALUE)
    np.testing.assert_array_equal(value != 0, [[1, 0, 0, 1]] * 2)

  def test_a_schedule(self):
    with mock.patch.dict(schedules.AXIS, {'half': _Half}):
      value = _trained('target_sparsity=0.5,sparsity_schedule=half', _VALUE)
    self.assertEqual((value == 0).sum(), 2)

  def test_a_distribution(self):
    all_of_one = distributions.Distribution(
        targets=lambda shapes, sparsity, least, most: [0.75] * len(shapes))
    with mock.patch.dict(distributions.AXIS, {'more': all_of_one}):
      value = _trained('target_sparsity=0.5,sparsity_distribution=more',
                       _VALUE)
    self.assertEqual((value == 0).sum(), 6)

  def test_a_mask_update(self):
    def smallest(ranking):
      inverted = [1.0 / saliency for saliency in ranking.saliencies]
      return ranking._replace(saliencies=inverted).largest()

    with mock.patch.dict(mask_updates.AXIS, {
        'smallest': mask_updates.MaskUpdate(smallest)}):
      value = _trained('target_sparsity=0.5,mask_update=smallest', _VALUE)
    np.testing.assert_array_equal(value != 0, [[0, 1, 1, 1], [1, 0, 0, 0]])

  @parameterized.parameters(
      (saliencies.AXIS, 'prune_option'), (schedules.AXIS, 'sparsity_schedule'),
      (distributions.AXIS, 'sparsity_distribution'),
      (mask_updates.AXIS, 'mask_update'), (structures.AXIS, 'structure'))
  def test_a_spec_takes_the_entries_and_no_other(self, entries, field):
    self.assertEqual(entries.field, field)
    with self.assertRaisesRegex(ValueError, ', '.join(entries)):
      PruningSpec.parse(f'{field}=no_such_entry')
    with self.assertRaisesRegex(ValueError, ', '.join(entries)):
      entries.entry('no_such_entry')

  def test_a_structure_that_the_other_fields_contradict_is_refused(self):
    with self.assertRaisesRegex(ValueError, 'structure.*n_of_m.*2x4|2x4'):
      PruningSpec.parse('structure=block,sparsity_m_by_n=2x4')
    spec = PruningSpec.parse('structure=n_of_m,sparsity_m_by_n=2x4')
    self.assertEqual(spec, PruningSpec.parse(str(spec)))

  def test_an_axis_is_a_dictionary(self):
    self.assertEqual(axis.Axis('field', {'a': 1})['a'], 1)


class CellsTest(parameterized.TestCase):

  @parameterized.parameters(
      ((4, 6), (2, 3), [[6, 6], [6, 6]], True),
      ((5, 3), (2, 2), [[4, 2], [4, 2], [2, 1]], False))
  def test_cells_at_the_edge_are_smaller(self, lengths, sizes, expected, even):
    cells = counts.Cells(lengths, sizes)
    self.assertEqual(cells.cell_sizes().tolist(), expected)
    self.assertEqual(cells.is_even, even)
    self.assertEqual(cells.num_cells, np.size(expected))
    self.assertEqual(cells.num_entries, np.sum(expected))


if __name__ == '__main__':
  absltest.main()
