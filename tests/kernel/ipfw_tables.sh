#!/bin/bash
# ipfw's tables and sets, limits and tags: real packets from the host through a jail that routes, to another.
. "$(dirname "$0")/router.sh"
router() { ipfw -q -j router "$@" || fail "ipfw $*"; }
ifconfig epair0a alias 10.0.0.9/32
jexec far ifconfig epair1b alias 10.1.0.3/32 || fail "far"

note "a table's entries"
expect "" ipfw -j router table hosts create type addr
expect_refusal '^ipfw: Table creation failed: File exists$' ipfw -j router table hosts create
expect "added: 10.0.0.9/32 100" ipfw -j router table hosts add 10.0.0.9 100
expect "added: 10.0.0.0/8 7
added: 10.1.0.0/16 0" ipfw -j router table hosts add 10.0.0.0/8 7 10.1.2.3/16
expect_refusal '^ipfw: Adding record failed: record already exists$' ipfw -j router table hosts add 10.0.0.9
expect_refusal "^ipfw: hostname .*10.0.0.300.* unknown$" ipfw -j router table hosts add 10.0.0.300
expect "10.0.0.0/8 7
10.0.0.9/32 100
10.1.0.0/16 0" ipfw -j router table hosts list
expect "10.0.0.9/32 100" ipfw -j router table hosts lookup 10.0.0.9
expect "10.0.0.0/8 7" ipfw -j router table hosts lookup 10.9.9.9
expect "deleted: 10.1.0.0/16 0" ipfw -j router table hosts delete 10.1.0.0/16
expect_refusal 'record not found' ipfw -j router table hosts delete 10.1.0.0/16
expect_like '^ kindex: 1, type: addr$' ipfw -j router table hosts info
expect_like '^ items: 2, size: ' ipfw -j router table hosts info
expect "added: epair0b 5" ipfw -j router table in add epair0b 5
expect "--- table(hosts), set(0) ---
10.0.0.0/8 7
10.0.0.9/32 100
--- table(in), set(0) ---
epair0b 5" ipfw -j router table all list
expect_refusal 'No such process' ipfw -j router table none list

note "rules that ask it: the narrowest entry's value counts, and what changes counts at once"
router add 100 deny icmp from 'table(hosts,100)' to any
router add 200 allow ip from any to any
passes 10.1.0.2
blocked -I 10.0.0.9 10.1.0.2
router table hosts delete 10.0.0.9
passes -I 10.0.0.9 10.1.0.2
router add 50 deny icmp from any to 'table(gone)' in recv 'table(in)'
passes 10.1.0.2
router table gone add 10.1.0.2
blocked 10.1.0.2
passes 10.1.0.3
router table gone flush
passes 10.1.0.2
router delete 50
router add 60 deny icmp from any to any lookup dst-ip gone
router table gone add 10.1.0.0/24
blocked 10.1.0.3
router table gone delete 10.1.0.0/24
router add 70 deny icmp from any to not 'table(gone)' out
blocked 10.1.0.2
router table gone add 10.1.0.2 4 10.0.0.0/24
router delete 60
passes 10.1.0.2
blocked 10.1.0.3
expect_refusal '^ipfw: failed to destroy table gone: Device busy$' ipfw -j router table gone destroy
before=$(ipfw -j router list)
expect_refusal '^ipfw: table\(in\): has type iface, not addr$' ipfw -j router add allow ip from 'table(in)' to any
expect "$before" ipfw -j router list

note "lines of a file about tables: all at once, up to the one that is wrong"
for i in $(seq 500); do echo "table many add 10.7.$((i / 250)).$((i % 250)) $i"; done >"$W/lines"
router "$W/lines"
[ "$(ipfw -j router table many list | wc -l)" = 500 ] || fail "500 entries"
expect "10.7.1.249/32 499" ipfw -j router table many lookup 10.7.1.249
cat >"$W/lines" <<'LINES'
table many delete 10.7.1.249
add 55 count ip from any to table(many)
table many add 10.8.0.1 1 10.8.0.2 2
-q table many add 10.8.0.1 3
table many add 10.9.0.1/32 10.8.0.2/32 5
table many add 10.9.0.2
LINES
expect_refusal "^ipfw: $W/lines:5: Adding record failed: record already exists$" ipfw -j router "$W/lines"
expect_refusal 'record already exists|Entry not found' ipfw -j router table many lookup 10.9.0.1
expect "10.8.0.1/32 3" ipfw -j router table many lookup 10.8.0.1
expect "10.8.0.2/32 2" ipfw -j router table many lookup 10.8.0.2
expect_refusal 'Entry not found' ipfw -j router table many lookup 10.7.1.249
router delete 55
router table many destroy

note "tables live on when the rules go"
router -f flush
expect "10.0.0.0/24 0
10.1.0.2/32 4" ipfw -j router table gone list
router table gone destroy
expect_refusal 'No such process' ipfw -j router table gone list

note "ports of a table"
router add 100 allow ip from any to any
router add 50 reset tcp from any to me lookup dst-port ports
jexec router busybox nc -l -p 7777 </dev/null >/dev/null 2>&1 &
connects() { busybox nc -w 1 10.0.0.2 7777 </dev/null >/dev/null 2>&1; }
router table ports add 7777
eventually jexec router busybox sh -c 'busybox netstat -ltn | busybox grep -q :7777'
connects && fail "a port of the table"
router table ports flush
connects || fail "no port of the table"

note "sets"
router -f flush
router add 100 set 31 allow ip from any to any
router add 50 set 3 deny icmp from any to 10.1.0.2
router add 60 set 4 deny icmp from any to 10.1.0.3
blocked 10.1.0.2
router set disable 3
passes 10.1.0.2
blocked 10.1.0.3
expect "00060 deny icmp from any to 10.1.0.3
00100 allow ip from any to any
65535 deny ip from any to any" ipfw -j router list
expect "# DISABLED 00050 set 3 deny icmp from any to 10.1.0.2
00060 set 4 deny icmp from any to 10.1.0.3
00100 set 31 allow ip from any to any
65535 set 31 deny ip from any to any" ipfw -j router -S list
expect_like '^disable 3 enable 0 1 2 4 5 ' ipfw -j router set show
router set swap 3 4
blocked 10.1.0.2
passes 10.1.0.3
router set enable 3 disable 4
blocked 10.1.0.3
router set move rule 50 to 3
blocked 10.1.0.2
router set move 3 to 5
expect_like '^00050 set 5 deny' ipfw -j router -S set 5 list
router delete set 5
passes 10.1.0.2
expect_refusal '^ipfw: invalid set number 31$' ipfw -j router set disable 31
router add 40 deny icmp from any to any
router -f flush
passes 10.1.0.2
expect "00100 allow ip from any to any
65535 deny ip from any to any" ipfw -j router list
router delete set 31

note "limit: so many connections of one source"
router add 100 check-state
router add 200 allow tcp from any to me 7000-7009 limit src-addr 2
router add 300 deny tcp from any to me 7000-7009
router add 400 allow ip from any to any
jexec router busybox nc -ll -p 7001 -e busybox sleep 100 >/dev/null 2>&1 &
eventually jexec router busybox sh -c 'busybox netstat -ltn | busybox grep -q :7001'
for fd in 5 6; do eval "exec $fd<>/dev/tcp/10.0.0.2/7001" || fail "connection $fd"; done
timeout 2 bash -c 'exec 7<>/dev/tcp/10.0.0.2/7001' 2>/dev/null && fail "a third connection"
busybox nc -s 10.0.0.9 -w 1 10.0.0.2 7001 </dev/null >/dev/null 2>&1
expect_like '^00200 allow tcp from any to me 7000-7009 limit src-addr 2 :default$' ipfw -j router list
exec 5>&- 6>&-

note "tags; a routing table by rule, which has no routes here"
router -f flush
router add 100 count tag 5 icmp from 10.0.0.9 to any in
router add 200 deny icmp from any to any tagged 1-5
router add 300 allow ip from any to any
passes 10.1.0.2
blocked -I 10.0.0.9 10.1.0.2
router add 150 count untag 5 ip from any to 10.1.0.3
passes -I 10.0.0.9 10.1.0.3
router -f flush
router add 100 setfib 5 icmp from 10.0.0.9 to any in
router add 200 count tag 9 ip from any to any
router add 300 allow ip from any to any
passes 10.1.0.2
blocked -I 10.0.0.9 10.1.0.2
router add 150 setfib 0 ip from any to any
passes -I 10.0.0.9 10.1.0.2

note "two commands at once lose nothing"
router -f flush
jobs=()
count=20
for i in $(seq $count); do
  ipfw -q -j router add $((i * 10)) allow ip from any to any &
  jobs+=($!)
  ipfw -q -j router table t add 192.168.0.$i &
  jobs+=($!)
done
for job in "${jobs[@]}"; do wait "$job" || fail "a command of many"; done
[ "$(ipfw -j router list | wc -l)" = $((count + 1)) ] || fail "rules: $(ipfw -j router list)"
[ "$(ipfw -j router table t list | wc -l)" = $count ] || fail "entries: $(ipfw -j router table t list)"
jail -R router && jail -R far
