#!/bin/bash
# ifconfig, route, netstat, arp, ndp and sockstat on a real network stack, on the host and in jails.
. "$(dirname "$0")/../replay/lib.sh"
need_bsd
own_root "$W/root"
PATH=$build/libexec/cellblock/bsd:$PATH
quiet() { expect "" "$@"; }
# unchanged COMMAND...: it is refused with one line, and the machine looks as before.
# What the kernel changes by itself in the meantime doesn't count.
seen() { ifconfig -a | sed -e 's/ tentative//' -e '/inet6 fe80/d' -e '/status:/d'; }
unchanged() {
  local wanted=$1 before said
  shift
  before=$(seen)
  said=$("$@" 2>&1) && fail "$*: succeeded"
  [ "$said" = "$wanted" ] || fail "$*: said '$said', wanted '$wanted'"
  [ "$(seen)" = "$before" ] || fail "$*: something changed: $(diff <(echo "$before") <(seen))"
}

note "cables"
expect epair0a ifconfig epair0 create
expect epair1a ifconfig epair create
expect "epair0a
epair0b
epair1a
epair1b" ifconfig -g epair
expect "lo0 epair0a epair0b epair1a epair1b" ifconfig -l
expect "epair0a epair0b epair1a epair1b" ifconfig -l ether
expect_like '^	ether 02:.*:0a$' ifconfig epair0a
quiet ifconfig epair1b destroy
expect "lo0 epair0a epair0b" ifconfig -l
expect "link9" ifconfig epair0b name link9
expect "epair0b" ifconfig link9 name epair0b
unchanged 'ifconfig: interface epair0 already exists' ifconfig epair0 create
unchanged 'ifconfig: interface xyz does not exist' ifconfig xyz up
unchanged 'ifconfig: SIOCIFCREATE2 (foo0): Invalid argument' ifconfig foo0 create
unchanged 'ifconfig: a_very_long_name0: cloning name too long' ifconfig a_very_long_name0 create
unchanged 'ifconfig: ioctl SIOCSIFNAME (set name): File exists' ifconfig epair0a name epair0b
unchanged 'ifconfig: SIOCIFDESTROY: Invalid argument' ifconfig lo0 destroy
unchanged 'ifconfig: 10.0.0.300: bad value' ifconfig epair7 create 10.0.0.300
unchanged 'ifconfig: BRDGADD nosuch: No such file or directory' ifconfig bridge7 create addm nosuch

note "names of ifconfig's own choice, many at once"
for kind in bridge epair; do
  jobs=()
  for i in $(seq 8); do ifconfig $kind create >"$W/made.$i" & jobs+=($!); done
  for job in "${jobs[@]}"; do wait "$job" || fail "ifconfig $kind create"; done
  [ "$(cat "$W"/made.* | sort -u | wc -l)" = 8 ] || fail "$kind: $(cat "$W"/made.*)"
  for name in $(cat "$W"/made.*); do ifconfig "$name" destroy || fail "$name"; done
done

note "addresses"
quiet ifconfig epair0a 10.0.0.1/24
quiet ifconfig epair0a alias 10.0.0.2/24
quiet ifconfig epair0a inet 10.0.0.3 netmask 255.255.255.255 alias
quiet ifconfig epair0a inet6 2001:db8::1 prefixlen 64
expect_like '^	inet 10\.0\.0\.1 netmask 0xffffff00 broadcast 10\.0\.0\.255$' ifconfig epair0a
expect_like '^	inet 10\.0\.0\.3 netmask 0xffffffff broadcast 10\.0\.0\.3$|^	inet 10\.0\.0\.3 netmask 0xffffffff$' ifconfig epair0a
expect_like '^	inet6 2001:db8::1 prefixlen 64' ifconfig epair0a inet6
quiet ifconfig epair0a -alias 10.0.0.1
expect_like '^	inet 10\.0\.0\.2 netmask 0xffffff00 broadcast 10\.0\.0\.255$' ifconfig epair0a
quiet ifconfig epair0a 10.0.0.9/24
expect "" sh -c 'ifconfig epair0a | grep "inet 10.0.0.3 "; true'
unchanged 'ifconfig: ioctl (SIOCAIFADDR): File exists' ifconfig epair0b 10.0.0.9/24
unchanged "ifconfig: ioctl (SIOCDIFADDR): Can't assign requested address" ifconfig epair0a -alias 10.9.9.9
quiet ifconfig lo0 alias 127.0.0.2/32
expect_like '^	inet 127\.0\.0\.2 netmask 0xffffffff$' ifconfig lo0
quiet ifconfig lo0 -alias 127.0.0.2
quiet ifconfig lo1 create 127.0.1.1/32
expect_like '^lo1: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST>' ifconfig lo1
quiet ifconfig lo1 destroy

note "bridges"
quiet ifconfig bridge0 create
quiet ifconfig bridge0 addm epair0a up
expect_like '^	member: epair0a flags=143<LEARNING,DISCOVER,AUTOEDGE,AUTOPTP>$' ifconfig bridge0
unchanged 'ifconfig: BRDGADD epair0a: File exists' ifconfig bridge0 addm epair0a
expect bridge1 ifconfig bridge create
unchanged 'ifconfig: BRDGADD epair0a: Device busy' ifconfig bridge1 addm epair0a
unchanged 'ifconfig: BRDGADD bridge1: Invalid argument: a bridge is no member of another' ifconfig bridge0 addm bridge1
expect epair9a ifconfig epair9 create
quiet ifconfig bridge0 addm epair9a
unchanged 'ifconfig: BRDGADD epair9b: Invalid argument: a loop: its other end, epair9a, is a member, and nothing has stp' ifconfig bridge0 addm epair9b
quiet ifconfig bridge0 stp epair9a addm epair9b
quiet ifconfig bridge0 -stp epair9a
quiet ifconfig epair9a destroy
unchanged 'ifconfig: BRDGDEL epair0b: No such file or directory' ifconfig bridge0 deletem epair0b
quiet ifconfig bridge0 stp epair0a
expect_like '^	member: epair0a flags=147<LEARNING,DISCOVER,STP,AUTOEDGE,AUTOPTP>$' ifconfig bridge0
quiet ifconfig bridge0 -stp epair0a
expect epair1a ifconfig epair1 create
quiet ifconfig epair1a mtu 1400
quiet ifconfig bridge0 addm epair1a
expect_like 'mtu 1500$' ifconfig epair1a
quiet ifconfig bridge0 deletem epair1a
quiet ifconfig bridge1 destroy

note "a span port sees what its bridge carries"
expect epair2a ifconfig epair2 create
quiet ifconfig epair2a up
quiet ifconfig epair2b up
quiet ifconfig epair0a up
quiet ifconfig bridge0 span epair2a
expect_like '^	member: epair2a flags=8<SPAN>$' ifconfig bridge0
unchanged 'ifconfig: BRDGADDS epair2a: File exists' ifconfig bridge0 span epair2a
counted() { netstat -i -I epair2b -f link | awk 'NR == 2 { print $5 }'; }
quiet ifconfig bridge0 addm epair1a
quiet ifconfig epair1a up
quiet ifconfig epair1b 10.0.5.1/24
before=$(counted)
busybox ping -c 1 -W 1 10.0.5.2 >/dev/null 2>&1
eventually test "$(counted)" -gt "$before"
quiet ifconfig bridge0 -span epair2a
expect "" sh -c 'ifconfig bridge0 | grep SPAN; true'
quiet ifconfig bridge0 destroy

note "groups, descriptions, hardware addresses, taps"
quiet ifconfig epair0a group uplinks
expect epair0a ifconfig -g uplinks
expect_like '^	groups: epair uplinks$' ifconfig epair0a
quiet ifconfig epair0a -group uplinks
expect "" ifconfig -g uplinks
unchanged 'ifconfig: setifgroup: group names may not end in a digit' ifconfig epair0a group web1
quiet ifconfig epair0a description "to the world"
expect_like '^	description: to the world$' ifconfig epair0a
quiet ifconfig epair0a ether 02:00:00:00:00:77
expect_like '^	ether 02:00:00:00:00:77$' ifconfig epair0a
if [ -c /dev/net/tun ]; then
  quiet ifconfig tap0 create
  expect_like '^	groups: tap$' ifconfig tap0
  unchanged 'ifconfig: interface tap0 already exists' ifconfig tap0 create
  quiet ifconfig tap0 destroy
fi

note "routes"
quiet ifconfig epair0b up
expect "add net default: gateway 10.0.0.20" route add default 10.0.0.20
expect_refusal '^route: writing to routing socket: File exists$' route add default 10.0.0.21
expect_refusal '^add net default: gateway 10\.0\.0\.21 fib 0: route already in table$' route add default 10.0.0.21
expect_like '^    gateway: 10\.0\.0\.20$' route -n get 8.8.8.8
for default in default 0.0.0.0 -net\ 0.0.0.0/0; do
  expect_like '^    gateway: 10\.0\.0\.20$' route -n get $default
  expect_like '^ *route to: default$' route -n get $default
  expect_like '^destination: default$' sh -c "route -n get $default | sed 's/^ *//'"
  expect_like '^mask: default$' sh -c "route -n get $default | sed 's/^ *//'"
done
expect "change net default: gateway 10.0.0.22" route change default 10.0.0.22
expect_like '^default +10\.0\.0\.22 +UGS +epair0a$' netstat -rn
expect "add host 10.7.7.7: gateway 10.0.0.20" route add 10.7.7.7 10.0.0.20
expect "add net 10.8.0.0: gateway epair0a" route add -net 10.8.0.0/16 -interface epair0a
expect_like '^10\.8\.0\.0/16 +link#[0-9]+ +US +epair0a$' netstat -rn -f inet
expect "add net 10.9.0.0: gateway 10.0.0.20 fib 3" route add -net 10.9.0.0/16 10.0.0.20 -fib 3
expect_like '^10\.9\.0\.0/16 +10\.0\.0\.20 +UGS +epair0a$' netstat -rn -F 3
expect "delete net 10.9.0.0 fib 3" route delete -net 10.9.0.0/16 -fib 3
expect_refusal 'Network is unreachable$' route add -net 10.99.0.0/16 192.0.2.77
expect_refusal '^route: route has not been found$' route delete -net 10.98.0.0/16
expect "delete host 10.7.7.7" route delete 10.7.7.7
quiet route -q add -inet6 default 2001:db8::99
expect_like '^default +2001:db8::99 +UGS +epair0a$' netstat -rn -f inet6
expect_like '^default +10\.0\.0\.22 +done$' route flush -inet
expect "" sh -c 'netstat -rn -f inet | grep default; true'

note "neighbours"
quiet arp -s 10.0.0.50 02:00:00:00:00:50
expect '? (10.0.0.50) at 02:00:00:00:00:50 on epair0a permanent [ethernet]' arp -n 10.0.0.50
expect '10.0.0.50 (10.0.0.50) deleted' arp -d 10.0.0.50
expect_refusal '^arp: delete: cannot locate 10\.0\.0\.50$' arp -d 10.0.0.50
expect_refusal '^arp: cannot intuit interface index and type for 192\.0\.2\.9$' arp -s 192.0.2.9 02:00:00:00:00:50
printf '10.0.0.51 02:00:00:00:00:51 # the first\n\n10.0.0.52 02:00:00:00:00:52 pub\n' >"$W/ethers"
quiet arp -f "$W/ethers"
expect '? (10.0.0.51) at 02:00:00:00:00:51 on epair0a permanent [ethernet]' arp -n 10.0.0.51
quiet sh -c 'arp -ad >/dev/null'
printf '10.0.0.53\n10.0.0.54 02:00:00:00:00:54\n' >"$W/ethers"
expect_refusal '^arp: bad line: 10\.0\.0\.53$' arp -f "$W/ethers"
expect_refusal '^arp: cannot open /nosuch: No such file' arp -f /nosuch
expect '10.0.0.54 (10.0.0.54) deleted' arp -d 10.0.0.54
quiet ndp -s 2001:db8::50 02:00:00:00:00:50
expect_like '^2001:db8::50 +02:00:00:00:00:50 +epair0a permanent R$' ndp -an
expect '2001:db8::50 (2001:db8::50) deleted' ndp -d 2001:db8::50

note "a cable into a jail, its far end named and addressed from the host"
jail -c vnet name=inner path="$W/root" persist || fail "jail -c"
quiet ifconfig epair1b vnet inner
expect "lo0 epair1b" ifconfig -j inner -l
quiet ifconfig -j inner epair1b inet 10.0.6.2/24
expect_like 'inet 10\.0\.6\.2 ' jexec inner ifconfig epair1b
quiet ifconfig epair1a 10.0.6.1/24
eventually busybox ping -c 1 -W 1 10.0.6.2
busybox nc -ll -p 7777 -e cat >/dev/null 2>&1 &
host_listener=$!
jexec inner busybox nc -ll -p 8888 -e cat >/dev/null 2>&1 &
jail_listener=$!
eventually sh -c 'sockstat -j inner -l | grep 8888'
expect_like 'busybox.* tcp4?6? +\*:8888 ' sockstat -q -j inner -l
expect "" sh -c 'sockstat -q -j inner | grep 7777; true'
expect_like 'busybox.*:7777 ' sockstat -q -l
expect "" sh -c 'sockstat -q | grep 8888; true'
kill $host_listener $jail_listener 2>/dev/null
expect_refusal 'jail "nosuch" not found' ifconfig epair0b vnet nosuch
jail -c name=shared path="$W/root" ip4=inherit persist || fail "jail -c shared"
expect_refusal 'no network stack of its own' ifconfig epair0b vnet shared

note "interfaces made in a jail end with it, those lent to it come home, whoever removes it"
expect "epair5a" jexec inner ifconfig epair5 create
jail -R inner || fail "jail -R"
eventually ifconfig epair1b
expect "" sh -c 'ifconfig -l | grep epair5; true'
jail -R shared

note "a jail does the same for jails below it"
jail -c vnet name=outer path="$W/root" persist children.max=1 mount.procfs || fail "jail -c outer"
jail -c vnet name=outer.inner path="$W/root" persist || fail "jail -c outer.inner"
quiet ifconfig epair1b vnet outer
expect epair5a jexec outer ifconfig epair5 create
quiet jexec outer ifconfig epair5b vnet inner
expect "lo0 epair5b" jexec outer.inner ifconfig -l
expect "lo0 epair5a epair1b" jexec outer ifconfig -l
expect epair5a ifconfig epair5 create
unchanged 'ifconfig: ioctl (SIOCSIFVNET): File exists' ifconfig epair5a vnet outer
quiet ifconfig epair5a destroy
jail -R outer.inner || fail "jail -R outer.inner"
eventually jexec outer ifconfig epair5b
jail -R outer || fail "jail -R outer"
eventually ifconfig epair1b
quiet ifconfig epair0a destroy
quiet ifconfig epair1a destroy
quiet ifconfig epair2a destroy
expect "lo0" ifconfig -l
is_clean
