#!/bin/bash
# A jail with cables to several bridges: net.* and net.IF.*, each changed on its own by jail -m.
. "$(dirname "$0")/../replay/lib.sh"
need jail jls jexec ip busybox nft
need_bsd
PATH=$build/libexec/cellblock/bsd:$PATH
own_root "$W/root"
cat >"$W/jail.conf" <<CONF
path = "$W/root"; persist; vnet; mount.procfs;
router { net.bridge = lan; net.address = "10.81.0.1/24"; net.wan.bridge = wan; net.wan.address = "10.82.0.1/24", "fd00:82::1/64"; net.wan.mac = "02:00:00:00:00:81"; }
inside { net.bridge = lan; net.address = "10.81.0.2/24"; net.gateway = "10.81.0.1"; }
outside { net.bridge = wan; net.address = "10.82.0.2/24", "fd00:82::2/64"; net.gateway = "10.82.0.1"; }
devmachine-0017 { net.bridge = lan; net.address = "10.81.0.17/24"; net.eth1.bridge = wan; net.eth1.address = "10.82.0.17/24"; net.eth1.isolated; }
CONF
conf() { jail -q -f "$W/jail.conf" "$@"; }
pings() { box "$1" ping -c 1 -W 2 "$2" >/dev/null 2>&1; }
before=$(seen)

note "a jail that routes between two bridges"
conf -c || fail "jail -c"
expect_like '^default via 10\.81\.0\.1 dev eth0' box inside ip route
expect_like '02:00:00:00:00:81' box router ip link show wan
expect_like 'master lan' ip -o link show router
expect_like 'master wan' ip -o link show router.wan
pings router 10.81.0.2 && pings router 10.82.0.2 && pings router fd00:82::2 || fail "router reaches nobody"
jexec router sysctl -q net.inet.ip.forwarding=1
pings inside 10.82.0.2 || fail "through the router"

note "a name that is too long for both is cut, the same at every start"
near=$(ip -o link show type veth | sed 's/^[0-9]*: //; s/@.*//' | grep '^devmac....\.eth1$') || fail "no end of devmachine-0017's"
[ "${#near}" = 15 ] || fail "$near"
expect_like 'isolated on' ip -d -o link show "$near"

note "bad input: one line, nothing changed"
refused() {
  local wanted=$1 was said
  shift
  was=$(seen; jls name)
  said=$(jail -c path="$W/root" persist vnet "$@" 2>&1) && fail "$*: succeeded"
  [ "$said" = "jail: $wanted" ] || fail "$*: said '$said', wanted 'jail: $wanted'"
  [ "$(seen; jls name)" = "$was" ] || fail "$*: something changed"
}
refused 'net.wan.address: 10.82.0.2: jail outside has it' name=x net.bridge=lan net.wan.bridge=wan net.wan.address=10.82.0.2/24
refused 'net.wan.address: 10.82.0.300/24: not an address of a jail'"'"'s' name=x net.bridge=lan net.wan.bridge=wan net.wan.address=10.82.0.300/24
refused 'net.wan.bridge: router: an interface, but not a bridge' name=x net.bridge=lan net.wan.bridge=router
refused 'net.wan: wan: another cable'"'"'s name' name=x net.bridge=lan net.interface=wan net.wan.bridge=wan

note "one of them changes, the other goes on"
box outside nc -l -p 7000 -e busybox cat >/dev/null 2>&1 &
eventually box outside sh -c 'busybox netstat -ltn | busybox grep -q :7000'
coproc box router sh -c '{ echo one; read go; echo two; } | busybox nc 10.82.0.2 7000'
read -r -t 5 line <&"${COPROC[0]}" && [ "$line" = one ] || fail "no connection"
expect "" jail -m name=router net.bridge=lan net.address=10.81.0.9/24
echo >&"${COPROC[1]}"
read -r -t 5 line <&"${COPROC[0]}" && [ "$line" = two ] || fail "the connection by the other cable ended"
pings inside 10.81.0.9 || fail "the new address"
expect "" jail -m name=router net.wan.bridge=
expect_refusal 'does not exist|can.t find' ip -o link show router.wan
expect_like 'master lan' ip -o link show router
expect_refusal '' box router ip link show wan
expect "" jail -m name=router net.wan.bridge=wan net.wan.address=10.82.0.1/24 net.wan.mac=02:00:00:00:00:81 net.third.bridge=third net.third.address=10.83.0.1/24
pings outside 10.82.0.1 || fail "the cable that came back"
expect_like 'master third' ip -o link show router.third

note "a default route by another cable is not taken away"
expect "" jail -m name=router net.bridge=lan net.address=10.81.0.9/24 net.gateway=10.81.0.2
expect_refusal '^jail: net.wan.gateway: 10.82.0.2: the jail has one for IPv4 by another interface$' \
  jail -m name=router net.wan.bridge=wan net.wan.address=10.82.0.1/24 net.wan.gateway=10.82.0.2
expect_like '^default via 10\.81\.0\.2 dev eth0' box router ip route

note "an address, a gateway and a port move from one cable to another at once, and back"
quiet() { "$@" >"$W/out" 2>&1 || fail "$*: $(cat "$W/out")"; }
lan="net.bridge=lan net.address=10.81.0.40/24" wan="net.wan.bridge=wan net.wan.address=10.82.0.40/24"
jail -c path="$W/root" persist vnet name=mover mount.procfs $lan net.gateway=10.81.0.2 net.forward=7999:80 $wan || fail "jail -c mover"
quiet jail -m name=mover $lan $wan net.wan.gateway=10.82.0.2 net.wan.forward=7999:80
expect_like '^default via 10\.82\.0\.2 dev wan' box mover ip route
expect_like '7999.*10\.82\.0\.40|10\.82\.0\.40.*80' nft list table inet cellblock
quiet nft list table inet cellblock
! grep -q '10.81.0.40' "$W/out" || fail "left: $(cat "$W/out")"
quiet jail -m name=mover $lan net.gateway=10.81.0.2 net.forward=7999:80 $wan
expect_like '^default via 10\.81\.0\.2 dev eth0' box mover ip route
swap=(-m name=mover net.bridge=lan net.address=10.82.0.40/24 net.wan.bridge=lan net.wan.address=10.81.0.40/24)
note "at whichever step that fails, it has what it had"
state_of() {
  { box mover ip -o addr; box mover ip route; ip -o link show type veth | grep ' mover'; nft list table inet cellblock; } |
    sed -E 's/^[0-9]+: //; s/@if[0-9]+//g; s/valid_lft.*//; s/link.ether.*//; /inet6 fe80/d' | sort
}
was=$(state_of)
failed=0
for step in $(seq 16); do
  if CELLBLOCK_FAIL_AT=$step "$build/tests/faults/bin/jail" "${swap[@]}" >"$W/out" 2>&1; then
    quiet jail -m name=mover $lan net.gateway=10.81.0.2 net.forward=7999:80 $wan
  else
    failed=$((failed + 1))
    [ "$(wc -l <"$W/out")" = 1 ] || fail "step $step: $(cat "$W/out")"
  fi
  is=$(state_of)
  [ "$is" = "$was" ] || fail "step $step, $(cat "$W/out"): $(diff <(echo "$was") <(echo "$is"))"
done
[ $failed -gt 4 ] || fail "only $failed steps failed"
quiet jail "${swap[@]}"
expect_like '10\.82\.0\.40/24' box mover ip -o -4 addr show eth0
expect_like '10\.81\.0\.40/24' box mover ip -o -4 addr show wan
expect_like 'master lan' ip -o link show mover.wan
quiet jail -m name=mover net.bridge= net.eth0.bridge=lan net.eth0.address=10.81.0.41/24
expect_like '10\.81\.0\.41/24' box mover ip -o -4 addr show eth0
jail -R mover || fail "jail -R mover"

note "a network of networks.conf for the second alone"
mkdir -p "$W/etc" /etc/cellblock && mount --bind "$W/etc" /etc/cellblock
echo 'store { address = 10.84.0.1/24; }' >/etc/cellblock/networks.conf
jail -c path="$W/root" persist vnet name=both net.bridge=lan net.address=10.81.0.30/24 net.eth1.network=store net.eth1.address=auto || fail "net.eth1.network"
expect_like '^default via 10\.84\.0\.1 dev eth1' box both ip route
expect_like 'master store' ip -o link show both.eth1
expect_refusal '^jail: net.eth1.network: none: there is none of that name$' jail -c path="$W/root" persist vnet name=x net.bridge=lan net.eth1.network=none
jail -R both || fail "jail -R both"

note "kill -9 of a jail's process 1 leaves none of its cables"
keeper=$(keeper_of router)
[ -n "$keeper" ] || fail "no keeper of router in the journal"
kill -9 "$keeper"
gone() { jls >/dev/null; ! ip -o link show | grep -qE ' (router|router\.wan|router\.third|third)[@:]'; }
eventually gone

note "all gone"
conf -r '*' || fail "jail -r"
[ "$(seen)" = "$before" ] || fail "left: $(seen)"
