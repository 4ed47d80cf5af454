#!/bin/bash
# 002-3: data sets for jails, by one syntax whatever the file system.
. "$(dirname "$0")/lib.sh"
need_bsd
folder /jails /var/db
need_layers
PATH=$build/libexec/cellblock/bsd:$PATH
mkdir "$W/tank"
zpool create -m none tank "$W/tank" || fail "zpool create"

# The deck's text.
zfs create -o mountpoint=/jails tank/jails || fail "create tank/jails"
zfs create tank/jails/template || fail "create tank/jails/template"

expect "tank/jails	/jails	yes
tank/jails/template	/jails/template	yes" zfs list -H -r -o name,mountpoint,mounted tank/jails
expect_like '^tank/jails/template +[0-9.]+[BKM] +[0-9.]+[BKMGT] +[0-9.]+[BKM] +/jails/template$' zfs list
expect "local" zfs get -H -o source mountpoint tank/jails
expect "inherited from tank/jails" zfs get -H -o source mountpoint tank/jails/template
echo hello >/jails/template/file || fail "not writable"
zfs unmount tank/jails/template && [ ! -e /jails/template/file ] || fail "unmount"
zfs mount -a && expect hello cat /jails/template/file
zpool destroy tank || fail "zpool destroy"
[ -z "$(ls -A "$W/tank")" ] || fail "left: $(ls -A "$W/tank")"
