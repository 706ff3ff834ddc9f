#!/bin/sh
# setup.sh GROUP...: install the Debian packages that the groups need and that are missing.
#
#   build   compiler, CMake, Ninja, OpenBLAS, LAPACKE      test   cmocka, pkg-config, C++ compiler
#   plot    gnuplot                                        lint   clang and its tools, cppcheck
#   check   valgrind, sanitizer run-times of clang         ilp64  BLAS with 64-bit integers
#   fresh   debootstrap
#
# As root, or through a sudo that asks no password. Otherwise it prints the line to run and fails. Where
# everything is there, neither apt nor the network is touched.
set -eu

packages=""
for group in "$@"; do
  case $group in
    build) packages="$packages gcc libc6-dev cmake ninja-build libopenblas-dev liblapacke-dev" ;;
    test) packages="$packages g++ pkg-config libcmocka-dev" ;;
    plot) packages="$packages gnuplot-nox" ;;
    lint) packages="$packages git shellcheck clang clang-tidy clang-format cppcheck" ;;
    check) packages="$packages git patch clang libclang-rt-14-dev valgrind" ;;
    ilp64) packages="$packages libopenblas64-dev liblapacke64-dev" ;;
    fresh) packages="$packages git debootstrap" ;;
    *)
      echo "setup.sh: unknown group '$group'" >&2
      exit 2
      ;;
  esac
done

# A program counts wherever it came from; a library counts as a package.
present() {
  case $1 in
    ninja-build) command -v ninja > /dev/null 2>&1 ;;
    gnuplot-nox) command -v gnuplot > /dev/null 2>&1 ;;
    lib*) [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2> /dev/null)" = installed ] ;;
    *) command -v "$1" > /dev/null 2>&1 ;;
  esac
}

missing=""
for package in $packages; do
  case " $missing " in *" $package "*) continue ;; esac
  present "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

install="apt-get install -y --no-install-recommends$missing"
if ! command -v apt-get > /dev/null 2>&1; then
  echo "These Debian packages, or what is the same here, are missing:$missing" >&2
  exit 1
elif [ "$(id -u)" -eq 0 ]; then
  sudo=""
elif command -v sudo > /dev/null 2>&1 && sudo -n true 2> /dev/null; then
  sudo="sudo -n"
else
  echo "Some packages are missing. Please run this line, then the script again:" >&2
  echo "  sudo apt-get update && sudo $install" >&2
  exit 1
fi

echo "Installing:$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
# shellcheck disable=SC2086
if ! { $sudo apt-get update && $sudo env DEBIAN_FRONTEND=noninteractive $install; } > "$log" 2>&1; then
  tail -n 25 "$log" >&2
  echo "The packages could not be installed; by hand: $install" >&2
  exit 1
fi
