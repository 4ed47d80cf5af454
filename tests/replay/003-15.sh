#!/bin/bash
# 003-15 PPPoE in a jail; a different uplink or tunnel in each jail: PPPoE in one and WireGuard in the other, which don't
# meet; tagged networks. It needs devices that only a full kernel has: lab.tunnels runs it.
. "$(dirname "$0")/lib.sh"
need_bsd
need pppd pppoe-server wg modprobe
modprobe -a ppp_generic pppoe wireguard 8021q tun 2>/dev/null || skip "this kernel has no PPPoE, WireGuard or VLANs (the lab's has)"
bsd=$build/libexec/cellblock/bsd
PATH=$bsd:$PATH
# Jails that may use /dev/ppp; for all, as the owner of a node is nobody of the jail's on this kernel.
own_etc
cat >/etc/devfs.rules <<'CONF'
[dialup=50]
add include $devfsrules_jail_vnet
add path ppp unhide mode 0666
CONF
# root DIR: with what dials.
root() {
  own_root "$1"
  local program
  for program in /usr/sbin/pppd /usr/sbin/pppoe-server /usr/sbin/pppoe /usr/bin/wg /usr/lib/pppd/*/pppoe.so /usr/lib/pppd/*/rp-pppoe.so; do
    copy_program "$program" "$1"
  done
  mkdir -p "$1/etc/ppp" "$1/var/run" "$1/run/lock" "$1/var/lock"
  printf 'user * secret *\n' >"$1/etc/ppp/pap-secrets"
  chmod 600 "$1/etc/ppp/pap-secrets"
  : >"$1/etc/ppp/options"
}

note "PPPoE: a provider and a jail that dials in"
root "$W/isp"
root "$W/dialer"
printf 'auth\nrequire-pap\nnoipdefault\nlcp-echo-interval 5\n' >"$W/isp/etc/ppp/pppoe-server-options"
ifconfig epair1 create >/dev/null || fail "epair1"
for name in isp dialer; do
  jail -c vnet name=$name path="$W/$name" mount.devfs devfs_ruleset=50 mount.procfs allow.socket_af persist || fail "jail -c $name"
done
ifconfig epair1a vnet isp && ifconfig epair1b vnet dialer || fail "vnet"
jexec isp "$bsd/ifconfig" epair1a up && jexec dialer "$bsd/ifconfig" epair1b up || fail "up"
jexec isp pppoe-server -F -I epair1a -L 100.64.0.1 -R 100.64.0.10 -N 4 >"$W/isp.log" 2>&1 &
jexec dialer pppd plugin pppoe.so epair1b user user password secret noauth nodetach defaultroute noipv6 >"$W/dialer.log" 2>&1 &
for try in $(seq 300); do
  grep -q 'remote IP address' "$W/dialer.log" && break
  [ $try = 300 ] && { cat "$W/isp.log" "$W/dialer.log"; fail "the jail did not get through"; }
  sleep 0.1
done
expect_like 'inet 100\.64\.0\.10 --> 100\.64\.0\.1 ' jexec dialer "$bsd/ifconfig" ppp0
expect_like ' 0% packet loss' jexec dialer ping -c 1 -W 5 100.64.0.1
expect_like '^default +.*ppp0' jexec dialer "$bsd/netstat" -rn -4

note "WireGuard in another jail, another uplink"
root "$W/roamer"
root "$W/peer"
for name in roamer peer; do
  jail -c vnet name=$name path="$W/$name" mount.devfs mount.procfs persist || fail "jail -c $name"
  (umask 077; wg genkey >"$W/$name/key"; wg pubkey <"$W/$name/key" >"$W/$name.pub")
  chmod 644 "$W/$name/key"
done
ifconfig epair2 create >/dev/null && ifconfig epair2a vnet peer && ifconfig epair2b vnet roamer || fail "epair2"
jexec peer "$bsd/ifconfig" epair2a 192.0.2.1/24 && jexec roamer "$bsd/ifconfig" epair2b 192.0.2.2/24 || fail "addresses"
for name in peer roamer; do expect "" jexec $name "$bsd/ifconfig" wg0 create; done
expect "" jexec peer wg set wg0 private-key /key listen-port 51820 peer "$(cat "$W/roamer.pub")" allowed-ips 10.9.0.2/32
expect "" jexec roamer wg set wg0 private-key /key peer "$(cat "$W/peer.pub")" allowed-ips 0.0.0.0/0 endpoint 192.0.2.1:51820
jexec peer "$bsd/ifconfig" wg0 inet 10.9.0.1/24 && jexec roamer "$bsd/ifconfig" wg0 inet 10.9.0.2/24 || fail "wg0"
expect_like ' 0% packet loss' jexec roamer ping -c 1 -W 5 10.9.0.1
expect "add net default: gateway 10.9.0.1" jexec roamer "$bsd/route" add default 10.9.0.1

note "the two uplinks don't meet, and the host has neither"
expect_refusal 'nreachable|100% packet loss' jexec dialer ping -c 1 -W 1 10.9.0.1
expect_refusal 'nreachable|100% packet loss' jexec roamer ping -c 1 -W 1 100.64.0.1
expect_refusal 'nreachable|100% packet loss' busybox ping -c 1 -W 1 10.9.0.1
expect_refusal 'nreachable|100% packet loss' busybox ping -c 1 -W 1 100.64.0.1
expect_refusal 'interface ppp0 does not exist' ifconfig ppp0
expect_refusal 'interface wg0 does not exist' ifconfig wg0

note "tagged networks in two jails"
ifconfig epair3 create >/dev/null && ifconfig epair3a vnet peer && ifconfig epair3b vnet roamer || fail "epair3"
for end in "peer a 1" "roamer b 2"; do
  read -r name side number <<<"$end"
  jexec $name "$bsd/ifconfig" epair3$side up || fail "epair3$side"
  expect "" jexec $name "$bsd/ifconfig" vlan20 create vlan 20 vlandev epair3$side inet 10.20.0.$number/24
done
expect_like ' 0% packet loss' jexec roamer ping -c 1 -W 5 10.20.0.1
expect_like 'vlan: 20 .*parent interface: epair3b' jexec roamer "$bsd/ifconfig" vlan20

jail -r dialer isp roamer peer || fail "jail -r"
is_clean "$W"
[ "$(ls /sys/class/net | grep -cE '^(ppp|wg|vlan)')" = 0 ] || fail "links are left: $(ls /sys/class/net)"
