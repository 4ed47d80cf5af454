#!/bin/bash
# natd and rules that divert to it: packets from a private network, through a jail that routes, to a machine outside.
. "$(dirname "$0")/../replay/lib.sh"
need_bsd
own_root "$W/root"
PATH=$build/libexec/cellblock/bsd:$PATH
router() { jexec router "$@"; }
pings() { busybox ping -c 1 -W 1 "$@" >/dev/null 2>&1; }
passes() { pings "$@" || fail "$* did not pass"; }
blocked() { ! pings "$@" || fail "$* passed"; }

# The host is the private network's machine; `outside` knows no way back to it.
jail -c vnet name=router path="$W/root" mount.procfs persist || fail "jail -c router"
jail -c vnet name=outside path="$W/root" mount.procfs persist || fail "jail -c outside"
ifconfig epair0 create >/dev/null && ifconfig epair0a 10.0.0.1/24 && ifconfig epair0b vnet router || fail "epair0"
ifconfig epair1 create >/dev/null && ifconfig epair1a vnet router && ifconfig epair1b vnet outside || fail "epair1"
ifconfig epair0a alias 172.32.0.1/32
jexec router ifconfig epair0b 10.0.0.2/24 && jexec router ifconfig epair1a 203.0.113.1/24 || fail "router"
jexec router ifconfig epair1a alias 203.0.113.9/32
jexec router route -q add 172.32.0.1 10.0.0.1
jexec outside ifconfig epair1b 203.0.113.7/24 && jexec outside ifconfig lo0 127.0.0.1/8 || fail "outside"
jexec router sysctl -q net.inet.ip.forwarding=1
route -q add -net 203.0.113.0/24 10.0.0.2
blocked 203.0.113.7

note "what natd is told"
expect_refusal '^natd: aliasing address not given' router natd -m
expect_refusal '^natd: punch_fw: not supported on this system' router natd -n epair1a -punch_fw 2000:50
expect_refusal '^natd: /nosuch: No such file' router natd -f /nosuch
expect_refusal '^ipfw: tee: not supported' ipfw -j router add tee natd ip from any to any
expect_status 71 ipfw -j router list

note "a port that nobody serves drops"
ipfw -q -j router add 65000 allow ip from any to any
expect "00050 divert 8668 ip4 from any to any via epair1a" ipfw -j router add 50 divert natd ip4 from any to any via epair1a
blocked 203.0.113.7
passes 10.0.0.2
expect "natd: port 8668: if epair1a unreg_only" router natd -n epair1a -u -dynamic -v
passes 203.0.113.7
expect "" ipfw -j router nat show
blocked -I 172.32.0.1 203.0.113.7
expect "" router natd -n epair1a
passes -I 172.32.0.1 203.0.113.7

note "what is translated goes on behind the rule, with its new addresses"
ipfw -q -j router add 100 deny icmp from 10.0.0.1 to any out via epair1a
passes 203.0.113.7
ipfw -q -j router add 110 count icmp from 203.0.113.1 to 203.0.113.7 out via epair1a
ipfw -q -j router add 120 count icmp from 203.0.113.7 to 10.0.0.1 in via epair1a
ipfw -q -j router add 130 deny icmp from 203.0.113.7 to 203.0.113.1 in via epair1a
passes 203.0.113.7
expect_like '^00110 +1 +84 count' ipfw -j router show 110
expect_like '^00120 +1 +84 count' ipfw -j router show 120
expect_like '^00050 +10 +840 ' ipfw -j router show 50
ipfw -q -j router add 140 skipto 200 icmp from any to any
ipfw -q -j router add 150 deny icmp from any to any
ipfw -q -j router add 200 reject icmp from 203.0.113.1 to any out
blocked 203.0.113.7
ipfw -q -j router delete 200 100
passes 203.0.113.7

note "an address in an interface's place"
expect_refusal '^ipfw: via 192\.0\.2\.1: no interface has this address$' ipfw -j router add deny icmp from any to any via 192.0.2.1
ipfw -q -j router add 60 deny icmp from any to any in via 203.0.113.9
blocked 203.0.113.7
passes 10.0.0.2
ipfw -q -j router delete 60

note "nat without one_pass goes on behind its rule too"
router sysctl -q net.inet.ip.fw.one_pass=0
expect "net.inet.ip.fw.one_pass: 0" router sysctl net.inet.ip.fw.one_pass
ipfw -q -j router nat 1 config if epair1a
ipfw -q -j router delete 50
ipfw -q -j router add 50 nat 1 ip4 from any to any via epair1a
ipfw -q -j router zero
passes 203.0.113.7
expect_like '^00110 +1 +84 count' ipfw -j router show 110
expect_like '^00120 +1 +84 count' ipfw -j router show 120
ipfw -q -j router enable one_pass
passes 203.0.113.7
expect_like '^00110 +1 +84 count' ipfw -j router show 110
ipfw -q -j router delete 50
ipfw -q -j router add 50 divert natd ip4 from any to any via epair1a

note "ports and addresses from outside"
serve() { busybox nc -ll -p "$1" -e busybox echo "$2" >/dev/null 2>&1 & }
serve 7000 first
serve 7101 second
serve 7001 third
asks() { jexec outside busybox nc -w 1 "$@" </dev/null; }
cat >"$W/root/etc/natd.conf" <<'CONF'
interface epair1a
redirect_port tcp 10.0.0.1:7000 80        # the address of the interface
redirect_port tcp 10.0.0.1:7100-7102 203.0.113.1:8100-8102
redirect_address 172.32.0.1 203.0.113.9
CONF
expect "" router natd -f /etc/natd.conf
eventually sh -c 'jexec outside busybox nc -w 1 203.0.113.1 80 </dev/null | grep -q first'
expect second asks 203.0.113.1 8101
expect third asks 203.0.113.9 7001
expect_refusal . asks 203.0.113.1 8100
ipfw -q -j router add 115 count icmp from 203.0.113.9 to any out via epair1a
passes -I 172.32.0.1 203.0.113.7
expect_like '^00115 +1 +84 count' ipfw -j router show 115
passes 203.0.113.7
expect_like '^00115 +1 +84 count' ipfw -j router show 115

note "nothing else begins outside"
ipfw -q -j router delete 130
jexec outside busybox ping -c 1 -W 1 203.0.113.1 >/dev/null || fail "the router's own address"
expect "" router natd -f /etc/natd.conf -deny_incoming
jexec outside busybox ping -c 1 -W 1 203.0.113.1 >/dev/null && fail "-deny_incoming"
expect first asks 203.0.113.1 80
passes 203.0.113.7

note "states on both sides of the translation: out by skipto, in by check-state"
expect "" router natd -f /etc/natd.conf
cat >"$W/rules" <<'RULES'
-f flush
add 10 allow ip from any to any via epair0b
add 100 divert natd ip from any to any in via epair1a
add 101 check-state
add 120 skipto 500 tcp from any to any 9000 out via epair1a setup keep-state
add 130 skipto 500 icmp from any to any out via epair1a keep-state
add 300 allow tcp from any to 10.0.0.1 7000 in via epair1a setup keep-state
add 310 allow tcp from 10.0.0.1 7000 to any out via epair1a
add 400 deny ip from any to any
add 500 divert natd ip from any to any out via epair1a
add 510 allow ip from any to any
RULES
ipfw -q -j router "$W/rules" || fail "the rules"
jexec outside busybox nc -ll -p 9000 -e busybox echo outside >/dev/null 2>&1 &
jexec outside busybox nc -ll -p 9001 -e busybox echo wrong >/dev/null 2>&1 &
eventually sh -c 'busybox nc -w 1 203.0.113.7 9000 </dev/null | grep -q outside'
passes 203.0.113.7
expect_like '^00130 .*skipto' ipfw -j router show 130
expect_like '^00130 \([0-9]+s\) STATE icmp 10\.0\.0\.1 ' ipfw -D -j router list
[ "$(busybox nc -w 1 203.0.113.7 9001 </dev/null 2>/dev/null)" = "" ] || fail "a port without a rule"
expect first asks 203.0.113.1 80
[ "$(asks 203.0.113.1 8101 2>/dev/null)" = "" ] || fail "a redirect without a rule"
jexec outside busybox ping -c 1 -W 1 203.0.113.1 >/dev/null && fail "what begins outside"
ipfw -q -j router -f flush
ipfw -q -j router add 65000 allow ip from any to any

note "as a service"
cat >"$W/root/etc/rc.conf" <<'CONF'
natd_enable=YES
natd_interface=203.0.113.1
natd_flags="-p 9999"
CONF
expect_status 1 router service natd status
expect "Starting natd." router service natd start
expect "natd is running: port 9999, ip 203.0.113.1." router service natd status
ipfw -q -j router add 50 divert 9999 ip4 from any to any via epair1a
passes 203.0.113.7
expect "Stopping natd." router service natd stop
expect "natd not running?" router service natd stop
blocked 203.0.113.7
echo natd_enable=NO >>"$W/root/etc/rc.conf"
expect_like "^Cannot 'start' natd\. Set natd_enable to YES" router service natd start
expect_refusal "^/etc/rc.d/natd: unknown directive 'frob'" router service natd frob
jail -R router && jail -R outside
