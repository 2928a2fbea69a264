# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Packed files, whole."""

import collections
import json
import os
import pathlib
import struct
import tracemalloc
from unittest import mock

import hypothesis
import hypothesis.strategies as st
import numpy as np
import safetensors.numpy
from absl.testing import absltest
from absl.testing import parameterized
from hypothesis.extra import numpy as hypothesis_numpy

from model_pruning._src.storage import bound
from model_pruning._src.storage import index
from model_pruning._src.storage import pack
from model_pruning._src.storage import packed_file
from model_pruning._src.storage import weight

_GOLDEN = pathlib.Path(__file__).parents[1] / 'data/packed/version_1'
_DTYPES = ('float16', 'float32', 'float64', 'complex64', 'bool', 'int8',
           'uint8', 'int16', 'int32', 'int64', 'uint64')


def _arrays():
  """Weights of every dtype and of every share of zeros."""
  random = np.random.RandomState(0)
  arrays = collections.OrderedDict()
  for share in (0, 0.3, 0.6, 0.9, 0.999, 1):
    for dtype in _DTYPES:
      array = (random.randn(17, 31) * 50).astype(dtype)
      array[random.rand(17, 31) < share] = 0
      arrays[f'{dtype}_{share}'] = array
  return arrays


def _assert_same(test, unpacked, arrays):
  test.assertEqual(list(unpacked), list(arrays))
  for name, array in arrays.items():
    array = np.asarray(array)
    test.assertEqual(unpacked[name].dtype, array.dtype, name)
    test.assertEqual(unpacked[name].shape, array.shape, name)
    test.assertEqual(unpacked[name].tobytes(), array.tobytes(), name)


class PackTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    self._path = self.create_tempfile().full_path
    os.remove(self._path)

  def test_every_dtype_comes_back_bit_for_bit(self):
    arrays = _arrays()
    report = pack.pack_arrays(arrays, self._path)
    _assert_same(self, pack.unpack(self._path), arrays)
    self.assertEqual(report.file_bytes, os.path.getsize(self._path))
    self.assertEqual(report.dense_bytes,
                     sum(array.nbytes for array in arrays.values()))
    self.assertEqual(report.max_error, 0)

  @hypothesis.settings(max_examples=60, deadline=None)
  @hypothesis.given(hypothesis_numpy.arrays(
      st.sampled_from([np.float32, np.float16, np.int8, np.float64]),
      hypothesis_numpy.array_shapes(min_dims=0, max_dims=4, min_side=0),
      fill=st.just(0)))
  def test_any_array_comes_back_bit_for_bit(self, array):
    entry, data = weight.encode('weight', array)
    [entry] = index.of_json(index.to_json([entry]))
    unpacked = weight.decode(entry, data)
    self.assertEqual(unpacked.tobytes(), array.tobytes())
    self.assertEqual(unpacked.shape, array.shape)

  def test_payloads_of_nan_and_negative_zeros_come_back(self):
    bits = np.array([0x7FC00001, 0xFFA00123, 0x80000000, 0, 1], np.uint32)
    pack.pack_arrays({'w': bits.view(np.float32)}, self._path)
    np.testing.assert_array_equal(
        pack.unpack(self._path)['w'].view(np.uint32), bits)

  @parameterized.parameters(
      (np.float32(3),), (np.zeros([]),), (np.zeros([0, 4], np.float32),),
      (np.zeros([3, 0]),), (np.ones([1, 1, 1, 1, 1, 1]),),
      (np.asfortranarray(np.arange(12.0).reshape(3, 4)),),
      (np.arange(12.0)[::-2],))
  def test_odd_arrays_come_back(self, array):
    pack.pack_arrays({'w': array}, self._path)
    unpacked = pack.unpack(self._path)['w']
    np.testing.assert_array_equal(unpacked, array)
    self.assertEqual(unpacked.shape, np.shape(array))

  def test_the_other_order_of_bytes_is_read(self):
    array = np.arange(5, dtype='>f4')
    pack.pack_arrays({'w': array}, self._path)
    np.testing.assert_array_equal(pack.unpack(self._path)['w'], array)

  def test_names_may_be_anything(self):
    arrays = {'': np.ones(2), 'ä/"\\:0': np.ones(3), 'a#packed': np.ones(4),
              'a': np.ones(5), '#index2': np.ones(1)}
    pack.pack_arrays(arrays, self._path)
    _assert_same(self, pack.unpack(self._path), arrays)

  def test_other_readers_of_safetensors_open_it(self):
    pack.pack_arrays(_arrays(), self._path)
    tensors = safetensors.numpy.load_file(self._path)
    self.assertIn('float32_0.9#packed', tensors)
    self.assertIn('#index', tensors)

  @parameterized.parameters(0.5, 0.75, 0.875, 0.9, 0.95)
  def test_it_is_within_two_percent_of_the_entropy_bound(self, sparsity):
    array = np.random.RandomState(0).randn(400, 1000).astype(np.float32)
    limit = np.quantile(np.abs(array), sparsity)
    array[np.abs(array) < limit] = 0
    report = pack.pack_arrays({'w': array}, self._path)
    self.assertLess(report.file_bytes, 1.02 * bound.entropy_bound(array))

  def test_pairs_are_taken_one_by_one(self):
    alive = []

    def pairs():
      for i in range(20):
        array = np.random.RandomState(i).randn(250000).astype(np.float32)
        alive.append(array.nbytes)
        yield f'w{i}', array

    tracemalloc.start()
    pack.pack_arrays(pairs(), self._path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    self.assertLess(peak, 10 * alive[0])

  def test_rounding_is_reported(self):
    array = np.random.RandomState(0).randn(30, 7).astype(np.float32)
    report = pack.pack_arrays({'w': array}, self._path, 'int8')
    unpacked = pack.unpack(self._path)['w']
    self.assertAlmostEqual(report.max_error, np.abs(unpacked - array).max())
    self.assertIn('rounded to int8', str(report))

  def test_a_file_that_is_there_is_not_overwritten(self):
    pack.pack_arrays({'w': np.ones(3)}, self._path)
    with self.assertRaisesRegex(ValueError, 'exists and is not overwritten'):
      pack.pack_arrays({'w': np.zeros(3)}, self._path)
    np.testing.assert_array_equal(pack.unpack(self._path)['w'], 1)
    pack.pack_arrays({'w': np.zeros(3)}, self._path, overwrite=True)
    np.testing.assert_array_equal(pack.unpack(self._path)['w'], 0)

  @parameterized.parameters(
      ([('w', np.ones(2)), ('w', np.ones(2))], ValueError, "'w' is there twi"),
      ([('w', np.array(['a']))], TypeError, "weight 'w' cannot be packed"),
      ([('w', np.array([None]))], TypeError, 'its dtype is object'),
      ([(3, np.ones(2))], TypeError, 'names of weights are strings'))
  def test_what_cannot_be_packed_leaves_nothing(self, pairs, error, message):
    directory = self.create_tempdir().full_path
    path = os.path.join(directory, 'packed.safetensors')
    with self.assertRaisesRegex(error, message):
      pack.pack_arrays(pairs, path)
    self.assertEqual(os.listdir(directory), [])

  def test_an_error_in_the_middle_keeps_what_was_there(self):
    directory = self.create_tempdir().full_path
    path = os.path.join(directory, 'packed.safetensors')
    pack.pack_arrays({'w': np.ones(3)}, path)

    def pairs():
      yield 'w', np.zeros(3)
      raise KeyboardInterrupt

    with self.assertRaises(KeyboardInterrupt):
      pack.pack_arrays(pairs(), path, overwrite=True)
    np.testing.assert_array_equal(pack.unpack(path)['w'], 1)
    self.assertLen(os.listdir(directory), 1)

  def test_a_full_disk_keeps_what_was_there(self):
    directory = self.create_tempdir().full_path
    path = os.path.join(directory, 'packed.safetensors')
    pack.pack_arrays({'w': np.ones(3)}, path)
    with mock.patch.object(os, 'fsync', side_effect=OSError(28, 'No space')):
      with self.assertRaisesRegex(ValueError, 'No space'):
        pack.pack_arrays({'w': np.zeros(3)}, path, overwrite=True)
    np.testing.assert_array_equal(pack.unpack(path)['w'], 1)
    self.assertLen(os.listdir(directory), 1)


class StrangersFilesTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    self._path = self.create_tempfile().full_path

  def test_a_damaged_file_is_refused_or_harmless(self):
    arrays = _arrays()
    pack.pack_arrays(arrays, self._path, overwrite=True)
    data = pathlib.Path(self._path).read_bytes()
    header = struct.unpack('<Q', data[:8])[0]
    random = np.random.RandomState(0)
    refused = 0
    for i in range(400):
      damaged = bytearray(data)
      if i % 3 == 0:
        damaged = damaged[:random.randint(len(data))]
      else:
        end = header + 8 if i % 3 == 1 else len(data)
        damaged[random.randint(end)] ^= 1 << random.randint(8)
      pathlib.Path(self._path).write_bytes(bytes(damaged))
      try:
        _assert_same(self, pack.unpack(self._path), arrays)
      except ValueError as e:
        self.assertIn(self._path, str(e))
        refused += 1
    self.assertGreater(refused, 390)

  def test_a_small_file_that_stands_for_much_is_refused(self):
    entry, _ = weight.encode('w', np.zeros(4, np.float32))
    self._write([entry._replace(shape=(1 << 20, 1 << 20), num_kept=0)])
    with self.assertRaisesRegex(ValueError, 'bytes of memory; at most'):
      pack.unpack(self._path)

  def test_a_frame_that_says_another_size_is_refused(self):
    entry, data = weight.encode('w', np.arange(100000) % 7)
    planes = tuple(plane for plane in entry.planes)
    entry = entry._replace(shape=(50000,), num_kept=50000, planes=planes,
                           mask='all', mask_size=0)
    self._write([entry], data)
    with self.assertRaisesRegex(ValueError, "weight 'w'"):
      pack.unpack(self._path)

  @parameterized.parameters(
      (dict(dtype='object'), 'the dtype is'), (dict(shape=(5,)), 'mask keeps'),
      (dict(num_kept=9), 'keeps 9 of 4'), (dict(crc32=1), 'checksum'),
      (dict(stored='int64'), 'stand for'), (dict(mask='runs'), 'form'),
      (dict(num_scales=4), '4 scales'), (dict(planes=()), '0 byte planes'),
      (dict(num_kept=-1), 'entry 0'), (dict(name=3), 'entry 0'),
      (dict(shape=(2**40, 2**40)), 'of 1208925819614629174706176 entries'),
      (dict(mask_bytes=10**15), 'bytes'))
  def test_an_index_that_does_not_fit_is_refused(self, changes, message):
    entry, data = weight.encode('w', np.arange(1, 5, dtype=np.float32))
    self._write([entry._replace(**changes)], data)
    with self.assertRaisesRegex(ValueError, message):
      pack.unpack(self._path)

  def _write(self, entries, data=b''):
    """Writes a file with these entries, and `data` as the first's bytes."""
    text = packed_file.parts.frame(index.to_json(entries))
    tensors = {'#index': np.frombuffer(text, np.uint8)}
    if data:
      tensors[f'{entries[0].name}#packed'] = np.frombuffer(data, np.uint8)
    safetensors.numpy.save_file(
        tensors, self._path,
        {'format': packed_file.FORMAT, 'version': packed_file.VERSION})

  def test_another_safetensors_file_is_refused(self):
    safetensors.numpy.save_file({'w': np.ones(3)}, self._path)
    with self.assertRaisesRegex(ValueError, 'not a packed one'):
      pack.unpack(self._path)

  def test_a_newer_version_is_refused(self):
    safetensors.numpy.save_file(
        {'w': np.ones(3)}, self._path,
        {'format': packed_file.FORMAT, 'version': '2'})
    with self.assertRaisesRegex(ValueError, "version '2'"):
      pack.unpack(self._path)

  def test_a_missing_file_and_a_directory_are_refused(self):
    for path in (self._path + '.not', os.path.dirname(self._path)):
      with self.assertRaisesRegex(ValueError, 'is not a file'):
        pack.unpack(path)


class GoldenFileTest(absltest.TestCase):

  def test_a_file_of_the_first_version_is_read(self):
    facts = json.loads(_GOLDEN.with_suffix('.json').read_text())
    unpacked = pack.unpack(_GOLDEN.with_suffix('.safetensors'))
    self.assertEqual(list(unpacked), list(facts))
    for name, fact in facts.items():
      array = unpacked[name]
      self.assertEqual(array.dtype.name, fact['dtype'])
      self.assertEqual(list(array.shape), fact['shape'])
      self.assertEqual(array.tobytes().hex(), fact['hex'], name)


class ExtrasTest(parameterized.TestCase):

  @parameterized.parameters('zstandard', 'safetensors')
  def test_a_missing_package_is_named_in_one_line(self, package):
    path = self.create_tempfile().full_path
    packed_file.parts._zstandard.cache_clear()
    self.addCleanup(packed_file.parts._zstandard.cache_clear)
    with mock.patch.dict('sys.modules', {package: None}):
      with self.assertRaisesRegex(
          ImportError, rf'`{package}`.*model-pruning\[packed\]'):
        pack.pack_arrays({'w': np.ones(3)}, path, overwrite=True)
        pack.unpack(path)


if __name__ == '__main__':
  absltest.main()
