#!/bin/sh
# header.sh INCLUDE_DIR: favor.h by itself is clean C11 and C++11 to C++20, with every compiler there is.
# Nothing but the header is in the program, so that it must include what it needs.
set -eu
include=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags='-Wall -Wextra -Wpedantic -Wshadow -Werror'
printf '#include <favor/favor.h>\nint favor_header_alone(void);\n' > "$work/alone.c"
printf '#include <favor/favor.h>\nint favor_header_alone();\n' > "$work/alone.cpp"

compiled=0
check() { # check COMPILER STANDARD FILE
  command -v "$1" > /dev/null 2>&1 || return 0
  # shellcheck disable=SC2086
  "$1" -std="$2" $flags -I "$include" -c "$3" -o "$work/alone.o" || {
    echo "favor.h does not compile alone: $1 -std=$2"
    exit 1
  }
  compiled=$((compiled + 1))
}
for cc in gcc clang; do
  for std in c11 gnu11 c17 c2x; do check "$cc" "$std" "$work/alone.c"; done
done
for cxx in g++ clang++; do
  for std in c++11 c++14 c++17 c++20; do check "$cxx" "$std" "$work/alone.cpp"; done
done
[ "$compiled" -gt 0 ] || { echo "no compiler found"; exit 1; }
echo "favor.h compiles alone in $compiled combinations of compiler and standard"
