#!/bin/bash
# 001-2: a host service bound to one address leaves the others to jails; a check names those that are not.
. "$(dirname "$0")/lib.sh"
need cellblock busybox ss
cellblock help doctor 2>/dev/null | grep >/dev/null 'listen' || skip "cellblock doctor does not look for listeners yet"
ip addr add 10.10.10.10/32 dev lo
ip addr add 10.10.20.1/32 dev lo
busybox nc -l -p 7001 &
busybox nc -l -p 7002 -s 10.10.10.10 &
eventually sh -c 'ss -ltn | grep >/dev/null :7001'
said=$(cellblock doctor)
grep -Eq '7001' <<<"$said" || fail "the service on every address is not named: $said"
! grep -Eq '7002' <<<"$said" || fail "the service on one address is named: $said"
