#!/bin/sh
# tools/fuzz.sh [NAME...]: builds the fuzzers and runs each, or those named, for FUZZ_SECONDS (30). What they find new
# grows in build-fuzz/corpus/NAME; an input that breaks something is printed and kept in build-fuzz/found. Put it into
# tests/fuzz/NAME, and every `make check` runs it from then on.
set -eu
cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-30}
cmake --preset fuzz --log-level=WARNING >/dev/null
cmake --build --preset fuzz -j "${JOBS:-$(nproc)}"
[ $# -gt 0 ] || set -- $(find build-fuzz/tests -name 'fuzz_*' -type f -perm -u+x -exec basename {} \; | sed 's/^fuzz_//' | sort)
mkdir -p build-fuzz/found
for name in "$@"; do
  echo "== $name, $seconds s"
  mkdir -p "build-fuzz/corpus/$name"
  "build-fuzz/tests/fuzz_$name" -max_total_time="$seconds" -timeout=5 -print_final_stats=1 \
    -artifact_prefix="build-fuzz/found/$name-" "build-fuzz/corpus/$name" "tests/fuzz/$name" 2>"build-fuzz/$name.log" ||
    { tail -n 40 "build-fuzz/$name.log"; exit 1; }
  grep -E 'stat::(number_of_executed_units|average_exec_per_sec|new_units_added)' "build-fuzz/$name.log"
done
