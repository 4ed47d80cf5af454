#!/bin/bash
# cellblock network draw: who is connected to whom, as the kernel says.
. "$(dirname "$0")/../replay/lib.sh"
need jail jls jexec cellblock ip busybox jq
need_bsd
mkdir -p "$W/root/bin"
cp "$(command -v busybox)" "$W/root/bin/busybox"
ldd "$W/root/bin/busybox" >/dev/null 2>&1 && skip "busybox is not static"
cat >"$W/jail.conf" <<CONF
path = "$W/root"; persist; vnet;
web { net.bridge = br0; net.address = "10.78.0.5/24", "fd00:78::5/64"; }
db { net.bridge = br0; net.address = "10.78.0.6/24"; net.interface = lan0; }
lone { }
other { }
CONF
draw() { cellblock network draw "$@"; }
# is WANTED JQ: what the filter makes of the JSON of all.
is() { draw --json >"$W/json" && expect "$1" jq -r "$2" "$W/json" || fail "draw --json"; }

note "without any jail: the host"
expect_like '^host$' draw
jail -q -f "$W/jail.conf" -c || fail "jail -c"
ip addr add 10.78.0.1/24 dev br0
ip link add em0 type veth peer name em0b
ip addr add 10.9.0.1/24 dev em0
jail -c name=plain path="$W/root" persist ip4.addr="em0|10.9.0.7/32" || fail "plain"

note "cables between jails with the same numbers of interfaces"
bsd() { cellblock bsd "$@"; }
bsd ifconfig epair0 create >/dev/null || fail "epair0"
bsd ifconfig epair0a vnet lone || fail "epair0a"
bsd ifconfig epair0b vnet other || fail "epair0b"
jexec lone /bin/busybox ip addr add 10.0.0.1/30 dev epair0a
jexec other /bin/busybox ip addr add 10.0.0.2/30 dev epair0b

note "a tree"
tree=$(draw) || fail "draw"
echo "$tree"
has() { grep -qE "$1" <<<"$tree" || fail "no line like '$1'"; }
has '^├─ br0 \(bridge\) +10\.78\.0\.1/24 '
has '^│  (├|└)─ web +- +eth0 of jail web 10\.78\.0\.5/24 fd00:78::5/64 +[0-9]'
has '^│  (├|└)─ db +- +lan0 of jail db 10\.78\.0\.6/24 '
has 'em0 .*10\.9\.0\.7/32 \(plain\)'
has '^└─ epair0a \(down\) +10\.0\.0\.1/30 +epair0b of jail other 10\.0\.0\.2/30 '
[ "$(grep -c epair0b <<<"$tree")" = 1 ] || fail "a cable is drawn twice"

note "JSON"
is eth0 '.stacks[] | select(.name == "host") | .interfaces[] | select(.name == "web") | .peer.interface'
is br0 '.stacks[] | select(.name == "host") | .interfaces[] | select(.name == "db") | .bridge'
is 'lone epair0a' '.stacks[] | select(.name == "other") | .interfaces[] | select(.name == "epair0b") | .peer | "\(.stack) \(.interface)"'
is plain '.stacks[0].interfaces[] | select(.name == "em0") | .addresses[] | select(.address == "10.9.0.7/32") | .jails[0]'

note "traffic"
sent() { draw web --json | jq '.stacks[] | select(.name == "web") | .interfaces[] | select(.name == "eth0") | ."out-packets"'; }
was=$(sent)
jexec web /bin/busybox ping -qc 3 -i 0.1 -W 5 10.78.0.6 >/dev/null || fail "ping"
[ "$(sent)" -ge $((was + 3)) ] || fail "three packets are not counted: $was, then $(sent)"
cellblock network draw br0 --every 1 >"$W/live" &
drawer=$!
eventually grep -qE '/s +[0-9.]+[KM]?/s$' "$W/live"
kill -TERM $drawer
wait $drawer || fail "--every, interrupted: status $?"

note "one bridge, one jail, one network by name"
tree=$(draw br0); has 'web'; ! grep -qE 'em0|epair|lone' <<<"$tree" || fail "more than br0: $tree"
tree=$(draw db); has 'lan0'; ! grep -q 'eth0' <<<"$tree" || fail "more than db: $tree"
own_etc
mkdir -p /etc/cellblock
echo 'lan { bridge = br0; }' >/etc/cellblock/networks.conf
expect_like 'lan0 of jail db' draw lan

note "dot"
tree=$(draw --dot); has '^graph network \{$'; has '"host/br0" -- "web" \[label="web - eth0\\n10.78.0.5/24'; has '"lone" -- "other"'

note "translation of addresses"
bsd ipfw -q nat 1 config if em0 || fail "ipfw nat"
bsd ipfw -q add nat 1 ip from any to any via em0 || fail "ipfw add nat"
bsd ipfw -q add allow ip from any to any || fail "ipfw add allow"
tree=$(draw); has '^(├|└)─ NAT +ipfw .*masquerade'
bsd ifconfig tap9 create || fail "tap9"
tree=$(draw --dot); has '"host" -- "host/tap9"'; has '"host/NAT" \[shape=note, label="NAT\\nipfw .*masquerade'

note "bad input"
expect_refusal '^cellblock: network: nowhere: neither a network or bridge that is there nor a jail' draw nowhere
expect_refusal '^usage: cellblock network' draw --every 0
expect_refusal '^usage: cellblock network' draw --dot --json
expect_refusal '^usage: cellblock network' draw a b
