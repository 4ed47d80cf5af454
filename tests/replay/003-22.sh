#!/bin/bash
# 003-22: hierarchical jails: made inside a jail, seen from above, limited, and gone with it. pf in a jail.
. "$(dirname "$0")/lib.sh"
need_bsd
folder /jails
busybox_root /jails/outer
busybox_root /jails/outer/inner
cp "$build/bin/jail" "$build/bin/jls" "$build/bin/jexec" /jails/outer/bin/
jail -c name=outer persist path=/jails/outer host.hostname=outer mount.procfs mount.devfs children.max=1 || fail "jail -c"

note "made from outside"
expect_status 0 jail -c name=outer.given persist path=/jails/outer/inner host.hostname=given
expect "given" jexec outer.given hostname
expect "given" jexec outer jls name
jail -r outer.given

note "made from inside"
expect_status 0 jexec outer jail -c name=inner persist path=/inner host.hostname=inner
expect "outer.inner" jls -j outer.inner name
expect "inner" jexec outer jls name
expect "/inner" jexec outer jls path
expect "inner" jexec outer jexec inner hostname
expect "inner" jexec outer.inner hostname
expect_refusal '^jail: prison limit exceeded$' jexec outer jail -c name=second persist path=/inner
expect "1" jls -j outer children.cur

note "the inner jail sees neither its surroundings nor more of the files"
expect_refusal . jexec outer.inner ls /inner
expect "" jexec outer.inner sh -c 'command -v jls && jls name; true'

expect "" jail -r outer

note "pf in a jail: rc.conf and pf.conf of its own"
own_root /jails/filter
bsd=$build/libexec/cellblock/bsd
jail -c vnet name=filter persist path=/jails/filter mount.devfs mount.procfs || fail "jail -c filter"
jexec filter "$bsd/ifconfig" lo0 127.0.0.1/8
for port in 80 81; do jexec filter nc -ll -p $port -e echo "port $port" >/dev/null 2>&1 & done
eventually jexec filter nc -w 1 127.0.0.1 81
echo 'pf_enable="YES"' >/jails/filter/etc/rc.conf
echo 'block return in proto tcp to port 80' >/jails/filter/etc/pf.conf
expect "Enabling pf." jexec filter "$bsd/service" pf start
expect_refusal 'refused' jexec filter nc -w 3 127.0.0.1 80
expect "port 81" jexec filter nc -w 3 127.0.0.1 81
expect "block return in proto tcp from any to any port = http" "$bsd/pfctl" -j filter -s rules
expect_like '^Status: Disabled' "$bsd/pfctl" -s info
expect "Disabling pf." jexec filter "$bsd/service" pf stop
expect "port 80" jexec filter nc -w 3 127.0.0.1 80
expect "" jail -R filter
expect "" jls name
is_clean
