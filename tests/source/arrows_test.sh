#!/bin/sh
# tools/check_arrows must refuse what the table refuses: each case below breaks a small tree in one way.
set -u
check=${CELLBLOCK_SOURCE:-$(dirname "$0")/../..}/tools/check_arrows
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

tree() {
  rm -rf "$dir/src"
  mkdir -p "$dir/src/base" "$dir/src/plan" "$dir/src/sys"
  printf 'base:\nsys: base\nplan: base\nfake: base\n' >"$dir/src/arrows.txt"
  printf '#include <vector>\n#include "base/error.hpp"\n#include "plan/plan.hpp"\n' >"$dir/src/plan/plan.cc"
  printf 'cellblock_library(plan\n  SOURCES plan.cc\n  DEPENDS base)\n' >"$dir/src/plan/CMakeLists.txt"
}

# case NAME EXPECTED-LINE, or nothing expected: judges the tree as it lies.
judge() {
  said=$("$check" "$dir") && status=0 || status=1
  if [ -z "$2" ]; then
    [ $status = 0 ] && [ -z "$said" ] && return
  else
    [ $status = 1 ] && [ "$said" = "$2" ] && return
  fi
  echo "$1: exit $status, said '$said', wanted '$2'"
  failed=1
}

tree
judge "an allowed tree" ""

tree
printf '#include "sys/mount.hpp"\n' >>"$dir/src/plan/plan.cc"
judge "an include against the arrows" "src/plan/plan.cc:4: plan must not include sys"

tree
printf 'cellblock_library(plan\n  SOURCES plan.cc\n  DEPENDS base sys)\n' >"$dir/src/plan/CMakeLists.txt"
judge "a link against the arrows" "src/plan/CMakeLists.txt:3: plan must not link sys"

tree
mkdir "$dir/src/wild"
printf '#include "base/error.hpp"\n' >"$dir/src/wild/a.cc"
judge "a folder without a row" "src/wild: no row in src/arrows.txt"

tree
printf '#include "../sys/mount.hpp"\n' >"$dir/src/plan/plan.hpp"
judge "a path that climbs" "src/plan/plan.hpp:1: include ../sys/mount.hpp climbs out of its folder"

tree
printf '#include "fake/mounts.hpp"\n' >"$dir/src/plan/plan_test.cc"
judge "a test may use the fakes" ""

exit $failed
