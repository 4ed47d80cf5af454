#!/bin/bash
# 003-4: the old sysctls: read, set, and the defaults of jails made by the old command line.
. "$(dirname "$0")/lib.sh"
need cellblock
need_bsd
folder /jails
busybox_root /jails/j

for name in sysvipc_allowed allow_raw_sockets chflags_allowed mount_allowed; do
  expect "security.jail.$name: 0" cellblock bsd sysctl security.jail.$name
  expect "security.jail.$name: 0 -> 1" cellblock bsd sysctl security.jail.$name=1
  expect 1 cellblock bsd sysctl -n security.jail.$name
done
ip addr add 10.0.0.7/32 dev lo

jail /jails/j old 10.0.0.7 /bin/sleep 4711 &
eventually jls -j 1 jid
expect "true true true true" jls -j 1 allow.sysvipc allow.raw_sockets allow.chflags allow.mount
jail -R 1

for name in sysvipc_allowed allow_raw_sockets chflags_allowed mount_allowed; do
  cellblock bsd sysctl security.jail.$name=0 >/dev/null || fail "sysctl"
done
jail /jails/j old 10.0.0.7 /bin/sleep 4711 &
eventually jls -j 2 jid
expect "false false false false" jls -j 2 allow.sysvipc allow.raw_sockets allow.chflags allow.mount
jail -R 2

note "the new command line never looks at them"
cellblock bsd sysctl security.jail.allow_raw_sockets=1 >/dev/null
jail -c name=new persist path=/jails/j || fail "jail -c"
expect "false" jls -j new allow.raw_sockets
