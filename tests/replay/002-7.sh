#!/bin/bash
# 002-7: a jail is a clone of a template, in no time whatever the template's size.
. "$(dirname "$0")/lib.sh"
need_bsd
need busybox
folder /jails /var/db
need_layers
PATH=$build/libexec/cellblock/bsd:$PATH
mkdir "$W/tank"
zpool create -m none tank "$W/tank" && zfs create -o mountpoint=/jails tank/jails && zfs create tank/jails/template || fail "create"
busybox_root /jails/template
date=$(date +%Y-%m-%d)

# The deck's text.
zfs snapshot tank/jails/template@$date || fail "snapshot"
zfs clone tank/jails/template@$date tank/jails/newjail || fail "clone"

expect "tank/jails/template@$date" zfs get -H -o value origin tank/jails/newjail
expect "tank/jails/newjail" zfs get -H -o value clones "tank/jails/template@$date"
jail -c name=newjail path=/jails/newjail linux.userns=inherit mount.devfs persist || fail "jail -c"
jexec newjail /bin/sh -c 'echo mine >/root/file && rm /bin/vi' || fail "the clone can't be written"
[ -e /jails/template/bin/vi ] && [ ! -e /jails/template/root/file ] || fail "the template has changed"

note "a snapshot of a running jail; a rollback under it is refused"
zfs snapshot tank/jails/newjail@running || fail "snapshot of a running jail"
expect_refusal "^cannot rollback 'tank/jails/newjail': pool or dataset is busy$" zfs rollback tank/jails/newjail@running
jexec newjail /bin/sh -c 'echo other >/root/file' || fail "the jail can't go on"
jail -r newjail || fail "jail -r"
zfs rollback tank/jails/newjail@running || fail "rollback"
expect mine cat /jails/newjail/root/file

note "the time doesn't grow with the size"
clone_time() {
  local best=999999 begin end i
  for i in 1 2 3 4 5 6 7 8; do
    begin=$(date +%s%N)
    zfs clone "$1@$date" tank/jails/again || fail "clone"
    end=$(date +%s%N)
    [ -e "/jails/again/$2" ] || fail "the clone is not there"
    zfs destroy tank/jails/again || fail "destroy"
    [ $(((end - begin) / 1000)) -ge $best ] || best=$(((end - begin) / 1000))
  done
  echo $best
}
zfs create tank/jails/large && mkdir /jails/large/many || fail "create large"
for i in $(seq 3000); do echo $i >"/jails/large/many/$i"; done
head -c 200M /dev/zero >/jails/large/big
zfs snapshot "tank/jails/large@$date" || fail "snapshot of a large one"
small=$(clone_time tank/jails/template bin/sh) large=$(clone_time tank/jails/large big)
echo "a clone takes $small us of a small template, $large us of one with 200 MB"
# Both are some milliseconds: where the machine is busy, so is the clock.
[ "$large" -lt $((small * 3 + 5000)) ] || fail "the time of a clone grows with the size"
zpool destroy tank || fail "zpool destroy"
is_clean
