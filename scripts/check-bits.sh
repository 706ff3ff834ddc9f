#!/bin/sh
# check-bits.sh [--update]: the same W, bit for bit, whatever built it and wherever it runs: compilers,
# optimisation, sanitizers, the portable 128-bit arithmetic, kinds of BLAS kernels, numbers of threads and
# instruction sets; and the same as tests/golden/projections.txt says. --update rewrites that file.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh build test check
golden=tests/golden/projections.txt
work=build/bits
mkdir -p $work
runs=0 status=0

build() { # build NAME CMAKE_OPTION...
  name=$1
  shift
  cmake -S . -B "$work/$name" -G Ninja -DFAVOR_BUILD_SHARED=OFF -DFAVOR_BUILD_BENCHES=OFF \
    -DFAVOR_BUILD_EXAMPLES=OFF -DCMAKE_BUILD_TYPE=None "$@" > "$work/log" 2>&1 &&
    cmake --build "$work/$name" --target print_projections > "$work/log" 2>&1 ||
    { tail -n 30 "$work/log"; exit 1; }
}
# Only the rows of W are pinned from version to version; whole maps are compared within this run.
compare() { # compare NAME [VARIABLE=VALUE...]: run a build in an environment
  name=$1
  shift
  env "$@" "$work/$name/tests/print_projections" > "$work/output" || { echo "failed: $name $*"; exit 1; }
  if [ $runs -eq 0 ]; then
    cp "$work/output" "$work/first"
    [ "$update" = no ] || grep '^w ' "$work/output" > $golden
    grep '^w ' "$work/output" | diff $golden - || { echo "W is not what $golden says"; status=1; }
  fi
  runs=$((runs + 1))
  diff "$work/first" "$work/output" > "$work/diff" || {
    echo "other bits: $name $*"
    head -n 5 "$work/diff"
    status=1
  }
}
update=no
[ "${1-}" != --update ] || update=yes

for cc in gcc clang; do
  for level in 0 2 3; do
    build $cc-O$level -DCMAKE_C_COMPILER=$cc -DCMAKE_C_FLAGS=-O$level
    compare $cc-O$level
  done
done
build native -DCMAKE_C_COMPILER=gcc -DCMAKE_C_FLAGS="-O3 -march=native"
compare native
build portable -DCMAKE_C_COMPILER=gcc -DCMAKE_C_FLAGS="-O2 -U__SIZEOF_INT128__"
compare portable
build asan -DCMAKE_C_COMPILER=gcc -DCMAKE_C_FLAGS=-O1 -DFAVOR_SANITIZE=address,undefined,leak
compare asan
build tsan -DCMAKE_C_COMPILER=gcc -DCMAKE_C_FLAGS=-O1 -DFAVOR_SANITIZE=thread
compare tsan OPENBLAS_NUM_THREADS=1

for core in PRESCOTT NEHALEM SANDYBRIDGE HASWELL ZEN; do compare gcc-O2 OPENBLAS_CORETYPE=$core; done
for threads in 1 2 4; do compare gcc-O2 OPENBLAS_NUM_THREADS=$threads OMP_NUM_THREADS=$threads; done
isas="blas baseline"
if grep -qw avx2 /proc/cpuinfo && grep -qw fma /proc/cpuinfo; then isas="$isas avx2"; fi
if grep -qw avx512vl /proc/cpuinfo && grep -qw avx512dq /proc/cpuinfo; then isas="$isas avx512"; fi
for isa in $isas; do compare gcc-O2 FAVOR_ISA=$isa; done

[ $status -ne 0 ] || echo "$runs runs, the same bits: $(wc -l < $golden) draws of W, $(grep -c '^map ' $work/first) maps"
exit $status
