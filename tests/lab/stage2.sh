# The lab's second stage, pid 1 in the host's files under a tmpfs layer: what a booted Debian would have mounted,
# then the job, then its exit status on the second console port, then power off. There is no systemd.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=${TERM:-dumb} LC_ALL=C
. /.lab/job/environment

mount -t proc proc /proc
mount -t sysfs sys /sys
mkdir -p /dev/pts /dev/shm /dev/mqueue
mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t mqueue mqueue /dev/mqueue
mount -t tmpfs -o mode=755 run /run
mkdir -p /run/lock
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t securityfs securityfs /sys/kernel/security
mount -t bpf bpf /sys/fs/bpf
for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do
  echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control
done

# Modules of this kernel where modprobe looks for them.
version=$(uname -r)
mkdir -p "/lib/modules/$version"
mount --bind "$LAB_MODULES/$version" "/lib/modules/$version"

# 9p, overlay and tmpfs cannot be id-mapped on this kernel: /tmp is an ext4 of its own. What of the host's /tmp the
# job names stays reachable.
case $LAB_SOURCE in
  /tmp/*) mkdir -p /.lab/source && mount --bind "$LAB_SOURCE" /.lab/source ;;
esac
mount -t ext4 -o noatime /dev/vda /tmp
chmod 1777 /tmp
if [ -d /.lab/source ]; then
  mkdir -p "$LAB_SOURCE"
  mount --move /.lab/source "$LAB_SOURCE"
fi

ip link set lo up
hostname lab
# What udev would have loaded.
modprobe -q -a loop tun fuse
modprobe -q kvm_amd nested=1
echo 1 >/proc/sys/kernel/panic_on_oops

cd "$LAB_CWD" || cd /
if [ -n "$LAB_SHELL" ]; then
  setsid -c bash -i </dev/hvc0 >/dev/hvc0 2>&1
else
  exec 3>/dev/hvc0  # held open: the last close would undo the stty
  stty -F /dev/hvc0 raw -echo
  /.lab/job/start </dev/null >&3 2>&1 3>&-
fi
echo "$?" >/dev/hvc1
sleep 0.1
/.lab/busybox poweroff -f
