#!/bin/bash
# Interfaces that visit jails come home, whatever a jail's root does with them and however the jail ends.
. "$(dirname "$0")/../replay/lib.sh"
need jail jls jexec ip busybox
need_bsd
PATH=$build/libexec/cellblock/bsd:$PATH
own_root "$W/root"
make=(path="$W/root" mount.procfs persist)
before=$(seen)
quiet() { "$@" >"$W/out" 2>&1 || fail "$*: $(cat "$W/out")"; }
names() { ip -o link show | sed 's/^[0-9]*: //; s/[@:].*//' | sort | tr '\n' ' '; }
here=$(names)
# over JAIL COMMAND...: the host's program in the jail's network, as root of that.
over() { local keeper; keeper=$(keeper_of "$1"); shift; nsenter -t "$keeper" -n "$@"; }
is_home() { ip -o link show "$1" >/dev/null 2>&1; }

note "only to a jail with a network stack of its own"
quiet ifconfig epair1 create
expect_refusal 'jail "w" has no network stack of its own \(vnet\)' jail -c name=w "${make[@]}" vnet.interface=epair1b
is_home epair1b || fail "epair1b is lost"
jls -j w 2>/dev/null && fail "w runs"

note "home when the jail's last process ends, or it persists no longer"
jail -c path="$W/root" vnet vnet.interface=epair1b command=/bin/true || fail "jail -c command"
is_home epair1b || fail "after its command"
quiet jail -c name=k "${make[@]}" vnet vnet.interface=epair1b
quiet jail -m name=k nopersist
is_home epair1b || fail "after nopersist"
quiet jail -c name=k "${make[@]}" vnet vnet.interface=epair1b
kill -9 "$(keeper_of k)"
home_again() { jls >/dev/null; is_home epair1b; }
eventually home_again

note "from a jail in a jail to the host that lent it"
quiet jail -c name=p "${make[@]}" vnet children.max=3
quiet jail -c name=p.c "${make[@]}" vnet
quiet ifconfig epair1b vnet p.c
quiet jail -r p.c
is_home epair1b || fail "from p.c"
quiet ifconfig epair1b vnet p
quiet jail -c name=p.c "${make[@]}" vnet
quiet ifconfig -j p epair1b vnet p.c
quiet jail -r p.c
is_home epair1b || fail "by p from p.c"
quiet ifconfig -j p epair5 create
quiet jail -c name=p.c "${make[@]}" vnet
quiet ifconfig -j p epair5b vnet p.c
quiet jail -r p.c
over p ip -o link show epair5b >/dev/null || fail "what is p's goes to p"
is_home epair5b && fail "what is p's is on the host"
quiet jail -r p
is_home epair5a && fail "what is p's is on the host"

note "a jail's root can neither send interfaces out nor keep, or swap, what was lent"
jail -c name=web "${make[@]}" vnet vnet.interface=epair1b || fail "web"
over web ip link add en7 type veth peer name en8
over web ip link property add dev en7 altname vnet=home=1
mark=$(over web ip -d link show epair1b | sed -n 's/.*altname \(vnet=home=[0-9a-f]*\).*/\1/p')
[ -n "$mark" ] || fail "no mark: $(over web ip -d link show epair1b)"
over web ip link set epair1b name real7
over web ip link add epair1b type bridge || fail "a decoy"
quiet jail -r web
expect_like 'veth' ip -d link show epair1b
[ "$(names)" = "$(printf '%s\n' $here epair1a epair1b | sort | tr '\n' ' ')" ] || fail "on the host: $(names)"
jail -c name=web "${make[@]}" vnet vnet.interface=epair1b || fail "web again"
mark=$(over web ip -d link show epair1b | sed -n 's/.*altname \(vnet=home=[0-9a-f]*\).*/\1/p')
over web ip link property del dev epair1b altname "$mark"
over web ip link add fake type bridge
over web ip link property add dev fake altname "$mark"
quiet ifconfig epair1b -vnet web
is_home fake && fail "a jail's own interface came out"
quiet jail -r web
is_home fake && fail "a jail's own interface came out"

note "somebody has its name: it comes home under another"
jail -c name=web "${make[@]}" vnet vnet.interface=epair1b || fail "web"
ip link add epair1b type bridge
quiet jail -r web
expect_like 'veth' ip -d link show epair1b.1
ip link del epair1b
ip link set epair1b.1 name epair1b

note "-vnet, for what the administrator calls by name"
quiet ifconfig epair2 create
quiet jail -c name=k "${make[@]}" vnet vnet.interface=epair2b
quiet ifconfig epair2b -vnet k
is_home epair2b || fail "-vnet"
expect_refusal 'interface epair9b does not exist' ifconfig epair9b -vnet k
over k ip link add own type veth peer name own2
quiet ifconfig own -vnet k
is_home own || fail "-vnet of what k made"
ip link del own
quiet jail -r k

note "nothing is left"
for each in epair1a epair2a; do ! is_home $each || ip link del $each; done
! ls /run/cellblock/lent/* 2>/dev/null || fail "a pin is left"
[ "$(seen)" = "$before" ] || fail "left: $(seen)"
