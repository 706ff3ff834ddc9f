#!/bin/sh
# demo.sh: which estimator fits? Builds libfavor, measures its estimators on the real attention heads of
# examples/data and on a synthetic set where features win clearly, and ends with a table, a verdict for each
# set and a plot. Installs what is missing (setup.sh). Under a minute once that is done.
set -eu
cd "$(dirname "$0")/.."
[ $# -eq 0 ] || { echo "usage: sh scripts/demo.sh" >&2; exit 2; }

jobs=$(getconf _NPROCESSORS_ONLN 2> /dev/null || echo 2)
sh scripts/setup.sh build plot
mkdir -p build
log=build/demo.log
echo "Building (the log is $log)"
{ cmake --preset release -DFAVOR_BUILD_TESTS=OFF -B build/demo &&
  cmake --build build/demo -j "$jobs" --target favor-bench-variance; } > "$log" 2>&1 ||
  { tail -n 30 "$log" >&2; exit 1; }

heads() { # heads q: the files of every head, by comma
  for file in examples/data/"$1"_*.npy; do printf '%s,' "$file"; done | sed 's/,$//'
}
# The bench writes its files under other names and moves them in place at the end, so that an interrupted
# demo leaves nothing half-written.
plot=build/favor-demo.svg
build/demo/bench/favor-bench-variance \
  --queries "$(heads q)" --keys "$(heads k)" --values "$(heads v)" \
  --dim 64 --norm 0.75 --length 16384 --projections 256 \
  --csv build/favor-demo.csv --plot $plot
echo
echo "Numbers: $PWD/build/favor-demo.csv"
echo "Plot:    $PWD/$plot"
