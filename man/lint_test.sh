#!/bin/sh
# usage: lint_test.sh PARAMDOC FOLDER PAGE: the pages of FOLDER and the built one are what mandoc wants, and each
# parameter of the table has its entry in the built one.
set -u
paramdoc=$1 folder=$2 page=$3
command -v mandoc >/dev/null || { echo "mandoc is not installed"; exit 77; }
# Pages of other packages may not be installed here.
said=$(mandoc -T lint -W style "$folder"/*.[1-9] "$folder"/bsd/*.[1-9] "$page" 2>/dev/null | grep -v 'referenced manual not found')
[ -z "$said" ] || { echo "$said"; exit 1; }
list=$(mktemp) && trap 'rm -f "$list"' EXIT
echo '@words all@' >"$list"
names=$("$paramdoc" "$list") && [ -n "$names" ] || exit 1
for name in $names; do
  [ "$(grep -cFx ".It Va $name" "$page")" = 1 ] || { echo "not one entry for $name"; exit 1; }
done
