#!/bin/sh
# attention.sh BENCH HELPER DATA: how favor-bench-attention behaves on a command line. Each check says what it
# expects; the first one that fails ends the test. Never a time.
set -u
bench=$1 helper=$2 data=$3
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
. "$here/checks.sh"
quick="--length 96 --dim 8 --projections 16 --draws 2"

# works WHAT ARGUMENT...: every check of the bench passes but, on a machine that others use as well, the one
# that holds the limit of the core against products: the only one that is about time
works() {
  what=$1
  shift
  "$bench" "$@" > out 2> err
  got=$?
  if [ "$got" -eq 1 ] && [ "$(grep -c '^check failed' err)" -eq "$(grep -c 'limit of this core' err)" ]; then
    got=0
    : > err
  fi
  [ "$got" -eq 0 ] || fail "$what: exit status $got, expected 0"
  checks=$((checks + 1))
}

column() { # column FILE NAME: its cells, without the heading
  at=$(head -n 1 "$1" | tr , '\n' | grep -nx "$2" | cut -d: -f1)
  tail -n +2 "$1" | cut -d, -f"$at"
}

filled() { # filled FILE NAME...: no cell of these columns is empty
  file=$1
  shift
  for name; do
    [ -z "$(column "$file" "$name" | grep -x '')" ] || fail "$file: a cell of $name is empty"
  done
}

# --help
run 0 "help" --help
for option in queries keys values scale dim norm length heads kv-heads batch dv mode stream estimator coupling \
  auto projections precision isa threads draws repeats seed csv json plot help version; do
  says out "--$option"
done
[ -s err ] && fail "--help writes to standard error"
run 0 "version" --version
says out "favor-bench-attention, libfavor"

# bad usage: status 2, one line on standard error, nothing on standard output
refused() { # refused TEXT ARGUMENT...
  text=$1
  shift
  run 2 "$*" "$@"
  says err "$text"
  [ -s out ] && fail "$* writes to standard output"
  [ "$(wc -l < err)" -eq 1 ] || fail "$* writes more than one line"
}
refused "unknown option '--lenght', did you mean --length?" --lenght 9
refused "--mode: unknown name 'casual', did you mean causal?" --mode casual
refused "--length: '0' is not a whole number in" --length 0
refused "--repeats: '3' is not a whole number in [11, 1001]" --repeats 3
refused "--heads wants a value" --heads
refused "--kv-heads 3 does not divide --heads 8" --heads 8 --kv-heads 3
refused "--auto chooses the estimator" --auto on --estimator oprf
refused "--stream wants --mode causal" --stream adversarial
refused "--mode step has a state for each head" --heads 8 --kv-heads 2 --mode step
refused "none of the estimators asked for goes with the softmax kernel" --estimator relu
refused "--queries names 1 files, --keys 1, --values 0" --queries "$data/q_L0_H0.npy" --keys "$data/k_L0_H0.npy"
refused "no.npy: cannot be opened: No such file" --queries no.npy --keys no.npy --values no.npy
refused "missing/rows.csv: cannot be written" $quick --csv missing/rows.csv
refused "ends neither in .svg nor in .png" $quick --plot errors.pdf

# the rows are the combinations, under the heading that readers rely on
heading=estimator,coupling,precision,isa,mode,threads,heads,n_q,n_k,dim,dv,projections,features,head
heading=$heading,seconds_min,seconds_median,limit_multiple,gemms_multiple,exact_seconds,speedup_over_exact
heading=$heading,output_error_median,output_error_worst,kernel_error_median,extra_bytes,error_over_bound
heading=$heading,kernel_error_worst,output_error_stderr,draws,norm,stream
heading=$heading,exact_own_seconds,exact_own_multiple,exact_own_multiple_widest
heading=$heading,forecast_output_error,forecast_output_error_low,forecast_output_error_high,forecast_verdict
works "csv" $quick --estimator all --coupling all --csv -
[ "$(head -n 1 out)" = "$heading" ] || fail "the heading of the CSV is another"
rows=$(($(wc -l < out) - 1))
[ "$rows" -eq "$("$helper" rows softmax)" ] || fail "$rows rows are not the combinations"
[ -z "$(tail -n +2 out | cut -d, -f1-2 | sort | uniq -d)" ] || fail "a combination has two rows"
[ "$(tail -n +2 out | tr -dc ',\n' | sort -u | wc -l)" -eq 1 ] || fail "rows differ in their columns"
[ -s err ] && fail "progress is written where nobody reads it"

# every mode in both precisions, verified against float64: a wrong output would end with status 1
works "modes" $quick --mode all --precision all --estimator oprf,trigonometric --heads 2 --length 48,96 \
  --csv rows.csv --json rows.json
[ "$(column rows.csv mode | sort | uniq -c | tr -s ' \n' ' ')" = " 8 bidirectional 8 causal 4 exact 8 step " ] ||
  fail "two estimators, two lengths, two precisions and four modes are not 8 + 8 + 4 + 8 rows"
filled rows.csv seconds_min seconds_median limit_multiple gemms_multiple exact_seconds speedup_over_exact \
  output_error_median extra_bytes precision isa threads heads n_q n_k dim dv norm exact_own_seconds \
  exact_own_multiple exact_own_multiple_widest
"$helper" json rows.json || fail "rows.json is not JSON"
[ "$(grep -c '"mode": "causal"' rows.json)" -eq 8 ] || fail "rows.json has other rows"
says rows.json '"blas_core": '
says rows.json '"peak_gflops_f32": '
says out "BLAS core type"
says out "exact attention of the library"
says out "Faster than exact attention"
says out "Verdicts"
grep 'oprf.*,f32,' rows.csv > f32.csv && head -n 1 rows.csv | cat - f32.csv > bound.csv
filled bound.csv error_over_bound
column bound.csv error_over_bound | awk '!($1 > 0 && $1 <= 1) { exit 1 }' ||
  fail "a float32 error is not within its bound"
[ "$(ls)" = "$(printf '%s\n' bound.csv err f32.csv out rows.csv rows.json)" ] || fail "left behind: $(ls)"

# exact attention is exact, and features are not
column rows.csv output_error_median > errors && column rows.csv mode | paste -d, - errors > pairs
awk -F, '$1 == "exact" ? !($2 < 1e-5) : !($2 > 1e-3 && $2 < 3) { exit 1 }' pairs ||
  fail "errors are not those of exact attention and of features"

# the same seed gives the same errors, another one others
columns=1-14,21-30
works "seed" $quick --seed 5 --csv a.csv
works "seed" $quick --seed 5 --csv b.csv
works "seed" $quick --seed 6 --csv c.csv
cut -d, -f$columns a.csv > a && cut -d, -f$columns b.csv > b && cut -d, -f$columns c.csv > c
cmp -s a b || fail "the same seed gave other numbers"
cmp -s a c && fail "another seed gave the same numbers"

# shared keys, values of another width, batches, threads, instruction sets: the errors of every form agree
works "forms" $quick --heads 4 --kv-heads 2 --batch 2 --dv 5 --threads 1,2 --isa blas,baseline \
  --estimator positive --csv forms.csv
[ "$(wc -l < forms.csv)" -eq 5 ] || fail "two numbers of threads and two instruction sets are not 4 rows"
[ "$(column forms.csv output_error_median | cut -c1-5 | sort -u | wc -l)" -eq 1 ] ||
  fail "threads or instruction sets change the error"

# keys that each outweigh all before leave the last value: the same rows again, and close to exact
works "streams" $quick --mode bidirectional,causal --stream all --precision all --csv streams.csv
[ "$(column streams.csv stream | sort | uniq -c | tr -s ' \n' ' ')" = " 4 4 adversarial 4 benign " ] ||
  fail "two estimators and precisions are not 4 rows without a stream, 4 benign and 4 adversarial"
column streams.csv stream > streams && column streams.csv output_error_worst | paste -d, streams - |
  awk -F, '$1 == "adversarial" ? !($2 < 1e-5) : !($2 > 1e-3) { exit 1 }' ||
  fail "the last value is not what an adversarial stream leaves"
says out "Adversarial streams"
says out "the time of the benign stream"

# without --draws as many as the standard error wants, and the table says how large it is
works "draws" --length 96 --dim 8 --projections 64 --norm 0.5 --csv draws.csv
column draws.csv output_error_stderr | awk '!($1 > 0 && $1 <= 0.02) { exit 1 }' ||
  fail "the standard error of a mean error is above 2 %"
column draws.csv draws | awk '!($1 >= 8) { exit 1 }' || fail "there are fewer than 8 draws"
says out "+- %"

# real heads: a row of each
works "heads" --draws 2 --estimator oprf --projections 32 --csv heads.csv \
  --queries "$data/q_L0_H0.npy,$data/q_L0_H1.npy" --keys "$data/k_L0_H0.npy,$data/k_L0_H1.npy" \
  --values "$data/v_L0_H0.npy,$data/v_L0_H1.npy"
[ "$(column heads.csv head | tr '\n' ' ')" = "L0_H0 L0_H1 " ] || fail "the heads are not named in the rows"

# what AUTO chooses: one row, with a forecast that the measured error bears out
works "auto" --auto on --draws 8 --projections 32 --csv auto.csv --queries "$data/q_L0_H1.npy" \
  --keys "$data/k_L0_H1.npy" --values "$data/v_L0_H1.npy"
says out "AUTO"
[ "$(wc -l < auto.csv)" -eq 2 ] || fail "AUTO is not one row"
[ "$(column auto.csv forecast_verdict)" = "use it" ] || fail "the verdict is missing"
for name in output_error_median forecast_output_error_low forecast_output_error_high; do
  column auto.csv "$name"
done | tr '\n' ' ' | awk '!($1 > 0.8 * $2 && $1 < 1.25 * $3) { exit 1 }' ||
  fail "the measured error is far from its forecast"

# an interrupted run leaves nothing behind; env gives SIGINT its default back, which a shell's background
# jobs have lost
mkdir interrupted
if env --default-signal=INT true 2> /dev/null; then
  env --default-signal=INT "$bench" --draws 100000 --csv interrupted/rows.csv --json interrupted/rows.json \
    > /dev/null 2>&1 &
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
  works "plot" $quick --mode all --length 48,96 --plot errors.svg
  says errors.svg "<svg"
  says out "plot: errors.svg"
else
  refused "--plot needs gnuplot" $quick --plot errors.svg
fi
echo "$checks runs behaved as they should"
