#!/bin/sh
# Every man page passes mandoc's lint without a warning of ours to mend.
set -u
cd "${CELLBLOCK_SOURCE:-$(dirname "$0")/../..}" || exit 1
command -v mandoc >/dev/null || { echo "mandoc is not installed"; exit 77; }
pages=$(find man -type f -name '*.[1-9]' 2>/dev/null | sort)
[ -n "$pages" ] || { echo "no man pages"; exit 77; }
# Pages of other packages are not ours to check, and neither is which systems a page says it is for.
said=$(mandoc -T lint -W warning $pages | grep -v -e 'referenced manual not found' -e 'unknown standard')
[ -z "$said" ] && exit 0
echo "$said"
exit 1
