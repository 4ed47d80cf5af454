#!/bin/bash
# Makes, once, the Debian that rows with a whole system in them unpack (lib.sh: debian_root).
set -u
source_root=$(cd "$(dirname "$0")/../.." && pwd)
archive=${CELLBLOCK_CACHE:-$source_root/build/cache}/debian-systemd.tar
[ -f "$archive" ] && exit 0
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
"$source_root/tools/debian_root.sh" "$archive" systemd-sysv dbus procps iproute2 || { echo "no Debian to be had here"; exit 77; }
