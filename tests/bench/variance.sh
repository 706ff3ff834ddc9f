#!/bin/sh
# variance.sh BENCH HELPER DATA: how favor-bench-variance behaves on a command line. Each check says what it
# expects; the first one that fails ends the test.
set -u
bench=$1 helper=$2 data=$3
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
. "$here/checks.sh"
quick="--repeats 2 --pairs 4 --draws 1 --projections 8 --dim 8"

# --help
run 0 "help" --help
for option in queries keys values dim projections norm sum-norm cosine estimator coupling auto kernel precision isa \
  threads seed repeats draws pairs csv json plot help version; do
  says out "--$option"
done
[ -s err ] && fail "--help writes to standard error"
run 0 "version" --version

# bad usage: status 2, one line on standard error, nothing on standard output
refused() { # refused TEXT ARGUMENT...
  text=$1
  shift
  run 2 "$*" "$@"
  says err "$text"
  [ -s out ] && fail "$* writes to standard output"
  [ "$(wc -l < err)" -eq 1 ] || fail "$* writes more than one line"
}
refused "unknown option '--estimater', did you mean --estimator?" --estimater oprf
refused "--estimator: unknown name 'opfr', did you mean oprf" --estimator opfr
refused "--dim: '0' is not a whole number in [1, 65536]" --dim 0
refused "--norm wants a value" --norm
refused "unexpected argument 'stray'" stray
refused "none of the estimators asked for goes with a kernel" --kernel arccos1 --estimator positive
refused "--queries names 1 files, --keys 0" --queries "$data/q_L0_H0.npy"
refused "--auto chooses the estimator" --auto on --coupling iid
refused "does not go with --norm 1" --norm 1 --sum-norm 3
refused "ends neither in .svg nor in .png" --plot errors.pdf
refused "missing/rows.csv: cannot be written" $quick --csv missing/rows.csv
refused "no.npy: cannot be opened: No such file" --queries no.npy --keys "$data/k_L0_H0.npy"
refused "--pairs x --draws x --repeats is more than" --pairs 1000000 --draws 10000

# a truncated file is refused with both sizes
head -c 1328 "$data/k_L0_H0.npy" > k.npy
refused "k.npy: the header says 800 x 15 float32, 48000 bytes, the file holds 1200" \
  --queries "$data/q_L0_H0.npy" --keys k.npy
printf 'PK\003\004 something else' > z.npy
refused "z.npy: not a .npy file" --queries z.npy --keys "$data/k_L0_H0.npy"

# the rows are the combinations, under the heading that readers rely on
heading=kernel,estimator,coupling,precision,dim,projections,features,norm,head,pairs,repeats,measured_relmse
heading=$heading,stderr,closed_form_relmse,z,trusted,ratio_to_positive_iid,forecast_log_relvar,us_per_row
heading=$heading,sum_norm,cosine,seed,relerr_median,relerr_p90,ratio_at_equal_time,recentred,isa,threads
heading=$heading,output_error_median
heading=$heading,forecast_output_error,forecast_output_error_low,forecast_output_error_high,forecast_verdict
run 0 "csv" $quick --kernel all --csv -
[ "$(head -n 1 out)" = "$heading" ] || fail "the heading of the CSV is another"
rows=$(($(wc -l < out) - 1))
[ "$rows" -eq "$("$helper" rows softmax gaussian arccos1)" ] || fail "$rows rows are not the combinations"
[ -z "$(tail -n +2 out | cut -d, -f1-3 | sort | uniq -d)" ] || fail "a combination has two rows"
[ "$(tail -n +2 out | tr -dc ',\n' | sort -u | wc -l)" -eq 1 ] || fail "rows differ in their columns"
[ -s err ] && fail "progress is written where nobody reads it"

run 0 "lists" $quick --estimator positive,oprf --coupling iid --projections 4,8 --precision all \
  --recentre all --norm 0.5,1 --csv rows.csv --json rows.json
[ "$(wc -l < rows.csv)" -eq 33 ] || fail "2 x 2 x 2 x 2 x 2 rows expected"
"$helper" json rows.json || fail "rows.json is not JSON"
[ "$(grep -c '"estimator": "oprf"' rows.json)" -eq 16 ] || fail "rows.json has other rows"
says rows.json '"processor": '
says out "Verdicts"
[ "$(ls)" = "$(printf '%s\n' err k.npy out rows.csv rows.json z.npy)" ] || fail "left behind: $(ls)"

# the same seed gives the same numbers, another one others
columns=1-18,20-24
run 0 "seed" $quick --seed 5 --csv a.csv
run 0 "seed" $quick --seed 5 --csv b.csv
run 0 "seed" $quick --seed 6 --csv c.csv
cut -d, -f$columns a.csv > a && cut -d, -f$columns b.csv > b && cut -d, -f$columns c.csv > c
cmp -s a b || fail "the same seed gave other numbers"
cmp -s a c && fail "another seed gave the same numbers"

# errors that are rounding alone are not held against closed forms
run 0 "rounding" --norm 0.001 --precision f32 --repeats 32 --draws 1 --pairs 16 --csv tiny.csv
[ "$(grep trigonometric tiny.csv | cut -d, -f16 | sort -u)" = 0 ] || fail "rounding is trusted as variance"

# real heads, with values
run 0 "heads" --repeats 4 --draws 1 --pairs 16 --estimator positive,oprf --coupling iid,simplex \
  --queries "$data/q_L0_H0.npy,$data/q_L0_H1.npy" --keys "$data/k_L0_H0.npy" --keys "$data/k_L0_H1.npy" \
  --values "$data/v_L0_H0.npy,$data/v_L0_H1.npy" --csv heads.csv
[ "$(tail -n +2 heads.csv | cut -d, -f9 | sort | uniq -c | tr -s ' \n' ' ')" = " 4 L0_H0 4 L0_H1 " ] ||
  fail "the heads are not named in the rows"
[ -z "$(cut -d, -f29 heads.csv | grep -x '')" ] || fail "the output error is missing"

# what AUTO chooses, for every kernel
run 0 "auto" $quick --auto on --kernel all --csv auto.csv
says out "AUTO"
[ "$(wc -l < auto.csv)" -eq $(($(cut -d, -f1 auto.csv | sort -u | wc -l))) ] || fail "AUTO is not one row a kernel"
[ -z "$(cut -d, -f33 auto.csv | grep -x '')" ] || fail "a verdict is missing"

# an interrupted run leaves nothing behind; env gives SIGINT its default back, which a shell's background
# jobs have lost
mkdir interrupted
if env --default-signal=INT true 2> /dev/null; then
  env --default-signal=INT "$bench" --repeats 200000 --pairs 100 --draws 1 --csv interrupted/rows.csv \
    --json interrupted/rows.json > /dev/null 2>&1 &
  child=$!
  tries=0
  while [ "$(ls interrupted | wc -l)" -lt 2 ] && [ $tries -lt 200 ]; do
    sleep 0.05
    tries=$((tries + 1))
  done
  [ "$(ls interrupted | wc -l)" -eq 2 ] || fail "no temporary files appeared"
  [ -e interrupted/rows.csv ] && fail "rows.csv was there before it was complete"
  kill -INT "$child"
  wait "$child"
  [ $? -eq 130 ] || fail "SIGINT did not end the bench"
  [ -z "$(ls interrupted)" ] || fail "an interrupted run left $(ls interrupted)"
  checks=$((checks + 1))
fi

# a plot, where gnuplot is
if command -v gnuplot > /dev/null; then
  run 0 "plot" $quick --kernel all --plot errors.svg
  says errors.svg "<svg"
  says out "plot: errors.svg"
  run 0 "plot over M" $quick --projections 8,16 --plot errors.png
  [ "$(head -c 4 errors.png | tail -c 3)" = PNG ] || fail "errors.png is no PNG"
else
  refused "--plot needs gnuplot" --plot errors.svg
fi
echo "$checks runs behaved as they should"
