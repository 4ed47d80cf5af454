#!/bin/bash
# The words of pf.conf, each on packets: tags, anchors, parts of a file, translation.
. "$(dirname "$0")/pf_router.sh"
# passes PORT, blocked PORT: of the far side, from here.
passes() { [ "$(says "${2:-10.1.0.2}" "$1")" = "far $1" ] || fail "port $1 of ${2:-10.1.0.2}"; }
blocked() { [ -z "$(timeout 1 busybox nc "${2:-10.1.0.2}" "$1" </dev/null 2>&1)" ] || fail "port $1 of ${2:-10.1.0.2} is not silent"; }
# from ADDRESS DESTINATION: a ping with that source, whatever becomes of it.
from() { busybox ping -c 1 -W 1 -I "$1" "$2" >/dev/null 2>&1; }
# translated: the addresses to which nat has led connections, each once.
translated() { pfctl -j router -s states | grep -oE '[0-9.]+(:[0-9]+)? \(10\.0\.0\.[0-9]+(:[0-9]+)?\) ->' | cut -d' ' -f1 | cut -d: -f1 | sort -u | xargs; }
# refused REGEX TEXT: the router's rules can't be these.
refused() { printf '%s\n' "$2" >"$W/refused" && expect_refusal "$1" pfctl -j router -f "$W/refused"; }
forget() { pfctl -q -j router -F states; }
pfctl -q -j router -e

note "tags: the last wins, whoever decides"
rules "block all
pass in on epair0b tag ALL
pass in on epair0b proto tcp to port 80 tag WEB
pass out on epair1a tagged WEB"
passes 80
blocked 81
rules "block all
pass in on epair0b tag ALL
pass in on epair0b proto tcp to port 80 tag WEB
pass out on epair1a tagged ALL"
blocked 80
passes 81
rules "block all
pass in on epair0b proto tcp to port 80:81 tag SEEN
pass in on epair0b
pass out on epair1a tagged SEEN"
passes 80
blocked 82
rules "block all
block in on epair0b proto tcp to port 80 tag SEEN
pass in on epair0b proto tcp
pass out on epair1a ! tagged SEEN"
blocked 80
passes 81
rules "rdr on epair0b proto tcp to 10.0.0.2 port 8080 tag LED -> 10.1.0.2 port 82
block all
pass in on epair0b tagged LED
pass out on epair1a tagged LED"
[ "$(says 10.0.0.2 8080)" = "far 82" ] || fail "a tag of rdr"
blocked 82

note "anchors: from files, of translation, below each other"
echo 'pass in proto tcp to port 81' >"$W/web"
rules "block all
pass out
anchor web
load anchor web from \"$W/web\""
passes 81
blocked 80
echo 'pass in proto tcp to port' >"$W/web"
refused "^$W/web:1: syntax error" "load anchor web from \"$W/web\""
expect_like '^pass in .* port = 81 ' pfctl -j router -a web -s rules
rules 'nat-anchor "jails/*"
rdr-anchor "jails/*"
block in on epair0b
anchor "jails/*"'
pfctl -q -j router -a jails/far -f - <<<"rdr on epair0b proto tcp to 10.0.0.2 port 8080 -> 10.1.0.2 port 80
nat on epair1a inet proto tcp from 10.0.0.0/24 to any -> 192.0.2.9
pass in on epair0b proto tcp to port 80"
[ "$(says 10.0.0.2 8080)" = "far 80" ] || fail "rdr in an anchor"
[ "$(translated)" = 192.0.2.9 ] || fail "nat in an anchor: $(pfctl -j router -s states)"
expect 'rdr on epair0b inet proto tcp from any to 10.0.0.2 port = 8080 -> 10.1.0.2 port http
nat on epair1a inet proto tcp from 10.0.0.0/24 to any -> 192.0.2.9' pfctl -j router -a jails/far -s nat
expect 'block drop in on epair0b all
anchor "jails/*" all {
  anchor "far" all {
    pass in on epair0b proto tcp from any to any port = http flags S/SA keep state
  }
}' pfctl -j router -a '*' -s rules
expect_like '^rules cleared$' pfctl -j router -a jails/far -F all
forget
[[ $(says 10.0.0.2 8080) == *far* ]] && fail "the anchor is empty"
refused 'anchor a leads to itself' 'anchor a { anchor "/a"
}'
expect_refusal "anchor name 'a|b' is empty, too long or has wrong characters" pfctl -j router -a 'a|b' -f /dev/null
expect_refusal "cannot be modified from the command line" pfctl -j router -a _1 -f /dev/null
expect_refusal "wrong characters" pfctl -j router -a $'a\nb' -f /dev/null
deep=pass
for i in $(seq 12); do deep="anchor a$i { $deep
}"; done
rules "block
$deep"
passes 80

rules "block
${deep/pass/pass no state}"
passes 80

note "a jail's own rules come and go with it"
cat >"$W/jail.conf" <<END
path = "$W/root";
exec.created = "echo 'pass out proto tcp to port 80' | pfctl -q -a jails/\$name -f -";
exec.release = "pfctl -q -a jails/\$name -F all";
web { persist; }
END
pfctl -q -e -f - <<<'set skip on lo0
block out proto tcp to 10.1.0.2
anchor "jails/*"'
blocked 80
jail -q -f "$W/jail.conf" -c web || fail "jail -c web"
passes 80
blocked 81
jail -q -f "$W/jail.conf" -r web || fail "jail -r web"
expect "" pfctl -s Anchors
blocked 80
pfctl -q -F all && pfctl -q -d

note "parts of a file"
rules "nat on epair1a inet proto tcp from 10.0.0.0/24 to any -> 192.0.2.1
table <t> persist { 10.9.9.9 }
pass"
printf 'set skip on lo0\ntable <t> persist { 10.8.8.8 }\nnat on epair1a inet from 10.0.0.0/24 to any -> 192.0.2.2\nblock all\n' >"$W/pf.conf"
pfctl -j router -N -f "$W/pf.conf" || fail "-N"
passes 80
[ "$(translated)" = 192.0.2.2 ] || fail "-N: $(translated)"
pfctl -q -j router -z && ping4
pfctl -j router -N -f "$W/pf.conf" && pfctl -j router -O -f /dev/null || fail "-N, -O"
expect_like '^  .* Packets: [1-9].*States: [1-9]' pfctl -j router -vs rules
expect "pass all flags S/SA keep state" pfctl -j router -s rules
expect "   10.9.9.9" pfctl -j router -t t -T show
pfctl -q -j router -T load -f "$W/pf.conf" || fail "-T load"
expect "   10.8.8.8" pfctl -j router -t t -T show
passes 81
pfctl -j router -O -f "$W/pf.conf" || fail "-O"
expect "lo0 (skip)" sh -c "pfctl -j router -v -s Interfaces | grep skip"
passes 82
pfctl -j router -R -f "$W/pf.conf" || fail "-R"
expect "block drop all" pfctl -j router -s rules
blocked 80

note "pools of addresses"
for i in 11 12 13 14 15 16 17 18; do ifconfig epair0a alias 10.0.0.$i/32; done
rules "nat on epair1a inet from 10.0.0.0/24 to any -> { 192.0.2.1, 192.0.2.2 } round-robin"
for try in 1 2; do passes 80; done
[ "$(translated)" = "192.0.2.1 192.0.2.2" ] || fail "round-robin: $(translated)"
for how in "source-hash key" sticky-address; do
  forget
  rules "nat on epair1a inet from 10.0.0.0/24 to any -> { 192.0.2.1, 192.0.2.2, 192.0.2.3 } $how"
  for try in 1 2 3 4; do passes 80; done
  [ "$(translated | wc -w)" = 1 ] || fail "$how: one source, $(translated)"
  for i in 11 12 13 14 15 16 17 18; do from 10.0.0.$i 10.1.0.2 || fail "$how: 10.0.0.$i"; done
  [ "$(translated | wc -w)" -gt 1 ] || fail "$how: many sources"
done
forget
rules "nat on epair1a inet from 10.0.0.0/24 to any -> 192.0.0.0/16 sticky-address"
for port in 80 81 82; do passes $port; done
[ "$(translated | wc -w)" = 1 ] || fail "a large network, sticky-address: $(translated)"
for to in 10.1.0.2 10.1.0.1; do from 10.0.0.1 $to; done
[ "$(translated | wc -w)" = 1 ] || fail "a large network, sticky-address, to others: $(translated)"
forget
rules "nat on epair1a inet from 10.0.0.0/24 to any -> 192.0.2.0/24 bitmask"
passes 80
[ "$(translated)" = 192.0.2.1 ] || fail "bitmask: $(translated)"
jexec far ifconfig epair1b alias 10.1.0.3/32
forget
rules "rdr on epair0b inet proto tcp to 10.0.0.2 port 8080 -> { 10.1.0.2, 10.1.0.3 } port 82 random
pass"
for try in $(seq 20); do says 10.0.0.2 8080; done >"$W/said"
[ "$(sort "$W/said" | uniq -c | xargs)" = "20 far 82" ] || fail "random: $(sort -u "$W/said")"
[ "$(pfctl -j router -s states | grep -oE '10\.1\.0\.[0-9]:82 \(10' | sort -u | wc -l)" = 2 ] || fail "random: $(pfctl -j router -s states)"
rules "nat on epair1a -> epair1a"
passes 80
passes 80 2001:db8:1::2
[ "$(translated)" != "" ] || fail "nat -> epair1a: $(pfctl -j router -s states)"

note "what is translated has a state, whether or not a rule keeps one"
forget
rules "nat on epair1a inet from 10.0.0.0/24 to any -> 192.0.2.1
rdr on epair0b inet proto tcp to 10.0.0.2 port 8080 -> 10.1.0.2 port 80
block in on epair1a"
passes 80
blocked 80 2001:db8:1::2
rules "nat on epair1a inet from 10.0.0.0/24 to any -> 192.0.2.1
pass out on epair1a no state
block in on epair1a"
passes 80

note "a gateway as people write it"
forget
rules 'ext_if = "epair1a"
int_if = "epair0b"
localnet = $int_if:network
services = "{ http, 82 }"
table <jails> persist { 10/8 }
set block-policy return
set limit { table-entries 400000 }
scrub in on $ext_if all fragment reassemble
set skip on lo
nat on $ext_if from <jails> to any -> ($ext_if:0)
rdr on $int_if inet proto tcp from any to ($int_if) port 8080 -> 10.1.0.2 port 80
block all
antispoof for $ext_if
pass in on $int_if inet proto { icmp, udp } from { lo0, $localnet } to any keep state
pass in on $int_if proto tcp from $int_if:network to any port $services flags S/SA keep state
pass out quick on $ext_if inet from ($ext_if:0) to any'
passes 80
[[ $(says 10.1.0.2 81) == *refused* ]] || fail "port 81 is not refused"
[ "$(says 10.0.0.2 8080)" = "far 80" ] || fail "rdr to (\$int_if)"
ping4 || fail "ICMP"
[ "$(translated)" = 10.1.0.1 ] || fail "nat -> (\$ext_if:0): $(translated)"
forget
rules "nat on epair1a inet from ! (epair1a) to any -> (epair1a)"
passes 80
[ "$(translated)" = 10.1.0.1 ] || fail "nat from ! (epair1a): $(translated)"

note "rdr of a range of ports"
forget
for how in "8080:8082 -> 10.1.0.2 port 80:82" "8080:8082 -> 10.1.0.2 port 80:*" "8080:8082 -> { 10.1.0.2, 10.1.0.3 } port 80:82"; do
  rules "rdr on epair0b inet proto tcp to 10.0.0.2 port $how"
  for port in 80 81 82; do expect "far $port" says 10.0.0.2 80$port; done
done
rules "rdr on epair0b inet proto tcp to 10.0.0.2 port 80:82 -> 10.1.0.2 port 80:82
rdr on epair0b inet6 proto tcp to 2001:db8::2 port 8080:8082 -> 2001:db8:1::2 port 80:82"
for port in 80 81 82; do
  expect "far $port" says 10.0.0.2 $port
  expect "far $port" says 2001:db8::2 80$port
done
refused 'another number of ports' "rdr on epair0b inet proto tcp to 10.0.0.2 port 8080:8082 -> 10.1.0.2 port 80:81"

note "nat pass, no nat, no rdr"
forget
rules "no nat on epair1a proto tcp to port 81
nat pass on epair1a inet from 10.0.0.0/24 to any -> 192.0.2.1
no rdr on epair0b proto tcp to port 8081
rdr pass on epair0b inet proto tcp to 10.0.0.2 port 8080:8081 -> 10.1.0.2 port 80
pass
block out on epair1a proto tcp to port 80:82"
passes 80
blocked 81
[ "$(says 10.0.0.2 8080)" = "far 80" ] || fail "rdr pass"
[[ $(says 10.0.0.2 8081) == *far* ]] && fail "no rdr"

note "IPv6: nat, rdr, binat"
jexec far route -q delete -6 default
rules "nat on epair1a inet6 from 2001:db8::/64 to any -> 2001:db8:1::1
rdr on epair0b inet6 proto tcp to 2001:db8::2 port 8080 -> 2001:db8:1::2 port 81"
passes 80 2001:db8:1::2
[ "$(says 2001:db8::2 8080)" = "far 81" ] || fail "rdr inet6"
expect_like '^all tcp 2001:db8:1::2\[81\] \(2001:db8::2\[8080\]\) <- 2001:db8::1\[' pfctl -j router -s states
jexec far route -q add -6 default 2001:db8:1::1
rules "binat on epair0b inet6 from 2001:db8:1::/64 to any -> 2001:db8:9::/64"
route -q add -6 -net 2001:db8:9::/64 2001:db8::2
passes 80 2001:db8:9::2
expect_like '^all ipv6-icmp 2001:db8:9::2.* \(2001:db8:1::2.*-> 2001:db8::1' sh -c "jexec far busybox ping -6 -c 1 -W 1 2001:db8::1 >/dev/null; pfctl -j router -s states"
jail -R router far
