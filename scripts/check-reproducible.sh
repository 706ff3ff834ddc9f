#!/bin/sh
# check-reproducible.sh: two builds from folders of different names and lengths install the same bytes.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh build
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

git ls-files -co --exclude-standard | while read -r file; do [ ! -f "$file" ] || echo "$file"; done |
  tar -cf "$work/tree.tar" -T -

for type in Release RelWithDebInfo; do
  rm -rf "$work/first" "$work/another place"
  for place in first "another place/second"; do
    mkdir -p "$work/$place/src"
    tar -xf "$work/tree.tar" -C "$work/$place/src"
    cmake -S "$work/$place/src" -B "$work/$place/build" -G Ninja -DCMAKE_BUILD_TYPE=$type \
      -DFAVOR_BUILD_TESTS=OFF -DFAVOR_BUILD_BENCHES=OFF -DFAVOR_BUILD_EXAMPLES=OFF > "$work/log" 2>&1 &&
      cmake --build "$work/$place/build" > "$work/log" 2>&1 || { tail -n 30 "$work/log"; exit 1; }
    DESTDIR="$work/$place/out" cmake --install "$work/$place/build" --prefix /usr/local > "$work/log"
  done
  if ! diff -r "$work/first/out" "$work/another place/second/out"; then
    echo "$type: the bytes depend on where the build was"
    exit 1
  fi
  echo "$type: $(find "$work/first/out" -type f | wc -l) files, the same bytes from two folders"
done
