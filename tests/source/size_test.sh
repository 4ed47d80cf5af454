#!/bin/sh
# The house rule: one idea a file, 400 lines at most (a table of data may be longer and says "size: table").
set -u
cd "${CELLBLOCK_SOURCE:-$(dirname "$0")/../..}" || exit 1
failed=0
for file in $(find src tests bench tools -type f \( -name '*.cc' -o -name '*.hpp' -o -name '*.c' -o -name '*.sh' \) | sort); do
  lines=$(wc -l <"$file")
  [ "$lines" -le 400 ] && continue
  grep -q 'size: table' "$file" && continue
  echo "$file: $lines lines"
  failed=1
done
exit $failed
