#!/bin/bash
# In the lab: is this the machine that tests/lab/run promises?
failed=0
say() { printf '%s: %s\n' "$1" "$2"; }
check() {  # check NAME COMMAND...
  local name=$1 said
  shift
  if said=$("$@" 2>&1); then say ok "$name"; else say FAILED "$name: $said"; failed=1; fi
}

is_debian_kernel() { [[ $(uname -r) == *-amd64 ]] && grep -q Debian /proc/version; }
has_controllers() {
  [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ] || return 1
  local name
  for name in cpu cpuset io memory pids; do
    grep -qw "$name" /sys/fs/cgroup/cgroup.subtree_control || { echo "no $name"; return 1; }
  done
}
limits_memory() {
  mkdir /sys/fs/cgroup/t && echo 4194304 >/sys/fs/cgroup/t/memory.max &&
    [ "$(cat /sys/fs/cgroup/t/memory.max)" = 4194304 ] && rmdir /sys/fs/cgroup/t
}
delays_packets() {
  ip link add lab0 type dummy && tc qdisc add dev lab0 root netem delay 10ms loss 5% &&
    tc qdisc show dev lab0 | grep >/dev/null 'netem.*delay 10ms loss 5%' && ip link del lab0
}
makes_links() {
  ip link add va type veth peer name vb && ip link add link va name va.7 type vlan id 7 &&
    ip link add vrf9 type vrf table 9 && ip link add br9 type bridge && ip link del va && ip link del vrf9 && ip link del br9
}
mounts_an_image() {
  local image
  image=$(mktemp) && truncate -s 64M "$image" && mkfs.ext4 -q -F "$image" && mkdir -p /mnt/image &&
    mount -o loop "$image" /mnt/image && touch /mnt/image/file && umount /mnt/image && rm "$image"
}
tmp_is_ext4() { [ "$(findmnt -no FSTYPE -T "$(mktemp -d)")" = ext4 ]; }
starts_a_guest() { [ -c /dev/kvm ] && grep -qw svm /proc/cpuinfo && [ "$(cat /sys/module/kvm_amd/parameters/nested)" = 1 ]; }
writes_stay_here() { touch /etc/lab-was-here && [ -e /etc/lab-was-here ]; }
sees_the_sources() { [ -x "$LAB_SOURCE/tests/lab/run" ]; }

check "Debian's kernel $(uname -r)" is_debian_kernel
check "cgroup v2 with its controllers" has_controllers
check "a memory limit can be set" limits_memory
check "netem delays" delays_packets
check "veth, vlan, vrf and bridge links" makes_links
check "an ext4 image mounts" mounts_an_image
check "/tmp is an ext4" tmp_is_ext4
check "/dev/kvm" starts_a_guest
check "the host's files can be written over" writes_stay_here
check "the sources are there" sees_the_sources
exit $failed
