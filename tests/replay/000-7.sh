#!/bin/bash
# 000-7: a foreign Linux distribution in a jail, its /proc and /sys mounted by hooks.
. "$(dirname "$0")/lib.sh"
. "$here/centos.sh"
centos_jail

note "/proc shows the jail's processes only, /sys can't be written"
for file in /jails/linux/proc /jails/linux/sys; do findmnt -n "$file" >/dev/null || fail "$file is not mounted"; done
hosts=$(ls /proc | grep -c '^[0-9]')
jails=$(jexec centos sh -c 'ls /proc | grep -c "^[0-9]"') || fail "no /proc in the jail"
[ "$jails" -ge 1 ] && [ "$jails" -lt "$hosts" ] || fail "$jails processes in the jail, $hosts on the host"
expect_status 0 jexec centos test -d /sys/class
expect_refusal . jexec centos sh -c 'echo 1 >/sys/kernel/profiling'

expect "centos: removed" jail -r centos
! grep -q ' /jails/linux/' /proc/self/mounts || fail "the hooks' mounts stay"
is_clean
