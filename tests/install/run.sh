#!/usr/bin/env bash
# Installs the library of a finished build into an empty prefix, builds examples/status against it
# with nothing but that prefix, and runs it.
#
#   tests/install/run.sh BUILD_DIRECTORY

set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
build=$(readlink -f "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix

fail() {
  printf 'FAILED: %s\n' "$*"
  exit 1
}

cmake --install "$build" --prefix "$prefix"

# What a packager must not find: our warning flags, or a path of this tree.
! grep -rn 'amparo_options\|-Wconversion' "$prefix/lib" --include='*.cmake' ||
  fail "the build's own options are in the package"
! grep -rnF -e "$PWD" -e "$build" "$prefix" --include='*.cmake' --include='*.h' ||
  fail "the package names the folder it was built in"
[ -x "$prefix/bin/amparo" ] && [ -x "$prefix/bin/amparod" ] || fail "a program is missing"

# A copy, so that no header of the source tree can stand in for an installed one.
cp -r examples/status "$work/status"
cmake -S "$work/status" -B "$work/build" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" \
  -DCMAKE_BUILD_TYPE=Debug
cmake --build "$work/build"

# It runs, and what it says comes from the library.
if "$work/build/status" "$work/no-home-here" </dev/null >"$work/out" 2>"$work/err"; then
  fail "a home that does not exist was opened"
fi
grep -q '^error: .*no-home-here' "$work/err" || fail "unexpected: $(cat "$work/err")"
[ ! -s "$work/out" ] || fail "unexpected output: $(cat "$work/out")"
echo "the example was built against the installed package and ran"
