#!/bin/bash
# 003-2: the jail of 003-1 with an IPv6 address, with both families, with lists, inherited and with none.
. "$(dirname "$0")/lib.sh"
need ip python3
for address in 10.1.0.1 10.1.0.2 10.1.0.3; do ip addr add $address/32 dev lo; done
for address in fd01::1 fd01::2; do ip addr add $address/128 dev lo; done
csh=/bin/csh
[ -x $csh ] || csh=/bin/sh

# What a program there is bound to when it asks for every address, and for the host's own: by both families.
cat >"$W/look.py" <<'PY'
import errno, socket
def bound(family, address):
    try:
        s = socket.socket(family, socket.SOCK_STREAM)
        if family == socket.AF_INET6: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        s.bind((address, 8000))
        return s.getsockname()[0]
    except OSError as e:
        return errno.errorcode[e.errno]
print(bound(socket.AF_INET, "0.0.0.0"), bound(socket.AF_INET6, "::"), bound(socket.AF_INET, "10.1.0.3"),
      bound(socket.AF_INET6, "::1"))
PY
look() { # WANTED JAIL-PARAMETER...
  local wanted=$1
  shift
  expect "$wanted" jail -c path=/ host.hostname=jail1 linux.userns=inherit "$@" command=$csh -c "python3 $W/look.py"
}
none=EPROTONOSUPPORT

note "the deck's commands, with IPv6"
expect jail1 jail / jail1 fd01::1 $csh -c hostname
look "$none fd01::1 $none fd01::1" ip6.addr=fd01::1
look "10.1.0.1 $none EADDRNOTAVAIL $none" ip4.addr=10.1.0.1

note "both at once, also by the old command line"
look "10.1.0.1 fd01::1 EADDRNOTAVAIL fd01::1" ip4.addr=10.1.0.1 ip6.addr=fd01::1
expect "10.1.0.1 fd01::1 EADDRNOTAVAIL fd01::1" jail / jail1 10.1.0.1,fd01::1 $csh -c "python3 $W/look.py"

note "lists: the first is the primary address, and the wildcard stays one"
look "0.0.0.0 :: 10.1.0.3 fd01::2" ip4.addr=10.1.0.2,10.1.0.3 ip6.addr=fd01::2,fd01::1
jail -c name=two path=/ ip4.addr=10.1.0.2,10.1.0.1 ip6.addr=fd01::2,fd01::1 persist linux.userns=inherit
expect "10.1.0.2,10.1.0.1 fd01::2,fd01::1" jls -j two ip4.addr ip6.addr
jail -r two

note "inherit and none"
look "0.0.0.0 :: 10.1.0.3 ::1" ip4=inherit ip6=inherit
look "0.0.0.0 $none 10.1.0.3 $none" ip4=inherit ip6=disable
look "$none $none $none $none" ip4=disable ip6=disable
look "$none $none $none $none"
expect "$none $none $none $none" jail / jail1 "" $csh -c "python3 $W/look.py"
look "10.1.0.1 :: EADDRNOTAVAIL ::1" ip4.addr=10.1.0.1 ip6=inherit
is_clean
