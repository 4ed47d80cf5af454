#!/bin/bash
# 000-4: a jail that stays with no process in it, its /dev a restricted devfs.
. "$(dirname "$0")/lib.sh"
folder /jails
cd "$W"
base_txz base.txz

# The deck's text.
mkdir /jails/prison2
tar -xf base.txz -C /jails/prison2
expect "" jail -c -n prison2 persist mount.devfs ip4=inherit \
  path=/jails/prison2 host.hostname="prison2"

expect "prison2" jls -j prison2 name
expect "prison2" jexec prison2 hostname
expect "/jails/prison2" jls -j prison2 path

note "no process but the ones that jexec brings: pgrep itself"
expect "" jexec prison2 sh -c 'for p in /proc/[0-9]*; do [ ! -d $p ] || echo $p; done'

note "/dev has what ruleset 4 shows and nothing of the machine"
for node in null zero random urandom tty ptmx pts; do
  expect_status 0 jexec prison2 test -e /dev/$node
done
for link in fd stdin stdout stderr; do  # they lead into /proc, which this jail has not
  expect_status 0 jexec prison2 test -L /dev/$link
done
for node in mem kmsg sda vda loop0 loop-control kvm; do
  expect_status 1 jexec prison2 test -e /dev/$node
done
expect_status 0 jexec prison2 sh -c 'echo gone >/dev/null && head -c 8 /dev/urandom | wc -c | grep >/dev/null 8'
expect_refusal 'mknod' jexec prison2 mknod /dev/mem c 1 1
expect_refusal 'mknod' jexec prison2 mknod /tmp/disk b 8 0

jail -r prison2
is_clean
