#!/bin/sh
# check-ilp64.sh: libfavor on a BLAS with 64-bit integers passes its quick tests; and built for 64-bit
# integers but linked with 32-bit libraries, it says so with a status instead of computing nonsense.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh build test ilp64
jobs=$(getconf _NPROCESSORS_ONLN 2> /dev/null || echo 2)
common="-G Ninja -DCMAKE_BUILD_TYPE=Release -DFAVOR_BUILD_BENCHES=OFF -DFAVOR_BUILD_EXAMPLES=OFF"
log=build/ilp64.log
mkdir -p build

# shellcheck disable=SC2086
cmake -S . -B build/ilp64 $common -DFAVOR_BLAS_ILP64=ON > $log && cmake --build build/ilp64 -j "$jobs" >> $log 2>&1 ||
  { tail -n 30 $log; exit 1; }
ctest --test-dir build/ilp64 -L '^quick$' -E '^(package|test_conformance|test_variance)' -j "$jobs" --output-on-failure --no-tests=error

# The other way round in both directions: favor_map_create has to notice.
mismatch() { # mismatch TITLE ILP64 LAPACKE BLAS
  # shellcheck disable=SC2086
  cmake -S . -B build/ilp64-mismatch $common -DFAVOR_BLAS_ILP64="$2" \
    -DFAVOR_BLAS_LIBRARIES="$(cc -print-file-name="$3");$(cc -print-file-name="$4")" > $log 2>&1 &&
    cmake --build build/ilp64-mismatch -j "$jobs" --target linalg_mismatch >> $log 2>&1 ||
    { tail -n 30 $log; exit 1; }
  echo "$1: $(build/ilp64-mismatch/tests/package/linalg_mismatch)"
}
rm -rf build/ilp64-mismatch
mismatch "built for 64 bits, linked with 32" ON liblapacke.so libopenblas.so
rm -rf build/ilp64-mismatch
mismatch "built for 32 bits, linked with 64" OFF liblapacke64.so libopenblas64.so
