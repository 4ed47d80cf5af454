# What the tests of pf share: the host, a router with pf in a jail, and a far side whose servers say their ports.
#     . "$(dirname "$0")/pf_router.sh"
. "$(dirname "$0")/router.sh"
ping4() { busybox ping -c 1 -W 1 "${1:-10.1.0.2}" >/dev/null 2>&1; }
ping6() { busybox ping -c 1 -W 1 "${1:-2001:db8:1::2}" >/dev/null 2>&1; }
# says HOST PORT: what the server there says first.
says() { timeout 3 busybox nc -w 2 "$1" "$2" </dev/null 2>&1; }
# rules TEXT: the router's from now on.
rules() { pfctl -j router -f - <<<"$1" || fail "pfctl -f: $1"; }

# And IPv6: 2001:db8::1 == ::2 router 2001:db8:1::1 == ::2 far
jexec router ifconfig lo0 127.0.0.1/8 || fail "lo0"
ifconfig epair0a inet6 2001:db8::1 prefixlen 64 && jexec router ifconfig epair0b inet6 2001:db8::2 prefixlen 64 || fail "IPv6"
jexec router ifconfig epair1a inet6 2001:db8:1::1 prefixlen 64 && jexec far ifconfig epair1b inet6 2001:db8:1::2 prefixlen 64 || fail "IPv6"
jexec router sysctl -q net.inet6.ip6.forwarding=1
route -q add -6 -net 2001:db8:1::/64 2001:db8::2
jexec far route -q add -6 default 2001:db8:1::1
for port in 80 81 82; do jexec far nc -ll -p $port -e echo "far $port" >/dev/null 2>&1 & done
eventually ping4
eventually ping6
eventually says 10.1.0.2 82
