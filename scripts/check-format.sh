#!/bin/sh
# check-format.sh [--fix]: every C file as .clang-format says, with its licence line, within the budgets of
# CONTRIBUTING.md, without leftovers. --fix rewrites what clang-format can.
set -eu
cd "$(dirname "$0")/.."
status=0
complain() {
  echo "$*"
  status=1
}

files=$(git ls-files '*.c' '*.h' '*.inc')
if [ "${1-}" = --fix ]; then
  # shellcheck disable=SC2086
  clang-format -i $files
fi
for file in $files; do
  [ -f "$file" ] || continue
  clang-format "$file" | cmp -s - "$file" || complain "$file: not as clang-format writes it"
  read -r first < "$file"
  [ "$first" = '/* SPDX-License-Identifier: MIT */' ] || complain "$file: no licence line"
done

# Budgets: about 300 lines a file and 40 a function, not counting rows of tables; the public header is a
# manual.
for file in $files; do
  lines=$(wc -l < "$file")
  [ "$file" = include/favor/favor.h ] || [ "$lines" -le 320 ] || complain "$file: $lines lines"
done
# shellcheck disable=SC2086
long=$(awk '
  FNR == 1 { start = 0 }
  /^[A-Za-z_].*[({,]$/ && !/^(typedef|struct|enum|union|extern)/ && !/=/ && !start { start = FNR; inside = rows = 0 }
  start && /{$/ { inside = 1 }
  start && !inside && /;$/ { start = 0 } # a declaration
  /^ +{/ { rows++ }
  /^}/ { lines = FNR - start + 1 - rows
         if (start && lines > 45) printf "%s:%d: a function of %d lines\n", FILENAME, start, lines
         start = 0 }
' $files)
[ -z "$long" ] || complain "$long"

leftovers=$(git grep -nIE 'TODO|FIXME|\bXXX\b' -- . ':!scripts/check-format.sh' || true)
[ -z "$leftovers" ] || complain "$leftovers"
blanks=$(git grep -nIE '[[:space:]]+$' -- '*.c' '*.h' '*.sh' '*.md' '*.cmake' '*.txt' || true)
[ -z "$blanks" ] || complain "trailing blanks: $blanks"

if [ $status -eq 0 ]; then
  echo "$(echo "$files" | wc -l) files in form"
fi
exit $status
