#!/bin/sh
# tools/check.sh [CTEST OPTIONS]: builds the release and the sanitized tree and runs every layer of tests in one
# ctest, so that the last lines are ctest's own summary. `make check` is the front of it.
set -eu
cd "$(dirname "$0")/.."
top=$PWD
jobs=${JOBS:-$(nproc)}

for preset in release dev; do
  cmake --preset "$preset" >build-$preset.log 2>&1 || { cat build-$preset.log; exit 1; }
  rm -f build-$preset.log
  cmake --build --preset "$preset" -j "$jobs"
done

# ctest reads one folder; this one is made of the two trees.
mkdir -p build-check
printf 'subdirs("%s" "%s")\n' "$top/build" "$top/build-dev" >build-check/CTestTestfile.cmake
exec ctest --test-dir build-check --output-on-failure -j "$jobs" "$@"
