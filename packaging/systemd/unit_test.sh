#!/bin/sh
# unit_test.sh UNIT: systemd takes the unit, once its program is where this build has it.
command -v systemd-analyze >/dev/null || { echo "systemd-analyze is not here"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sed "s|^\(Exec[A-Za-z]*\)=[^ ]*|\1=$CELLBLOCK_BUILD/bin/cellblock|" "$1" >"$folder/cellblock.service"
said=$(systemd-analyze verify --man=no "$folder/cellblock.service" 2>&1) && [ -z "$said" ] && exit 0
echo "$said"
# Where there is no systemd to ask, and no unit directory to load the others from, only our own lines count.
! echo "$said" | grep -q 'cellblock.service'
