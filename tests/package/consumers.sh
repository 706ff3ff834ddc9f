#!/bin/sh
# consumers.sh CMAKE BUILD_DIR SOURCE_DIR CC CXX: install with DESTDIR, move the tree somewhere else, and
# build examples/01_kernel.c against it outside the source tree, as C and as C++, shared and static,
# through find_package and through pkg-config; run all eight.
set -eu
cmake=$1 build=$2 source=$3 cc=$4 cxx=$5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
programs=0

run() { # run PROGRAM: it checks its own answer
  LD_LIBRARY_PATH=$libdir "$@" > "$work/log" 2>&1 || {
    echo "failed: $*"
    cat "$work/log"
    exit 1
  }
  programs=$((programs + 1))
}

DESTDIR=$work/stage "$cmake" --install "$build" --prefix /usr/local > "$work/log"
[ "$(ls "$work/stage")" = usr ] && [ "$(ls "$work/stage/usr")" = local ] || {
  echo "files were installed outside DESTDIR/prefix"
  exit 1
}
mv "$work/stage/usr/local" "$work/moved"
if grep -rIl -e "$source" -e "$build" -e /usr/local "$work/moved"; then
  echo "the files above name the source, build or install folder: the tree cannot be moved"
  exit 1
fi
pc=$(find "$work/moved" -name favor.pc)
libdir=$(dirname "$(dirname "$pc")")
cp "$source/examples/01_kernel.c" "$work/consumer.c"
cp "$work/consumer.c" "$work/consumer.cpp"

# find_package, with the build program that the library was built with: a bare machine may have no other
generator=$(sed -n 's/^CMAKE_GENERATOR:INTERNAL=//p' "$build/CMakeCache.txt")
cp "$source/tests/package/consumer/CMakeLists.txt" "$work/"
"$cmake" -G "$generator" -S "$work" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/moved" -DCMAKE_C_COMPILER="$cc" \
  -DCMAKE_CXX_COMPILER="$cxx" -DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF > "$work/log" 2>&1 ||
  { cat "$work/log"; exit 1; }
"$cmake" --build "$work/build" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
for language in c cxx; do
  for kind in shared static; do
    run "$work/build/consumer_${language}_$kind" "$source/examples/data"
  done
done

# pkg-config; the static tree is one without the shared library, as a static-only install is
cp -R "$work/moved" "$work/static"
find "$work/static" -name 'libfavor.so*' -exec rm {} +
link() { # link TREE OPTION NAME COMPILER STANDARD SOURCE
  flags=$(PKG_CONFIG_PATH=$work/$1/${pc_folder} pkg-config $2 --cflags --libs favor)
  # shellcheck disable=SC2086
  "$4" -std="$5" -Wall -Wextra -Wpedantic -Werror "$6" -o "$work/$3" $flags -lm
  run "$work/$3" "$source/examples/data"
}
pc_folder=$(dirname "${pc#"$work/moved/"}")
link moved "" pc_c_shared "$cc" c11 "$work/consumer.c"
link moved "" pc_cxx_shared "$cxx" c++11 "$work/consumer.cpp"
link static --static pc_c_static "$cc" c11 "$work/consumer.c"
link static --static pc_cxx_static "$cxx" c++11 "$work/consumer.cpp"

# The program that README.md shows.
awk '/^```c$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$source/README.md" > "$work/readme.c"
link moved "" readme "$cc" c11 "$work/readme.c"

for program in "$work/build/consumer_c_static" "$work/pc_c_static"; do
  if readelf -d "$program" | grep -q 'NEEDED.*libfavor'; then
    echo "$program was to be static and needs the shared library"
    exit 1
  fi
done
echo "$programs consumers built and run"
