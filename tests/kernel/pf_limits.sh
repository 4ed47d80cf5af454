#!/bin/bash
# The words of pf.conf, each on packets: limits of states, what has no way back, refusals, scrub, and what there isn't.
. "$(dirname "$0")/pf_router.sh"
# blocked PORT: of the far side, from here.
blocked() { [ -z "$(timeout 1 busybox nc "${2:-10.1.0.2}" "$1" </dev/null 2>&1)" ] || fail "port $1 of ${2:-10.1.0.2} is not silent"; }
# packets LABEL: how many the rules with it have seen.
packets() { pfctl -j router -s labels | awk -v label="$1" '$1 == label { sum += $3 } END { print sum + 0 }'; }
# from ADDRESS DESTINATION: a ping with that source, whatever becomes of it.
from() { busybox ping -c 1 -W 1 -I "$1" "$2" >/dev/null 2>&1; }
# udp_says REGEX HOST: what comes back when something is sent to its port 9.
udp_says() { grep -qE "$1" <<<"$(bash -c "exec 3<>/dev/udp/$2/9; echo x >&3; read -t 2 -u 3" 2>&1)"; }
udp_refused() { udp_says refused "$1"; }
# unreachables: how many answers of that kind have come here.
unreachables() { awk '$1 == "Icmp:" { if (++row == 1) { for (i = 1; i <= NF; ++i) if ($i == "InDestUnreachs") at = i } else print $at }' /proc/net/snmp; }
# refused REGEX TEXT: the router's rules can't be these.
refused() { printf '%s\n' "$2" >"$W/refused" && expect_refusal "$1" pfctl -j router -f "$W/refused"; }
forget() { pfctl -q -j router -F states; }
pfctl -q -j router -e
for port in 90 92; do jexec far nc -ll -p $port -e cat >/dev/null 2>&1 & done
for i in 11 12; do ifconfig epair0a alias 10.0.0.$i/32; done

note "limits of states"
for limit in max max-src-states; do
  rules "pass
pass in on epair0b inet proto icmp keep state ($limit 2)"
  from 10.0.0.1 10.1.0.2 && from 10.0.0.1 10.1.0.2 || fail "$limit: two"
  from 10.0.0.1 10.1.0.2 && fail "$limit: a third"
  pfctl -q -j router -a other -f /dev/null
  from 10.0.0.1 10.1.0.2 && fail "$limit: a third after a change elsewhere"
  if [ $limit = max ]; then from 10.0.0.11 10.1.0.2 && fail "max: another source"; else from 10.0.0.11 10.1.0.2 || fail "max-src-states: another source"; fi
  forget
  eventually from 10.0.0.1 10.1.0.2  # the kernel counts anew once in a jiffy at most
done
rules "table <bad> persist
pass
pass in on epair0b proto tcp keep state (max-src-conn 2, overload <bad>)"
exec {one}<>/dev/tcp/10.1.0.2/90 {two}<>/dev/tcp/10.1.0.2/90 || fail "no connection to hold"
expect "" pfctl -j router -t bad -T show
blocked 80
expect "   10.0.0.1" pfctl -j router -t bad -T show
exec {one}>&- {two}>&-
forget
pfctl -q -j router -t bad -T flush
rules "table <bad> persist
pass
pass in on epair0b proto tcp to port 90 keep state (max-src-conn-rate 1/60, overload <bad> flush)
block in quick proto tcp from <bad>"
exec {one}<>/dev/tcp/10.1.0.2/90 {two}<>/dev/tcp/10.1.0.2/92
echo before >&$one && read -r -t 2 -u $one answer && [ "$answer" = before ] || fail "no answer before"
blocked 90
echo after >&$one && read -r -t 1 -u $one answer && fail "flush: a state of the rule goes on"
echo other >&$two && read -r -t 2 -u $two answer && [ "$answer" = other ] || fail "flush: another rule's state ended"
exec {one}>&- {two}>&-
forget
pfctl -q -j router -t bad -T flush

# A state that overload has ended stays so, whatever is done to the table then.
begin_overload() {
  rules "table <bad> persist
block in
pass out
block in quick from <bad>
pass in on epair0b proto tcp to port 90 keep state (max-src-conn 2, overload <bad> flush global)"
  exec {one}<>/dev/tcp/10.1.0.2/90 {two}<>/dev/tcp/10.1.0.2/90
  echo before >&$one && read -r -t 2 -u $one answer && [ "$answer" = before ] || fail "no answer before"
  blocked 90
  expect_like '^   10\.0\.0\.1$' pfctl -j router -t bad -T show
}
end_overload() {
  echo after >&$one && read -r -t 1 -u $one answer && fail "$1: a state that was ended goes on"
  exec {one}>&- {two}>&-
  forget
  pfctl -q -j router -t bad -T flush
}
begin_overload
expect_like '^1/1 addresses added\.$' pfctl -j router -t bad -T add 192.0.2.1
expect "   10.0.0.1
   192.0.2.1" pfctl -j router -t bad -T show
end_overload "-T add"
begin_overload
pfctl -q -j router -t bad -T replace 10.0.0.1
end_overload "-T replace"
begin_overload
pfctl -q -j router -t bad -T delete 10.0.0.1
expect "" pfctl -j router -t bad -T show
end_overload "-T delete"
begin_overload
rules "table <bad> persist { 192.0.2.1 }
block in
pass out
pass in on epair0b proto tcp to port 90 keep state (max-src-conn 2, overload <bad> flush global)"
expect "   192.0.2.1" pfctl -j router -t bad -T show
end_overload "-f"

note "how long states last"
rules "set timeout { tcp.established 1000, udp.first 500, icmp.first 20 }
pass"
forget
exec {one}<>/dev/tcp/10.1.0.2/90 {two}<>/dev/udp/10.1.0.2/9
echo x >&$two
ping4 && ping6
for seconds in 00:16:[0-4] 00:08:[0-2] '00:00:([01][0-9]|20)'; do expect_like "^   expires in $seconds" pfctl -j router -vs states; done
expect_like '^tcp.established +1000s$' pfctl -j router -s timeouts
pfctl -q -j router -t other -T add 10.9.9.9
echo >&$one
expect_like '^   expires in 00:16:[0-4]' pfctl -j router -vs states
rules "set optimization aggressive
pass"
expect_like '^tcp.established +18000s$' pfctl -j router -s timeouts
rules "pass"
expect_like "^icmp.first +$(cat /proc/sys/net/netfilter/nf_conntrack_icmp_timeout)s\$" pfctl -j router -s timeouts
exec {one}>&- {two}>&-

note "what has no way back, and what comes the wrong way"
forget
ifconfig epair0a alias 172.31.9.9/32 && ifconfig epair0a alias 10.1.0.77/32 && route -q add -net 172.30.0.0/16 10.0.0.2
rules "antispoof quick for { lo0, epair1a } label spoofed
block in quick on epair0b inet from no-route to any label lost
block in quick on epair0b inet from any to no-route label nowhere
block in quick on epair0b inet from urpf-failed to any label wrong
pass"
jexec router busybox ping -c 1 -W 1 127.0.0.1 >/dev/null || fail "antispoof for lo0"
from 172.31.9.9 10.1.0.2 && fail "from no-route"
from 10.0.0.1 172.30.0.1 && fail "to no-route"
from 10.1.0.77 10.1.0.2 && fail "antispoof"
[ "$(packets lost) $(packets nowhere) $(packets spoofed) $(packets wrong)" = "1 1 1 0" ] || fail "no-route, antispoof: $(pfctl -j router -s labels)"
from 10.0.0.1 10.1.0.2 || fail "neither"
rules "block in quick on epair0b inet from urpf-failed to any label wrong"
from 10.1.0.77 10.1.0.2 && fail "urpf-failed"
[ "$(packets wrong)" = 1 ] || fail "urpf-failed: $(pfctl -j router -s labels)"
from 10.0.0.1 10.1.0.2 || fail "urpf-failed: what comes the right way"

note "block return answers UDP"
for of in ipv4/icmp_ratelimit ipv6/icmp/ratelimit; do jexec router sh -c "echo 0 >/proc/sys/net/$of" && echo 0 >/proc/sys/net/$of || fail "$of"; done
rules "block return in on epair0b proto udp"
udp_refused 10.1.0.2 || fail "block return in"
udp_refused 2001:db8:1::2 || fail "block return in, IPv6"
rules "block return out on epair1a proto udp"
udp_refused 10.1.0.2 || fail "block return out"
udp_refused 2001:db8:1::2 || fail "block return out, IPv6"
for alone in "block return" "block return
pass in proto tcp to port 22" "block return-icmp"; do
  rules "$alone"
  for host in 10.0.0.2 2001:db8::2 10.1.0.2 2001:db8:1::2; do udp_refused $host || fail "$alone: $host"; done
done
rules "pass in
block return out"
for host in 10.1.0.2 2001:db8:1::2; do udp_refused $host || fail "block return out alone: $host"; done
pfctl -q -e -f - <<<"block return"
for host in 10.1.0.2 2001:db8:1::2; do udp_refused $host || fail "the host's own block return: $host"; done
pfctl -q -d && pfctl -q -F all

note "a code of ICMP's is not ICMPv6's, and ICMP isn't answered"
rules "block return-icmp(filter-prohib) in"
udp_says 'No route' 10.1.0.2 || fail "return-icmp(filter-prohib)"
udp_refused 2001:db8:1::2 || fail "return-icmp(filter-prohib), IPv6"
rules "block return-icmp6(admin-unr) in"
udp_says 'Permission denied' 2001:db8:1::2 || fail "return-icmp6(admin-unr)"
udp_refused 10.1.0.2 || fail "return-icmp6(admin-unr), IPv4"
before=$(unreachables)
rules "block return-icmp in proto icmp"
ping4 && fail "block return-icmp in proto icmp"
rules "block return-icmp
block drop proto tcp"  # what was cut off before may still be sending
ping4 && fail "block return-icmp"
[ "$(unreachables)" = "$before" ] || fail "a ping was answered: $before, $(unreachables)"
udp_refused 10.1.0.2 && [ "$(unreachables)" -gt "$before" ] || fail "the answers aren't counted"

rules "block return-icmp(port-unr) in on epair0b inet proto tcp to port 80
block return-icmp6(port-unr) in on epair0b inet6 proto tcp to port 80
block return in on epair0b proto icmp"
expect_refusal refused busybox nc -w 3 10.1.0.2 80
expect_refusal refused busybox nc -w 3 2001:db8:1::2 80
ping4 && fail "ICMP isn't answered"

note "scrub"
forget
ttl() { busybox ping -c 1 -W 1 "$1" | grep -oE 'ttl=[0-9]+'; }
rules "pass"
[ "$(ttl 10.1.0.2) $(ttl 2001:db8:1::2)" = "ttl=63 ttl=63" ] || fail "no scrub: $(ttl 10.1.0.2)"
rules "scrub out on epair0b min-ttl 200"
[ "$(ttl 10.1.0.2) $(ttl 2001:db8:1::2)" = "ttl=200 ttl=200" ] || fail "min-ttl: $(ttl 10.1.0.2) $(ttl 2001:db8:1::2)"
rules "no scrub out on epair0b proto icmp
scrub out on epair0b min-ttl 200"
[ "$(ttl 10.1.0.2)" = ttl=63 ] || fail "no scrub: $(ttl 10.1.0.2)"
rules "match out on epair0b scrub (min-ttl 100)
match out on epair0b inet proto icmp scrub (min-ttl 150)"
[ "$(ttl 10.1.0.2) $(ttl 2001:db8:1::2)" = "ttl=150 ttl=100" ] || fail "match scrub: $(ttl 10.1.0.2) $(ttl 2001:db8:1::2)"
jexec router ifconfig epair1a mtu 1000 && jexec far ifconfig epair1b mtu 1000
rules "scrub in on epair0b no-df"
busybox ping -c 1 -W 1 -s 1200 10.1.0.2 >/dev/null || fail "no-df"
rules "pass"
busybox ping -c 1 -W 1 -s 1201 10.1.0.2 >/dev/null && fail "without no-df"
jexec router ifconfig epair1a mtu 1500 && jexec far ifconfig epair1b mtu 1500
if command -v ss >/dev/null; then
  rules "scrub out on epair0b max-mss 500"
  exec {one}<>/dev/tcp/10.1.0.2/90
  grep -qE ' mss:(500|488) ' <<<"$(ss -tin dst 10.1.0.2 dport = 90)" || fail "max-mss: $(ss -tin dst 10.1.0.2)"
  exec {one}>&-
fi

note "each is named that isn't there"
while read -r words; do
  refused 'is not supported on Linux' "$words"
done <<'END'
pass out route-to (epair1a 10.1.0.2)
pass in reply-to (epair0b 10.0.0.1)
pass in dup-to (epair0b 10.0.0.1)
pass in keep state (if-bound)
pass in keep state (max-src-nodes 3)
pass in modulate state
pass in synproxy state
pass in allow-opts
pass in fragment
pass in tos 4
pass in os Linux
pass in rtable 1
pass in queue q
pass in proto tcp scrub (max-mss 1000)
scrub in all random-id
scrub in all reassemble tcp
scrub in all set-tos lowdelay
scrub in all fragment crop
set timeout interval 60
set timeout { tcp.first 20, other.first 30 }
set timeout adaptive.start 6000
set limit states 1000
set optimization fast
set state-policy if-bound
set loginterface epair0b
set fingerprints "/etc/pf.os"
set keepcounters
block log (all) in
rdr on epair0b proto tcp to port 80 -> 127.0.0.1
altq on epair0b
ether pass
END

note "killed in the midst: the old rules or the new, and whole"
for i in $(seq 2000); do echo "pass in proto tcp to port $i"; done >"$W/many"
for wait in 0.01 0.02 0.04 0.06 0.08 0.1 0.15 0.2 0.3; do
  rules "block all"
  timeout -s KILL $wait pfctl -q -j router -f "$W/many"
  count=$(pfctl -j router -s rules | wc -l)
  [ "$count" = 1 ] || [ "$count" = 2000 ] || fail "killed after $wait s: $count rules"
done
rules "pass"
ping4 || fail "after all that"
jail -R router far
