#!/bin/bash
# 004-11: a directory, a hostname, an IP, rc, and sshd answers on that address.
. "$(dirname "$0")/lib.sh"
need busybox
folder /usr/jail
busybox_root /usr/jail
cellblock bsd mount -t devfs devfs /usr/jail/dev || fail "devfs"
cat >/usr/jail/etc/rc <<'RC'
# Stands for sshd: a daemon that listens on every address it has.
while :; do echo "SSH-2.0-$(hostname)" | busybox nc -l -p 22; done &
RC
ip addr add 192.168.1.10/32 dev lo
ip addr add 192.168.1.11/32 dev lo

# The deck's text.
expect_status 0 jail /usr/jail/ myjail 192.168.1.10 \
  /bin/sh /etc/rc

eventually sh -c 'busybox nc -w 1 192.168.1.10 22 </dev/null | grep >/dev/null "^SSH-2.0-myjail"'
jail -R "$(jls jid)"
eventually sh -c '[ -z "$(jls jid)" ]'
cellblock bsd umount /usr/jail/dev
is_clean /usr/jail/dev
