#!/bin/sh
# paper_tables.sh [BUILD_DIR] [OPTIONS]: the published variances that libfavor has to reproduce, cell by cell:
# ours in closed form, the reference, ours measured where sample variances can be trusted, z, and pass.
# Builds what is missing in BUILD_DIR (default build/release). Exit status 1 when a cell fails.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=$root/build/release
case ${1-} in
'' | -*) ;;
*)
  build=$1
  shift
  ;;
esac
[ -f "$build/CMakeCache.txt" ] || cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release > /dev/null
cmake --build "$build" --target favor-paper-tables > /dev/null
exec "$build/bench/favor-paper-tables" "$@"
