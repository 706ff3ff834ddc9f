#!/bin/sh
# add-estimator-check.sh: adding an estimator is one new file, one row of lists.h and one line of
# src/sources.cmake. In a copy of the tree this adds a dummy one, builds, sees that its conformance tests
# appear and pass and that the variance bench measures it, and takes it away again, leaving no trace.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh build test
command -v git > /dev/null || { echo "git is needed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
jobs=$(getconf _NPROCESSORS_ONLN 2> /dev/null || echo 2)

mkdir "$work/tree"
git ls-files -co --exclude-standard | while read -r file; do [ ! -f "$file" ] || echo "$file"; done |
  tar -cf - -T - | tar -xf - -C "$work/tree"
cd "$work/tree"
git init -q .
git add -A
git -c user.name=check -c user.email=check@localhost commit -q -m "As it is"

build() {
  cmake -S . -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release > "$work/log" 2>&1 &&
    cmake --build "$work/build" -j "$jobs" --target test_conformance test_maps favor-bench-variance \
      > "$work/log" 2>&1 || { tail -n 40 "$work/log"; exit 1; }
}
conformance() { # conformance: combinations that the tests ran, all of them passed
  for test in test_conformance test_maps; do
    "$work/build/tests/$test" > "$work/$test" 2>&1 || { tail -n 40 "$work/$test" >&2; return 1; }
  done
  sed -n 's/.*declared, \([0-9]*\) run.*/\1/p' "$work/test_conformance" | head -n 1
}
measured() { # measured: rows of the bench that name the dummy
  "$work/build/bench/favor-bench-variance" --dim 8 --projections 32 --norm 0.5 --draws 2 --pairs 4 \
    --repeats 2 --csv "$work/bench.csv" > "$work/log" 2>&1 || { tail -n 40 "$work/log" >&2; return 1; }
  grep -c '^[a-z0-9]*,dummy,' "$work/bench.csv" || true
}

# One file ...
cat > src/estimator/dummy.c << 'SOURCE'
/* SPDX-License-Identifier: MIT */
/** Positive features of mirrored projections: exp(-w_m.x - |x|^2/2) / sqrt(M), unbiased as -w has the law
 *  of w. Here to show what adding an estimator takes. */
#include <math.h>

#include "estimator/estimator.h"

static favor_status fit(const favor_fit_input *in, favor_recipe *out, favor_report *report) {
  (void)report;
  out->gain = -1;
  out->tilt = 0;
  out->quadratic = -0.5;
  out->constant = -0.5 * log((double)in->projections);
  return FAVOR_OK;
}

const favor_estimator favor_estimator_dummy = {
    .id = FAVOR_ESTIMATOR_DUMMY,
    .name = "dummy",
    .source = "none",
    .kernels = 1u << FAVOR_KERNEL_SOFTMAX | 1u << FAVOR_KERNEL_GAUSSIAN,
    .form = FAVOR_FORM_EXP,
    .positive = true,
    .unbiased = true,
    .fit = fit,
};
SOURCE
# ... one row, after the last one of the list ...
awk '
  /^#define FAVOR_ESTIMATOR_LIST/ { inside = 1 }
  inside && /^  X\(/ { n = split($0, part, ", *"); if (part[3] > last) last = part[3] }
  inside && !/\\$/ { print $0 " \\"; printf "  X(DUMMY, dummy, %d, \"a dummy\")\n", last + 1; inside = 0; next }
  { print }' include/favor/lists.h > "$work/lists.h"
cp "$work/lists.h" include/favor/lists.h
# ... one line.
sed -i 's,^ *estimator/hyperbolic\.c$,&\n  estimator/dummy.c,' src/sources.cmake
git add -A
changed=$(git diff --cached --numstat | awk '{ print $3 }' | sort | tr '\n' ' ')
[ "$changed" = "include/favor/lists.h src/estimator/dummy.c src/sources.cmake " ] ||
  { echo "changed were: $changed"; exit 1; }
git diff --cached --stat
build
with=$(conformance)
cells=$(measured)
[ "$cells" -gt 0 ] || { echo "the variance bench does not measure the new estimator"; exit 1; }
sh scripts/check-layers.sh

git reset -q
rm src/estimator/dummy.c
git checkout -q -- include/favor/lists.h src/sources.cmake
[ -z "$(git status --porcelain)" ] || { git status --short; exit 1; }
build
without=$(conformance)
[ "$(measured)" -eq 0 ] || { echo "the variance bench still knows the estimator"; exit 1; }
[ "$with" -gt "$without" ] || { echo "conformance tests: $without without the estimator, $with with it"; exit 1; }
echo "conformance tests ran $without combinations without the estimator and $with with it, all passed;"
echo "the variance bench measured it in $cells rows; removed, it left no trace"
