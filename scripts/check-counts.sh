#!/bin/sh
# check-counts.sh [--update]: instructions per feature and per token, counted by callgrind (valgrind knows
# AVX2 and narrower vectors), against tests/counts/counts.txt. Fails where one has grown by more than 3 %;
# --update rewrites the file. Counts are those of a Release build by the compiler that the file names.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh build test check
recorded=tests/counts/counts.txt
work=build/counts
mkdir -p $work
cmake --preset release > $work/log 2>&1 &&
  cmake --build build/release --target counted_work > $work/log 2>&1 || { tail -n 30 $work/log; exit 1; }
program=build/release/tests/counted_work
compiler=$(sed -n 's/^CMAKE_C_COMPILER:[A-Z]*=//p' build/release/CMakeCache.txt)
compiler=$("$compiler" --version | head -n 1)

# Instructions of one call per unit, or 'not-measured' where the processor lacks the instruction set.
count() { # count WORK ISA PRECISION
  case $1 in
    bidirectional | causal) within='favor_attention_f*' ;;
    exact) within='favor_attention_exact_f*' ;;
    *) within='favor_map_apply_f*' ;;
  esac
  status=0
  valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect="$within" \
    "$program" "$1" "$2" "$3" > $work/units 2> $work/valgrind || status=$?
  case $status in
    0) ;;
    3) echo not-measured; return ;;
    *) cat $work/valgrind >&2; exit 1 ;;
  esac
  collected=$(sed -n 's/^.*Collected : *//p' $work/valgrind)
  awk -v n="$collected" -v units="$(cat $work/units)" 'BEGIN { printf "%.4g\n", n / units }'
}

{
  echo "# Instructions per feature (maps) or token (attention), d = dv = 64, M = 256, L = 1024, one thread;"
  echo "# scripts/check-counts.sh --update. Compiler: $compiler"
  echo "# work isa precision instructions"
  for isa in baseline avx2; do
    for precision in f32 f64; do
      for name in positive hyperbolic trigonometric relu bidirectional causal exact; do
        n=$(count $name $isa $precision)
        echo "$name $isa $precision $n"
      done
    done
  done
} > $work/counts.txt

if [ "${1-}" = --update ]; then
  ! grep -q not-measured $work/counts.txt || { echo "this processor cannot count every row"; exit 1; }
  cp $work/counts.txt $recorded
  echo "$recorded rewritten"
  exit 0
fi
# By name, so that neither a row that went nor one that came passes unseen.
awk '
  /^#/ { next }
  { key = $1 " " $2 " " $3 }
  FNR == NR { old[key] = $4; next }
  { seen[key] = 1 }
  !(key in old) { print key ": not recorded"; bad = 1; next }
  $4 == "not-measured" { print key ": not measured"; next }
  { change = $4 / old[key] - 1
    verdict = change > 0.03 ? "GREW" : change < -0.03 ? "fell: record it with --update" : "same"
    if (change > 0.03) bad = 1
    printf "%-14s %-9s %s %10s was %10s %+6.1f %%  %s\n", $1, $2, $3, $4, old[key], 100 * change, verdict }
  END {
    for (key in old) if (!(key in seen)) { print key ": recorded, not counted"; bad = 1 }
    print bad ? "counts have grown" : "no count has grown by more than 3 %"
    exit bad
  }' $recorded $work/counts.txt
