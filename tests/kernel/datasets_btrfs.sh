#!/bin/bash
# Datasets on btrfs: subvolumes, and quotas that hold.
. "$(dirname "$0")/datasets_lib.sh"
need mkfs.btrfs
mkfifo "$W/go"
truncate -s 1G "$W/image" && mkfs.btrfs -q "$W/image" >/dev/null || fail "mkfs.btrfs"
mkdir "$W/btrfs" && command -p mount -o loop "$W/image" "$W/btrfs" || skip "no btrfs in this kernel"

pool "$W/btrfs/pool"
expect btrfs zfs get -H -o value cellblock:backend tank
store_test "$W/btrfs/pool"

note "a snapshot of what is being written is taken, and can't be written"
zfs create tank/w || fail "create"
(while :; do echo x >>"$W/mnt/w/log"; done) &
user=$!
zfs snapshot tank/w@s || fail "snapshot"
kill $user && wait $user 2>/dev/null

note "compression, quotas"
expect_refusal "'compression' must be one of" zfs set compression=best tank/w
zfs set compression=zstd tank/w || fail "compression"
zfs create -o quota=50M tank/q || fail "create with a quota"
expect_refusal "Disk quota exceeded" dd if=/dev/urandom of="$W/mnt/q/f" bs=1M count=80 oflag=direct
size=$(stat -c %s "$W/mnt/q/f")
[ "$size" -gt $((45 << 20)) ] && [ "$size" -le $((50 << 20)) ] || fail "held to $size bytes, not to 50 MB"
expect 50M zfs get -H -o value quota tank/q
zfs set quota=none tank/q && dd if=/dev/urandom of="$W/mnt/q/g" bs=1M count=20 oflag=direct 2>/dev/null || fail "quota none"
expect none zfs get -H -o value quota tank/q
zpool destroy tank || fail "destroy"
command -p umount "$W/btrfs" || fail "umount"
