# What a jail with addresses of its own is shown of the network, and the sockets that it gets from outside of it: raw,
# ping and other families, as its flags say at that moment.
. "$(dirname "$0")/../replay/lib.sh"
need jail jls jexec ip
probe=$build/tests/probe
ip link add em0 type veth peer name em0b
ip link set em0 mtu 1400 up
ip link set em0b up
for address in 10.9.0.1 10.9.0.5; do ip addr add $address/32 dev lo; done
ip addr add fd09::5/128 dev lo
for address in 10.20.0.6 10.20.0.7; do ip addr add $address/24 dev em0; done
ip addr add fd20::6/64 dev em0 nodad
echo "0 2147483647" >/proc/sys/net/ipv4/ping_group_range
addresses() { jexec "$1" ip -o addr | awk '{ print $2, $4 }' | sort | tr '\n' ' '; }
networks_of() { grep -o "shadow/$(jls -j "$1" jid)/.*" /proc/self/mountinfo | cut -d' ' -f1; }
index=$(ip -o link show em0 | cut -d: -f1) hardware=$(ip -o link show em0 | grep -o 'link/ether [^ ]*')

# The host's own root, where ip(8) is; a file system that maps no ids has it with the host's ids.
mode=linux.userns=inherit
for turn in 1 2; do
  note "$mode"
  jail -c name=a path=/ ip4.addr=10.20.0.6,10.9.0.5 ip6.addr=fd20::6 persist children.max=1 $mode ||
    { [ $turn = 2 ] && break; fail "no jail"; }
  expect "em0 10.20.0.6/24 em0 fd20::6/64 lo 10.9.0.5/32 " addresses a
  expect_like "^$index: em0@.*UP.* mtu 1400 .*" jexec a ip link
  expect_like "$hardware " jexec a ip link
  expect "" jexec a ip neigh
  ! jexec a ip -o link | grep >/dev/null em0b || fail "an interface without an address of the jail's is shown"
  expect "10.20.0.0/24 dev em0 proto kernel scope link src 10.20.0.6 " jexec a ip route
  expect_refusal 'Operation not permitted' jexec a ip addr add 10.20.0.9/24 dev em0
  expect_refusal 'Operation not permitted' jexec a ip addr del 10.20.0.6/24 dev em0
  expect_refusal 'Operation not permitted' jexec a ip link set em0 down
  expect "em0 10.20.0.6/24 em0 fd20::6/64 lo 10.9.0.5/32 " addresses a

  note "one more jail: the same interface, its own addresses"
  jail -c name=b path=/ ip4.addr=10.20.0.7 persist $mode
  expect "em0 10.20.0.7/24 " addresses b
  jail -c name=all path=/ ip4=inherit ip6=inherit persist $mode
  jexec all ip -o link | grep >/dev/null em0b || fail "a jail that inherits does not see what its parent has"
  jail -c name=a.in path=/ ip4.addr=10.9.0.5 ip6=disable persist $mode
  expect "lo 10.9.0.5/32 " addresses a.in

  note "a change counts at once, and what is not there yet comes when it is"
  jail -m name=b ip4.addr=10.20.0.7,10.20.0.8
  expect "em0 10.20.0.7/24 " addresses b
  kept=$(networks_of b)
  [ -n "$kept" ] || fail "what a jail sees without all its addresses is made anew each time"
  expect "em0 10.20.0.7/24 " addresses b
  expect "$kept" networks_of b
  ip addr add 10.20.0.8/24 dev em0
  expect "em0 10.20.0.7/24 em0 10.20.0.8/24 " addresses b
  expect 1 grep -c . <(networks_of b)
  jail -m name=b ip4.addr=10.20.0.8
  expect "em0 10.20.0.8/24 " addresses b
  ip addr del 10.20.0.8/24 dev em0
  jail -m name=b ip4.addr=10.20.0.7

  note "a family that the jail has not"
  jail -c name=four path=/ ip4=inherit persist $mode
  jail -c name=six path=/ ip6=inherit persist $mode
  for word in 'inet6|fd20::' ' fd20:.*'; do
    expect_like "$word" jexec six $build/bin/cellblock bsd ifconfig
    ! jexec four $build/bin/cellblock bsd ifconfig | grep -E "$word" || fail "a jail without IPv6 sees it"
  done
  expect_like 'inet 10.20.0.6' jexec four $build/bin/cellblock bsd ifconfig
  ! jexec six $build/bin/cellblock bsd ifconfig | grep 'inet ' || fail "a jail without IPv4 sees it"
  expect_like '^10.20.0.0/24' jexec four $build/bin/cellblock bsd netstat -rn
  ! jexec four $build/bin/cellblock bsd netstat -rn | grep -E 'Internet6|fd20:' || fail "a jail without IPv6 sees its routes"
  expect_like '^fd20::/64' jexec six $build/bin/cellblock bsd netstat -rn
  ! jexec six $build/bin/cellblock bsd netstat -rn | grep -E 'Internet:|10.20.' || fail "a jail without IPv4 sees its routes"
  for jail in four six; do jail -R $jail; done

  note "raw and ping sockets send as the jail"
  expect EPERM jexec b "$probe" make_socket raw
  jail -m name=b allow.raw_sockets
  if [ $mode = linux.userns=new ]; then expect OK jexec b "$probe" make_socket raw; fi
  jexec b sh -c 'exit 0'
  expect OK jexec b "$probe" send_as raw 10.9.0.1 0
  expect EPERM jexec b "$probe" send_as raw 10.9.0.1 0 10.9.0.1
  expect OK jexec b "$probe" send_as ping 10.9.0.1 0
  expect OK jexec -U nobody b "$probe" send_as ping 10.9.0.1 0
  expect EPERM jexec -U nobody b "$probe" make_socket raw

  note "a raw socket of TCP's protocol is none of TCP"
  expect EPERM jexec b "$probe" send_as rawtcp 10.9.0.1 0 10.9.0.1
  "$probe" serve host tcp 10.9.0.1 9999 reuse </dev/null >"$W/serve.out" &
  server=$!
  eventually grep -q ready "$W/serve.out"
  jexec b "$probe" hear rawtcp </dev/null >"$W/hear.out" &
  eventually grep -q ready "$W/hear.out"
  expect_like '^host ' "$probe" ask tcp 10.9.0.1 9999
  wait $!
  expect "silence" tail -n 1 "$W/hear.out"
  kill $server && wait $server 2>/dev/null
  jail -m name=b allow.noraw_sockets
  expect EPERM jexec b "$probe" make_socket raw
  echo "1 0" >/proc/sys/net/ipv4/ping_group_range
  expect EACCES jexec b "$probe" make_socket ping
  echo "0 2147483647" >/proc/sys/net/ipv4/ping_group_range

  note "other families"
  expect EPROTONOSUPPORT jexec b "$probe" vsock
  jail -m name=b allow.socket_af
  expect_like '^(OK|EAFNOSUPPORT)$' jexec b "$probe" vsock
  expect EPERM jexec b "$probe" packet
  jail -m name=b allow.nosocket_af
  expect EPROTONOSUPPORT jexec b "$probe" vsock

  for jail in a b all; do jail -R $jail; done
  is_clean "$W"
  [ -z "$(ls /run/cellblock/shadow)" ] || fail "shadows are left: $(ls /run/cellblock/shadow)"
  ! grep shadow /proc/self/mountinfo || fail "mounts of shadows are left"
  mode=linux.userns=new
done
exit 0
