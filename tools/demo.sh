#!/bin/bash
# tools/demo.sh: what Cellblock is for, in half a minute, with the programs just built: the jails of one jail.conf, one
# of them in another, started, listed, entered, probed from inside, timed and stopped. It runs on a host of its own
# (tests/isolate), so that this machine's jails, network and records stay as they are. Needs root. With DEBIAN=1 one
# jail more is a Debian, which is downloaded first; DEBIAN=bookworm says which.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
[ "$(id -u)" = 0 ] || { echo "demo: jails need root: sudo make demo" >&2; exit 1; }
PATH=$here/build/bin:$PATH

# quoted WORD...: as a shell takes them.
quoted() {
  local word out=
  for word in "$@"; do
    [[ $word =~ ^[A-Za-z0-9_./=:,@%+-]+$ ]] || word="'${word//\'/\'\\\'\'}'"
    out+=" $word"
  done
  echo "${out# }"
}
colour() { if [ -t 1 ]; then printf '\033[%sm%s\033[0m\n' "$1" "$2"; else printf '%s\n' "$2"; fi; }
title() { echo; colour 1 "== $*"; }
run() { colour 36 "# $(quoted "$@")"; "$@"; }
die() { echo "demo: $*" >&2; exit 1; }
refused() {  # refused JAIL COMMAND...: shows how the jail answers; ends the demo if it lets it
  colour 36 "# $(quoted jexec "$@")"
  if jexec "$@" 2>&1; then die "the jail let that pass"; fi
}

if [ -z "${DEMO_FOLDER:-}" ]; then  # still on this machine
  DEMO_FOLDER=$(mktemp -d -p /var/tmp cellblock-demo.XXXXXX)
  export DEMO_FOLDER
  trap 'rm -rf --one-file-system "$DEMO_FOLDER"' EXIT
  if [ -n "${DEBIAN:-}" ]; then
    title "A Debian for one of the jails (from the network, the only part that takes time)"
    suite=$DEBIAN
    [ "$suite" = 1 ] && suite=stable
    run cellblock mkroot --debian="$suite" "$DEMO_FOLDER/debian"
  fi
  "$here/tests/isolate" "$0" "$@"
  exit
fi
W=$DEMO_FOLDER
cgroups=$(findmnt -rnt cgroup2 -o TARGET | head -n 1)

# What of a host could show that jails were there.
state() {
  echo "mounts:" && findmnt -rno TARGET,FSTYPE | grep -v '^/run/cellblock' | sort
  echo "cgroups:" && { [ ! -d "$cgroups/cellblock" ] || find "$cgroups/cellblock" -mindepth 1 -type d; }
  echo "interfaces:" && ip -o link | cut -d: -f2 && ip -o addr | awk '{ print $2, $4 }'
  echo "processes:" && { ps -e -o args= | grep -vE '^(ps -e|sort|grep|bash|/bin/bash)' | sort || true; }
  echo "mounts of jails:" && { [ ! -d /run/cellblock/mounts ] || ls -A /run/cellblock/mounts; }
}

title "Roots: small whole systems made of this host's busybox, and one that holds a single program"
for name in db web shop shop/inner; do run cellblock mkroot --busybox "$W/$name"; done
run cellblock mkroot --from-binary sleep "$W/thin"
run cellblock mkroot --from-binary "$here/build/bin/jail" "$here/build/bin/jls" "$W/shop"

title "One jail.conf for all of them"
cat >"$W/jail.conf" <<CONF
path = "$W/\$name";
host.hostname = "\$name.example.org";
mount.devfs;
mount.procfs;
exec.start = "/bin/sh /etc/rc";
exec.stop = "/bin/sh /etc/rc.shutdown";
exec.consolelog = "$W/\$name.log";
exec.clean;
persist;

# One program and its libraries: no shell, no /dev, no /proc.
thin { exec.start = "$(command -v sleep) 1000 &"; exec.stop = ""; exec.noclean; mount.nodevfs; mount.noprocfs; }
# Whole systems.
db   { }
web  { depend = db, thin; ip4.addr = 127.0.0.20; allow.raw_sockets; }
shop { depend = web; children.max = 5; allow.set_hostname = 0;
       # A jail in the jail, made by the same command from inside.
       exec.start += "jail -c name=inner path=/inner host.hostname=inner persist"; }
CONF
[ ! -d "$W/debian" ] || echo 'debian { depend = db; }' >>"$W/jail.conf"
run cat "$W/jail.conf"

jls >/dev/null
state >"$W/before"

title "Started in the order of what they depend on"
run jail -f "$W/jail.conf" -c
run jls
run jls -j web -n name ip4.addr host.hostname allow.raw_sockets

title "Inside: another system, with processes of its own"
run jexec web hostname
run jexec web ps
run jexec db id
run jexec thin "$(command -v sleep)" --version
[ ! -d "$W/debian" ] || run jexec debian sh -c '. /etc/os-release; echo "$PRETTY_NAME"; dpkg -l | grep -c ^ii'

title "The jail in the jail, seen from its parent and from here"
run jexec shop jls name path
run jls -j shop.inner name path
run jexec shop.inner hostname

title "What root in a jail may not"
refused db mount -t tmpfs none /tmp
refused db mknod /tmp/disk b 8 0
refused db ping -c 1 127.0.0.1
refused db kill -9 $$
refused db sh -c 'echo 1 >/proc/sys/kernel/panic'
refused shop hostname other.example.org
refused thin /bin/sh

title "How long one takes: made, /bin/true run in it, removed; twenty times"
loop() { local i; for i in $(seq 20); do "$@"; done; }
TIMEFORMAT='%R s'
colour 36 "# time for i in \$(seq 20); do jail -c path=$W/db mount.devfs mount.procfs command=/bin/true; done"
time loop jail -c path="$W/db" mount.devfs mount.procfs command=/bin/true
plain=(unshare --fork --mount --pid --uts --ipc --mount-proc chroot "$W/db" /bin/true)
colour 36 "# time for i in \$(seq 20); do ${plain[*]}; done"
time loop "${plain[@]}"

title "Stopped, the other way round, and nothing stays"
run jail -f "$W/jail.conf" -r '*'
run jls
for try in $(seq 40); do  # the process that answers jails' calls goes when it has had nothing to do for a while
  state >"$W/after"
  cmp -s "$W/before" "$W/after" && break
  sleep 0.1
done
# Mounts, cgroups, interfaces with their addresses, processes: before the first jail and now.
run diff "$W/before" "$W/after" || die "something stays"
run cellblock --dump=snapshot
echo "This host is as it was: no mount, cgroup, interface, process or record of a jail."
