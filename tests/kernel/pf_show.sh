#!/bin/bash
# What pfctl shows and ends: figures in FreeBSD's form where the kernel has them, and a name for each word that isn't there.
. "$(dirname "$0")/pf_router.sh"
pfctl -q -j router -e
rules "set skip on lo0
table <here> persist const { 10.0.0.0/24, 2001:db8::/64 }
table <empty> persist
nat on epair1a inet proto tcp from 10.0.0.0/24 to any port 81 -> 10.1.0.1
block in label none
pass in on epair0b from <here> label in
pass out on epair1a label out"
says 10.1.0.2 80 >/dev/null
says 10.1.0.2 81 >/dev/null
ping4

note "-s"
for name in tcp.first tcp.opening tcp.established tcp.closing tcp.finwait tcp.closed udp.first udp.single udp.multiple icmp.first icmp.error other.first; do
  expect_like "^$name +[0-9]+s$" pfctl -j router -s timeouts
done
expect_like '^states        (hard limit +[0-9]+|unlimited)$' pfctl -j router -s memory
expect_like '^table-entries unlimited$' pfctl -j router -s memory
expect "all
epair0b
epair1a
lo0" pfctl -j router -s Interfaces
expect "lo0 (skip)" pfctl -j router -s Interfaces -v -i lo0
expect "empty
here" pfctl -j router -s Tables
expect_like '^cpa-r--	here$' pfctl -j router -v -s Tables
expect_like '^-pa----	empty$' pfctl -j router -v -s Tables
expect_like '^	Addresses:   2$' pfctl -j router -v -s Tables
expect_like '^Status: Enabled for 0 days 00:00:[0-9]{2} +Debug: Urgent$' pfctl -j router -s info
expect_like '^  current entries +6 +$' pfctl -j router -s info
expect_like '^in - [0-9]+ [0-9]+ [0-9]+ [0-9]+ [0-9]+ [0-9]+ 3$' pfctl -j router -s labels
expect_like '^  \[ Evaluations: - +Packets: [1-9][0-9]* +Bytes: [1-9][0-9]* +States: 0 +\]$' pfctl -j router -v -s nat
expect_like '^@1 pass in on epair0b from <here> to any flags S/SA keep state label "in"$' pfctl -j router -vv -s rules
expect_like '^   expires in [0-9:]{8}, rule [12]$' pfctl -j router -v -s states
pfctl -j router -s all >"$W/all" || fail "-s all"
expect "TRANSLATION RULES:
FILTER RULES:
STATES:
INFO:
LABEL COUNTERS:
TIMEOUTS:
LIMITS:
TABLES:" grep -E '^[A-Z ]+:$' "$W/all"
for word in Sources queue osfp ether creatorids; do
  expect_refusal "^pfctl: -s $word is not supported on Linux$" pfctl -j router -s $word
done
expect_refusal "^pfctl: Unknown show modifier 'nonsense'$" pfctl -j router -s nonsense

note "from inside the jail"
expect "$(pfctl -j router -s rules)" jexec router pfctl -s rules
echo 'pass label "from inside"' | jexec router pfctl -a own -f - || fail "pfctl in the jail"
expect 'pass all flags S/SA keep state label "from inside"' pfctl -j router -a own -s rules

note "states end"
expect_like '^killed 0 states from 1 sources and 1 destinations$' pfctl -j router -k 0.0.0.0/0 -k 10.9.9.9
expect_like '^killed 6 states from 1 sources and 0 destinations$' pfctl -j router -k 10.0.0.0/24
expect_like '^  current entries +0 +$' pfctl -j router -s info
ping4
ping6
expect_like '^killed 2 states from 1 sources and 1 destinations$' pfctl -j router -k ::/0 -k 2001:db8:1::2
expect_like '^killed 2 states$' pfctl -j router -k label -k in
expect_refusal '^pfctl: no label specified$' pfctl -j router -k label
expect_refusal '^pfctl: no IP address found for here$' pfctl -j router -k here
for word in id gateway key; do expect_refusal "^pfctl: -k $word is not supported on Linux$" pfctl -j router -k $word -k 1; done

note "other options"
expect_refusal '^pfctl: -K is not supported on Linux$' pfctl -j router -K 10.0.0.1
for option in A g m M P r; do expect_refusal "^pfctl: -$option is not supported on Linux$" pfctl -j router -$option -s rules; done
expect_refusal '^pfctl: -x loud is not supported on Linux$' pfctl -j router -x loud
expect_refusal '^pfctl: -o profile is not supported on Linux$' pfctl -j router -o profile -s rules
expect_refusal '^pfctl: -i without -s Interfaces is not supported on Linux$' pfctl -j router -i lo0 -s rules
expect_refusal '^usage: pfctl ' pfctl -w
for word in queue Sources osfp Reset; do expect_refusal "^pfctl: -F $word is not supported on Linux$" pfctl -j router -F $word; done
expect_refusal '^pfctl: -a jails/\* with what isn.t -s is not supported on Linux$' pfctl -j router -a 'jails/*' -F rules
expect_refusal '^pfctl: -T reset is not supported on Linux$' pfctl -j router -t here -T reset
expect_refusal '^pfctl: Operation not permitted\.$' pfctl -j router -t here -T add 10.9.9.9
expect_like '^2 tables deleted\.$' pfctl -j router -F Tables
jail -R router far
