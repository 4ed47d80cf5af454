#!/bin/bash
# 003-22: hierarchical jails: made inside a jail, seen from above, limited, and gone with it.
. "$(dirname "$0")/lib.sh"
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
expect "" jls name
is_clean
