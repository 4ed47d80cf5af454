#!/bin/bash
# 003-11: a jail with its own network stack, made with FreeBSD's oldest command line, and its loopback.
. "$(dirname "$0")/lib.sh"
need_bsd
PATH=$build/libexec/cellblock/bsd:$PATH
mkdir -p "$W/bin"
# The deck's shell types what the deck types.
cat >"$W/csh" <<'SH'
#!/bin/sh
hostname
ifconfig
echo "--"
ifconfig lo0 127.0.0.1/8
ifconfig
SH
chmod 755 "$W" "$W/csh"
said=$(jail -c jid=9 vnet path=/ host.hostname=jail1 command="$W/csh") || fail "jail -c: $said"
echo "$said"

[ "$(head -n 1 <<<"$said")" = jail1 ] || fail "the host name"
before=$(sed '/^--$/,$d' <<<"$said" | tail -n +2)
after=$(sed '1,/^--$/d' <<<"$said")
grep -Eq '^lo0: flags=8008<LOOPBACK,MULTICAST> metric 0 mtu [0-9]+$' <<<"$before" || fail "the loopback before"
! grep -q inet <<<"$(grep -v options <<<"$before")" || fail "addresses before"
[ "$(grep -c '^[a-z]' <<<"$before")" = 1 ] || fail "more than the loopback"
grep -Eq '^lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> metric 0 mtu [0-9]+$' <<<"$after" || fail "the loopback after"
grep -Eq '^	options=[0-9a-f]+<RXCSUM,TXCSUM' <<<"$after" || fail "options"
grep -Eq '^	inet 127\.0\.0\.1 netmask 0xff000000$' <<<"$after" || fail "inet"
grep -Eq '^	inet6 ::1 prefixlen 128$' <<<"$after" || fail "inet6"
grep -Eq '^	nd6 options=[0-9a-f]+<PERFORMNUD' <<<"$after" || fail "nd6 options"
eventually test -z "$(jls jid)"
