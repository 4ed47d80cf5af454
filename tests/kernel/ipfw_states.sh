#!/bin/bash
# ipfw: where rules ask for states and what a state's packets meet; packets from the host through a jail that routes.
. "$(dirname "$0")/router.sh"
router() { ipfw -q -j router "$@" || fail "ipfw $*"; }
# Afresh, each argument a rule.
rules() {
  router -f flush
  for rule in "$@"; do router add $rule; done
}
counted() { expect_like "^0*$1 +$2 " ipfw -j router show "$1"; }

note "a state's rule that does not end the search: the packet goes on behind it"
rules "100 count icmp from any to any keep-state" "200 allow ip from any to any in" "300 deny icmp from any to any out"
blocked 10.1.0.2
blocked 10.1.0.2
counted 300 2
rules "100 setdscp ef icmp from any to any keep-state" "200 count icmp from any to any in" "300 allow ip from any to any"
passes 10.1.0.2
counted 100 4
counted 200 2
rules "50 skipto 400 icmp from 10.1.0.2 to any" "100 count icmp from any to any keep-state" "200 allow ip from any to any" "400 check-state" "500 deny icmp from any to any"
blocked 10.1.0.2
counted 100 "[34]"
counted 500 1

note "the packet's way decides who asks first, not the order of rules"
rules "100 skipto 300 ip from 10.1.0.2 to any" "200 check-state" "300 allow icmp from 10.0.0.1 to any keep-state" "400 deny ip from any to any"
passes 10.1.0.2
rules "100 skipto 300 icmp from any to any keep-state" "200 deny ip from any to any" "300 count icmp from any to any" "500 check-state" "600 allow icmp from any to any"
passes 10.1.0.2
counted 300 4
counted 600 4
rules "50 skipto 500 ip from 10.1.0.2 to any" "100 skipto 300 icmp from any to any keep-state" "300 count icmp from any to any" "500 check-state" "600 allow icmp from any to any"
passes 10.1.0.2
counted 600 4
rules "50 skipto 500 ip from 10.1.0.2 to any" "100 skipto 600 icmp from any to any keep-state" "300 deny ip from any to any" "500 check-state" "510 deny ip from any to any" "600 allow icmp from any to any"
passes 10.1.0.2

note "names of states"
rules "100 check-state :b" "150 deny icmp from 10.1.0.2 to any" "200 allow icmp from 10.0.0.1 to any keep-state :a"
blocked 10.1.0.2
router add 110 check-state :a
passes 10.1.0.2
expect_like '^00200 \([0-9]+s\) STATE icmp 10.0.0.1 [0-9]+ <-> 10.1.0.2 [0-9]+ :a$' ipfw -D -j router list
router delete 110
blocked 10.1.0.2
router add 110 check-state :any
passes 10.1.0.2
expect "00100 check-state :b
00110 check-state :any
00200 allow icmp from 10.0.0.1 to any keep-state :a" ipfw -j router list 100 110 200

note "errors about a connection have no part in its state"
rules "100 check-state" "200 allow udp from 10.0.0.1 to any keep-state" "300 count icmp from 10.1.0.2 to any"
errors() { echo x >/dev/udp/10.1.0.2/9001; ipfw -j router show 300 | grep -Eq '^00300 +[1-9]'; }
eventually errors
rules "100 check-state" "200 allow udp from 10.0.0.1 to any" "300 allow icmp from any to any keep-state"
eventually errors
expect "" ipfw -D -j router list

note "an instance of NAT that is not there drops"
rules "100 nat 5 icmp from any to any out" "200 allow ip from any to any"
blocked 10.1.0.2
router nat 5 config if epair1a
passes 10.1.0.2
router delete nat 5
blocked 10.1.0.2
router table t add 10.0.0.1 5
rules "100 nat tablearg icmp from table(t) to any out" "200 allow ip from any to any"
blocked 10.1.0.2
router nat 5 config if epair1a
passes 10.1.0.2
router delete nat 5
blocked 10.1.0.2
router table t flush
passes 10.1.0.2

note "what could not be read again is refused, and flush takes what was left so"
router -f flush
router add 100 prob 0.0000001 allow ip from any to any
expect "00100 prob 1e-07 allow ip from any to any" ipfw -j router list 100
before=$(ipfw -j router list)
expect_refusal "^ipfw: bad word ..a b''$" ipfw -j router add allow ip from any to any via "a b"
expect_refusal "^ipfw: nat: bad word ..a b''$" ipfw -j router nat 1 config if "a b"
expect_refusal '^ipfw: via e\*0: no pattern but' ipfw -j router add allow ip from any to any via 'e*0'
expect "$before" ipfw -j router list

note "more places to skip to than the kernel follows: refused by name, and nothing changes"
router -f flush
for i in $(seq 30); do echo "add $((i * 10)) skipto $((i * 10 + 15)) ip from any to any"; done >"$W/rules"
expect_refusal "^ipfw: $W/rules:[0-9]+: skipto: too many places to go on at" ipfw -q -j router "$W/rules"
before=$(ipfw -j router list)
expect_refusal '^ipfw: skipto: too many places' ipfw -j router add 5 skipto 15 ip from any to any
expect "$before" ipfw -j router list

note "many of both are loaded at once"
for i in $(seq 300); do printf 'add %d check-state\nadd %d allow tcp from any to any %d keep-state\n' $((i * 2)) $((i * 2 + 1)) $i; done >"$W/rules"
router -f flush
router "$W/rules"
[ "$(ipfw -j router list | wc -l)" = 601 ] || fail "600 rules"
jail -R router && jail -R far
