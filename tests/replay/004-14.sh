#!/bin/bash
# 004-14: several init processes: an instance boots its own, with its own table of processes and users.
. "$(dirname "$0")/lib.sh"
folder /jails
busybox_root /jails/small
cat >/jails/small/etc/inittab <<'TAB'
::sysinit:/bin/hostname -F /etc/hostname
::respawn:/bin/sleep 4711
::shutdown:/bin/touch /var/run/shutdown
TAB
echo small >/jails/small/etc/hostname

note "busybox init"
expect_status 0 jail -c name=small persist path=/jails/small mount.procfs mount.devfs linux.init=/sbin/init
eventually jexec small pidof sleep
expect "init" jexec small cat /proc/1/comm
expect "small" jexec small hostname
note "it brings back what ends"
first=$(jexec small pidof sleep)
jexec small kill "$first"
eventually sh -c "now=\$(jexec small pidof sleep) && [ \"\$now\" != $first ]"

note "systemd"
debian_root /jails/debian
expect_status 0 jail -c name=debian persist path=/jails/debian host.hostname=debian mount.procfs mount.devfs \
  linux.init=/sbin/init linux.mount vnet
for try in $(seq 120); do
  state=$(jexec debian systemctl is-system-running 2>/dev/null)
  case $state in running | degraded) break ;; esac
  sleep 0.5
done
case $state in running | degraded) ;; *) jexec debian systemctl list-jobs; fail "systemd is '$state' after a minute" ;; esac
jexec debian systemctl --failed --no-legend
expect "systemd" jexec debian cat /proc/1/comm
expect_status 0 jexec debian systemctl is-active --quiet systemd-journald

note "two tables of processes and users"
jexec small sh -c 'echo alice:x:4711:4711::/:/bin/sh >>/etc/passwd' || fail "alice"
jexec small id -u alice | grep >/dev/null -x 4711 || fail "alice in small"
expect_refusal . jexec debian id alice
! jexec debian ps ax | grep "[s]leep 4711" || fail "one jail sees the other's process"

expect_status 0 jail -r debian
expect_status 0 jail -r small
is_clean
