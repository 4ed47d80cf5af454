#!/bin/bash
# 003-8: the rc.conf of the third deck: exec, devfs and mount per jail.
. "$(dirname "$0")/lib.sh"
need cellblock
need_bsd
own_etc
folder /usr/jail/myjail
busybox_root /usr/jail/myjail
printf '#!/bin/sh\nhostname >/var/run/hostname\n(exec sleep 4711) &\n' >/usr/jail/myjail/etc/rc
printf '#!/bin/sh\nexit 0\n' >/usr/jail/myjail/etc/rc.shutdown
ip addr add 172.16.0.3/32 dev lo

# The deck's text.
cat >/etc/rc.conf <<'CONF'
jail_enable="YES"
jail_list="myjail"
jail_set_hostname_allow="NO"
jail_sysvipc_allow="NO"

jail_myjail_rootdir="/usr/jail/myjail"
jail_myjail_hostname="myjail.example.com"
jail_myjail_ip="172.16.0.3"
jail_myjail_exec="/bin/sh /etc/rc"
jail_myjail_devfs_enable="YES"
jail_myjail_mount_enable="NO"
CONF
expect_like 'Starting jails:.*myjail' cellblock bsd service jail start

expect "172.16.0.3 myjail.example.com /usr/jail/myjail" jls ip4.addr host.hostname path
expect myjail.example.com cat /usr/jail/myjail/var/run/hostname
expect_status 0 jexec myjail test -c /dev/null
expect "false false" jls -j myjail allow.sysvipc allow.mount
expect_like 'myjail' cellblock bsd service jail status
expect_like 'Stopping jails:.*myjail' cellblock bsd service jail stop
is_clean /usr/jail/myjail
