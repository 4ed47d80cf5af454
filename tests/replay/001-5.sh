#!/bin/bash
# 001-5: what a fresh system needs before it can be a jail, done by one command.
. "$(dirname "$0")/lib.sh"
need cellblock
folder /jails
cellblock mkroot --busybox /jails/fresh || fail "mkroot"
mkdir -p /jails/fresh/etc/rc.d
echo '/dev/ada0p2 / ufs rw 1 1' >/jails/fresh/etc/fstab
printf 'nameserver 10.9.9.9\n' >"$W/resolv.conf"
own_etc
cp "$W/resolv.conf" /etc/resolv.conf

expect_status 0 cellblock mkroot --prepare /jails/fresh

! grep -Eq '^[^#]' /jails/fresh/etc/fstab || fail "fstab has entries"
grep -qx 'nameserver 10.9.9.9' /jails/fresh/etc/resolv.conf || fail "resolv.conf"
[ -e /jails/fresh/etc/localtime ] || [ ! -e /etc/localtime ] || fail "no time zone"
note "the jail starts and stops with it"
ip addr add 10.10.20.1/32 dev lo
expect_status 0 jail -c name=fresh persist path=/jails/fresh ip4.addr=10.10.20.1 mount.devfs mount.procfs \
  exec.start="/bin/sh /etc/rc" exec.stop="/bin/sh /etc/rc.shutdown"
expect_status 0 jail -r fresh
is_clean
