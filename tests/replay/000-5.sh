#!/bin/bash
# 000-5: the same jail from jail.conf, by jail and by service.
. "$(dirname "$0")/lib.sh"
own_etc
folder /jails
busybox_root /jails/prison2

# The deck's text.
cat >/etc/jail.conf <<'CONF'
prison2 {
    host.hostname=prison2;
    persist;
    ip4=inherit;
    mount.devfs;
    path=/jails/prison2;
}
CONF

expect "prison2: created" jail -c prison2
expect "prison2" jexec prison2 hostname
expect_status 0 jexec prison2 test -c /dev/null
expect "prison2: removed" jail -r prison2
is_clean

need cellblock
need_bsd
printf 'jail_enable="YES"\n' >/etc/rc.conf
expect_like 'Starting jails:.* prison2' cellblock bsd service jail start prison2
expect "prison2" jls -j prison2 name
expect_like 'Stopping jails:.* prison2' cellblock bsd service jail stop prison2
is_clean
