#!/bin/sh
# check-configure.sh: what CMake says and leaves alone. Missing BLAS or LAPACKE is answered with the package
# to install; another BLAS can be chosen; a project that includes libfavor gets the library alone, and no
# flag of its own changes.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh build test
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
  echo "$1"
  tail -n 30 "$work/log"
  exit 1
}
off="-G Ninja -DFAVOR_BUILD_TESTS=OFF -DFAVOR_BUILD_BENCHES=OFF -DFAVOR_BUILD_EXAMPLES=OFF"

# A machine without the libraries, as far as CMake can see.
mkdir "$work/empty"
# shellcheck disable=SC2086
if cmake -S . -B "$work/missing" $off -DCMAKE_FIND_ROOT_PATH="$work/empty" \
  -DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY -DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY \
  > "$work/log" 2>&1; then
  fail "configuring without BLAS and LAPACKE succeeded"
fi
for package in libopenblas-dev liblapacke-dev; do
  tr '\n' ' ' < "$work/log" | tr -s ' ' | grep -q "apt-get install.*$package" || fail "the message does not name $package"
done
# A BLAS without LAPACKE.
# shellcheck disable=SC2086
if cmake -S . -B "$work/half" $off "-DFAVOR_BLAS_LIBRARIES=$(cc -print-file-name=libopenblas.so)" > "$work/log" 2>&1; then
  fail "configuring with a BLAS that has no LAPACKE succeeded"
fi
tr '\n' ' ' < "$work/log" | tr -s ' ' | grep -q "LAPACKE does not link.*liblapacke-dev" || fail "the message does not name LAPACKE"
echo "missing libraries are named"

# Any BLAS: the reference interface, through FindBLAS.
# shellcheck disable=SC2086
cmake -S . -B "$work/generic" $off -DFAVOR_BLAS=Generic > "$work/log" 2>&1 &&
  cmake --build "$work/generic" > "$work/log" 2>&1 || fail "FAVOR_BLAS=Generic does not build"
echo "another BLAS is taken"

# Inside another project.
mkdir "$work/parent"
cat > "$work/parent/CMakeLists.txt" << PARENT
cmake_minimum_required(VERSION 3.21)
project(parent LANGUAGES C)
set(flags_before "\${CMAKE_C_FLAGS}|\${CMAKE_C_FLAGS_RELEASE}|\${CMAKE_BUILD_TYPE}|\${CMAKE_C_STANDARD}")
add_subdirectory($root favor)
set(flags_after "\${CMAKE_C_FLAGS}|\${CMAKE_C_FLAGS_RELEASE}|\${CMAKE_BUILD_TYPE}|\${CMAKE_C_STANDARD}")
if(NOT flags_before STREQUAL flags_after)
  message(FATAL_ERROR "flags changed from \${flags_before} to \${flags_after}")
endif()
foreach(option IN ITEMS TESTS BENCHES EXAMPLES)
  if(FAVOR_BUILD_\${option})
    message(FATAL_ERROR "FAVOR_BUILD_\${option} is on in another's project")
  endif()
endforeach()
file(WRITE \${CMAKE_BINARY_DIR}/main.c "#include <favor/favor.h>\nint main(void) { return favor_version()[0] == 0; }\n")
add_executable(parent \${CMAKE_BINARY_DIR}/main.c)
target_link_libraries(parent PRIVATE favor::favor)
PARENT
cmake -S "$work/parent" -B "$work/parent/build" -G Ninja > "$work/log" 2>&1 &&
  cmake --build "$work/parent/build" > "$work/log" 2>&1 && "$work/parent/build/parent" > "$work/log" 2>&1 ||
  fail "use by add_subdirectory failed"
[ ! -e "$work/parent/build/favor/tests" ] || fail "tests were configured in another's project"
echo "a parent project gets the library alone"

# Presets: each of them can be configured, and says what it is for.
for preset in dev release asan tsan coverage tidy; do
  cmake --preset $preset -B "$work/preset-$preset" > "$work/log" 2>&1 || fail "preset $preset cannot be configured"
done
[ "$(grep -c '"description":' CMakePresets.json)" -eq 6 ] || fail "a preset has no description"
echo "six presets configure"
