# Jails with addresses behind the host's NAT: what they send leaves as the host, what comes to a port of the host's is
# theirs; TCP and UDP, IPv4 and IPv6. `far` is another machine, which knows the host alone.
. "$(dirname "$0")/../replay/lib.sh"
need jail jls jexec ip nft
probe=$build/tests/probe
ip link add nat0 type veth peer name far0
ip netns add far
ip link set far0 netns far
ip link set nat0 up
ip addr add 192.0.2.1/24 dev nat0
ip addr add 2001:db8::1/64 dev nat0 nodad
ip -n far link set far0 up
ip -n far addr add 192.0.2.2/24 dev far0
ip -n far addr add 2001:db8::2/64 dev far0 nodad
for address in 10.7.7.1/32 10.7.7.2/32 10.7.7.3/32 fd77::1/128 fd77::2/128 fd77::3/128; do ip addr add $address dev lo; done
nft -f - <<'NFT'
table inet nat {
  chain out {
    type nat hook postrouting priority srcnat;
    oifname nat0 ip saddr 10.7.7.0/24 masquerade
    oifname nat0 ip6 saddr fd77::/64 masquerade
  }
  chain in {
    type nat hook prerouting priority dstnat;
    ip daddr 192.0.2.1 meta l4proto { tcp, udp } th dport 8080 dnat ip to 10.7.7.1:80
    ip daddr 192.0.2.1 meta l4proto { tcp, udp } th dport 8081 dnat ip to 10.7.7.3:80
    ip6 daddr 2001:db8::1 meta l4proto { tcp, udp } th dport 8080 dnat ip6 to [fd77::1]:80
    ip6 daddr 2001:db8::1 meta l4proto { tcp, udp } th dport 8081 dnat ip6 to [fd77::3]:80
  }
}
NFT
far() { ip netns exec far "$probe" "$@" </dev/null; }
serve() { # WHERE... KIND ADDRESS PORT: the word is the kind's
  local out=$W/serve.$((++served))
  "${@:1:$#-3}" "$probe" serve "it" "${@: -3}" </dev/null >"$out" &
  eventually grep -q ready "$out"
}
served=0
jail -c name=one path=/ ip4.addr=10.7.7.1 ip6.addr=fd77::1 persist allow.raw_sockets linux.userns=inherit
jail -c name=two path=/ ip4.addr=10.7.7.2,10.7.7.3 ip6.addr=fd77::2,fd77::3 persist linux.userns=inherit

note "out"
for kind in tcp udp; do
  serve ip netns exec far $kind 192.0.2.2 7
  serve ip netns exec far ${kind}6 2001:db8::2 7
done
for jail in one two; do
  expect_like '^it 192.0.2.2 7 from 192.0.2.1 ' jexec $jail "$probe" ask tcp 192.0.2.2 7
  expect_like '^it 2001:db8::2 7 from 2001:db8::1 ' jexec $jail "$probe" ask tcp6 2001:db8::2 7
  expect it jexec $jail "$probe" ask udp 192.0.2.2 7
  expect it jexec $jail "$probe" ask udp6 2001:db8::2 7
  expect OK jexec $jail "$probe" send_as udp 192.0.2.2 7
done
expect OK jexec two "$probe" send_as udp 192.0.2.2 7 10.7.7.3
expect OK jexec two "$probe" send_as udp6 2001:db8::2 7 fd77::3
for source in 10.7.7.1 192.0.2.1; do expect EADDRNOTAVAIL jexec two "$probe" send_as udp 192.0.2.2 7 $source; done
for source in fd77::1 2001:db8::1; do expect EADDRNOTAVAIL jexec two "$probe" send_as udp6 2001:db8::2 7 $source; done
expect EPERM jexec one "$probe" send_as raw 192.0.2.2 0 192.0.2.1

note "in"
serve jexec one tcp 0.0.0.0 80
serve jexec one tcp6 fd77::1 80
serve jexec one udp 0.0.0.0 80
serve jexec one udp6 fd77::1 80
serve jexec two tcp 0.0.0.0 80
serve jexec two tcp6 fd77::3 80
serve jexec two udp 10.7.7.3 80
serve jexec two udp6 fd77::3 80
for port in 8080 8081; do
  expect_like '^it 10.7.7.[13] 80 from 192.0.2.2 ' far ask tcp 192.0.2.1 $port
  expect_like '^it fd77::[13] 80 from 2001:db8::2 ' far ask tcp6 2001:db8::1 $port
  expect it far ask udp 192.0.2.1 $port
  expect it far ask udp6 2001:db8::1 $port
done

jail -R one
jail -R two
ip netns del far
ip link del nat0 2>/dev/null
nft delete table inet nat
exit 0
