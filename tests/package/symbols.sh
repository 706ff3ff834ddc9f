#!/bin/sh
# symbols.sh CC NM INCLUDE_DIR LIBRARY LIST: the shared library exports the functions of LIST, no more and
# no less, and LIST is what favor.h declares.
set -eu
cc=$1 nm=$2 include=$3 library=$4 list=$5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
LC_ALL=C
export LC_ALL

# In the preprocessed header every public function follows a marker.
printf '#include <favor/export.h>\n#undef FAVOR_API\n#define FAVOR_API favor_api_marker\n#include <favor/favor.h>\n' |
  "$cc" -E -P -I "$include" -x c - | tr '\n' ' ' | sed 's/favor_api_marker/\n&/g' |
  sed -n 's/^favor_api_marker[^(]*[ *]\(favor_[a-z0-9_]*\)(.*/\1/p' | sort -u > "$work/header"
"$nm" -D --defined-only "$library" | awk '{ print $3 }' | sort -u > "$work/library"

status=0
compare() { # compare TITLE FILE
  diff -u "$list" "$2" > "$work/diff" && return 0
  echo "$1 (-: listed only, +: there only)"
  cat "$work/diff"
  status=1
}
compare "favor.h does not declare what symbols.txt lists" "$work/header"
compare "the library does not export what symbols.txt lists" "$work/library"
[ $status -ne 0 ] || echo "$(wc -l < "$list") symbols, as listed"
exit $status
