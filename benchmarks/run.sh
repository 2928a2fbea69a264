#!/bin/sh
# Runs the benchmarks on a row of Keras 2 and one of Keras 3 (make bench).
#
# Their environments are made once, in .cache/rows, from the lock files of the
# version matrix. Takes about 15 minutes a row, on a machine that should have
# nothing else to do. Fails if a figure misses what the library promises, or what
# it is compared with is missing.
set -eu
cd "$(dirname "$0")/.."

# bench ROW NAME [ARGUMENT...]: what the name has after the script's is ours.
bench() {
  row=$1
  name=$2
  script=$(echo "$name" | sed 's/^step_overhead_.*/step_overhead/')
  shift 2
  echo "== $name on $row"
  # TensorFlow's log, and user packages, are no part of it.
  TF_CPP_MIN_LOG_LEVEL=3 PYTHONNOUSERSITE=1 PYTHONPATH='' \
    ".cache/rows/$row/bin/python" "benchmarks/$script.py" \
    --json "benchmarks/results/${name}_$row.json" "$@" || status=1
}

status=0
mkdir -p .cache/rows benchmarks/results
for row in tf2_15 tf2_21; do
  tools/matrix/make_environment.sh "$row" ".cache/rows/$row"
done
bench tf2_15 mask_update
bench tf2_15 update_memory
bench tf2_15 step_overhead --keras tf_keras
for model in cnn lstm mobilenet; do
  bench tf2_15 "step_overhead_$model" --keras tf_keras --model "$model"
done
bench tf2_15 graph_overhead
bench tf2_15 packing
bench tf2_15 tflite_export
bench tf2_21 mask_update
bench tf2_21 update_memory --sides keras
bench tf2_21 step_overhead --keras keras --without_tfmot
for model in cnn lstm mobilenet; do
  bench tf2_21 "step_overhead_$model" --keras keras --without_tfmot \
    --model "$model"
done
bench tf2_21 step_overhead_xla --keras keras --without_tfmot \
  --jit_compile
bench tf2_21 tflite_export
.cache/rows/tf2_15/bin/python benchmarks/results_table.py
echo 'Wrote benchmarks/results/README.md.'
exit $status
