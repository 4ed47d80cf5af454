#!/bin/busybox sh
# The lab's first program: loads the modules that reach the host's files, lays a writable layer over them, and
# hands pid 1 to stage2 in there. It execs rather than forks to the end: the kernel's own helpers (modprobe) share
# pid 1's root.
PATH=/bin
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
ln -s /proc/self/fd /dev/fd  # what udev makes elsewhere
for fd in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${fd%:*}" "/dev/${fd#*:}"; done
while read -r module; do
  insmod "/modules/$module" || echo "lab: module $module does not load"
done </modules/order

mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000,cache=loose host /host || echo "lab: no host files"
mkdir -p /layer
mount -t tmpfs -o mode=755 layer /layer
mkdir -p /layer/upper /layer/work
mount -t overlay -o lowerdir=/host,upperdir=/layer/upper,workdir=/layer/work root /new || echo "lab: no overlay"

mkdir -p /new/.lab /new/dev /new/proc /new/sys /new/run /new/tmp
cp -a /job /stage2 /bin/busybox /new/.lab/
umount /proc /sys
mount --move /dev /new/dev
exec switch_root /new /bin/bash /.lab/stage2
