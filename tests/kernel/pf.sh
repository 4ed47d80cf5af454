#!/bin/bash
# pf on the host and in jails with a network stack of their own: what pfctl says, and what passes.
. "$(dirname "$0")/pf_router.sh"

note "enabled and disabled"
expect_like '^Status: Disabled' pfctl -j router -s info
expect_refusal '^pfctl: pf not enabled$' pfctl -j router -d
expect_like '^pf enabled$' pfctl -j router -e
expect_refusal '^pfctl: pf already enabled$' pfctl -j router -e
expect_like '^Status: Enabled for 0 days 00:00:0' pfctl -j router -s info
expect "Enabled" pfctl -j router -s Running
ping4 || fail "no rules: all passes"
rules "block all"
ping4 && fail "block all"
expect_like '^pf disabled$' pfctl -j router -d
ping4 || fail "disabled"
pfctl -q -j router -e

note "all or nothing"
expect "block drop all" pfctl -j router -sr
for bad in "pass in foo" "pass all queue q" "scrub in all random-id" "rdr on epair0b proto tcp to port 80 -> 127.0.0.1" "pass from \$x"; do
  printf 'pass all\n%s\n' "$bad" >"$W/pf.conf"
  expect_refusal . pfctl -j router -f "$W/pf.conf"
  expect "block drop all" pfctl -j router -s rules
done
printf "pass\npass all queue q\n" >"$W/pf.conf"
expect_refusal "^$W/pf.conf:2: queue is not supported on Linux$" pfctl -nf "$W/pf.conf"
printf "pass\n" >"$W/pf.conf"
expect "pass all flags S/SA keep state" pfctl -j router -nvf "$W/pf.conf"
ping4 && fail "still blocked"

note "the last match wins, and quick ends"
rules "block all
pass proto icmp"
ping4 || fail "the last match"
rules "pass proto icmp
block all"
ping4 && fail "the last match"
rules "pass quick proto icmp
block all"
ping4 || fail "quick"
expect "pass quick inet proto icmp all keep state
block drop all" pfctl -j router -s rules
rules "block all
pass in on epair0b proto tcp to port 80
pass out on epair1a"
expect "far 80" says 10.1.0.2 80
says 10.1.0.2 81 | grep -q far && fail "port 81"
ping4 && fail "no ICMP"

note "states, in and out apart"
expect_like '^all tcp 10\.1\.0\.2:80 <- 10\.0\.0\.1:[0-9]+       ' pfctl -j router -s states
expect_like '^all tcp 10\.0\.0\.1:[0-9]+ -> 10\.1\.0\.2:80       ' pfctl -j router -ss
rules "block all
pass in on epair0b proto icmp"
ping4 && fail "no way out"
rules "block all
pass in on epair0b proto icmp
pass out on epair1a proto icmp"
ping4 || fail "in and out"
jexec far busybox ping -c 1 -W 1 10.0.0.1 >/dev/null && fail "a new flow from the far side"
rules "block all
pass in on epair0b proto icmp no state
pass out on epair1a proto icmp no state"
ping4 && fail "answers need a state or a rule"

note "counters, of rules and their states"
pfctl -q -j router -F states
rules "block all label blocked
pass proto icmp label ping"
ping4 || fail "ping"
expect_like '^  \[ Evaluations: - +Packets: 4 +Bytes: 336 +States: 2 +\]$' pfctl -j router -vsr
expect_like '^ping - 4 336 2 168 2 168 2$' pfctl -j router -s labels
expect_like '^pf: rule counters cleared$' pfctl -j router -z
expect_like '^ping - 0 0 0 0 0 0 2$' pfctl -j router -s labels

note "states are killed"
expect_like '^killed 2 states from 1 sources and 0 destinations$' pfctl -j router -k 10.0.0.1
expect "" pfctl -j router -s states
ping4
expect_like '^killed 0 states' pfctl -j router -k 10.0.0.1 -k 10.9.9.9
expect_like '^killed 2 states$' pfctl -j router -k label -k ping
ping4
expect_like '^2 states cleared$' pfctl -j router -F states

note "refusals"
rules "set block-policy return
pass
block in proto tcp to port 81
block in proto udp to port 9"
expect_refusal 'refused' busybox nc -w 3 10.1.0.2 81
expect "far 80" says 10.1.0.2 80
rules "block return all
pass quick on epair0b no state"
expect_refusal 'refused' busybox nc -w 3 10.1.0.2 80
rules "set skip on lo0
block return out"
expect_refusal 'refused' jexec router nc -w 3 10.1.0.2 80
expect_refusal . jexec router ping -c 1 -W 1 10.1.0.2

note "tables"
rules "table <good> persist { 10.0.0.0/24, !10.0.0.1 }
pass out
block in
pass in from <good>"
ping4 && fail "all but this one"
expect "   10.0.0.0/24
   !10.0.0.1" pfctl -j router -t good -T show
expect_like '^1/1 addresses deleted\.$' pfctl -j router -t good -T delete '!10.0.0.1'
ping4 || fail "10.0.0.0/24"
expect_like '^2/3 addresses added\.$' pfctl -j router -t good -T add 10.0.0.0/24 2001:db8::/32 fe80::/10
eventually ping6
expect_like '^1/1 addresses match\.$' pfctl -j router -t good -T test 10.0.0.77
expect_status 2 pfctl -q -j router -t good -T test 10.0.1.1
pfctl -q -j router -F states
expect_like '^3 addresses deleted\.$' pfctl -j router -t good -T flush
ping4 && fail "the table is empty"
expect_like '^1 addresses added\.$' pfctl -j router -t good -T replace 0.0.0.0/0
ping4 || fail "0.0.0.0/0"
expect_like '^0/1 addresses expired\.$' pfctl -j router -t good -T expire 3600
rules "table <good> persist
block in
pass in from <good>
pass out"
expect "   0.0.0.0/0" pfctl -j router -t good -T show
expect_refusal '^pfctl: Table does not exist\.$' pfctl -j router -t none -T show
expect_like '^1 table created\.$' pfctl -j router -t new -T add 10.9.9.9
expect "good
new" pfctl -j router -s Tables

# many COUNT NETWORK: addresses in a file.
many() { awk -v count="$1" -v net="$2" 'BEGIN { for (i = 0; i < count; ++i) printf "%s.%d.%d\n", net, i / 250, i % 250 + 1 }' >"$W/many"; }
# replaced COUNT: the milliseconds in which the table has as many other entries.
replaced() {
  many "$1" 10.7 && pfctl -q -j router -t many -T replace -f "$W/many" && many "$1" 10.8 || return 1
  local since=${EPOCHREALTIME/./}
  pfctl -q -j router -t many -T replace -f "$W/many" && echo $(((${EPOCHREALTIME/./} - since) / 1000))
}
few=$(replaced 4000) && more=$(replaced 40000) || fail "many entries"
[ "$more" -lt $((few * 40)) ] || fail "4000 entries take $few ms, 40000 $more"
echo 10.7.0.1 >>"$W/many" && echo 10.7.0.1 >>"$W/many"
expect_like '^1/40002 addresses added\.$' pfctl -j router -t many -T add -f "$W/many"
expect_like '^40001/40002 addresses deleted\.$' pfctl -j router -t many -T delete -f "$W/many"
pfctl -q -j router -t many -T kill

note "who has too much is noted"
rules "table <bad> persist
pass
block in quick from <bad>
pass in on epair0b proto tcp to port 80 keep state (max-src-conn-rate 3/30, overload <bad> flush global)"
for try in 1 2 3 4 5 6; do says 10.1.0.2 80 >/dev/null; done
expect "   10.0.0.1" pfctl -j router -t bad -T show
ping4 && fail "overload"
pfctl -q -j router -t bad -T flush
ping4 || fail "forgiven"

note "anchors"
rules "block all
pass out
anchor \"jails/*\"
anchor here on epair0b { pass in proto tcp to port 80 }"
ping4 && fail "nothing in the anchors yet"
expect "far 80" says 10.1.0.2 80
pfctl -j router -a jails/far -f - <<<"table <who> { 10.0.0.1 }
pass in proto icmp from <who>"
ping4 || fail "jails/far"
expect "  here
  jails" pfctl -j router -s Anchors
expect "pass in inet proto icmp from <who> to any keep state" pfctl -j router -a jails/far -s rules
expect "block drop all
pass out all flags S/SA keep state
anchor \"jails/*\" all
anchor \"here\" on epair0b all" pfctl -j router -s rules
pfctl -q -j router -a jails/far -F all
pfctl -q -j router -F states
ping4 && fail "the anchor is empty"
rules "table <main> { 10.0.0.1 }
block all
pass out
anchor jails/far"
pfctl -j router -a jails/far -f - <<<"pass in from <main>"
ping4 || fail "an anchor asks the main table"
pfctl -q -j router -a jails/far -F all

note "translation"
jexec far route -q delete default
rules "nat on epair1a inet from 10.0.0.0/24 to any -> (epair1a)
pass"
eventually ping4
expect "far 80" says 10.1.0.2 80
expect_like '^all tcp 10\.1\.0\.1:5|6[0-9]+ \(10\.0\.0\.1:[0-9]+\) -> 10\.1\.0\.2:80' pfctl -j router -s states
expect_like '^nat on epair1a inet from 10\.0\.0\.0/24 to any -> \(epair1a\) round-robin$' pfctl -j router -s nat
rules "ext = epair0b
nat on epair1a from 10.0.0.0/24 -> 10.1.0.1 static-port
rdr pass on \$ext inet proto tcp from any to 10.0.0.2 port 8080 -> 10.1.0.2 port 80
block in on \$ext"
expect "far 80" says 10.0.0.2 8080
says 10.0.0.2 80 | grep -q far && fail "only what rdr passes"
rules "nat on epair1a from 10.0.0.0/24 -> 10.1.0.1
rdr on epair0b proto tcp to 10.0.0.2 port 80:81 -> 10.1.0.2 port 82"
expect "far 82" says 10.0.0.2 81
jexec far route -q add default 10.1.0.1
rules "binat on epair0b from 10.1.0.2 to any -> 10.0.0.99
pass"
route -q add -host 10.0.0.99 10.0.0.2
expect "far 80" says 10.0.0.99 80
sleep 3 | busybox nc -l -p 7000 >"$W/from" &
sleep 0.3
jexec far sh -c 'echo hello | nc -w 2 10.0.0.1 7000'
eventually grep -q hello "$W/from"
expect_like '^all tcp 10\.0\.0\.99:[0-9]+ \(10\.1\.0\.2:[0-9]+\) -> 10\.0\.0\.1:7000 ' pfctl -j router -s states

note "scrub"
rules "scrub in on epair0b max-mss 1000 no-df
pass"
expect "far 80" says 10.1.0.2 80
expect_like '^  \[ Evaluations: - +Packets: [1-9]' pfctl -j router -vsr

note "IPv6"
rules "block return in inet6 proto tcp to port 81
block in inet6 proto ipv6-icmp icmp6-type echoreq
pass in inet6 proto tcp to port 80"
expect "far 80" says 2001:db8:1::2 80
expect_refusal 'refused' busybox nc -w 3 2001:db8:1::2 81
ping6 && fail "echoreq"
rules "pass"
eventually ping6

note "what is written while pf is disabled ends no connection"
jexec far nc -ll -p 90 -e cat >/dev/null 2>&1 &
eventually sh -c 'echo | busybox nc -w 1 10.1.0.2 90 >/dev/null'
ipfw -q add 100 check-state && ipfw -q add 200 allow tcp from any to any setup keep-state
ipfw -q add 300 deny tcp from any to any && ipfw -q add 400 allow ip from any to any
exec {one}<>/dev/tcp/10.1.0.2/90
echo before >&$one && read -r -t 2 -u $one answer && [ "$answer" = before ] || fail "no answer before"
pfctl -q -f - <<<"pass" && pfctl -q -t some -T add 10.9.9.9
echo after >&$one && read -r -t 2 -u $one answer && [ "$answer" = after ] || fail "a connection ended"
exec {one}>&-
ipfw -q -f flush && ipfw -q add 400 allow ip from any to any

note "the host's own, beside ipfw, and gone"
pfctl -q -e -f - <<<"set skip on lo0
block out proto icmp
pass out proto tcp"
ping4 && fail "the host's pf"
expect "far 80" says 10.1.0.2 80
ipfw -q add 100 check-state && ipfw -q add 200 allow tcp from any to any keep-state
expect "far 80" says 10.1.0.2 80
expect_like '^rules cleared$' pfctl -F all
pfctl -q -d
ipfw -q -f flush && ipfw -q add 100 allow ip from any to any
ping4 || fail "all gone"

note "many at once lose nothing"
rules 'anchor "jails/*"'
jobs=()
for i in $(seq 10); do
  pfctl -q -j router -a "jails/j$i" -f - <<<"pass in proto tcp to port 80$i" &
  jobs+=($!)
  pfctl -q -j router -t hosts -T add 192.168.0.$i &
  jobs+=($!)
done
for job in "${jobs[@]}"; do wait "$job" || fail "a pfctl of many"; done
for i in $(seq 10); do expect_like "^pass in .* port = 80$i" pfctl -j router -a "jails/j$i" -sr; done
[ "$(pfctl -j router -t hosts -T show | wc -l)" = 10 ] || fail "entries: $(pfctl -j router -t hosts -T show)"

note "service pf"
own_etc
printf 'pf_enable="YES"\npf_rules="%s"\n' "$W/rules" >/etc/rc.conf
printf 'block out proto icmp\n' >"$W/rules"
expect "Enabling pf." service pf start
ping4 && fail "service pf start"
expect_like '^Status: Enabled' service pf status
printf 'pass all foo\n' >"$W/rules"
expect_refusal 'syntax error' service pf reload
ping4 && fail "a bad file leaves the rules"
printf 'pass\n' >"$W/rules"
expect_like 'Reloading pf rules' service pf reload
ping4 || fail "service pf reload"
expect "Disabling pf." service pf stop
jail -R router far
