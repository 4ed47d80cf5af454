#!/bin/bash
# 003-17: ipfw in a jail that is a router and blocks all ICMP: the path's MTU is not discovered, visibly.
. "$(dirname "$0")/lib.sh"
need_bsd
bsd=$build/libexec/cellblock/bsd
PATH=$bsd:$PATH
# a ==1500== r1 ==1400== r2 ==1500== b
for name in a r1 r2 b; do
  own_root "$W/$name"
  jail -c vnet name=$name path="$W/$name" mount.devfs mount.procfs persist || fail "jail -c $name"
done
cable() {  # cable N LEFT RIGHT MTU: 10.17.N.1 and .2
  ifconfig epair$1 create >/dev/null || fail "epair$1"
  ifconfig epair${1}a mtu "$4" && ifconfig epair${1}b mtu "$4" && ifconfig epair${1}a vnet "$2" && ifconfig epair${1}b vnet "$3" || fail "epair$1"
  jexec "$2" "$bsd/ifconfig" epair${1}a inet 10.17.$1.1/24 && jexec "$3" "$bsd/ifconfig" epair${1}b inet 10.17.$1.2/24 || fail "addresses of epair$1"
}
cable 1 a r1 1500
cable 2 r1 r2 1400
cable 3 r2 b 1500
for router in r1 r2; do jexec $router "$bsd/sysctl" net.inet.ip.forwarding=1 >/dev/null || fail "forwarding"; done
expect "add net default: gateway 10.17.1.2" jexec a "$bsd/route" add default 10.17.1.2
expect "add net 10.17.3.0: gateway 10.17.2.2" jexec r1 "$bsd/route" add -net 10.17.3.0/24 10.17.2.2
expect "add net 10.17.1.0: gateway 10.17.2.1" jexec r2 "$bsd/route" add -net 10.17.1.0/24 10.17.2.1
expect "add net default: gateway 10.17.3.1" jexec b "$bsd/route" add default 10.17.3.1
eventually jexec a ping -c 1 -W 1 10.17.3.2
# send BYTES: how many of them b has got within four seconds.
port=7000
send() {
  local listener
  port=$((port + 1))
  jexec b sh -c "sleep 20 | nc -l -p $port >/tmp/got" &  # it ends with its input
  listener=$!
  sleep 0.3
  # At once: a slow machine would send small pieces, and each would come through.
  jexec a timeout 4 nc 10.17.3.2 $port -e dd if=/dev/zero bs=$1 count=1 >/dev/null 2>&1
  sleep 0.3
  kill $listener 2>/dev/null
  got=$(stat -c %s "$W/b/tmp/got")
}

note "a router that blocks all ICMP"
expect "00100 deny icmp from any to any" jexec r1 "$bsd/ipfw" add deny icmp from any to any
expect "65000 allow ip from any to any" jexec r1 "$bsd/ipfw" add 65000 allow ip from any to any
expect_refusal '100% packet loss' jexec a ping -c 1 -W 1 10.17.3.2
send 1000
[ $got = 1000 ] || fail "not even what fits came through: $got"
send 200000
[ $got -lt 200000 ] || fail "large packets got through a router that can't say so"
expect_like '^00100 +[1-9][0-9]* +[1-9][0-9]* deny icmp from any to any$' jexec r1 "$bsd/ipfw" show
expect_refusal "Protocol not available" ipfw list  # the host has no rules

note "and one that lets the message out that a packet is too big"
expect "00050 allow icmp from any to any icmptypes 3" jexec r1 "$bsd/ipfw" add 50 allow icmp from any to any icmptypes 3
send 200000
[ $got = 200000 ] || fail "not all came through: $got"
expect_refusal '100% packet loss' jexec a ping -c 1 -W 1 10.17.3.2
jail -R a b r1 r2
