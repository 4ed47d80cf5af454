#!/bin/bash
# ipfw on the host and in jails with a network stack of their own: what it says, and what passes.
. "$(dirname "$0")/router.sh"

note "the language"
expect_refusal '^ipfw: retrieving config failed: Protocol not available$' ipfw -j router list
expect "00100 allow ip from any to any" ipfw -j router add pass all from any to any
expect "00200 deny icmp from any to 10.1.0.2 in recv epair0b" ipfw -j router add drop icmp from any to 10.1.0.2 in recv epair0b
expect "00100 allow ip from any to any
00200 deny icmp from any to 10.1.0.2 in recv epair0b
65535 deny ip from any to any" jexec router ipfw list
expect "00100 allow ip from any to any" ipfw -j router list 100
before=$(ipfw -j router list)
for bad in "frob ip from any to any" "allow ip from any" "allow ip from 10.0.0.300 to any" "tee natd ip from any to any"; do
  expect_refusal '^ipfw: ' ipfw -j router add $bad
  expect "$before" ipfw -j router list
done
expect_status 65 ipfw add allow ip from any to
expect_status 64 ipfw frob
expect_status 69 ipfw -j router delete 999

note "the first rule that matches decides; each way is seen once"
pings 10.1.0.2 || fail "allowed"
ipfw -q -j router delete 100
ipfw -q -j router add 300 allow icmp from any to any
pings 10.1.0.2 && fail "denied by 200"
ipfw -q -j router delete 200
ipfw -q -j router zero
pings 10.1.0.2 || fail "allowed again"
expect_like '^00300 +4 +336 allow icmp from any to any$' ipfw -j router show
ipfw -q -j router add 50 count icmp from 10.0.0.1 to { 10.1.0.2 or 10.1.0.0/24 } in
pings 10.1.0.2
expect_like '^00050 +1 +84 count icmp' ipfw -j router show 50
expect_like '^00300 +8 +672 allow' ipfw -j router show 300

expect "Entry 50 cleared." ipfw -j router zero 50
expect_like '^00050 +0 +0 count' ipfw -j router show 50
expect_like '^00300 +8 +672 allow' ipfw -j router show 300
printf 'add 90 allow ip from any to any\0 frob\n' >"$W/nul"
expect_refusal ':1: a byte 0: not a text$' ipfw -j router "$W/nul"
expect_refusal ':1: a byte 0: not a text$' ipfw -j router /dev/zero
expect_refusal '^ipfw: rule 999 not found$' ipfw -j router zero 999
ipfw -q -j router add 60 set 2 count log logamount 2 icmp from any to any
pings 10.1.0.2
ipfw -q -j router set 2 zero
expect_like '^00060 +0 +0 count' ipfw -j router show 60
expect_like '^00300 +12 ' ipfw -j router show 300
expect "Entry 60 logging count reset." ipfw -j router resetlog 60
expect "Logging counts cleared." ipfw -j router resetlog
expect_refusal '^ipfw: rule 999 not found$' ipfw -j router resetlog 999
pings 10.1.0.2 || fail "logged beyond the limit, and let through"

note "default deny, skipto, reject"
ipfw -q -j router flush
pings 10.1.0.2 && fail "default deny"
ipfw -q -j router add 100 skipto 300 icmp from any to any
ipfw -q -j router add 200 reset tcp from any to any 7777
ipfw -q -j router add 300 allow icmp from any to any
pings 10.1.0.2 || fail "skipto"
expect_refusal 'refused|unreach' busybox nc -w 3 10.1.0.2 7777

note "states: both ways, and forgotten with their rule"
ipfw -q -j router flush
ipfw -q -j router add 100 check-state
ipfw -q -j router add 200 allow icmp from 10.0.0.1 to any keep-state
pings 10.1.0.2 || fail "keep-state"
jexec far busybox ping -c 1 -W 1 10.0.0.1 >/dev/null && fail "a new flow from the far side"
expect_like '^## Dynamic rules \([0-9]+\):$' ipfw -d -j router list
expect_like '^00200 \([0-9]+s\) STATE icmp 10.0.0.1 [0-9]+ <-> 10.1.0.2 [0-9]+ :default$' ipfw -D -j router list
ipfw -q -j router delete 200
pings 10.1.0.2 && fail "the states are gone"
expect "00100 check-state :default
65535 deny ip from any to any" ipfw -d -j router list

note "NAT"
ipfw -q -j router flush
jexec far route -q delete default
ipfw -q -j router nat 1 config if epair1a
expect "ipfw nat 1 config if epair1a" ipfw -j router nat show
ipfw -q -j router add nat 1 ip from any to any via epair1a
ipfw -q -j router add allow ip from any to any
eventually pings 10.1.0.2
ipfw -q -j router delete 100
pings 10.1.0.2 && fail "without NAT nothing comes back"

ipfw -q -j router add 800 count tcp from any to any 22,8080 in
expect "00800 count tcp from any to any ssh,8080 in" ipfw -N -j router list 800
expect_refusal '^ipfw: -t: not supported on this system$' ipfw -t -j router list

note "short forms, and a preprocessor"
ipfw -q -j router add 900 deny log ip from any to any in // never
expect "00900 deny log in // never
65535 deny" ipfw -c -j router list 900 65535
expect "00900 deny log // never
65535 deny" ipfw -b -j router list 900 65535
printf 'add NUMBER count ip from any to any\n' >"$W/raw"
ipfw -q -j router -p sed -e s/NUMBER/910/ "$W/raw" || fail "a preprocessor"
expect "00910 count ip from any to any" ipfw -j router list 910
expect_refusal '^ipfw: preprocessor false failed$' ipfw -q -j router -p false "$W/raw"

note "a file, and the host untouched"
printf 'add 100 allow ip from any to any\n# no rule\nadd 200 frob\n' >"$W/rules"
expect_refusal "^ipfw: $W/rules:3: invalid action" ipfw -q -j far "$W/rules"
expect_like '^00100 allow ip from any to any$' ipfw -j far list
expect_status 71 ipfw list
jail -R router && jail -R far
