#!/bin/bash
# tests/lab/prepare.sh: makes what the lab boots, and prints the folder it lies in: Debian's stock kernel (vmlinuz),
# its modules, and an initramfs of busybox and the few modules that reach the host's files. Made once for each
# kernel and each version of init.sh; the kernel's package is downloaded and unpacked, never installed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${CELLBLOCK_CACHE:-$(cd "$here/../.." && pwd)/build/cache}
boot_modules="virtio_pci virtio_blk virtio_console virtio_rng 9p 9pnet_virtio overlay ext4"

mkdir -p "$cache"
exec 9>"$cache/lab.lock"
flock 9  # two tests that start at once prepare once

download_kernel() {
  local name
  apt-cache show linux-image-amd64 >/dev/null 2>&1 || apt-get -qq update >&2
  name=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image/ {print $2; exit}')
  rm -rf "$cache/kernel.part"
  mkdir -p "$cache/kernel.part"
  # A list older than the archive names a package that is gone: take a new list, once.
  (cd "$cache/kernel.part" && { apt-get -qq download "$name" || { apt-get -qq update && apt-get -qq download "$name"; }; }) >&2
  dpkg-deb -x "$cache"/kernel.part/*.deb "$cache/kernel.part"
  rm "$cache"/kernel.part/*.deb
  depmod -b "$cache/kernel.part" "$(ls "$cache/kernel.part/lib/modules")"
  mv "$cache/kernel.part" "$cache/kernel"
}

make_initramfs() {
  local tree version file module
  tree=$(mktemp -d)
  version=$(ls "$cache/kernel/lib/modules")
  mkdir -p "$tree"/{bin,proc,sys,dev,host,disk,new,modules}
  cp "$(command -v busybox)" "$tree/bin/busybox"
  cp "$here/init.sh" "$tree/init"
  cp "$here/stage2.sh" "$tree/stage2"
  # In the order that insmod needs; a module that is built in has no file.
  for module in $boot_modules; do
    modprobe -d "$cache/kernel" -S "$version" --show-depends "$module"
  done | awk '$1 == "insmod" && !seen[$2]++ {print $2}' | while read -r file; do
    cp "$file" "$tree/modules/"
    basename "$file"
  done >"$tree/modules/order"
  (cd "$tree" && find . | cpio -o -H newc --quiet | gzip -1) >"$cache/$1.part"
  mv "$cache/$1.part" "$cache/$1"
  rm -rf "$tree"
}

[ -d "$cache/kernel" ] || download_kernel
stamp=$(cat "$here/init.sh" "$here/stage2.sh" "$0" | sha256sum | cut -c1-12)
if [ ! -f "$cache/initramfs-$stamp" ]; then
  rm -f "$cache"/initramfs-*
  make_initramfs "initramfs-$stamp"
fi
[ -f "$cache/disk.ext4" ] || { truncate -s 4G "$cache/disk.part" && mkfs.ext4 -q -F -O ^has_journal "$cache/disk.part" && mv "$cache/disk.part" "$cache/disk.ext4"; }
ln -sfn "initramfs-$stamp" "$cache/initramfs"
ln -sfn "$(cd "$cache/kernel/boot" && ls -d "$PWD"/vmlinuz-*)" "$cache/vmlinuz"
echo "$cache"
