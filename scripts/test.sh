#!/bin/sh
# test.sh [--full | --exhaustive]: build libfavor and run its tests: the quick ones (a few minutes), or
# with the full ones, or all. Installs what is missing (setup.sh). Status 0 only if every test passed.
set -eu
cd "$(dirname "$0")/.."

labels='^quick$'
case ${1-} in
  "") ;;
  --full) labels='^(quick|full)$' ;;
  --exhaustive) labels='^(quick|full|exhaustive)$' ;;
  *)
    echo "usage: sh scripts/test.sh [--full | --exhaustive]" >&2
    exit 2
    ;;
esac

jobs=$(getconf _NPROCESSORS_ONLN 2> /dev/null || echo 2)
sh scripts/setup.sh build test
cmake --preset release
cmake --build build/release -j "$jobs"

status=0
ctest --test-dir build/release -L "$labels" -j "$jobs" --output-on-failure --no-tests=error || status=$?

# ctest counts programs; cmocka counts tests. Its closing lines, summed over the programs of this run.
awk '
  /^\[==========\] [0-9]+ test\(s\) run\./ { run += $2 }
  /^\[  PASSED  \] [0-9]+ test\(s\)\./     { passed += $4 }
  /^\[  FAILED  \] [0-9]+ test\(s\)/       { failed += $4 }
  END {
    printf "[==========] %d test(s) run.\n[  PASSED  ] %d test(s).\n", run, passed
    if (failed) printf "[  FAILED  ] %d test(s).\n", failed
    exit !(run > 0 && run == passed)
  }' build/release/Testing/Temporary/LastTest.log || [ $status -ne 0 ] || status=1
exit $status
