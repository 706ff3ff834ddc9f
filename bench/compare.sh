#!/bin/sh
# compare.sh [--fail-on-worse] [--ignore COLUMN,...] BEFORE.csv AFTER.csv: holds two files of a bench's
# --csv against each other, row by row, and marks only what is outside noise.
#
# Noise of a time is what its median is above its minimum, in either file, and at least 1 %: minima that
# are further apart are "faster" or "slower". Noise of a measured relative MSE is its standard error: two
# that are more than 4 standard errors of their difference apart are "better" or "worse". Rows are the
# same where everything that was asked for is (estimator, shapes, threads, ...), but for what --ignore
# names: with --ignore isa, instruction sets can be held against each other. Rows of one file alone are
# named. Exit status 0; 1 with --fail-on-worse where a row is slower, worse or missing from AFTER; 2 for
# bad usage or a file that is none of these.
set -eu
export LC_ALL=C
usage() { sed -n '2,11s/^# \{0,1\}//p' "$0"; }
fail=0 ignored=
while [ $# -gt 0 ]; do
  case $1 in
    --help) usage; exit 0 ;;
    --fail-on-worse) fail=1 ;;
    --ignore)
      [ $# -gt 1 ] || { usage >&2; exit 2; }
      ignored=$2
      shift
      ;;
    --*) echo "compare.sh: unknown option '$1'; --help lists them all" >&2; exit 2 ;;
    *) break ;;
  esac
  shift
done
[ $# -eq 2 ] || { usage >&2; exit 2; }
for file in "$@"; do
  [ -r "$file" ] || { echo "compare.sh: cannot read '$file'" >&2; exit 2; }
done

awk -F , -v fail="$fail" -v ignored=",$ignored," -v before="$1" -v after="$2" '
function die(text) { print "compare.sh: " text > "/dev/stderr"; dead = 1; exit 2 }
function is_number(x) { return x ~ /^[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?$/ }
function say(text) { marked++; print text }

BEGIN {
  n = split("set pairs kernel estimator coupling precision isa mode threads batch heads kv_heads n n_q n_k dim dv " \
            "projections features head norm cosine recentred stream", asked, " ")
}
{ sub(/\r$/, "") }
FNR == 1 {
  file++
  split("", column)
  for (i = 1; i <= NF; i++) column[$i] = i
  if (!("estimator" in column) || !("projections" in column))
    die("\"" FILENAME "\" is not the --csv of a bench: its heading lacks estimator or projections")
  timed[file] = ("seconds_min" in column) && ("seconds_median" in column)
  measured[file] = ("measured_relmse" in column) && ("stderr" in column)
  if (!timed[file] && !measured[file])
    die("\"" FILENAME "\" has neither seconds_min and seconds_median nor measured_relmse and stderr")
  next
}
NF {
  key = ""
  for (i = 1; i <= n; i++)
    if (asked[i] in column && $(column[asked[i]]) != "" && !index(ignored, "," asked[i] ","))
      key = key (key == "" ? "" : " ") asked[i] "=" $(column[asked[i]])
  if ((file, key) in has) die("\"" FILENAME "\" has two rows of " key)
  has[file, key] = 1
  if (file == 1) order[++rows] = key
  else if (!((1, key) in has)) fresh[++news] = key
  if (timed[file]) { least[file, key] = $(column["seconds_min"]); median[file, key] = $(column["seconds_median"]) }
  if (measured[file]) { mse[file, key] = $(column["measured_relmse"]); error[file, key] = $(column["stderr"]) }
}
function compare_times(key,   a, b, noise, noise_b, change) {
  a = least[1, key]; b = least[2, key]
  if (!is_number(a) || !is_number(b) || a <= 0 || b <= 0) return
  noise = median[1, key] / a - 1
  noise_b = median[2, key] / b - 1
  if (noise_b > noise) noise = noise_b
  if (noise < 0.01) noise = 0.01
  compared++
  change = b / a
  if (change > 1 + noise) { bad++; verdict = "slower" }
  else if (change < 1 / (1 + noise)) verdict = "faster"
  else return
  say(sprintf("%-7s %6.3f x  (noise %.1f %%)  %.4g s, was %.4g s  %s", verdict, change, 100 * noise, b, a, key))
}
function compare_errors(key,   a, b, s) {
  a = mse[1, key]; b = mse[2, key]
  if (!is_number(a) || !is_number(b) || !is_number(error[1, key]) || !is_number(error[2, key])) return
  s = sqrt(error[1, key] ^ 2 + error[2, key] ^ 2)
  compared++
  if (b - a > 4 * s) { bad++; verdict = "worse" }
  else if (a - b > 4 * s) verdict = "better"
  else return
  say(sprintf("%-7s %.4g, was %.4g  (standard error %.2g)  %s", verdict, b, a, s, key))
}
END {
  if (dead) exit 2
  if (file < 2) { print "compare.sh: one of the files is empty" > "/dev/stderr"; exit 2 }
  for (i = 1; i <= rows; i++) {
    key = order[i]
    if (!((2, key) in has)) { bad++; say("gone: only in " before ": " key); continue }
    compare_times(key)
    compare_errors(key)
  }
  for (i = 1; i <= news; i++) say("new: only in " after ": " fresh[i])
  printf "%d figures compared, %d lines outside noise\n", compared, marked
  exit fail && bad ? 1 : 0
}' "$1" "$2"
