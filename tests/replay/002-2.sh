#!/bin/bash
# 002-2: a bridge and a cable into a jail, with FreeBSD's own commands.
. "$(dirname "$0")/lib.sh"
need_bsd
need busybox
folder /jails/template
busybox_root /jails/template
# FreeBSD's commands in place of busybox'.
rm -f /jails/template/{,usr/}{bin,sbin}/{ifconfig,route,netstat,arp}
cp -r "$build/libexec/cellblock/bsd/." /jails/template/sbin/
JAIL=template
jail -c vnet host.hostname=template name=template path=/jails/template mount.devfs mount.procfs persist || fail "jail -c"
PATH=$build/libexec/cellblock/bsd:$PATH

# The deck's text.
ifconfig bridge0 create || fail "bridge0 create"
expect epair0a ifconfig epair0 create
ifconfig bridge0 inet 192.168.2.1 || fail "bridge0 inet"
ifconfig bridge0 addm epair0a || fail "addm"
ifconfig epair0a up || fail "up"
ifconfig epair0b vnet $JAIL || fail "vnet"
jexec $JAIL ifconfig epair0b inet 192.168.2.2 || fail "inet in the jail"
expect "add net default: gateway 192.168.2.1" jexec $JAIL route add default 192.168.2.1

note "host and jail ping each other"
eventually busybox ping -c 1 -W 1 192.168.2.2
expect_like '1 packets received' jexec $JAIL ping -c 1 -W 1 192.168.2.1

note "the routes are shown"
table() { jexec $JAIL netstat -rn -f inet | sed "s/link#[0-9]*/link#4/"; }
expect "Routing tables

Internet:
Destination        Gateway            Flags     Netif Expire
default            192.168.2.1        UGS     epair0b
192.168.2.0/24     link#4             U       epair0b
192.168.2.2        link#4             UHS         lo0" table
expect_like '^192\.168\.2\.0/24 +link#[0-9]+ +U +bridge0$' netstat -rn
expect_like 'gateway: 192\.168\.2\.1$' jexec $JAIL route get 8.8.8.8
expect_like 'member: epair0a flags=143<LEARNING,DISCOVER,AUTOEDGE,AUTOPTP>' ifconfig bridge0
expect_refusal '^ifconfig: interface epair0b does not exist$' ifconfig epair0b

note "the interface comes home with its name"
jail -r $JAIL || fail "jail -r"
eventually ifconfig epair0b
expect_like 'groups: epair' ifconfig epair0b
ifconfig epair0a destroy || fail "destroy"
ifconfig bridge0 destroy || fail "destroy bridge0"
expect "lo0" ifconfig -l
is_clean /jails/template
