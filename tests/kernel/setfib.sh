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
expect "add net 10.8.0.0: gateway 10.0.0.2" setfib 2 route add -net 10.8.0.0/16 10.0.0.2
! ip route | grep -q '^10\.8\.' || fail "the main table has it"
expect_like '^10\.8\.0\.0/16 +10\.0\.0\.2' netstat -rn -F 2
expect_like '^10\.8\.0\.0/16 +10\.0\.0\.2' setfib 2 netstat -rn
expect_like 'fib: 2' setfib 2 route -n get 10.8.0.1
expect "delete net 10.8.0.0" setfib 2 route delete -net 10.8.0.0/16
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

# exec.fib: the same for what a jail runs, on the host's stack and on one of its own; its routes end with it.
ip -o rule >"$W/rules"
cat >"$W/near.conf" <<CONF
near { path = "$W/root"; persist; ip4 = inherit; allow.raw_sockets; exec.fib = 2;
  exec.start = "/bin/ping -c 1 -W 1 10.9.0.1"; }
CONF
expect_like 'near: created' jail -f "$W/near.conf" -c near
expect_status 1 jexec near /bin/ping -c 1 -W 1 10.9.0.1  # what is entered by jexec has the host's
[ -d "$(findmnt -rnt cgroup2 -o TARGET | head -n 1)/cellblock/$(jls -j near jid)/fib.2" ] || fail "no group for exec.fib"
jail -r near || fail "jail -r near"
ip -o rule >"$W/rules.after"
expect "" diff "$W/rules" "$W/rules.after"
ifconfig epair3 create >/dev/null && ifconfig epair3a 10.3.0.1/24 || fail "epair3"
cat >"$W/own.conf" <<CONF
own { path = "$W/root"; persist; vnet; vnet.interface = epair3b; exec.fib = 3;
  exec.start = "$build/libexec/cellblock/bsd/ifconfig epair3b 10.3.0.2/24";
  exec.start += "$build/libexec/cellblock/bsd/route add 10.0.0.0/24 10.3.0.1 -fib 3";
  exec.start += "/bin/ping -c 1 -W 1 10.0.0.1"; }
CONF
expect_like 'own: created' jail -f "$W/own.conf" -c own
expect_status 1 jexec own /bin/ping -c 1 -W 1 10.0.0.1
jail -r own || fail "jail -r own"
expect_refusal 'exec.fib: 70000: no routing table' jail -c name=bad path="$W/root" exec.fib=70000 command=/bin/true
expect_refusal 'not found' jls -j bad
ifconfig epair3a destroy
kill $listener
jail -r far
