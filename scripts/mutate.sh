#!/bin/sh
# mutate.sh [PATCH...]: are the quick tests awake? Each patch of tests/mutants is a plausible fault; applied
# by itself to a copy of the tree, it must turn the quick tests red. Prints killed / total; status 0 only
# if every mutant was killed. A patch begins with a line that says what the fault is; a second line
# "# tests: REGEX" names tests to try first.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
sh scripts/setup.sh build test check

[ $# -gt 0 ] || set -- tests/mutants/*.patch
[ -f "$1" ] || { echo "no patches in tests/mutants" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The files as they are now, committed or not.
mkdir "$work/tree"
git ls-files -co --exclude-standard | while read -r file; do [ ! -f "$file" ] || echo "$file"; done |
  tar -cf - -T - | tar -xf - -C "$work/tree"
cmake -S "$work/tree" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DFAVOR_BUILD_SHARED=OFF \
  -DFAVOR_BUILD_BENCHES=OFF -DFAVOR_BUILD_EXAMPLES=OFF > "$work/log"
cmake --build "$work/build" > "$work/log" 2>&1 || { tail -n 30 "$work/log"; exit 1; }

# Most mutants fall to a test of milliseconds: those go first.
slow='^test_(conformance|variance|threads|guard|blocks)'
run_tests() { # run_tests CTEST_OPTION...
  rm -f "$work/build/Testing/Temporary/CTestCostData.txt" # in the order declared
  ctest --test-dir "$work/build" -L '^quick$' -j 2 --timeout 300 --no-tests=error "$@" > "$work/log" 2>&1
}
quick() { # quick CTEST_OPTION...: true where the quick tests pass
  run_tests -E "^package|$slow" "$@" && run_tests -R "$slow" "$@"
}
quick || { echo "the tests fail without any mutant:"; tail -n 30 "$work/log"; exit 1; }

build_for() { # build_for REGEX: the tests of these names alone, or everything
  targets=""
  if [ -n "$1" ]; then
    targets=$(ctest --test-dir "$work/build" -N -L '^quick$' -R "$1" | sed -n 's/^ *Test *#[0-9]*: //p')
    [ -n "$targets" ] || { echo "no quick test is named $1"; return 1; }
  fi
  # shellcheck disable=SC2086
  cmake --build "$work/build" ${targets:+--target $targets} > "$work/log" 2>&1
}

total=0 killed=0 bad=0
for patch in "$@"; do
  name=$(basename "$patch" .patch)
  fault=$(sed -n '1s/^# *//p' "$patch")
  first=$(sed -n '2s/^# *tests: *//p' "$patch")
  total=$((total + 1))
  case $patch in /*) ;; *) patch=$root/$patch ;; esac
  if ! patch -d "$work/tree" -p1 -s -f -F0 --dry-run < "$patch" > "$work/log" 2>&1; then
    echo "DOES NOT APPLY  $name: $fault"
    bad=$((bad + 1))
    continue
  fi
  patch -d "$work/tree" -p1 -s -F0 < "$patch"
  if ! build_for "$first"; then
    echo "DOES NOT BUILD  $name: $fault"
    bad=$((bad + 1))
  elif { [ -n "$first" ] && ! run_tests --stop-on-failure -R "$first"; } ||
    { build_for "" && ! quick --stop-on-failure; }; then
    killed=$((killed + 1))
    by=$(sed -n 's/^ *[0-9]*\/[0-9]* Test *#[0-9]*: \([A-Za-z0-9_]*\) .*\*\*\*.*$/\1/p' "$work/log" | head -n 1)
    echo "killed          $name: $fault (${by:-?})"
  else
    echo "SURVIVED        $name: $fault"
  fi
  patch -d "$work/tree" -p1 -s -R -F0 < "$patch"
done
echo "$killed / $total mutants killed"
[ "$bad" -eq 0 ] && [ "$killed" -eq "$total" ]
