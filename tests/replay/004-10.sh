#!/bin/bash
# 004-10: ldd $(which sh), and a root made of just those files by one command; also a disk image as chroot.
. "$(dirname "$0")/lib.sh"
need cellblock mkfs.ext4 chroot

# The deck's text.
ldd $(which sh) || fail "ldd"

sh=$(which sh)
expect_status 0 cellblock mkroot --from-binary "$sh" "$W/root"
for file in "$sh" $(ldd "$sh" | grep -o '/[^ )]*'); do [ -e "$W/root$file" ] || fail "$file is missing"; done
wanted=$(ldd "$sh" | grep -o '/[^ )]*' | xargs -n 1 readlink -f; readlink -f "$sh")
[ "$(wc -l <<<"$wanted")" = "$(find "$W/root" -type f | wc -l)" ] || fail "more than it needs: $(find "$W/root" -type f)"
expect "inside" chroot "$W/root" /bin/sh -c 'echo inside'
expect "inside" jail -c path="$W/root" command=/bin/sh -c 'echo inside'

note "a disk image as chroot"
truncate -s 64M "$W/image"
mkfs.ext4 -q -F -d "$W/root" "$W/image" || fail "mkfs.ext4"
mkdir "$W/disk"
mount -o loop "$W/image" "$W/disk" || skip "no loop devices"
expect "inside" chroot "$W/disk" /bin/sh -c 'echo inside'
expect "inside" jail -c path="$W/disk" command=/bin/sh -c 'echo inside'
umount "$W/disk"
