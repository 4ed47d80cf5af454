#!/bin/bash
# 003-6: the table of jls, column by column.
. "$(dirname "$0")/lib.sh"
folder /usr/jail/build
busybox_root /usr/jail/build
for address in 194.45.71.18 194.45.71.35 92.79.54.35; do ip addr add $address/32 dev lo; done
jail -c name=build8 persist path=/usr/jail/build host.hostname=build8.dinoex.sub.de ip4.addr=194.45.71.18 || fail "jail -c"
jail -c name=geobaldi1 persist path=/ host.hostname=geobaldi1.dinoex.sub.de ip4.addr=194.45.71.35 || fail "jail -c"
jail -c name=geobaldi2 persist path=/ host.hostname=geobaldi2.dinoex.sub.de ip4.addr=92.79.54.35 || fail "jail -c"

# The deck's table, with the widths of today's jls.
expect "   JID  IP Address      Hostname                      Path
     1  194.45.71.18    build8.dinoex.sub.de          /usr/jail/build
     2  194.45.71.35    geobaldi1.dinoex.sub.de       /
     3  92.79.54.35     geobaldi2.dinoex.sub.de       /" jls
