#!/bin/sh
# check-layers.sh: who may know whom, read from the includes and the names (ARCHITECTURE.md, "Layers").
#   1. base <- kernel <- node <- { coupling | estimator } <- map <- attention; the two in braces never meet.
#   2. No estimator and no coupling is named outside its own file: the lists are the only way to them.
#   3. One file uses CBLAS and LAPACKE. Nothing prints, aborts or touches errno. One file does sizes.
#   4. What judges the library (tests/support) includes nothing of src.
set -eu
cd "$(dirname "$0")/.."
status=0
forbid() { # forbid TITLE LINES: the lines should not be
  [ -z "$2" ] || {
    printf '%s\n%s\n' "$1" "$2" | sed '2,$s/^/    /'
    status=1
  }
}

# 1. What each room may include besides favor.h and lists.h.
rooms='base:base
kernel:base|kernel
node:base|kernel|node
coupling:base|coupling
estimator:base|node|estimator
map:base|kernel|node|coupling|estimator|map
attention:base|kernel|node|map|attention'
for line in $rooms; do
  room=${line%%:*} may=${line#*:}
  forbid "src/$room may include only $may:" \
    "$(git grep -nE '^#include "' -- "src/$room" | grep -vE "#include \"(($may)/|favor/(favor|lists|export)\.h\")" || true)"
done
forbid "folders of src without a place in the order:" \
  "$(git ls-files src | sed -n 's,^src/\([^/]*\)/.*,\1,p' | sort -u | grep -vxE 'base|kernel|node|coupling|estimator|map|attention' || true)"

# 2. A member's own file is the one that defines its descriptor.
members() { # members LIST: "NAME symbol" of each row
  sed -n "/^#define FAVOR_$1_LIST/,/[^\\\\]\$/s/^ *X(\([A-Z0-9_]*\), \([a-z0-9_]*\),.*/\1 \2/p" include/favor/lists.h
}
for list in ESTIMATOR COUPLING; do
  room=$(echo $list | tr '[:upper:]' '[:lower:]')
  count=$(members $list | wc -l)
  [ "$count" -ge 4 ] || forbid "lists.h was not understood:" "$list has $count rows"
  members $list > "${TMPDIR:-/tmp}/favor-members.$$"
  while read -r name symbol; do
    own=$(git grep -lE "^const favor_$room favor_${room}_$symbol\b" -- "src/$room" || true)
    [ "$(echo "$own" | grep -c .)" -eq 1 ] || forbid "favor_${room}_$symbol has not exactly one file:" "[$own]"
    forbid "$list $name is named outside its own file ($own):" \
      "$(git grep -nE "\bFAVOR_${list}_$name\b|\bfavor_${room}_$symbol\b" -- src include ":!$own" || true
        git grep -nE "\"$symbol\"" -- src ":!$own" || true)"
  done < "${TMPDIR:-/tmp}/favor-members.$$"
  rm -f "${TMPDIR:-/tmp}/favor-members.$$"
done

# 3. One door each.
forbid "CBLAS and LAPACKE belong to src/base/linalg.c:" \
  "$(git grep -nE '#include *[<"](cblas|lapacke?|lapacke_.*)\.h|\b(cblas_|LAPACKE_|openblas_)[a-z]' -- src include ':!src/base/linalg.c' || true)"
forbid "the library neither prints, ends the program, nor touches errno or the locale:" \
  "$(git grep -nwE 'printf|fprintf|vprintf|vfprintf|puts|fputs|putchar|perror|abort|exit|_exit|quick_exit|errno|setlocale|setenv|putenv|srand|rand' -- src |
    grep -vE '^[^:]*:[0-9]*: *(\*|/\*|//)|#include|= &?errno;|errno = .*saved(_errno)?;' || true)"
forbid "memory comes from the allocator (src/base/alloc.c):" \
  "$(git grep -nwE 'malloc|calloc|realloc|free|aligned_alloc|posix_memalign|alloca|strdup' -- src ':!src/base/alloc.c' ':!src/base/alloc.h' |
    grep -E '(malloc|calloc|realloc|[^_.>]\bfree|aligned_alloc|posix_memalign|alloca|strdup)\(' || true)"
forbid "bytes are computed by src/base/size.c, not in the argument of an allocation:" \
  "$(git grep -nE 'favor_alloc\([^;]*(\) *\* *|\* *sizeof|sizeof[^;]*[^,( ] +\* +)' -- src || true)"

# 4. Judges and contracts.
forbid "tests/support includes no header of src:" \
  "$(git grep -nE '#include "(base|kernel|node|coupling|estimator|map)/' -- tests/support || true)"
forbid "examples and tools use favor.h alone:" \
  "$(git grep -nE '#include "(base|kernel|node|coupling|estimator|map)/' -- examples tools || true)"

[ $status -ne 0 ] || echo "layers and names are in order"
exit $status
