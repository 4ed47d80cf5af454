#!/bin/bash
# 001-6: the rc.conf of the deck starts its jails.
. "$(dirname "$0")/lib.sh"
need cellblock
need_bsd
own_etc
folder /usr/jails/webserver /usr/jails/ldapserver
for name in webserver ldapserver; do
  busybox_root /usr/jails/$name
  printf '#!/bin/sh\nhostname >/var/run/hostname\n(exec sleep 4711) &\n' >/usr/jails/$name/etc/rc
  printf '#!/bin/sh\nhostname >/var/run/shutdown\n' >/usr/jails/$name/etc/rc.shutdown
done

# The deck's text; rl0 is a bridge of this host.
ip link add rl0 type bridge
cat >/etc/rc.conf <<'CONF'
jail_set_hostname_allow="NO"
jail_enable="YES"
jail_list="webserver ldapserver"
jail_interface="rl0"
jail_devfs_enable="YES"
jail_procfs_enable="NO"
jail_devfs_ruleset="devfsrules_jail"
jail_webserver_rootdir="/usr/jails/webserver"
jail_webserver_hostname="webserver"
jail_webserver_ip="10.0.0.20"
jail_ldapserver_rootdir="/usr/jails/ldapserver"
jail_ldapserver_hostname="ldapserver"
jail_ldapserver_ip="10.0.0.30"
CONF
expect_like 'Starting jails:.*webserver.*ldapserver' cellblock bsd service jail start

expect "10.0.0.20 webserver /usr/jails/webserver
10.0.0.30 ldapserver /usr/jails/ldapserver" jls ip4.addr host.hostname path
expect webserver cat /usr/jails/webserver/var/run/hostname
ip -4 -o addr show dev rl0 | grep >/dev/null '10\.0\.0\.20/32' || fail "no address on rl0"
expect false jls -j webserver allow.set_hostname
expect_status 0 jexec webserver test -c /dev/null
expect_refusal . jexec webserver hostname other

expect_like 'Stopping jails:.*webserver' cellblock bsd service jail stop
expect ldapserver cat /usr/jails/ldapserver/var/run/shutdown
[ -z "$(ip -4 -o addr show dev rl0)" ] || fail "addresses stay"
for name in webserver ldapserver; do is_clean /usr/jails/$name; done

note "the switch itself"
expect "jail disabled in /etc/rc.conf" cellblock bsd service jail disable
expect_like "Cannot 'start' jail\. Set jail_enable to YES in /etc/rc\.conf" cellblock bsd service jail start
expect_status 1 cellblock bsd service jail enabled
expect "jail enabled in /etc/rc.conf" cellblock bsd service jail enable
expect_status 0 cellblock bsd service jail enabled
expect "jail_enable deleted in /etc/rc.conf" cellblock bsd service jail delete
expect_status 1 grep -q jail_enable /etc/rc.conf
expect_status 0 grep -q 'jail_list="webserver ldapserver"' /etc/rc.conf
expect "Manage system jails" cellblock bsd service jail describe
expect "config console status" cellblock bsd service jail extracommands
