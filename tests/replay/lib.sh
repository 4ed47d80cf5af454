# What the rows share. A row is a bash script that begins with
#     . "$(dirname "$0")/lib.sh"
# and then types what the deck shows. It runs on a host of its own (tests/isolate), where it may mount, configure and
# write what it likes; $W is a folder on disk for its files. Exit status: 0 passed, 77 skipped (skip says why).
set -uo pipefail

if [ -z "${CELLBLOCK_ISOLATED:-}${LAB:-}" ]; then
  exec "$(dirname "$0")/../isolate" bash "$0" "$@"
fi

here=$(cd "$(dirname "$0")" && pwd)
source_root=$(cd "$here/../.." && pwd)
build=${CELLBLOCK_BUILD:-$source_root/build}
PATH=$build/bin:$PATH
W=$(mktemp -d)
row=$(basename "$0" .sh)

finish() {
  local status=$?
  trap - EXIT
  cd /
  local jid
  if command -v jls >/dev/null; then
    for jid in $(jls jid 2>/dev/null); do jail -R "$jid" >/dev/null 2>&1; done
  fi
  local mount
  for mount in $(findmnt -rno TARGET | grep -e "^$W/" -e "^/jails" | sort -r); do umount -l "$mount" 2>/dev/null; done
  rm -rf --one-file-system "$W"
  exit $status
}
trap finish EXIT

skip() { echo "$row: skipped: $*"; exit 77; }
fail() { echo "$row: FAILED: $*"; exit 1; }
note() { echo "# $*"; }

# need_bsd: FreeBSD's own commands, as `cellblock bsd` finds them.
need_bsd() { cellblock bsd true 2>/dev/null || skip "FreeBSD's commands are not built"; }

# need COMMAND...: the row is skipped where one of them is missing.
need() {
  local name
  for name in "$@"; do command -v "$name" >/dev/null || skip "$name is not here"; done
}

# box JAIL APPLET...: of the busybox in the jail's root.
box() { local name=$1; shift; jexec "$name" /bin/busybox "$@"; }

# seen: the host's interfaces.
seen() { ip -o link | sed 's/^[0-9]*: //; s/@.*//; s/:.*//' | sort; }

# expect TEXT COMMAND...: the command succeeds and prints exactly TEXT (standard output).
expect() {
  local wanted=$1 said status=0
  shift
  echo "+ $*"
  said=$("$@" </dev/null) || status=$?
  [ $status = 0 ] || fail "$*: exit status $status, said: $said"
  [ "$said" = "$wanted" ] || fail "$*: said '$said', wanted '$wanted'"
}

# expect_like REGEX COMMAND...: the command succeeds and a line of what it prints matches.
expect_like() {
  local wanted=$1 said status=0
  shift
  echo "+ $*"
  said=$("$@" 2>&1 </dev/null) || status=$?
  [ $status = 0 ] || fail "$*: exit status $status, said: $said"
  grep -Eq -e "$wanted" <<<"$said" || fail "$*: said '$said', wanted a line like '$wanted'"
}

# expect_refusal REGEX COMMAND...: the command fails, and says why on a line that matches.
expect_refusal() {
  local wanted=$1 said status=0
  shift
  echo "+ $*   (must fail)"
  said=$("$@" 2>&1 </dev/null) || status=$?
  [ $status != 0 ] || fail "$*: succeeded, said: $said"
  grep -Eq -e "$wanted" <<<"$said" || fail "$*: said '$said', wanted a line like '$wanted'"
}

# expect_status N COMMAND...
expect_status() {
  local wanted=$1 status=0
  shift
  echo "+ $*"
  "$@" </dev/null || status=$?
  [ $status = "$wanted" ] || fail "$*: exit status $status, not $wanted"
}

# eventually COMMAND...: within five seconds it succeeds.
eventually() {
  local try
  for try in $(seq 100); do
    "$@" >/dev/null 2>&1 && return
    sleep 0.05
  done
  fail "not within five seconds: $*"
}

# folder PATH...: absolute paths of the decks, made of folders below $W and gone with this host. The host's own root
# stays as it is: where PATH would have to be made in it, the root becomes a tmpfs of binds first.
folder() {
  local path parent
  for path in "$@"; do
    parent=$path
    while [ ! -d "$parent" ]; do parent=$(dirname "$parent"); done
    if [ "$parent" != "$path" ] && [ "$(findmnt -nro FSTYPE -T "$parent")" != tmpfs ]; then
      if [ "$parent" = / ]; then throwaway_root; else throwaway_folder "$parent"; fi
    fi
    mkdir -p "$path" "$W/folders$path"
    mount --bind "$W/folders$path" "$path"
  done
}

# The folder becomes a tmpfs with the same entries; it is complete before it hides what is there.
throwaway_folder() {
  local new=$W/new$1
  mkdir -p "$new"
  mount -t tmpfs -o mode=755 throwaway "$new"
  same_entries "$1" "$new"
  mount --move "$new" "$1"
}

throwaway_root() {
  local root=$W/root
  mkdir -p "$root"
  mount -t tmpfs -o mode=755 throwaway "$root"
  same_entries / "$root"
  cd "$root" && pivot_root . . && umount -l . && cd /
}

same_entries() {
  local entry name
  for entry in "${1%/}"/* "${1%/}"/.[!.]*; do
    name=$2/$(basename "$entry")
    if [ -L "$entry" ]; then
      cp -a "$entry" "$name"
    elif [ -d "$entry" ]; then
      mkdir "$name" && mount --rbind "$entry" "$name"
    elif [ -e "$entry" ]; then
      touch "$name" && mount --bind "$entry" "$name"
    fi
  done
}

# own_etc: /etc becomes writable without a trace: rc.conf, jail.conf, devfs.rules of the row's own.
own_etc() {
  mkdir -p "$W/etc.upper" "$W/etc.work"
  mount -t overlay -o "lowerdir=/etc,upperdir=$W/etc.upper,workdir=$W/etc.work" overlay /etc || skip "no overlay on /etc"
}

# busybox_root DIR: a small Unix: busybox, users, the usual folders.
busybox_root() {
  need busybox
  local applet
  mkdir -p "$1"/{bin,sbin,usr/bin,usr/sbin,etc,dev,proc,sys,root,var/run,var/log,home}
  mkdir -m 1777 -p "$1/tmp"
  cp "$(command -v busybox)" "$1/bin/busybox"
  for applet in $("$1/bin/busybox" --list-full); do
    [ -e "$1/$applet" ] || ln -s /bin/busybox "$1/$applet"
  done
  printf 'root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/:/bin/false\nwww:x:80:80:www:/:/bin/sh\n' >"$1/etc/passwd"
  printf 'root:x:0:\ndaemon:x:1:\nwww:x:80:\n' >"$1/etc/group"
}

# mapping_root DIR: the same where ids can be mapped; skipped where the file system can't.
mapping_root() {
  busybox_root "$1"
  case $(stat -f -c %T "$1") in
  overlayfs | 9p) skip "the root's file system maps no ids" ;;
  esac
}

# Where the test's own files lie overlayfs can put layers.
need_layers() {
  case $(stat -f -c %T "$W") in
  overlayfs | 9p | nfs) skip "no layers on the file system of $W" ;;
  esac
}

# keeper_of JAIL: the host's number of its process 1.
keeper_of() { sed -n "s/^run $(jls -j "$1" jid) .*keeper=\([0-9]*\):.*/\1/p" /run/cellblock/journal | tail -1; }

# own_root DIR: the same with Cellblock's own programs, at the paths that they have here.
own_root() {
  mapping_root "$1"
  mkdir -p "$1$build"
  cp -a "$build/bin" "$build/libexec" "$1$build/"
}

# base_txz FILE: what FreeBSD's installer calls base.txz: a base system as a tar archive.
base_txz() {
  busybox_root "$W/base"
  tar -C "$W/base" -cJf "$1" .
  rm -rf "$W/base"
}

# copy_program FILE ROOT: a program of the host with its interpreter and libraries, at the same paths.
copy_program() {
  local file
  for file in "$1" $(ldd "$1" | grep -o '/[^ )]*'); do
    mkdir -p "$2$(dirname "$file")"
    cp -L "$file" "$2$file"
  done
}

# debian_root DIR: a Debian with its systemd, unpacked from the archive that the test replay.debian makes first: a
# row's own host has no way to a mirror.
debian_root() {
  local archive=${CELLBLOCK_CACHE:-$source_root/build/cache}/debian-systemd.tar
  [ -f "$archive" ] || skip "$archive is missing: tools/debian_root.sh $archive systemd-sysv dbus procps iproute2"
  mkdir -p "$1"
  tar -C "$1" -xf "$archive"
}

# is_clean: nothing of a jail is left on this host.
is_clean() {
  [ -z "$(jls jid)" ] || fail "jails are left: $(jls)"
  ! grep -q " ${1:-/jails}/" /proc/self/mounts || fail "mounts are left: $(grep " ${1:-/jails}/" /proc/self/mounts)"
  local group
  group=$(findmnt -rnt cgroup2 -o TARGET | head -n 1)/cellblock
  [ -z "$(find "$group" -mindepth 1 -type d 2>/dev/null)" ] || fail "groups are left: $(find "$group" -type d)"
}

need jail jls jexec
