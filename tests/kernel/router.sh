# What the tests of packet filters share: the host, a router in a jail, and a jail on the far side.
#     . "$(dirname "$0")/router.sh"
. "$(dirname "$0")/../replay/lib.sh"
need_bsd
own_root "$W/root"
PATH=$build/libexec/cellblock/bsd:$PATH
pings() { busybox ping -c 1 -W 1 "$@" >/dev/null 2>&1; }
blocked() { ! pings "$@" || fail "$* passed"; }
passes() { pings "$@" || fail "$* did not pass"; }

# host 10.0.0.1 == 10.0.0.2 router 10.1.0.1 == 10.1.0.2 far
jail -c vnet name=router path="$W/root" mount.procfs persist || fail "jail -c router"
jail -c vnet name=far path="$W/root" mount.procfs persist || fail "jail -c far"
ifconfig epair0 create >/dev/null && ifconfig epair0a 10.0.0.1/24 && ifconfig epair0b vnet router || fail "epair0"
ifconfig epair1 create >/dev/null && ifconfig epair1a vnet router && ifconfig epair1b vnet far || fail "epair1"
jexec router ifconfig epair0b 10.0.0.2/24 && jexec router ifconfig epair1a 10.1.0.1/24 || fail "router"
jexec far ifconfig epair1b 10.1.0.2/24 && jexec far ifconfig lo0 127.0.0.1/8 || fail "far"
jexec router sysctl -q net.inet.ip.forwarding=1
route -q add -net 10.1.0.0/24 10.0.0.2
jexec far route -q add default 10.1.0.1
eventually pings 10.1.0.2
