#!/bin/sh
# compare.sh COMPARE: what bench/compare.sh marks and what it leaves alone, on files made here.
set -u
bench=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
. "$here/checks.sh"

heading=estimator,isa,projections,n_q,seconds_min,seconds_median
timed() { # times FILE ROW...
  file=$1
  shift
  { echo $heading; for row in "$@"; do echo "$row"; done; } > "$file"
}
compared() { # compared STATUS TEXT ARGUMENT...: runs, and expects the text
  status=$1 text=$2
  shift 2
  run "$status" "$*" "$@"
  says out "$text"
}

# noise is 10 %: 9 % more is within, 12 % more and 12 % less are not; in files with noise of nearly none, 1 %
timed before positive,avx2,16,64,1.00,1.10 oprf,avx2,16,64,1.00,1.02
timed within positive,avx2,16,64,1.09,1.10 oprf,avx2,16,64,1.01,1.02
timed slower positive,avx2,16,64,1.12,1.15 oprf,avx2,16,64,1.00,1.02
timed faster positive,avx2,16,64,0.88,0.89 oprf,avx2,16,64,1.00,1.02
compared 0 "2 figures compared, 0 lines outside noise" before within
compared 0 "2 figures compared, 1 lines outside noise" before slower
says out "slower   1.120 x"
compared 1 "estimator=positive isa=avx2 n_q=64 projections=16" --fail-on-worse before slower
compared 0 "faster   0.880 x" --fail-on-worse before faster
timed still positive,avx2,16,64,1.000,1.001
timed moved positive,avx2,16,64,1.012,1.013
timed near positive,avx2,16,64,1.008,1.009
compared 0 "1 lines outside noise" still moved
compared 0 "0 lines outside noise" still near

# rows are known by what was asked for, wherever they stand; rows of one file alone are named
timed turned oprf,avx2,16,64,1.00,1.02 positive,avx2,16,64,1.00,1.10
compared 0 "2 figures compared, 0 lines outside noise" before turned
timed other positive,avx2,16,64,1.00,1.10 oprf,avx2,32,64,1.00,1.02
compared 0 "new: only in other: estimator=oprf isa=avx2 n_q=64 projections=32" before other
says out "gone: only in before: estimator=oprf isa=avx2 n_q=64 projections=16"
compared 1 "gone" --fail-on-worse before other
timed narrow positive,baseline,16,64,3.00,3.10 oprf,baseline,16,64,3.00,3.02
compared 0 "0 figures compared, 4 lines" before narrow
compared 0 "2 figures compared, 2 lines outside noise" --ignore isa before narrow

# errors: 4 standard errors of the difference
printf 'estimator,projections,measured_relmse,stderr\npositive,16,1.0,0.03\n' > errors
printf 'estimator,projections,measured_relmse,stderr\npositive,16,1.19,0.04\n' > same
printf 'estimator,projections,measured_relmse,stderr\npositive,16,1.21,0.04\n' > worse
compared 0 "1 figures compared, 0 lines" errors same
compared 1 "worse   1.21, was 1" --fail-on-worse errors worse
compared 0 "better  1, was 1.21" --fail-on-worse worse errors

# bad usage and files that are none of these: status 2, and what is wrong on standard error
refused() { # refused TEXT ARGUMENT...
  text=$1
  shift
  run 2 "$*" "$@"
  says err "$text"
}
timed twice positive,avx2,16,64,1.00,1.10 positive,avx2,16,64,1.00,1.10
echo a,b > neither
: > nothing
refused "BEFORE.csv AFTER.csv"
refused "BEFORE.csv AFTER.csv" before
refused "unknown option '--fast'" --fast before within
refused "cannot read 'absent'" before absent
refused "heading lacks estimator" before neither
refused "one of the files is empty" before nothing
refused "has two rows of estimator=positive" before twice
run 0 help --help
says out "--fail-on-worse"
says out "--ignore"
echo "compare: all as it should be"
