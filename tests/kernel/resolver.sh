#!/bin/bash
# net.dns and net.search: a jail asks its own name servers, and the files of its root stay as they are.
. "$(dirname "$0")/../replay/lib.sh"
need ip busybox
busybox_root "$W/root"
file=$W/root/etc/resolv.conf
shows() { box "$1" cat /etc/resolv.conf; }
refused() {
  local wanted=$1 said
  shift
  said=$(jail -c name=x path="$W/root" persist "$@" 2>&1) && fail "$*: succeeded"
  [ "$said" = "jail: $wanted" ] || fail "$*: said '$said', wanted 'jail: $wanted'"
  ! jls -j x >/dev/null 2>&1 || fail "$*: x is there"
}
own=$'search example.org lan\nnameserver 192.0.2.53\nnameserver 2001:db8::53'

note "a root without the file is refused, one with an empty one is enough"
refused "net.dns: the jail's root has no /etc/resolv.conf: an empty file would do" net.dns=192.0.2.53
echo '# as delivered' >"$file"
for ids in inherit new; do
  jail -c name=web path="$W/root" persist linux.userns=$ids net.dns=192.0.2.53,2001:db8::53 net.search=example.org,lan || fail "jail -c ($ids)"
  expect "$own" shows web
  expect_refusal 'Read-only' box web sh -c 'echo nameserver 192.0.2.1 >/etc/resolv.conf'
  expect_refusal . box web rm /etc/resolv.conf
  expect 192.0.2.53,2001:db8::53 jls -j web net.dns
  expect '# as delivered' cat "$file"
  expect_refusal '^jail: net.dns cannot be changed after creation$' jail -m name=web net.dns=192.0.2.1
  jail -R web || fail "jail -R web"
  expect "" find /run/cellblock/resolv -type f
done
expect '# as delivered' cat "$file"

note "a link within the root is followed, one that leads nowhere or out is not"
mkdir -p "$W/root/run/names"
mv "$file" "$W/root/run/names/stub"
ln -s /run/names/stub "$file"
jail -c name=web path="$W/root" persist net.dns=192.0.2.53 || fail "jail -c by a link"
expect 'nameserver 192.0.2.53' shows web
jail -R web || fail "jail -R web"
expect '# as delivered' cat "$W/root/run/names/stub"
ln -sf "$W/outside" "$file"
echo outside >"$W/outside"
refused "net.dns: the jail's root has no /etc/resolv.conf: an empty file would do" net.dns=192.0.2.53
ln -sfn /run/names "$file"
refused "net.dns: /etc/resolv.conf in the jail's root is no file" net.dns=192.0.2.53
rm "$file"
: >"$file"

note "bad input"
refused 'net.dns: web: not an address' net.dns=web
refused 'net.dns: 10.0.0.4: only 3 are asked' net.dns=10.0.0.1,10.0.0.2,10.0.0.3,10.0.0.4
refused 'net.search: "a b" is no domain' net.dns=10.0.0.1 net.search='a b'
refused 'net.search: lan: needs net.dns' net.search=lan

note "a network knows them for its jails"
own_etc
mkdir -p /etc/cellblock
echo 'lan { address = 10.80.0.1/24; dns = 10.80.0.1; domain = lan.example; }' >/etc/cellblock/networks.conf
echo "path = \"$W/root\"; persist; vnet; net.network = lan; net.address = auto; one { } two { net.dns = 192.0.2.53; net.search = two.example; }" >"$W/jail.conf"
jail -f "$W/jail.conf" -c >/dev/null || fail "jail -c"
expect $'search lan.example\nnameserver 10.80.0.1' shows one
expect $'search two.example\nnameserver 192.0.2.53' shows two
expect_like 'one: updated' jail -f "$W/jail.conf" -m one
jail -f "$W/jail.conf" -r '*' >/dev/null || fail "jail -r"
expect "" find /run/cellblock/resolv -type f
[ ! -s "$file" ] || fail "the root's file: $(cat "$file")"
exit 0
