#!/bin/sh
# tools/tidy.sh [FILE...]: clang-tidy (.clang-tidy) over all our sources, or those named, as build-clang compiles them.
set -eu
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- $(git ls-files 'src/*.cc' | grep -v '_test\.cc$')
printf '%s\n' "$@" | xargs -P "${JOBS:-$(nproc)}" -n 4 clang-tidy -p build-clang --quiet
