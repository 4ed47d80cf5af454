#!/bin/bash
# 002-5: the deck mounts by hand what the template needs, and makes it a jail with a network stack of its own.
. "$(dirname "$0")/lib.sh"
need_bsd
folder /jails/template /usr/ports
own_root /jails/template
mkdir -p /jails/template/usr/ports
echo "a port" >/usr/ports/README
PATH=$build/libexec/cellblock/bsd:$PATH

# The deck's text.
expect "" mount -t devfs devfs /jails/template/dev
expect "" mount -t nullfs /usr/ports /jails/template/usr/ports
expect "" jail -c vnet host.hostname=template name=template path=/jails/template persist

expect template jexec template hostname
expect "a port" jexec template cat /usr/ports/README
expect_status 0 jexec template sh -c 'echo x >/dev/null && [ -c /dev/zero ]'
expect_refusal . jexec template sh -c 'ls /dev/mem /dev/kmsg'
expect_refusal . jexec template ifconfig epair0a
expect "lo0" jexec template "$build/libexec/cellblock/bsd/ifconfig" -l
expect_like '^devfs on /jails/template/dev \(devfs' mount
expect_like 'usr/ports on /jails/template/usr/ports \(nullfs' mount
jail -r template || fail "jail -r"
expect "" umount /jails/template/usr/ports
expect "" umount /jails/template/dev
is_clean /jails/template
