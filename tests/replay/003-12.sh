#!/bin/bash
# 003-12: routing table, loopback, socket buffers, ttl and addresses of a jail's own.
. "$(dirname "$0")/lib.sh"
need_bsd
PATH=$build/libexec/cellblock/bsd:$PATH
for name in one two; do
  jail -c vnet name=$name path=/ host.hostname=$name mount.procfs persist || fail "jail -c $name"
  jexec $name ifconfig lo0 127.0.0.1/8 || fail "lo0"
  jexec $name ifconfig bridge0 create || fail "bridge0"
  jexec $name ifconfig bridge0 10.0.0.1/24 || fail "the same address twice"
done

note "the same addresses, each its own"
for name in one two; do
  expect_like 'inet 10\.0\.0\.1 netmask 0xffffff00 broadcast 10\.0\.0\.255' jexec $name ifconfig bridge0
done
expect_refusal 'interface bridge0 does not exist' ifconfig bridge0

note "a routing table each"
expect "add net 10.1.0.0: gateway 10.0.0.7" jexec one route add -net 10.1.0.0/16 10.0.0.7
expect "add net 10.1.0.0: gateway 10.0.0.8" jexec two route add -net 10.1.0.0/16 10.0.0.8
expect_like '^10\.1\.0\.0/16 +10\.0\.0\.7 +UGS +bridge0$' jexec one netstat -rn
expect_like '^10\.1\.0\.0/16 +10\.0\.0\.8 +UGS +bridge0$' jexec two netstat -rn
expect "" sh -c 'netstat -rn | grep ^10.1; true'

note "buffers and ttl each"
values() { jexec "$1" sysctl -n net.inet.ip.ttl net.inet.tcp.recvbuf_max | tr '\n' ' '; }
outside=$(sysctl -n net.inet.ip.ttl)
jexec one sysctl net.inet.ip.ttl=33 net.inet.tcp.recvbuf_max=1048576 || fail "sysctl in one"
jexec two sysctl net.inet.ip.ttl=44 net.inet.tcp.recvbuf_max=2097152 || fail "sysctl in two"
expect "33 1048576 " values one
expect "44 2097152 " values two
expect "$outside" sysctl -n net.inet.ip.ttl
jail -r one two || fail "jail -r"
is_clean
