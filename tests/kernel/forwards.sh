#!/bin/bash
# net.nat and net.forward: jails that reach the world with the host's address, and are reached by ports of the host's.
. "$(dirname "$0")/../replay/lib.sh"
need ip busybox
busybox_root "$W/root"
cp "$build/tests/probe" "$W/root/bin/" || skip "the probe is not built"
tables() { ! command -v nft >/dev/null || nft list tables; }

# Two hosts in the world, good 192.0.2.2 and bad 198.51.100.2. They know no way to the jails' networks.
world() { # NAME NETWORK4 NETWORK6
  ip netns add "$1" && ip link add "to$1" type veth peer name eth0 netns "$1" || fail "host $1"
  ip addr add "$2.1/24" dev "to$1" && ip addr add "$3::1/64" dev "to$1" nodad && ip link set "to$1" up
  ip -n "$1" addr add "$2.2/24" dev eth0 && ip -n "$1" addr add "$3::2/64" dev eth0 nodad && ip -n "$1" link set lo up
  ip -n "$1" link set eth0 up && ip -n "$1" route add default via "$2.1" && ip -n "$1" route add default via "$3::1"
  ip -n "$1" route add unreachable 10.0.0.0/8 && ip -n "$1" route add unreachable fd00::/8
}
world good 192.0.2 2001:db8:1
world bad 198.51.100 2001:db8:2

# Who answers, and whom it sees: "web 192.0.2.2".
mkdir -p "$W/root/www/cgi-bin"
cat >"$W/root/www/cgi-bin/who" <<'CGI'
#!/bin/sh
who=${REMOTE_ADDR#[} who=${who%]}
echo
echo "$(hostname) ${who#::ffff:}"
CGI
chmod +x "$W/root/www/cgi-bin/who"
serve() { echo "/bin/busybox httpd -p $1 -h /www"; }
for name in good bad; do ip netns exec $name chroot "$W/root" $(serve 80) || fail "server of $name"; done
ask() { timeout 5 busybox wget -qO- "http://$1/cgi-bin/who" 2>&1; }
ask_from() { local from=$1; shift; ip netns exec "$from" timeout 5 busybox wget -qO- "http://$1/cgi-bin/who" 2>&1; }
jail_asks() { box "$1" timeout 5 busybox wget -qO- "http://$2/cgi-bin/who" 2>&1; }
cat >"$W/jail.conf" <<CONF
path = "$W/root"; persist; vnet; host.hostname = \$name; net.bridge = br0;
net.bridge.address = 10.78.0.1/24, "fd00:78::1/64"; net.gateway = 10.78.0.1, "fd00:78::1";
exec.start = "$(serve 80)"; exec.start += "$(serve 81)"; exec.start += "$(serve 82)";
web { net.address = 10.78.0.5/24, "fd00:78::5/64"; net.nat;
      net.forward = "8080:80", "8081-8082:81 from 192.0.2.0/24,2001:db8:1::/64", "192.0.2.1:99:80", "[2001:db8:2::1]:99:80", "udp:53:5353"; }
db { net.address = 10.78.0.6/24, "fd00:78::6/64"; }
same { net.address = 10.78.0.7/24, "fd00:78::7/64"; net.forward = "192.0.2.1:8080:80"; }
CONF
conf() { jail -f "$W/jail.conf" "$@"; }
before=$(seen; tables)
conf -c web && conf -c db || fail "jail -c"

note "a jail with net.nat has the host's address in the world, one without reaches nobody"
expect_like ' 192\.0\.2\.1$' jail_asks web 192.0.2.2
expect_like ' 198\.51\.100\.1$' jail_asks web 198.51.100.2
expect_like ' 2001:db8:1::1$' jail_asks web '[2001:db8:1::2]'
expect_refusal ' 100% packet loss' box db ping -c 1 -W 1 192.0.2.2
expect_refusal ' 100% packet loss' box db ping -c 1 -W 1 2001:db8:1::2
expect_like '^web 10\.78\.0\.6$' jail_asks db 10.78.0.5
expect_like '^db fd00:78::5$' jail_asks web '[fd00:78::6]'
expect 1 cat /proc/sys/net/ipv4/ip_forward
expect 1 cat /proc/sys/net/ipv6/conf/all/forwarding

note "a port of the host's is the jail's, who asks is seen"
expect_like '^web 192\.0\.2\.2$' ask_from good 192.0.2.1:8080
expect_like '^web 198\.51\.100\.2$' ask_from bad 198.51.100.1:8080
expect_like '^web 2001:db8:1::2$' ask_from good '[2001:db8:1::1]:8080'
expect_like '^web 2001:db8:2::2$' ask_from bad '[2001:db8:2::1]:8080'
expect_refusal 'refused' ask_from good 192.0.2.1:8083

note "ports in a row, from some networks"
for port in 8081 8082; do
  expect_like '^web 192\.0\.2\.2$' ask_from good 192.0.2.1:$port
  expect_like '^web 2001:db8:1::2$' ask_from good "[2001:db8:1::1]:$port"
  expect_refusal 'refused' ask_from bad 198.51.100.1:$port
  expect_refusal 'refused' ask_from bad "[2001:db8:2::1]:$port"
done

note "one address of the host's"
expect_like '^web 192\.0\.2\.2$' ask_from good 192.0.2.1:99
expect_refusal 'refused' ask_from good 198.51.100.1:99
expect_like '^web 2001:db8:2::2$' ask_from bad '[2001:db8:2::1]:99'
expect_refusal 'refused' ask_from bad '[2001:db8:1::1]:99'

note "UDP"
jexec web /bin/probe serve web udp 0.0.0.0 5353 </dev/null >"$W/udp.out" &
server=$!
eventually grep -q ready "$W/udp.out"
expect web ip netns exec good "$build/tests/probe" ask udp 192.0.2.1 53
kill $server

note "the host itself, and jails on the same bridge"
expect_like '^web ' ask 192.0.2.1:8080
expect_like '^web ' ask '[2001:db8:1::1]:8080'
expect_like '^web ' ask 10.78.0.1:8080
expect_refusal 'refused' ask 127.0.0.1:8080
expect_refusal 'refused' ask '[::1]:8080'
by_each() {
  expect_like '^web ' jail_asks db 192.0.2.1:8080
  expect_like '^web ' jail_asks db '[fd00:78::1]:8080'
}
by_each
# Where bridges hand packets to the packet filter, they are led before the host has seen them.
bridge=/proc/sys/net/bridge
if [ -e $bridge ]; then
  for state in 0 1; do
    echo $state | tee $bridge/bridge-nf-call-iptables >$bridge/bridge-nf-call-ip6tables
    by_each
    [ $state = 1 ] || expect_like '^web ' jail_asks web 192.0.2.1:8080
  done
fi

# refused LINE SETTINGS...: one line, nothing changed.
refused() {
  local wanted=$1 was said
  shift
  was=$(seen; tables; jls name)
  said=$(jail -c name=x path="$W/root" persist vnet net.bridge=br0 "$@" 2>&1) && fail "$*: succeeded"
  [[ $said =~ ^jail:\ $wanted$ ]] || fail "$*: said '$said', wanted 'jail: $wanted'"
  [ "$(seen; tables; jls name)" = "$was" ] || fail "$*: something changed: $(diff <(echo "$was") <(seen; tables; jls name))"
}
note "bad input"
address=net.address=10.78.0.9/24
expect_refusal '^jail: same: net.forward: tcp:192.0.2.1:8080: jail web has it$' conf -c same
refused 'net.forward: tcp:8000-8090: jail web has it' $address net.forward=8000-8090:80
refused 'net.forward: tcp:8090: given twice' $address net.forward=8090:80 net.forward=8090:81
refused 'net.forward: 8090: the jail.s port is missing, as in .*' $address net.forward=8090
refused 'net.forward: 8090:80 from lan: from lan: not a network, as in 10.0.0.0/8' $address net.forward='8090:80 from lan'
refused 'net.forward: tcp:8090: the jail has no address of its own in net.address' net.forward=8090:80
refused 'net.forward: tcp:8090: the jail has no address of its own in net.address' net.address=dhcp net.forward=8090:80
refused 'net.forward: tcp:8090: fd00::: the jail has no IPv6 address' $address net.forward='8090:80 from fd00::/8'
refused 'net.nat: the jail has no address of its own in net.address' net.nat
chroot "$W/root" $(serve 192.0.2.1:8090) || fail "a server of the host"
chroot "$W/root" $(serve 127.0.0.1:8091) || fail "a server of the host's own"
refused 'net.forward: tcp:8090: busybox \(pid [0-9]*\) of the host listens at port 8090' $address net.forward=8090:80
jail -c name=held path="$W/root" ip4.addr=192.0.2.1 persist exec.start="$(serve 192.0.2.1:8094)" || fail "a jail on the host's stack"
refused 'net.forward: tcp:8094: busybox \(pid [0-9]*\) of jail held listens at port 8094' $address net.forward=8094:80
private=$(ss -Htln src 192.0.2.1 | awk '{ sub(/.*:/, "", $4); print $4 }' | grep -v '^8090$')
refused 'net.forward: tcp:8080-8099: jail web has it' $address net.forward=8080-8099:80
expect "" jail -c name=same path="$W/root" persist vnet net.bridge=br0 $address \
  net.forward=198.51.100.1:8090:80 net.forward=8091:80 net.forward=udp:8080:80 net.forward=$private:80
jail -R held
jail -R same || fail "jail -R same"

note "jail -m: other ports, and another address behind them, at once"
sed 's/"8080:80"/"8070:80"/; s/10.78.0.5/10.78.0.55/' "$W/jail.conf" >"$W/ports.conf"
expect_like 'web: updated' jail -f "$W/ports.conf" -m web
expect_like '^web 192\.0\.2\.2$' ask_from good 192.0.2.1:8070
expect_refusal 'refused' ask_from good 192.0.2.1:8080
expect_like ' 192\.0\.2\.1$' jail_asks web 192.0.2.2
expect "" jail -m name=db net.bridge=br0 net.address=10.78.0.6/24 net.address=fd00:78::6/64 net.gateway=10.78.0.1 net.nat
expect_like ' 192\.0\.2\.1$' jail_asks db 192.0.2.2
expect_like 'updated' conf -m web
expect_like 'updated' conf -m db
expect_like '^web 192\.0\.2\.2$' ask_from good 192.0.2.1:8080
expect_refusal 'refused' ask_from good 192.0.2.1:8070
expect_refusal ' 100% packet loss' box db ping -c 1 -W 1 192.0.2.2

note "a restart keeps the others' rules, and somebody who empties the packet filter is helped at the next one"
expect_like 'web: created' conf -rc web
expect_like '^web 192\.0\.2\.2$' ask_from good 192.0.2.1:8080
expect_like 'db: removed' conf -r db
expect_like '^web 192\.0\.2\.2$' ask_from good 192.0.2.1:8082
sed -i 's/^db {/db { net.forward = 7070:80;/' "$W/jail.conf"
! command -v nft >/dev/null || nft flush ruleset
expect_like 'db: created' conf -c db
expect_like '^web 192\.0\.2\.2$' ask_from good 192.0.2.1:8080
expect_like '^db 192\.0\.2\.2$' ask_from good 192.0.2.1:7070
expect_like 'web: removed' conf -r web
expect_refusal 'refused' ask_from good 192.0.2.1:8080
expect_like '^db 192\.0\.2\.2$' ask_from good 192.0.2.1:7070

note "kill -9 of process 1: the port is free for the next one"
kill -9 "$(awk -v jid="$(jls -j db jid)" '$1 == "run" && $2 == jid { sub(".*keeper=", ""); sub(":.*", ""); pid = $0 } END { print pid }' /run/cellblock/journal)"
is_gone() { ! jls -j db; }
eventually is_gone
sed -i 's/^same {.*/same { net.address = 10.78.0.7\/24, "fd00:78::7\/64"; net.forward = 7070:80; }/' "$W/jail.conf"
expect_like 'same: created' conf -c same
expect_like '^same 192\.0\.2\.2$' ask_from good 192.0.2.1:7070
expect_like 'same: removed' conf -r same
is_clean() { jls >/dev/null; [ "$(seen; tables)" = "$before" ]; }
eventually is_clean

note "a network hides what is on it, beyond one interface or all"
own_etc
mkdir -p /etc/cellblock
cat >/etc/cellblock/networks.conf <<CONF
lan { address = 10.80.0.1/24, fd00:80::1/64; nat; }
dmz { address = 10.81.0.1/24, 2001:db8:81::1/64; nat = togood; }
CONF
start_on() { # NETWORK PORT
  jail -c name="on$1" path="$W/root" persist vnet net.network="$1" net.address=auto net.forward="$2:80" exec.start="$(serve 80)" || fail "jail -c on$1"
}
start_on lan 7010
start_on dmz 7020
expect_like ' 192\.0\.2\.1$' jail_asks onlan 192.0.2.2
expect_like ' 198\.51\.100\.1$' jail_asks onlan 198.51.100.2
expect_like ' 2001:db8:2::1$' jail_asks onlan '[2001:db8:2::2]'
expect_like ' 192\.0\.2\.1$' jail_asks ondmz 192.0.2.2
expect_refusal ' 100% packet loss' box ondmz ping -c 1 -W 1 198.51.100.2
expect_like ' 2001:db8:81:' jail_asks ondmz '[2001:db8:1::2]' # an address of the world's stays
expect_like ' 192\.0\.2\.2$' ask_from good 192.0.2.1:7010
expect_like ' 192\.0\.2\.2$' ask_from good 192.0.2.1:7020
jail -R onlan && jail -R ondmz || fail "removal"
[ "$(seen; tables)" = "$before" ] || fail "left: $(diff <(echo "$before") <(seen; tables))"
exit 0
