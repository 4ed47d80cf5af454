#!/bin/bash
# 002-11: hundreds of vnet jails on one machine, each a development environment with a stack of its own.
. "$(dirname "$0")/lib.sh"
need jail jls jexec ip busybox
count=300
[ -z "${LAB:-}" ] || count=20 # an emulated processor
mkdir -p "$W/root/bin"
cp "$(command -v busybox)" "$W/root/bin/busybox"
{ echo "path = \"$W/root\"; persist; vnet; net.bridge = dev; net.bridge.address = \"10.81.255.254/16\", \"fd00:81::ffff/64\";"
  for ((i = 1; i <= count; i++)); do
    printf 'dev%d { net.address = "10.81.%d.%d/16", "fd00:81::%x/64"; net.gateway = 10.81.255.254; }\n' \
      $i $((i / 250)) $((i % 250 + 1)) $i
  done; } >"$W/jail.conf"
before=$(ip -o link | wc -l)
jail -q -f "$W/jail.conf" -c || fail "jail -c"
[ "$(jls name | wc -l)" = $count ] || fail "only $(jls name | wc -l) jails"
for ((i = 1; i <= count; i++)); do
  busybox ping -qc 1 -W 5 "10.81.$((i / 250)).$((i % 250 + 1))" >/dev/null || fail "dev$i does not answer over IPv4"
  busybox ping -qc 1 -W 5 "$(printf 'fd00:81::%x' $i)" >/dev/null || fail "dev$i does not answer over IPv6"
done
expect_like ' 0% packet loss' jexec dev1 /bin/busybox ping -c 1 -W 5 "10.81.$((count / 250)).$((count % 250 + 1))"
jail -q -f "$W/jail.conf" -r '*' || fail "jail -r"
[ "$(ip -o link | wc -l)" = "$before" ] || fail "left: $(ip -o link)"
