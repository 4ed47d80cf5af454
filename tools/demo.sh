#!/bin/bash
# tools/demo.sh: what Cellblock is for, in half a minute, with the programs just built: three jails of one jail.conf
# started, listed, entered, probed from inside, timed and stopped. It runs on a host of its own (tests/isolate), so
# that this machine's jails, network and records stay as they are. Needs root.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
[ "$(id -u)" = 0 ] || { echo "demo: jails need root: sudo make demo" >&2; exit 1; }
[ -n "${CELLBLOCK_ISOLATED:-}" ] || exec "$here/tests/isolate" "$0" "$@"

PATH=$here/build/bin:$PATH
W=$(mktemp -d -p /var/tmp cellblock-demo.XXXXXX)
trap 'rm -rf --one-file-system "$W"' EXIT
colour() { if [ -t 1 ]; then printf '\033[%sm%s\033[0m\n' "$1" "$2"; else printf '%s\n' "$2"; fi; }
title() { echo; colour 1 "== $*"; }
run() { colour 36 "# $*"; "$@"; }
refused() {  # refused JAIL COMMAND...: shows how the jail answers; ends the demo if it lets it
  local jail=$1
  shift
  colour 36 "# jexec $jail $*"
  if jexec "$jail" "$@" 2>&1; then echo "demo: the jail let that pass" >&2; exit 1; fi
}

title "A root for each jail: a small whole system, made of this host's busybox"
for name in db web shop; do run cellblock mkroot --busybox "$W/$name"; done

title "One jail.conf for all of them"
cat >"$W/jail.conf" <<CONF
path = "$W/\$name";
host.hostname = "\$name.example.org";
mount.devfs;
mount.procfs;
exec.clean;
exec.start = "/bin/sh /etc/rc";
exec.stop = "/bin/sh /etc/rc.shutdown";
exec.consolelog = "$W/\$name.log";
persist;

db   { }
web  { depend = db; ip4.addr = 127.0.0.20; allow.raw_sockets; }
shop { depend = web; children.max = 5; allow.set_hostname = 0; }
CONF
run cat "$W/jail.conf"

title "Started in the order of what they depend on"
run jail -f "$W/jail.conf" -c
run jls
run jls -j web -n name ip4.addr host.hostname allow.raw_sockets

title "Inside: another system, with processes of its own"
run jexec web hostname
run jexec web ps
run jexec db id

title "What root in a jail may not"
refused db mount -t tmpfs none /tmp
refused db mknod /tmp/disk b 8 0
refused db ping -c 1 127.0.0.1
refused db kill -9 $$
refused db sh -c 'echo 1 >/proc/sys/kernel/panic'
refused shop hostname other.example.org

title "A jail in the jail, made by the same command (from here, by name)"
mkdir -p "$W/shop/inner"
cp -a "$W/db/." "$W/shop/inner/"
run jail -c name=shop.inner path="$W/shop/inner" host.hostname=inner persist command=/bin/hostname
run jls -h jid name path

title "How long one takes: made, /bin/true run in it, removed; twenty times"
loop() { local i; for i in $(seq 20); do "$@"; done; }
TIMEFORMAT='%R s'
colour 36 "# 20 x jail -c path=$W/db mount.devfs mount.procfs command=/bin/true"
time loop jail -c path="$W/db" mount.devfs mount.procfs command=/bin/true
colour 36 "# 20 x unshare --fork --mount --pid --uts --ipc --mount-proc chroot $W/db /bin/true"
time loop unshare --fork --mount --pid --uts --ipc --mount-proc chroot "$W/db" /bin/true

title "Stopped, the other way round, and nothing stays"
run jail -f "$W/jail.conf" -r '*'
run jls
! grep -q "$W" /proc/self/mounts || { echo "demo: mounts stay" >&2; exit 1; }
