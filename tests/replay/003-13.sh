#!/bin/bash
# 003-13: a cable from the host into a jail.
. "$(dirname "$0")/lib.sh"
need_bsd
need busybox
PATH=$build/libexec/cellblock/bsd:$PATH
jail -c jid=9 vnet path=/ host.hostname=jail1 persist || fail "jail -c"

# The deck's text.
expect epair0a ifconfig epair0 create
ifconfig epair0a 10.0.0.1/24 || fail "epair0a"
ifconfig epair0b vnet 9 || fail "vnet 9"
jexec 9 ifconfig epair0b 10.0.0.10/24 || fail "epair0b"
eventually jexec 9 busybox ping -c 1 -W 1 10.0.0.1  # FreeBSD: ping -t 1
expect "add net default: gateway 10.0.0.1" jexec 9 route add default 10.0.0.1

expect_like '^	inet 10\.0\.0\.10 netmask 0xffffff00 broadcast 10\.0\.0\.255$' jexec 9 ifconfig epair0b
expect_like '^\? \(10\.0\.0\.1\) at [0-9a-f:]+ on epair0b ' jexec 9 arp -an
expect_like '^default +10\.0\.0\.1 +UGS +epair0b$' jexec 9 netstat -rn
eventually busybox ping -c 1 -W 1 10.0.0.10

note "and back"
ifconfig epair0b -vnet 9 || fail "-vnet"
expect_like 'groups: epair' ifconfig epair0b
expect "lo0" jexec 9 ifconfig -l
ifconfig epair0b destroy || fail "destroy"
expect_refusal 'interface epair0a does not exist' ifconfig epair0a
jail -r 9 || fail "jail -r"
