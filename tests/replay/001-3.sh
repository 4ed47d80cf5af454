#!/bin/bash
# 001-3: the old command line starts a whole system whose first program is /etc/rc.
. "$(dirname "$0")/lib.sh"
need cellblock
need_bsd
folder /here/is/the/jail
D=/here/is/the/jail
busybox_root $D
cat >$D/etc/rc <<'RC'
#!/bin/sh
hostname >/var/run/hostname
( cd /; exec sleep 4711 ) &
RC
chmod +x $D/etc/rc
ip addr add 10.10.20.1/32 dev lo
PATH=$PATH

# The deck's text, by way of BSD's own mount.
expect_status 0 cellblock bsd mount -t devfs devfs $D/dev
expect_status 0 jail $D myhostname 10.10.20.1 /etc/rc

expect "myhostname" cat $D/var/run/hostname
expect "10.10.20.1 myhostname $D" jls ip4.addr host.hostname path
pgrep -f 'sleep 4711' >/dev/null || fail "what /etc/rc started is gone"
jail -R "$(jls jid)"
eventually [ -z "$(jls jid)" ]
expect_status 0 cellblock bsd umount $D/dev
is_clean /here/is/the/jail
