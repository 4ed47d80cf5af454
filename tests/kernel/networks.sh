#!/bin/bash
# net.*: jails on a bridge without a line of shell.
. "$(dirname "$0")/../replay/lib.sh"
need jail jls jexec ip busybox
need_bsd
mkdir -p "$W/root/bin"
cp "$(command -v busybox)" "$W/root/bin/busybox"
ldd "$W/root/bin/busybox" >/dev/null 2>&1 && skip "busybox is not static"
cat >"$W/jail.conf" <<CONF
path = "$W/root"; persist; vnet; net.bridge = "br0";
web { net.address = "10.78.0.5/24", "fd00:78::5/64"; net.gateway = "10.78.0.1", "fd00:78::1"; }
db { net.address = "10.78.0.6/24", "fd00:78::6/64"; net.interface = "lan0"; net.mac = "02:00:00:00:00:06"; }
same { net.address = "10.78.0.5/24"; }
CONF
conf() { jail -f "$W/jail.conf" "$@"; }
before=$(seen)

note "two jails and the host reach each other"
expect_like 'web: created' conf -c web
expect_like 'db: created' conf -c db
expect_like 'UP' ip -o link show br0
ip addr add 10.78.0.1/24 dev br0
ip addr add fd00:78::1/64 dev br0 nodad
expect_like ' 0% packet loss' box web ping -c 1 -W 5 10.78.0.6
expect_like ' 0% packet loss' box db ping -c 1 -W 5 10.78.0.5
expect_like ' 0% packet loss' box web ping -c 1 -W 5 fd00:78::6
expect_like ' 0% packet loss' box web ping -c 1 -W 5 10.78.0.1
expect_like ' 0% packet loss' box web ping -c 1 -W 5 127.0.0.1
expect_like ' 0% packet loss' busybox ping -c 1 -W 5 10.78.0.5
expect_like ' 0% packet loss' busybox ping -c 1 -W 5 fd00:78::6
expect_like '^default via 10\.78\.0\.1 dev eth0' box web ip route
expect_like '^default via fd00:78::1 dev eth0' box web ip -6 route
expect_like '02:00:00:00:00:06' box db ip link show lan0
expect_like 'master br0' ip -o link show web

note "the hardware address is the same at every start"
hardware=$(box web cat /sys/class/net/eth0/address 2>/dev/null || box web ip link show eth0 | sed -n 's/.*ether \([^ ]*\).*/\1/p')
[ -n "$hardware" ] || fail "web has no hardware address"
expect_like 'web: created' conf -rc web
expect_like "$hardware" box web ip link show eth0

note "an address from a server on the bridge"
if busybox --list | grep -x udhcpd >/dev/null; then
  printf 'start 10.78.0.100\nend 10.78.0.109\ninterface br0\nlease_file %s/leases\noption subnet 255.255.255.0\noption router 10.78.0.1\n' "$W" >"$W/udhcpd.conf"
  touch "$W/leases"
  busybox udhcpd -f "$W/udhcpd.conf" >"$W/udhcpd.log" 2>&1 &
  server=$!
  mkdir -p "$W/root/etc"
  echo 'asker { path = "'"$W/root"'"; persist; vnet; net.bridge = br0; net.address = dhcp; net.interface = lan0; }' >"$W/dhcp.conf"
  expect_like 'asker: created' jail -f "$W/dhcp.conf" -c asker
  expect_like 'inet 10\.78\.0\.10[0-9]/24' jexec asker /bin/busybox ip addr show lan0
  expect_like 'default via 10\.78\.0\.1 ' jexec asker /bin/busybox ip route
  expect "" jail -c name=other path="$W/root" persist vnet net.bridge=br0 net.address=dhcp net.interface=lan0
  expect_like 'inet 10\.78\.0\.10[0-9]/24' jexec other /bin/busybox ip addr show lan0
  expect "" jail -r other
  expect_like 'asker: removed' jail -f "$W/dhcp.conf" -r asker
  kill $server
fi

# refused LINE SETTINGS...: one line, nothing changed.
refused() {
  local wanted=$1 was said
  shift
  was=$(seen; jls name)
  said=$(jail -c path="$W/root" persist vnet "$@" 2>&1) && fail "$*: succeeded"
  [ "$said" = "jail: $wanted" ] || fail "$*: said '$said', wanted 'jail: $wanted'"
  [ "$(seen; jls name)" = "$was" ] || fail "$*: something changed: $(diff <(echo "$was") <(seen; jls name))"
}
note "isolated jails reach the host and others, not each other"
for name in apart1 apart2; do
  jail -c name=$name path="$W/root" persist vnet net.bridge=br0 net.isolated net.address=10.78.0.${name#apart}1/24 || fail "$name"
done
expect_like ' 0% packet loss' box apart1 ping -c 1 -W 5 10.78.0.1
expect_like ' 0% packet loss' box apart1 ping -c 1 -W 5 10.78.0.5
expect_refusal ' 100% packet loss' box apart1 ping -c 1 -W 1 10.78.0.21
expect "" jail -m name=apart2 net.bridge=br0 net.address=10.78.0.21/24
expect_like ' 0% packet loss' box apart1 ping -c 1 -W 5 10.78.0.21
jail -R apart1 && jail -R apart2 || fail "removal"
! ip -o link show | grep -E ' apart[12][@:]' || fail "removal leaves a cable"

note "a bridge of jails gets the host's address with the jail that asks for it"
expect_like 'created|^$' jail -q -c name=asks path="$W/root" persist vnet net.bridge=br0 net.address=10.79.0.2/24 net.bridge.address=10.79.0.1/24
expect_like ' 0% packet loss' box asks ping -c 1 -W 5 10.79.0.1
jail -R asks || fail "jail -R asks"

note "bad input"
ip link add plain type veth peer name plainb
ip link add small mtu 1400 type bridge
refused 'net.address: 10.78.0.5: jail web has it' name=x net.bridge=br0 net.address=10.78.0.5/24
refused 'net.address: 10.78.0.1: bridge br0 has it' name=x net.bridge=br0 net.address=10.78.0.1/24
refused 'net.bridge: plain: an interface, but not a bridge' name=x net.bridge=plain
refused 'net.bridge: an interface of the host is named plain already' name=plain net.bridge=br0
refused "name: a_long_name_for_1: an interface's name has 15 characters at most" name=a_long_name_for_1 net.bridge=br0
refused 'net.mac: 02:00: not a hardware address' name=x net.bridge=br0 net.mac=02:00
refused 'net.mtu: 70000: not from 68 to 65535' name=x net.bridge=br0 net.mtu=70000
refused 'net.mtu: 1500: bridge small has 1400' name=x net.bridge=small net.mtu=1500
refused "net.address: 10.78.0.255/24: the network's broadcast address" name=x net.bridge=br0 net.address=10.78.0.255/24
refused "net.address: 10.78.0.0/24: the network's own address" name=x net.bridge=br0 net.address=10.78.0.0/24
refused "net.bridge.address: 10.78.0.9/24: the jail's own address" name=x net.bridge=br0 net.address=10.78.0.9/24 net.bridge.address=10.78.0.9/24
refused 'net.network: none: not together with net.bridge' name=x net.bridge=br0 net.network=none net.address=10.78.0.9/24
refused 'net.gateway: 10.1.0.1: in no network of net.address' name=x net.bridge=br0 net.address=10.78.0.9/24 net.gateway=10.1.0.1
refused 'net.bridge: missing: net.* say all that the cable is to be' name=x net.mtu=1400
expect_refusal '^jail: same: net.address: 10.78.0.5: jail web has it$' conf -c same
ip link del plain

note "jail -m: other addresses where they are"
end_of() { ip -o link show "$1" | cut -d: -f1; }
index=$(end_of web)
sed 's/10.78.0.5/10.78.0.55/; s/fd00:78::5/fd00:78::55/; s/"10.78.0.1", //' "$W/jail.conf" >"$W/other.conf"
mkfifo "$W/open" && exec 9<>"$W/open"  # an end of input would end the connection
box db nc -l -p 7000 <&9 >"$W/heard" &
listener=$!
eventually eval 'cellblock bsd sockstat -j db -l | grep -q :7000'
{ echo before; eventually test -e "$W/changed"; echo after; } | box web nc -w 10 fd00:78::6 7000 &
eventually grep -q before "$W/heard"
sed -i 's/fd00:78::55/fd00:78::5/' "$W/other.conf"
expect_like 'web: updated' jail -f "$W/other.conf" -m web
touch "$W/changed"
wait $listener
[ "$(cat "$W/heard")" = "before
after" ] || fail "a connection from an address that stayed was cut: $(cat "$W/heard")"
[ "$(end_of web)" = "$index" ] || fail "another cable"
expect_like ' 0% packet loss' busybox ping -c 1 -W 5 10.78.0.55
! box web ip addr | grep -q '10\.78\.0\.5/' || fail "the old address is still there"
! box web ip route | grep -q default || fail "the old route is still there"
expect_like 'web: updated' conf -m web
expect_like '^default via 10\.78\.0\.1 dev eth0' box web ip route
expect_like ' 0% packet loss' busybox ping -c 1 -W 5 10.78.0.5
expect_like 'web: updated' conf -m web
[ "$(end_of web)" = "$index" ] || fail "another cable"

note "jail -m leaves the routes that the jail's root has made"
routed() { nsenter -t "$(keeper_of web)" -n ip "$@"; }
routed route add default via 10.78.0.9 metric 50
sed 's/"10.78.0.1", //' "$W/jail.conf" >"$W/gateway.conf"
expect_like 'web: updated' jail -f "$W/gateway.conf" -m web
routed route >"$W/out"
! grep -q 'via 10.78.0.1 ' "$W/out" || fail "the old route is still there"
expect_like '^default via 10\.78\.0\.9 .*metric 50' routed route
expect_like 'web: updated' conf -m web
routed route del default via 10.78.0.9 metric 50

note "the host listens to no router in a jail"
for file in ipv6/conf/br0/accept_ra ipv6/conf/br0/accept_redirects ipv4/conf/br0/accept_redirects; do expect 0 cat /proc/sys/net/$file; done

note "jail -m: another bridge, none, and one again"
expect "" jail -m name=web net.bridge=br1 net.address=10.81.0.5/24 net.interface=out0
expect_like 'master br1' ip -o link show web
expect_like '10\.81\.0\.5/24' box web ip addr show out0
expect "" jail -m name=web net.bridge=
! ip -o link show web 2>/dev/null || fail "the cable is still there"
! ip -o link show br1 2>/dev/null || fail "br1 is still there"
expect "" jail -m name=web net.bridge=
expect_like 'web: updated' conf -m web
expect_like 'master br0' ip -o link show web
expect_like ' 0% packet loss' busybox ping -c 1 -W 5 10.78.0.5

# has: the host's interfaces and the jail's addresses. The state of a new cable follows by itself, a moment later.
has() { seen; box web ip addr show eth0 | grep -E '^ +(inet|link)' | sed 's/ tentative//'; }
# unchanged LINE SETTINGS...: one line, the jail keeps what it has.
unchanged() {
  local wanted=$1 was is said
  shift
  was=$(has)
  said=$(jail -m name=web "$@" 2>&1) && fail "$*: succeeded"
  [ "$said" = "jail: $wanted" ] || fail "$*: said '$said', wanted 'jail: $wanted'"
  is=$(has)
  [ "$is" = "$was" ] || fail "$*: something changed: $(diff <(echo "$was") <(echo "$is"))"
}
unchanged 'net.address: 10.78.0.6: jail db has it' net.bridge=br0 net.address=10.78.0.6/24
box web ip link add own0 type veth peer name own1 || fail "own0"
unchanged 'net.interface: own0: the jail has an interface of that name' net.bridge=br0 net.interface=own0
unchanged 'net.bridge: missing: net.* say all that the cable is to be' net.mtu=1400
unchanged 'net.mtu: 1500: bridge small has 1400' net.bridge=small net.mtu=1500
unchanged 'net.address: needs a bridge, and net.bridge is empty' net.bridge= net.address=10.78.0.9/24
unchanged 'net.address: dhcp: only a restart of the jail asks a server' net.bridge=br0 net.address=dhcp
ip link del small

note "removal leaves nothing, and the bridge goes with the last jail"
conf -r web >/dev/null || fail "jail -r web"
expect_like 'UP' ip -o link show br0
conf -r db >/dev/null || fail "jail -r db"
[ "$(seen)" = "$before" ] || fail "left: $(diff <(echo "$before") <(seen))"

note "a bridge of the host's stays, and lends its MTU"
ip link add br0 mtu 1400 type bridge
ip link set br0 up
conf -c web >/dev/null || fail "jail -c web"
expect_like 'mtu 1400' box web ip link show eth0
conf -r web >/dev/null || fail "jail -r web"
expect_like 'br0' ip -o link show br0
ip link del br0

note "jail -R, and kill -9 of process 1"
conf -c web >/dev/null || fail "jail -c web"
jail -R web || fail "jail -R web"
[ "$(seen)" = "$before" ] || fail "left: $(diff <(echo "$before") <(seen))"
conf -c web >/dev/null || fail "jail -c web"
kill -9 "$(awk '/^run/ { sub(".*keeper=", ""); sub(":.*", ""); pid = $0 } END { print pid }' /run/cellblock/journal)"
is_clean() { jls >/dev/null; [ "$(seen)" = "$before" ]; }
eventually is_clean || fail "left: $(diff <(echo "$before") <(seen))"

note "a hundred jails"
{ echo "path = \"$W/root\"; persist; vnet; net.bridge = br0;"
  for i in $(seq 100); do echo "n$i { net.address = \"10.79.0.$i/16\", \"fd00:79::$i/64\"; }"; done; } >"$W/many.conf"
jail -q -f "$W/many.conf" -c || fail "a hundred jails"
[ "$(ip -o link show master br0 | wc -l)" = 100 ] || fail "ports: $(ip -o link show master br0 | wc -l)"
ip addr add 10.79.1.1/16 dev br0
ip addr add fd00:79::ffff/64 dev br0 nodad
for i in $(seq 100); do
  busybox ping -qc 1 -W 5 10.79.0.$i >/dev/null && busybox ping -qc 1 -W 5 "fd00:79::$i" >/dev/null || fail "n$i does not answer"
done
expect_like ' 0% packet loss' box n1 ping -c 1 -W 5 10.79.0.100
jail -q -f "$W/many.conf" -r '*' || fail "removal of a hundred"
[ "$(seen)" = "$before" ] || fail "left: $(diff <(echo "$before") <(seen))"

note "networks with a name"
own_etc
mkdir -p /etc/cellblock
cat >/etc/cellblock/networks.conf <<CONF
lan { bridge = brlan; isolated; address = 10.80.0.1/24, fd00:80::1/64; mtu = 1400; pool = 10.80.0.100-10.80.0.101; }
plain { }
CONF
cat >"$W/lan.conf" <<CONF
path = "$W/root"; persist; vnet; net.network = lan; net.address = auto;
one { }
two { }
three { }
fixed { net.address = "10.80.0.7/24"; net.gateway = "10.80.0.9"; }
none { net.network = wan; }
CONF
lan() { jail -f "$W/lan.conf" "$@"; }
address() { box "$1" ip -4 -o addr show eth0 | sed 's/.*inet \([^ ]*\).*/\1/'; }
expect_like 'one: created' lan -c one
expect_like 'two: created' lan -c two
expect_like 'inet 10.80.0.1/24 brd 10.80.0.255' ip addr show brlan
expect_like 'mtu 1400' box one ip link show eth0
expect_like '^default via 10\.80\.0\.1 dev eth0' box one ip route
expect_like '^default via fd00:80::1 dev eth0' box one ip -6 route
expect_like ' 0% packet loss' box one ping -c 1 -W 5 10.80.0.1
expect_refusal ' 100% packet loss' box one ping -c 1 -W 1 "$(address two | cut -d/ -f1)"
expect_like ' 0% packet loss' box one ping -c 1 -W 5 fd00:80::1
was=$(address one)
case "$was $(address two)" in
"10.80.0.100/24 10.80.0.101/24" | "10.80.0.101/24 10.80.0.100/24") ;;
*) fail "addresses of the pool: $was $(address two)" ;;
esac
expect_like 'one: created' lan -rc one
[ "$(address one)" = "$was" ] || fail "one had $was, and has $(address one)"
expect_like 'one: updated' lan -m one
expect_refusal '^jail: three: net.address: 10.80.0.100-10.80.0.101/24: all are taken$' lan -c three
expect_refusal '^jail: none: net.network: wan: there is none of that name$' lan -c none
jls -j three >/dev/null 2>&1 && fail "three runs"
expect_like 'fixed: created' lan -c fixed
expect_like '^default via 10\.80\.0\.9 dev eth0' box fixed ip route
expect_like '^lan +brlan +up +3 +10\.80\.0\.1/24 fd00:80::1/64$' cellblock network
expect_like '^plain +plain +down +0 +-$' cellblock network list
expect_like "^one +one +$was fd00:80::" cellblock network show lan
expect_like '"name":"lan","bridge":"brlan","state":"up","jails":3' cellblock network --json
expect_refusal 'network: wan: there is none of that name' cellblock network show wan
expect "" cellblock network check
lan -r '*' >/dev/null || fail "removal"
[ "$(seen)" = "$before" ] || fail "left: $(diff <(echo "$before") <(seen))"
note "a network without a jail, until it is stopped"
expect "lan: started" cellblock network start lan
expect "" cellblock network start lan
expect_like 'inet 10.80.0.1/24' ip addr show brlan
jls >/dev/null && cellblock doctor --repair >/dev/null
expect_like '^lan +brlan +up +0 ' cellblock network list
expect_like 'one: created' lan -c one
expect_refusal '^cellblock: network lan: bridge: brlan: jail one is on it$' cellblock network stop lan
expect_like 'one: removed' lan -r one
expect_like 'inet 10.80.0.1/24' ip addr show brlan
expect "lan: stopped" cellblock network stop
[ "$(seen)" = "$before" ] || fail "left: $(diff <(echo "$before") <(seen))"
ip link add plain type bridge
expect_refusal '^cellblock: network plain: bridge: plain: an interface of that name is there, and stays as it is$' cellblock network start plain
ip link del plain
expect_refusal '^cellblock: network: wan: there is none of that name$' cellblock network start wan
echo 'other { address = 10.80.0.9/25; }' >>/etc/cellblock/networks.conf
cellblock network check 2>/dev/null && fail 'a bad file is good'
expect_refusal 'network: nothing started: /etc/cellblock/networks.conf has faults$' cellblock network start lan
! ip link show brlan >/dev/null 2>&1 || fail "lan was started"
expect_refusal 'networks.conf: other: address: 10.80.0.9/25: overlaps 10.80.0.1/24 of lan$' lan -c none
