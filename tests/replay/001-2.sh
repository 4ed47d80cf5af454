#!/bin/bash
# 001-2: a host service bound to one address leaves the others to jails; a check names those that are not.
. "$(dirname "$0")/lib.sh"
need cellblock busybox perl ss
ip addr add 10.10.10.10/32 dev lo
ip addr add 10.10.20.1/32 dev lo
listen() {  # PROTOCOL ADDRESS PORT
  exec perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(Proto => shift, LocalAddr => shift, LocalPort => shift,
    $ARGV[0] ? (Listen => 1) : ()) or die; sleep' "$@"
}
listen tcp 0.0.0.0 7001 yes &
pid=$!
listen tcp 10.10.10.10 7002 yes &
listen udp 0.0.0.0 7003 &
listening() { ss -ltun | grep >/dev/null ":$1 "; }
for port in 7001 7002 7003; do eventually listening $port; done

note "services of the host"
expect_like "^tcp4 port 7001 .*perl \(pid $pid\) listens on every address, a jail can have this port only with ip4.addr" cellblock doctor
expect_like '^udp4 port 7003 .*perl \(pid [0-9]+\) listens on every address, no jail can have this port: bind it to one address' cellblock doctor
! cellblock doctor | grep 7002 || fail "the service on one address is named"

note "as it says: a jail with the address has TCP's port, not UDP's"
busybox_root "$W/root"
cp "$build/tests/probe" "$W/root/bin/probe" || skip "the probe is not built"
expect_status 0 jail -c name=own path="$W/root" ip4.addr=10.10.20.1 persist
expect '10.10.20.1 7001' jexec own /bin/probe bind_at tcp 0.0.0.0 7001
expect EADDRINUSE jexec own /bin/probe bind_at udp 0.0.0.0 7003
jail -R own
expect_status 0 jail -c name=all path="$W/root" ip4=inherit persist
expect EADDRINUSE jexec all /bin/probe bind_at tcp 0.0.0.0 7001
jail -R all

note "services of a jail that shares the network are its own"
expect_status 0 jail -c name=web path="$W/root" ip4=inherit persist
jexec web /bin/busybox nc -ll -p 7004 -e /bin/cat &
eventually listening 7004
! cellblock doctor | grep 7004 || fail "a jail's service is named"
jail -r web
