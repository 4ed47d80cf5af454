#!/bin/bash
# IPv6 by itself: a jail with a network stack of its own takes its address and its way out from a router's advertisements.
. "$(dirname "$0")/../replay/lib.sh"
need_bsd
need radvd
PATH=$build/libexec/cellblock/bsd:$PATH
own_root "$W/root"
ifconfig epair0 create >/dev/null && ifconfig epair0a inet6 2001:db8:7::1/64 up || fail "epair0"
sysctl -q net.inet6.ip6.forwarding=1 2>/dev/null || echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
cat >"$W/radvd.conf" <<CONF
interface epair0a { AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; prefix 2001:db8:7::/64 { }; };
CONF
radvd -C "$W/radvd.conf" -p "$W/radvd.pid" -n -m stderr >"$W/radvd.log" 2>&1 &
router=$!

jail -c vnet name=j path="$W/root" persist mount.procfs vnet.interface=epair0b || fail "jail -c"
inside() { jexec j "$build/libexec/cellblock/bsd/$@"; }
inside ifconfig epair0b up || fail "up"
eventually sh -c "jexec j $build/libexec/cellblock/bsd/ifconfig epair0b | grep 'inet6 2001:db8:7:.*autoconf'"
expect_like '^default +fe80::' inside netstat -rn -6
own=$(inside ifconfig epair0b | grep -oE '2001:db8:7:[0-9a-f:]+')
eventually busybox ping -6 -c 1 -W 1 "$own"
expect_status 0 jexec j ping -6 -c 1 -W 2 2001:db8:7::1

note "not where the jail says no"
expect_like 'nd6 options=.*ACCEPT_RTADV' inside ifconfig epair0b
inside ifconfig epair0b inet6 -accept_rtadv || fail "-accept_rtadv"
expect "" sh -c "jexec j $build/libexec/cellblock/bsd/ifconfig epair0b | grep ACCEPT_RTADV; true"
jail -r j || fail "jail -r"
kill $router
