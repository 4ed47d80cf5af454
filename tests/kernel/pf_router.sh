# What the tests of pf share: the host, a router with pf in a jail, and a far side whose servers say their ports.
#     . "$(dirname "$0")/pf_router.sh"
. "$(dirname "$0")/../replay/lib.sh"
need_bsd
own_root "$W/root"
PATH=$build/libexec/cellblock/bsd:$PATH
ping4() { busybox ping -c 1 -W 1 "${1:-10.1.0.2}" >/dev/null 2>&1; }
ping6() { busybox ping -c 1 -W 1 "${1:-2001:db8:1::2}" >/dev/null 2>&1; }
# says HOST PORT: what the server there says first.
says() { timeout 3 busybox nc -w 2 "$1" "$2" </dev/null 2>&1; }
# rules TEXT: the router's from now on.
rules() { pfctl -j router -f - <<<"$1" || fail "pfctl -f: $1"; }

# host 10.0.0.1 == 10.0.0.2 router 10.1.0.1 == 10.1.0.2 far
jail -c vnet name=router path="$W/root" mount.procfs persist || fail "jail -c router"
jail -c vnet name=far path="$W/root" mount.procfs persist || fail "jail -c far"
ifconfig epair0 create >/dev/null && ifconfig epair0a 10.0.0.1/24 && ifconfig epair0b vnet router || fail "epair0"
ifconfig epair1 create >/dev/null && ifconfig epair1a vnet router && ifconfig epair1b vnet far || fail "epair1"
jexec router ifconfig epair0b 10.0.0.2/24 && jexec router ifconfig epair1a 10.1.0.1/24 || fail "router"
jexec far ifconfig epair1b 10.1.0.2/24 && jexec far ifconfig lo0 127.0.0.1/8 && jexec router ifconfig lo0 127.0.0.1/8 || fail "far"
ifconfig epair0a inet6 2001:db8::1 prefixlen 64 && jexec router ifconfig epair0b inet6 2001:db8::2 prefixlen 64 || fail "IPv6"
jexec router ifconfig epair1a inet6 2001:db8:1::1 prefixlen 64 && jexec far ifconfig epair1b inet6 2001:db8:1::2 prefixlen 64 || fail "IPv6"
jexec router sysctl -q net.inet.ip.forwarding=1 && jexec router sysctl -q net.inet6.ip6.forwarding=1
route -q add -net 10.1.0.0/24 10.0.0.2 && route -q add -6 -net 2001:db8:1::/64 2001:db8::2
jexec far route -q add default 10.1.0.1 && jexec far route -q add -6 default 2001:db8:1::1
for port in 80 81 82; do jexec far nc -ll -p $port -e echo "far $port" >/dev/null 2>&1 & done
eventually ping4
eventually ping6
eventually says 10.1.0.2 82
