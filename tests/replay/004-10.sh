#!/bin/bash
# 004-10: ldd $(which sh), and a root made of just those files by one command; also a disk image as chroot.
. "$(dirname "$0")/lib.sh"
need cellblock mkfs.ext4 chroot

# The deck's text.
ldd $(which sh) || fail "ldd"

expect_status 0 cellblock mkroot --from-binary "$(which sh)" "$W/root"
wanted=$( (which sh; ldd "$(which sh)" | grep -o '/[^ )]*') | xargs -n 1 basename | sort -u)
found=$(find "$W/root" -type f -o -type l | xargs -n 1 basename | sort -u)
for name in $wanted; do grep -qx -- "$name" <<<"$found" || fail "$name is missing from: $found"; done
expect "inside" chroot "$W/root" /bin/sh -c 'echo inside' 2>/dev/null
expect "inside" jail -c path="$W/root" command=/bin/sh -c 'echo inside'

note "a disk image as chroot"
truncate -s 64M "$W/image"
mkfs.ext4 -q -F -d "$W/root" "$W/image" || fail "mkfs.ext4"
mkdir "$W/disk"
mount -o loop "$W/image" "$W/disk" || skip "no loop devices"
expect "inside" chroot "$W/disk" /bin/sh -c 'echo inside'
expect "inside" jail -c path="$W/disk" command=/bin/sh -c 'echo inside'
umount "$W/disk"
