# Sourced by the tests of benches, which set `bench` and work in a folder of their own: each check says
# what it expects; the first one that fails ends the test. `checks` counts them.
checks=0

fail() {
  echo "FAILED: $*"
  [ -f out ] && sed 's/^/  out: /' out | head -n 20
  [ -f err ] && sed 's/^/  err: /' err | head -n 20
  exit 1
}

# run STATUS WHAT ARGUMENT...: the bench ends with this status
run() {
  want=$1 what=$2
  shift 2
  "$bench" "$@" > out 2> err
  got=$?
  [ "$got" -eq "$want" ] || fail "$what: exit status $got, expected $want"
  checks=$((checks + 1))
}

says() { # says FILE TEXT: one of its lines holds the text
  grep -qF -e "$2" "$1" || fail "$1 does not say: $2"
}
