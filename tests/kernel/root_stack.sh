#!/bin/bash
# A vnet jail with the host's user ids: root rules its own network stack, and no other.
. "$(dirname "$0")/../replay/lib.sh"
need jail jls jexec ip busybox nft nsenter
own_root "$W/root"
for program in ip nft busybox; do copy_program "$(command -v $program)" "$W/root"; done
before=$(seen)
quiet() { "$@" >"$W/out" 2>&1 || fail "$*: $(cat "$W/out")"; }
jail -c name=v path="$W/root" persist mount.procfs mount.devfs vnet linux.userns=inherit net.bridge=br0 net.bridge.address=10.88.0.1/24 net.address=10.88.0.2/24 ||
  fail "jail -c"
ip_of_jail() { jexec v "$ip" "$@"; }
ip=$(command -v ip)

note "its own"
quiet ip_of_jail link set lo up
quiet ip_of_jail addr add 10.88.0.7/24 dev eth0
quiet ip_of_jail link add inner type bridge
quiet ip_of_jail link add x type veth peer name y
quiet jexec v "$(command -v nft)" add table inet own
quiet jexec v "$(command -v busybox)" ping -c 1 -W 2 10.88.0.1

note "no other"
expect_refusal 'Operation not permitted' ip_of_jail link add m0 link-netnsid 0 type veth peer name m1
grep -q '^CapBnd:' /proc/self/status || fail "no CapBnd"
bounding=$(jexec v "$(command -v busybox)" sed -n 's/^CapBnd:\t//p' /proc/self/status)
[ $((16#$bounding >> 12 & 1)) = 0 ] || fail "CAP_NET_ADMIN is in $bounding"

note "below another jail"
jail -c name=p path="$W/root" persist mount.procfs vnet children.max=2 allow.raw_sockets || fail "p"
jail -c name=p.c path="$W/root" persist mount.procfs vnet linux.userns=inherit || fail "p.c"
quiet jexec p.c "$ip" link add x type veth peer name y
quiet jail -R p

note "at securelevel 3 nobody changes it"
jail -c name=s path="$W/root" persist mount.procfs vnet linux.userns=inherit securelevel=3 || fail "s"
expect_refusal 'not permitted' jexec s "$ip" link add x type veth peer name y
quiet jail -R s
quiet jail -R v
[ "$(seen)" = "$before" ] || fail "left: $(seen)"
