#!/bin/sh
# advise.sh BENCH HELPER DATA MAN: how favor-advise behaves on a command line. Each check says what it expects; the
# first one that fails ends the test.
set -u
bench=$1 helper=$2 data=$3 man=$4
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
head="--queries $data/q_L0_H1.npy --keys $data/k_L0_H1.npy"
. "$here/checks.sh"

# --help names every option, and so does the man page
run 0 "help" --help
for option in queries keys values length target-error projections mask estimator coupling signed scale json help \
  version; do
  says out "--$option"
  says "$man" "Fl $option"
done
[ -s err ] && fail "--help writes to standard error"
run 0 "version" --version
says out "favor-advise, libfavor"

# bad usage: status 2, one line on standard error, nothing on standard output
refused() { # refused TEXT ARGUMENT...
  text=$1
  shift
  run 2 "$*" "$@"
  says err "$text"
  [ -s out ] && fail "$* writes to standard output"
  [ "$(wc -l < err)" -eq 1 ] || fail "$* writes more than one line"
}
refused "--queries and --keys are needed"
refused "--queries names 1 files, --keys 0" --queries "$data/q_L0_H1.npy"
refused "unknown option '--lenght', did you mean --length?" --lenght 9
refused "--target-error: '0' is not a number in" $head --target-error 0
refused "no.npy: cannot be opened: No such file" --queries no.npy --keys "$data/k_L0_H1.npy"
refused "missing/rows.json: cannot be written" $head --json missing/rows.json

# a forecast that cannot be made: status 1
run 1 "relu features of softmax" $head --estimator relu
says err "relu does not estimate the softmax kernel"

# one screen with everything; progress only on a terminal
run 0 "one head" $head --values "$data/v_L0_H1.npy"
[ -s err ] && fail "progress is written where nobody reads it"
[ "$(wc -l < out)" -le 24 ] || fail "more than one screen"
for text in "L0_H1: use it" "features" "rows, M = " "expected, " "in 9 cases of 10" "target" \
  "times exact attention's at 800 keys" "memory" "favor_map_opts_attention(&opts, 15, " \
  "opts.estimator = FAVOR_ESTIMATOR_" "opts.coupling = FAVOR_COUPLING_" "favor_map_create(&opts, &map);"; do
  says out "$text"
done

# too short for features, and a target out of reach: exact attention
run 0 "short" $head --length 16
says out "L0_H1: use exact attention"
says out "favor_attention_exact_f32(FAVOR_KERNEL_SOFTMAX, 0.2581988897"
grep -q favor_map_create out && fail "lines for a map that is not advised"
run 0 "few projections" $head --estimator oprf --projections 2 --length 100000 --mask causal
says out "L0_H1: use more features"
says out "M = 2, F = 2"

# the same rows for programs, the same numbers every time
run 0 "json" $head --values "$data/v_L0_H1.npy" --json rows.json
"$helper" json rows.json || fail "rows.json is not JSON"
for text in '"verdict": "use"' '"head": "L0_H1"' '"output_error": ' '"output_error_low": ' '"values_known": 1' \
  '"projections_for_target": ' '"crossover_length": ' '"relvar_one_p90": ' '"mask": "none"'; do
  says rows.json "$text"
done
cp out first
run 0 "again" $head --values "$data/v_L0_H1.npy"
cmp -s out first || fail "the same command said something else"
run 0 "json on standard output" $head --json -
[ "$(head -c 1 out)" = "{" ] || fail "--json - writes more than JSON"
"$helper" json out || fail "standard output is not JSON"

# two heads, one of them longer than it is given: both are told
run 0 "two heads" --queries "$data/q_L0_H0.npy,$data/q_L0_H3.npy" --keys "$data/k_L0_H0.npy,$data/k_L0_H3.npy" \
  --length 100000
says out "L0_H0: use it"
says out "L0_H3: use it"
says out "the hardest of them"

echo "$checks runs behaved as they should"
