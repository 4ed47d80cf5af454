#!/bin/bash
# setfib: a command and what it runs have a routing table of their own.
. "$(dirname "$0")/../replay/lib.sh"
need_bsd
own_root "$W/root"
PATH=$build/libexec/cellblock/bsd:$PATH
jail -c vnet name=far path="$W/root" persist || fail "jail -c"
ifconfig epair0 create >/dev/null && ifconfig epair0a 10.0.0.1/24 && ifconfig epair0b vnet far || fail "epair"
jexec far ifconfig epair0b 10.0.0.2/24 || fail "epair0b"
jexec far ifconfig lo0 10.9.0.1/32 || fail "lo0"
eventually busybox ping -c 1 -W 1 10.0.0.2
jexec far busybox nc -ll -p 7777 -e echo hello >/dev/null 2>&1 &
listener=$!

expect "add net 10.9.0.0: gateway 10.0.0.2 fib 2" route add -net 10.9.0.0/16 10.0.0.2 -fib 2
expect_refusal 'Network is unreachable|Network unreachable' busybox ping -c 1 -W 1 10.9.0.1
expect_status 0 setfib 2 busybox ping -c 1 -W 1 10.9.0.1
expect_status 0 setfib -2 sh -c 'sh -c "busybox ping -c 1 -W 1 10.9.0.1"'
eventually setfib 2 sh -c 'busybox nc -w 1 10.9.0.1 7777 </dev/null | grep hello'
expect_refusal 'nreachable' setfib 2 setfib 3 busybox ping -c 1 -W 1 10.9.0.1
expect_status 0 setfib 3 setfib 2 busybox ping -c 1 -W 1 10.9.0.1
# A table has what it was given, no more; and the others are as before.
expect_refusal 'nreachable' setfib 2 busybox ping -c 1 -W 1 10.0.0.2
expect_status 0 setfib 0 busybox ping -c 1 -W 1 10.0.0.2
expect_status 0 busybox ping -c 1 -W 1 10.0.0.2

expect_refusal '^setfib: 70000: invalid FIB$' setfib 70000 true
expect_refusal '^setfib: 254: invalid FIB$' setfib 254 true
expect_status 127 setfib 1 /nosuch
expect_status 1 setfib 1
expect_status 7 setfib 1 sh -c 'exit 7'
[ "$(ip rule | grep -c 'fwmark 0xfb00002')" = 2 ] || fail "rules: $(ip rule)"
# A jail has neither control groups nor programs in the kernel of its own: it is told.
expect_refusal '^setfib: ' jexec far setfib 1 true
kill $listener
jail -r far
