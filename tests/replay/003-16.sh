#!/bin/bash
# 003-16: an OpenVPN client in each of two jails: two tunnels, and nobody outside can use either.
. "$(dirname "$0")/lib.sh"
need_bsd
need openvpn openssl busybox
[ -c /dev/net/tun ] || skip "no /dev/net/tun here"
PATH=$build/libexec/cellblock/bsd:$PATH

# Two providers and two clients, each with a certificate; they know each other by its fingerprint.
for name in one two client-one client-two; do
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:secp384r1 -nodes -days 2 -subj "/CN=$name" \
    -keyout "$W/$name.key" -out "$W/$name.crt" 2>/dev/null || fail "openssl"
done
chmod 755 "$W"; chmod 644 "$W"/*.key  # the jails' root is another than the host's
fingerprint() { openssl x509 -noout -fingerprint -sha256 -in "$W/$1.crt" | cut -d= -f2; }

# provider NAME N: a jail with a server whose tunnel is 10.N.0.1, on a cable to 192.0.N.2.
provider() {
  jail -c vnet name="$1" path=/ mount.devfs devfs_ruleset=5 persist || fail "jail -c $1"
  ifconfig epair$2 create >/dev/null && ifconfig epair$2a vnet "$1" || fail "epair$2"
  jexec "$1" ifconfig epair$2a 192.0.$2.1/24 || fail "epair${2}a"
  jexec "$1" openvpn --dev tun7 --server 10.$2.0.0 255.255.255.0 --topology subnet --dh none --cert "$W/$1.crt" --key "$W/$1.key" \
    --peer-fingerprint "$(fingerprint "client-$1")" --proto udp --port 1194 --keepalive 5 60 >"$W/$1.log" 2>&1 &
}
# client NAME N: a jail whose only way out is that cable, with the client.
client() {
  jail -c vnet name="client-$1" path=/ mount.devfs devfs_ruleset=5 persist || fail "jail -c client-$1"
  ifconfig epair$2b vnet "client-$1" || fail "epair${2}b"
  jexec "client-$1" ifconfig epair$2b 192.0.$2.2/24 || fail "epair${2}b"
  jexec "client-$1" openvpn --client --dev tun0 --remote 192.0.$2.1 1194 udp --nobind --cert "$W/client-$1.crt" \
    --key "$W/client-$1.key" --peer-fingerprint "$(fingerprint "$1")" >"$W/client-$1.log" 2>&1 &
}
provider one 41
provider two 42
client one 41
client two 42
for name in one two; do
  for try in $(seq 200); do
    grep -q 'Initialization Sequence Completed' "$W/client-$name.log" && break
    [ $try = 200 ] && { tail -n 5 "$W/$name.log" "$W/client-$name.log"; fail "no tunnel of client-$name"; }
    sleep 0.1
  done
done

note "two tunnels with the same name, each in its jail"
expect_like 'inet 10\.41\.0\.2 .*netmask 0xffffff00' jexec client-one ifconfig tun0
expect_like 'inet 10\.42\.0\.2 .*netmask 0xffffff00' jexec client-two ifconfig tun0
expect_like ' 0% packet loss' jexec client-one busybox ping -c 1 -W 3 10.41.0.1
expect_like ' 0% packet loss' jexec client-two busybox ping -c 1 -W 3 10.42.0.1

note "outside of them there is none"
expect_refusal 'interface tun0 does not exist' ifconfig tun0
for outside in "" "jexec client-two"; do
  expect_refusal 'nreachable|100% packet loss' $outside busybox ping -c 1 -W 1 10.41.0.1
done
expect_refusal 'nreachable|100% packet loss' jexec client-one busybox ping -c 1 -W 1 10.42.0.1

note "a tunnel ends with its jail"
expect "" jail -R client-one
expect_refusal 'jail "client-one" not found' jexec client-one true
expect_like ' 0% packet loss' jexec client-two busybox ping -c 1 -W 3 10.42.0.1
jail -R one two client-two || fail "jail -R"
eventually sh -c '! pgrep -x openvpn'
is_clean
