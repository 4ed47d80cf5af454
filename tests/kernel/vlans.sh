#!/bin/bash
# net.vlan: one bridge, several networks that don't meet; tagged ones for a jail that routes between them.
. "$(dirname "$0")/../replay/lib.sh"
need jail jls jexec ip busybox jq
need_bsd
PATH=$build/libexec/cellblock/bsd:$PATH
ip link add probe type bridge vlan_filtering 1 2>/dev/null && ip -d -j link show probe | jq -e '.[0].linkinfo.info_data.vlan_filtering == 1' >/dev/null ||
  skip "this kernel's bridges keep no VLANs apart (the lab's do)"
ip link add link probe name probe.5 type vlan id 5 2>/dev/null || skip "this kernel has no VLAN interfaces (the lab's has)"
ip link del probe
own_root "$W/root"
mkdir -p /etc/cellblock
cat >"$W/jail.conf" <<CONF
path = "$W/root"; persist; vnet; mount.procfs; net.bridge = br0;
a1 { net.vlan = 10; net.address = "10.90.0.1/24"; }
a2 { net.vlan = 10; net.address = "10.90.0.2/24"; }
b1 { net.vlan = 20; net.address = "10.90.0.1/24", "10.90.20.1/24"; }
plain { net.address = "10.90.0.3/24"; }
router { net.vlan.tagged = 10, 20-21; net.address = "10.99.0.1/24"; }
CONF
conf() { jail -q -f "$W/jail.conf" "$@"; }
pings() { box "$1" ping -c 1 -W 2 "$2" >/dev/null 2>&1; }
before=$(seen)

note "each VLAN is a network of its own, with its own addresses"
conf -c || fail "jail -c"
pings a1 10.90.0.2 || fail "one VLAN"
pings a1 10.90.0.3 && fail "the bridge without a tag"
pings b1 10.90.0.2 && fail "another VLAN"
expect_refusal '^jail: net.address: 10.90.0.2: jail a2 has it$' jail -c path="$W/root" persist vnet name=x net.bridge=br0 net.vlan=10 net.address=10.90.0.2/24

note "tagged ones in a jail"
jexec router ifconfig vlan10 create vlan 10 vlandev eth0 && jexec router ifconfig vlan10 10.90.0.254/24 || fail "vlan10"
jexec router ifconfig vlan20 create vlan 20 vlandev eth0 && jexec router ifconfig vlan20 10.90.20.254/24 || fail "vlan20"
pings a1 10.90.0.254 || fail "a1 to the router"
pings b1 10.90.20.254 || fail "b1 to the router"
pings b1 10.90.0.254 && fail "b1 in VLAN 10"

note "a port is in its VLAN alone"
expect_like '^a1 +10 PVID Egress Untagged$' bridge vlan show dev a1
[ "$(bridge vlan show dev a1 | grep -c '[0-9]')" -le 2 ] || fail "more VLANs: $(bridge vlan show dev a1)"

note "jail -m"
expect "" jail -m name=plain net.bridge=br0 net.vlan=10 net.address=10.90.0.3/24
pings a1 10.90.0.3 || fail "plain in VLAN 10"
expect_refusal '^jail: net.vlan: 4095: not from 1 to 4094$' jail -m name=plain net.bridge=br0 net.vlan=4095
expect_refusal '^jail: net.vlan.tagged: 40-30: no VLANs' jail -m name=plain net.bridge=br0 net.vlan.tagged=40-30
ip link add user0 type bridge
expect_refusal '^jail: net.vlan: bridge user0 keeps no VLANs apart: ip link set user0 type bridge vlan_filtering 1$' \
  jail -c path="$W/root" persist vnet name=x net.bridge=user0 net.vlan=5
ip link set user0 type bridge vlan_filtering 1
expect_refusal '^jail: net.vlan: 5: the host has no interface there, by which net.nat and net.forward lead: ip link add link user0 name user0.5 type vlan id 5$' \
  jail -c path="$W/root" persist vnet name=x net.bridge=user0 net.vlan=5 net.address=10.93.0.2/24 net.nat
ip link del user0
conf -r '*' || fail "jail -r"
[ "$(seen)" = "$before" ] || fail "left: $(seen)"

note "networks of one bridge"
cp -r /etc/cellblock "$W/etc" && mount --bind "$W/etc" /etc/cellblock
cat >/etc/cellblock/networks.conf <<CONF
red { bridge = br0; vlan = 10; address = 10.91.0.1/24; nat; }
blue { bridge = br0; vlan = 20; address = 10.92.0.1/24; }
CONF
cellblock network check || fail "check"
for name in red blue; do
  jail -c path="$W/root" persist vnet name=$name net.network=$name net.address=auto || fail "$name"
done
pings red 10.91.0.1 && pings blue 10.92.0.1 || fail "the host's addresses"
expect_like 'br0\.10@br0' ip -o link show br0.10
expect_like '^red +br0\.10 +up +1 ' cellblock network list
pings red 10.92.0.1 || fail "by the host, which forwards"
expect "red: started" cellblock network start red
jail -r blue || fail "jail -r blue"
! ip -o link show br0.20 2>/dev/null || fail "the VLAN of nobody is left"
jail -c path="$W/root" persist vnet name=blue net.network=blue net.address=auto || fail "blue again"
pings blue 10.92.0.1 || fail "blue again, to the host"
jail -r red blue || fail "jail -r"
expect_like 'br0\.10@br0' ip -o link show br0.10
expect "red: stopped" cellblock network stop red
[ "$(seen)" = "$before" ] || fail "left: $(seen)"
