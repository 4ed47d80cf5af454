#!/bin/bash
# ipfw: rules of files, packets that are led elsewhere, and those of jails: from the host through a jail that routes.
. "$(dirname "$0")/router.sh"
router() { ipfw -q -j router "$@" || fail "ipfw $*"; }
serve() { jexec "$1" busybox nc -ll -p "$2" -e busybox echo "$1" >/dev/null 2>&1 & }
answers() { [ "$(busybox nc -w 1 "$2" "$3" </dev/null 2>/dev/null)" = "$1" ]; }

jail -c vnet name=other path="$W/root" mount.procfs persist || fail "jail -c other"
ifconfig epair2 create >/dev/null && ifconfig epair2a vnet router && ifconfig epair2b vnet other || fail "epair2"
jexec router ifconfig epair2a 10.2.0.1/24 || fail "router"
jexec other ifconfig epair2b 10.2.0.2/24 && jexec other ifconfig lo0 10.9.0.1/32 || fail "other"
route -q add -net 10.1.0.0/16 10.0.0.2 && route -q add -net 10.9.0.0/24 10.0.0.2
jexec other route -q add default 10.2.0.1

note "a file: what comes before a line that is wrong stays, what comes behind it does not happen"
rules() { printf '%s\n' "$@" >"$W/rules"; }
rules 'add 100 count ip from any to any' 'add 200 count ip from any to any' 'delete 100' 'add 150 count ip from any to any' 'delete 200 999' 'add 300 count ip from any to any'
expect_refusal "^ipfw: $W/rules:5: rule 999 not found$" ipfw -q -j router "$W/rules"
expect "00150 count ip from any to any
00200 count ip from any to any
65535 deny ip from any to any" ipfw -j router list
router -f flush
hosts=$(seq -f 10.0.0.%.0f -s , 1 100)
rules 'add count ip from any to any' "add count tcp from $hosts 1,2,3,4,5,6,7,8,9,10 to any" 'add 300 count ip from any to any'
expect_refusal "^ipfw: $W/rules:2: rule [0-9]+: rule too big" ipfw -q -j router "$W/rules"
expect "00100 count ip from any to any
65535 deny ip from any to any" ipfw -j router list
rules 'delete 999'
expect_refusal "^ipfw: $W/rules:1: rule 999 not found$" ipfw -q -j far "$W/rules"
expect_status 71 ipfw -j far list
rules 'add 100 count ip from any to any' 'delete 100' 'table t add 10.0.0.1' 'add 200 count ip from table(t) to any'
expect "00100 count ip from any to any
added: 10.0.0.1/32 0
00200 count ip from table(t) to any" ipfw -j router "$W/rules"
router -f flush
rules '-f flush' '-q add 100 count ip from any to any' 'ipfw -q add 200 count ip from any to any' 'add 300 count ip from any to any' 'flush' 'add 400 count ip from any to any'
expect "Flushed all rules.
00300 count ip from any to any
Flushed all rules.
00400 count ip from any to any" ipfw -j router "$W/rules"
rules '-d add 100 count ip from any to any'
expect_refusal "^ipfw: $W/rules:1: -d: not in a file$" ipfw -j router "$W/rules"
router -f flush
for i in $(seq 500); do echo "add $i count ip from any to any"; done >"$W/rules"
router "$W/rules"
[ "$(ipfw -j router list | wc -l)" = 501 ] || fail "500 rules"
router -f flush
router add 65000 allow ip from any to any

note "fwd to this machine: its programs get what was meant for others"
serve far 80
serve router 3128
eventually answers far 10.1.0.2 80
expect "00100 fwd 127.0.0.1,3128 tcp from 10.0.0.0/24 to any 80" ipfw -j router add 100 fwd 127.0.0.1,3128 tcp from 10.0.0.1/24 to any 80
eventually answers router 10.1.0.2 80
answers router 10.1.7.7 80 || fail "an address that nobody has"
passes 10.1.0.2
router delete 100
answers far 10.1.0.2 80 || fail "without fwd"
router add 100 forward 10.1.0.1,3128 tcp from any to any 80 in recv epair0b
answers router 10.1.0.2 80 || fail "fwd to an address of an interface"
router delete 100

note "fwd to another machine"
expect_refusal '^ipfw: fwd: what is forwarded is led when it comes in: leave out .out. and .xmit.$' ipfw -j router add fwd 10.2.0.2 ip from any to any out recv epair0b xmit epair1a
expect "ipfw: fwd: what begins here is led when it leaves, what is forwarded when it comes in: 'out' and 'xmit' leave that alone
00100 fwd 10.2.0.2 icmp from any to 10.9.0.0/24 out via epair1a" sh -c "ipfw -j router add 100 fwd 10.2.0.2 icmp from any to 10.9.0.0/24 out via epair1a 2>&1"
router delete 100
expect_refusal '^ipfw: fwd 192\.0\.2\.1: no interface is in a network with this address$' ipfw -j router add fwd 192.0.2.1 ip from any to any
expect_refusal '^ipfw: fwd: bad argument' ipfw -j router add fwd 10.2.0.2,x ip from any to any
jexec router route -q add default 10.1.0.2
blocked 10.9.0.1
router add 100 fwd 10.2.0.2 icmp from any to 10.9.0.0/24
passes 10.9.0.1
jexec router busybox ping -c 1 -W 1 10.9.0.1 >/dev/null || fail "what begins here"
passes 10.1.0.2
router delete 100
blocked 10.9.0.1
jexec router busybox ping -c 1 -W 1 10.9.0.1 >/dev/null && fail "without fwd"

note "pipes: read, and refused as long as nothing serves them"
before=$(ipfw -j router list)
for command in "pipe 1 config bw 1Mbit/s delay 10" "queue 1 config pipe 1 weight 5" "sched 1 config type rr" "pipe show" "add pipe 1 ip from any to any"; do
  expect_refusal '^ipfw: (pipe|queue|sched) [^:]+: no link engine serves pipes' ipfw -j router $command
  expect_status 69 ipfw -j router $command
done
expect_refusal "^ipfw: bw: bad argument ..10parsec''$" ipfw -j router pipe 1 config bw 10parsec
expect_refusal '^dnctl: pipe 1 config: no link engine' dnctl pipe 1 config bw 1Mbit/s
expect "$before" ipfw -j router list

note "tablearg: a table's value leads on"
router table jump add 10.0.0.1 300
router add 100 skipto tablearg icmp from 'table(jump)' to any
router add 200 deny icmp from 10.0.0.0/24 to any
router add 300 count icmp from any to any
passes 10.1.0.2
ipfw -q -j router table jump add 10.0.0.1 150
blocked 10.1.0.2
ipfw -q -j router table jump add 10.0.0.1 50
blocked 10.1.0.2
ipfw -q -j router table jump add 10.0.0.1 65000
ipfw -q -j router zero
passes 10.1.0.2
expect_like '^00300 +2 +168 count' ipfw -j router show 300
expect_refusal '^ipfw: setfib tablearg: not supported' ipfw -j router add setfib tablearg ip from 'table(jump)' to any
expect_refusal '^ipfw: tablearg: the rule asks no table$' ipfw -j router add skipto tablearg ip from any to any
router delete 100 200 300
router nat 1 config if epair1a
router nat 2 config ip 10.1.0.99
router add 100 nat tablearg icmp from 'table(jump)' to any out
ipfw -q -j far add 100 count icmp from 10.1.0.1 to any in
ipfw -q -j far add 200 count icmp from 10.1.0.99 to any in
ipfw -q -j far add 300 allow ip from any to any
ipfw -q -j router table jump add 10.0.0.1 1
passes 10.1.0.2
ipfw -q -j router table jump add 10.0.0.1 2
pings 10.1.0.2
ipfw -q -j router table jump add 10.0.0.1 7
blocked 10.1.0.2  # there is no such instance
ipfw -q -j router table jump delete 10.0.0.1
passes 10.1.0.2
expect_like '^00100 +1 ' ipfw -j far show 100
expect_like '^00200 +1 ' ipfw -j far show 200
router delete 100
router delete nat 1-2
router table jump destroy
ipfw -q -j far -f flush
ipfw -q -j far add allow ip from any to any

note "tables of flows"
router table flows create type flow:dst-ip,proto,dst-port
expect_refusal "^ipfw: bad key ..10.1.0.2.80'': proto,dst-ip,dst-port is needed$" ipfw -j router table flows add 10.1.0.2,80
expect "added: 6,10.1.0.2,80 7" ipfw -j router table flows add tcp,10.1.0.2,80 7
expect "6,10.1.0.2,80 7" ipfw -j router table flows lookup tcp,10.1.0.2,http
expect_like '^ kindex: .*type: flow:proto,dst-ip,dst-port$' ipfw -j router table flows info
router add 100 deny ip from any to any flow 'table(flows,7)'
expect "00100 deny ip from any to any flow table(flows,7)" ipfw -j router list 100
answers far 10.1.0.2 80 && fail "a flow of the table"
passes 10.1.0.2
router table flows flush
answers far 10.1.0.2 80 || fail "no flow of the table"
router table flows add udp,10.1.0.2,80 7 tcp,10.1.0.2,81 7 tcp,10.1.0.2,80 8
answers far 10.1.0.2 80 || fail "another protocol, port and value"
router delete 100
router add 100 skipto tablearg tcp from any to any flow 'table(flows)'
router add 110 count tcp from any to any
router -q table flows add tcp,10.1.0.2,80 200
router add 200 count tcp from any to any 80 in recv epair0b
answers far 10.1.0.2 80 || fail "skipto by flow"
expect_like '^00110 +[1-9]' ipfw -j router show 110
router delete 100 110 200
router table flows destroy

note "headers, and the way back"
router add 100 setdscp ef icmp from any to 10.1.0.2
router add 110 count icmp from any to any dscp ef out
ipfw -q -j far add 50 count icmp from any to any dscp 46 in
passes 10.1.0.2
expect_like '^00110 +2 ' ipfw -j router show 110  # the answer has it too
expect_like '^00050 +1 ' ipfw -j far show 50
router add 120 deny icmp from any to any not dscp 46,be out
passes 10.1.0.2
ipfw -q -j far delete 50
router delete 100 110 120
router add 100 deny tcp from any to any 80 setup tcpoptions mss
answers far 10.1.0.2 80 && fail "a connection has an mss"
router delete 100
router add 100 deny tcp from any to any 80 setup tcpoptions !mss
router add 110 deny tcp from any to any 80 setup not tcpoptions mss
router add 120 deny tcp from any to any 80 setup tcpack 1
router add 130 deny tcp from any to any 80 setup tcpwin 0
answers far 10.1.0.2 80 || fail "none of these"
router delete 100 110 120 130
router add 100 deny icmp from any to any not verrevpath in
passes 10.1.0.2
ifconfig epair0a alias 10.2.0.77/32
blocked -I 10.2.0.77 10.1.0.2
ipfw -q -j router zero
blocked -I 10.2.0.77 10.1.0.2
expect_like '^00100 +1 ' ipfw -j router show 100
ifconfig epair0a -alias 10.2.0.77
router delete 100

note "not: what a test is not about does not match it either"
router table ports create type number
router table flows create type flow:dst-ip,dst-port
for test in "dst-port 80" "dst-port 80,443,1000-1010,2000,2001,2002,2003" "lookup dst-port ports" "flow table(flows)" "uid 0" "gid 0"; do
  router add 100 deny icmp from any to any not $test
  blocked 10.1.0.2
  router delete 100
done
router add 100 deny icmp from any to not me6
blocked 10.1.0.2
router delete 100
router add 100 deny tcp from any to any not dst-port 79-81,443 in recv epair0b
router add 110 deny tcp from any to any not frag dst-port 79
answers far 10.1.0.2 80 || fail "a port that is named"
router delete 100 110
ifconfig epair0a inet6 fd00::1/64 && jexec router ifconfig epair0b inet6 fd00::2/64 || fail "IPv6"
eventually pings fd00::2
router add 100 deny ip6 from fd00::1 to any not frag
blocked fd00::2
router delete 100
router table ports destroy
router table flows destroy

note "what is turned off"
router add 50 deny icmp from any to any
blocked 10.1.0.2
expect "net.inet.ip.fw.enable: 1
net.inet.ip.fw.static_count: 3
net.inet.ip.fw.default_rule: 65535" jexec router sysctl net.inet.ip.fw.enable net.inet.ip.fw.static_count net.inet.ip.fw.default_rule
router disable firewall
passes 10.1.0.2
router enable firewall
jexec router sysctl -q net.inet.ip.fw.enable=0x0
passes 10.1.0.2
expect_like '^00050 ' ipfw -j router list
router add 60 count ip from any to any
expect "net.inet.ip.fw.enable: 0 -> 1" jexec router sysctl net.inet.ip.fw.enable=1
blocked 10.1.0.2
router delete 50 60
passes 10.1.0.2
expect_refusal "^sysctl: oid 'net.inet.ip.fw.dyn_count' is read only$" jexec router sysctl net.inet.ip.fw.dyn_count=1
expect_refusal '^ipfw: enable debug: not supported on this system$' ipfw -j router enable debug
expect_refusal '^sysctl: net.inet.ip.fw.enable=0: No such file or directory$' jexec other sysctl net.inet.ip.fw.enable=0
expect_status 71 ipfw -j other list
router add 70 allow tcp from any to any keep-state
answers far 10.1.0.2 80 || fail "keep-state"
expect_like '^net.inet.ip.fw.dyn_count: [1-9]' jexec router sysctl net.inet.ip.fw.dyn_count
router delete 70

note "packets of a jail that has the host's network stack"
jail -c name=web path="$W/root" ip4=inherit children.max=1 mount.procfs persist || fail "jail -c web"
jail -c name=db path="$W/root" ip4=inherit persist || fail "jail -c db"
jid=$(jls -j web jid)
expect_refusal '^ipfw: jail nosuch not found$' ipfw add deny tcp from any to any jail nosuch
expect_refusal '^ipfw: jail router has a network stack of its own: see -j$' ipfw add deny tcp from any to any jail router
expect_refusal '^ipfw: not jail: not supported' ipfw add deny tcp from any to any not jail web
ipfw -q add 65000 allow ip from any to any
expect "00100 deny tcp from me to any 80 jail $jid" ipfw add 100 deny tcp from me to any 80 jail web
asks() { jexec "$1" busybox nc -w 1 10.1.0.2 80 </dev/null 2>/dev/null; }
expect far asks db
[ "$(asks web)" = "" ] || fail "the jail's packets passed"
answers far 10.1.0.2 80 || fail "the host's own"
jexec web busybox nc -ll -p 7001 -e busybox echo web >/dev/null 2>&1 &
jexec db busybox nc -ll -p 7002 -e busybox echo db >/dev/null 2>&1 &
from_far() { jexec far busybox nc -w 1 10.0.0.1 "$1" </dev/null 2>/dev/null; }
eventually sh -c 'jexec far busybox nc -w 1 10.0.0.1 7001 </dev/null | grep -q web'
eventually sh -c 'jexec far busybox nc -w 1 10.0.0.1 7002 </dev/null | grep -q db'
ipfw -q add 110 deny tcp from any to any in jail web
expect db from_far 7002
[ "$(from_far 7001)" = "" ] || fail "packets for the jail passed"
ipfw -q delete 100 110
expect far asks web
jexec web jail -c name=inner path=/ ip4=inherit persist || fail "a jail in web"
ipfw -q add 100 deny tcp from me to any 80 jail web.inner
expect far asks web
[ "$(jexec web jexec inner busybox nc -w 1 10.1.0.2 80 </dev/null 2>/dev/null)" = "" ] || fail "the inner jail's packets passed"
ipfw -q delete 100
[ "$(jexec web jexec inner busybox nc -w 1 10.1.0.2 80 </dev/null 2>/dev/null)" = far ] || fail "the inner jail without the rule"
jail -R web && jail -R db
for jail in router far other; do jail -R $jail; done
