#!/bin/sh
# demo.sh: which estimator fits, and does attention by features pay? Builds libfavor, measures its estimators on
# the real attention heads of examples/data and on a synthetic set where features win clearly, then attention on
# the same heads and on sequences up to a long one. Each part ends with a table, a verdict for each set and a
# plot. Installs what is missing (setup.sh). Under a minute once that is done.
set -eu
cd "$(dirname "$0")/.."
[ $# -eq 0 ] || { echo "usage: sh scripts/demo.sh" >&2; exit 2; }

jobs=$(getconf _NPROCESSORS_ONLN 2> /dev/null || echo 2)
sh scripts/setup.sh build plot
mkdir -p build
log=build/demo.log
echo "Building (the log is $log)"
{ cmake --preset release -DFAVOR_BUILD_TESTS=OFF -B build/demo &&
  cmake --build build/demo -j "$jobs" --target favor-bench-variance favor-bench-attention; } > "$log" 2>&1 ||
  { tail -n 30 "$log" >&2; exit 1; }

heads() { # heads q: the files of every head, by comma
  for file in examples/data/"$1"_*.npy; do printf '%s,' "$file"; done | sed 's/,$//'
}
# The benches write their files under other names and move them in place at the end, so that an interrupted
# demo leaves nothing half-written.
build/demo/bench/favor-bench-variance \
  --queries "$(heads q)" --keys "$(heads k)" --values "$(heads v)" \
  --dim 64 --norm 0.75 --length 16384 --projections 256 \
  --csv build/favor-demo.csv --plot build/favor-demo.svg

printf '\nAttention: accurate, and faster than exact?\n\n'
build/demo/bench/favor-bench-attention \
  --queries "$(heads q)" --keys "$(heads k)" --values "$(heads v)" \
  --dim 64 --norm 1 --length 256,1024,4096,16384 --projections 256 --draws 32 \
  --csv build/favor-demo-attention.csv --plot build/favor-demo-attention.svg
echo
echo "Numbers: $PWD/build/favor-demo.csv"
echo "         $PWD/build/favor-demo-attention.csv"
echo "Plots:   $PWD/build/favor-demo.svg"
echo "         $PWD/build/favor-demo-attention.svg"
