# What FreeBSD's jails may do with the addresses of a shared stack, row by row: what a program in a jail gets. The words
# are tests/kernel/probe/addresses.cc's; "*" is a port that the kernel chose.
. "$(dirname "$0")/../replay/lib.sh"
need jail jls jexec ip
case $(stat -f -c %T /var/tmp) in
overlayfs | 9p) modes="linux.userns=inherit" W=$(mktemp -d) ;;
*) modes="linux.userns=new linux.userns=inherit" W=$(mktemp -d -p /var/tmp) ;;
esac
probe=$build/tests/probe
mkdir -p "$W/root/bin"
cp "$probe" "$W/root/bin/probe"
ip link add em0 type veth peer name em0b
ip link set em0 up
for address in 10.9.0.1 10.9.0.5 10.9.0.6 10.9.0.7 10.9.0.8; do ip addr add $address/32 dev lo; done
for address in fd09::1 fd09::5 fd09::6 fd09::7 fd09::8; do ip addr add $address/128 dev lo; done
ip addr add 10.20.0.6/24 dev em0
ip addr add fd20::6/64 dev em0 nodad
echo "0 2147483647" >/proc/sys/net/ipv4/ping_group_range

rows=0
# row JAIL "WORDS" PROBE...: WORDS may be a regular expression.
row() {
  local jail=$1 wanted=$2 said
  shift 2
  if [ "$jail" = host ]; then said=$("$probe" "$@" </dev/null); else said=$(jexec "$jail" /bin/probe "$@" </dev/null 2>&1); fi
  grep -Eqx -e "$wanted" <<<"$said" || fail "$mode $jail: $*: said '$said', wanted '$wanted'"
  rows=$((rows + 1))
}
# given WORDS PROBE...: in the jail `one`, with a TCP socket that the host has made.
given() {
  local wanted=$1 said
  shift
  said=$("$probe" give_socket tcp jexec one /bin/probe "$@")
  grep -Eqx -e "$wanted" <<<"$said" || fail "$mode $*: said '$said', wanted '$wanted'"
  rows=$((rows + 1))
}
anywhere='\*'

table() {
  note "no address of a family"
  row four 'OK' make_socket tcp
  row four EPROTONOSUPPORT make_socket tcp6
  row four EPROTONOSUPPORT make_socket udp6
  row six EPROTONOSUPPORT make_socket udp
  row six OK make_socket tcp6
  row six EPROTONOSUPPORT make_socket ping
  note "protocols that no rule reaches"
  for kind in mptcp sctp dccp udplite mptcp6 udplite6; do row one 'EPROTONOSUPPORT|ESOCKTNOSUPPORT' make_socket $kind; done

  note "bind: the wildcard, the loopback address, own and foreign ones"
  for kind in tcp udp; do
    row one "10.9.0.5 $anywhere" bind_at $kind 0.0.0.0 0
    row one "10.9.0.5 8080" bind_at $kind 0.0.0.0 8080
    row one "10.9.0.5 8080" bind_at $kind 127.0.0.1 8080
    row one "10.9.0.5 8080" bind_at $kind 10.9.0.5 8080
    row two "0.0.0.0 8080" bind_at $kind 0.0.0.0 8080
    row two "10.9.0.6 8080" bind_at $kind 127.0.0.1 8080
    row one "10.9.0.5 8080" bind_at $kind 127.0.1.1 8080
    row two "10.9.0.6 $anywhere" bind_at $kind 127.255.255.254 0
    row two "10.20.0.6 8080" bind_at $kind 10.20.0.6 8080
    for jail in one two; do
      for address in 126.255.255.255 128.0.0.1 10.9.0.1 10.9.0.7 192.0.2.1 ::ffff:10.9.0.1; do
        six=; case $address in *:*) six=6 ;; esac
        row $jail EADDRNOTAVAIL bind_at $kind$six $address 8080
        row $jail EADDRNOTAVAIL bind_at $kind$six $address 0
      done
    done
    row one "fd09::5 8080" bind_at ${kind}6 ::1 8080
    row one "fd09::5 8080" bind_at ${kind}6 fd09::5 8080
    row one "fd09::5 8080" bind_at ${kind}6 :: 8080 only6
    row one ":: 8080" bind_at ${kind}6 :: 8080
    row one "::ffff:10.9.0.5 8080" bind_at ${kind}6 ::ffff:0.0.0.0 8080
    row one "::ffff:10.9.0.5 8080" bind_at ${kind}6 ::ffff:127.0.0.1 8080
    row one "::ffff:10.9.0.5 8080" bind_at ${kind}6 ::ffff:127.0.1.1 8080
    row two ":: 8080" bind_at ${kind}6 :: 8080 only6
    row two "fd20::6 8080" bind_at ${kind}6 fd20::6 8080
    row two "fd09::6 8080" bind_at ${kind}6 ::1 8080
    row six "fd09::8 8080" bind_at ${kind}6 :: 8080
    for address in fd09::1 fd09::5 fd09::1234; do row six EADDRNOTAVAIL bind_at ${kind}6 $address 8080; done
    row six EAFNOSUPPORT bind_at ${kind}6 ::ffff:10.9.0.5 8080
  done
  row two "0.0.0.0 $anywhere" bind_at tcp 0.0.0.0 0
  row two "10.9.0.6 $anywhere" bind_at udp 0.0.0.0 0  # a client's
  row two "fd09::6 $anywhere" bind_at udp6 :: 0 only6
  row two "0.0.0.0 8080" bind_at tcp 0.0.0.0 8080 listen
  row one "10.9.0.5 8080" bind_at tcp 0.0.0.0 8080 listen
  row two ":: 8080" bind_at tcp6 :: 8080 listen

  note "a loopback address of the jail's own"
  for kind in tcp udp; do
    row own "127.0.0.1 8080" bind_at $kind 127.0.0.1 8080
    row own "10.9.0.8 8080" bind_at $kind 127.0.0.2 8080
    row own "::1 8080" bind_at ${kind}6 ::1 8080
    row own "::ffff:127.0.0.1 8080" bind_at ${kind}6 ::ffff:127.0.0.1 8080
  done
  row own "127.0.0.1 $anywhere > 127.0.0.1 9" connect_as udp 127.0.0.1 9
  row own "::1 $anywhere > ::1 9" connect_as udp6 ::1 9
  row own "::ffff:127.0.0.1 $anywhere > ::ffff:127.0.0.1 9" connect_as udp6 ::ffff:127.0.0.1 9
  row own "10.9.0.8 $anywhere > 10.9.0.8 9" connect_as udp 127.0.0.2 9
  row own OK send_as udp 127.0.0.1 9 127.0.0.1
  row own "10.9.0.8 $anywhere > 10.9.0.8 9" connect_as udp 0.0.0.0 9

  note "ports are taken within a jail"
  for kind in tcp udp; do
    row one EADDRINUSE bind_twice $kind 0.0.0.0 8081 10.9.0.5
    row two EADDRINUSE bind_twice $kind 0.0.0.0 8081 10.20.0.6
    row two EADDRINUSE bind_twice $kind 10.20.0.6 8081 0.0.0.0
    row two "10.9.0.6 8081" bind_twice $kind 10.20.0.6 8081 10.9.0.6
    row two "10.9.0.6 8081" bind_twice $kind 10.9.0.6 8081 10.9.0.6 reuse
    row two "0.0.0.0 8081" bind_twice $kind 0.0.0.0 8081 0.0.0.0 close
  done
  row two "0.0.0.0 8081" bind_twice tcp 0.0.0.0 8081 0.0.0.0 reuseport
  # UDP: what a jail with the host's ids shares with itself it would share with the host.
  ids=EADDRINUSE; [ $mode = linux.userns=inherit ] || ids="0.0.0.0 8081"
  row two "$ids" bind_twice udp 0.0.0.0 8081 0.0.0.0 reuseport
  row two EADDRINUSE bind_twice udp 0.0.0.0 8081 0.0.0.0 reuse
  row two "0.0.0.0 8081" bind_twice tcp 0.0.0.0 8081 0.0.0.0 reuseport listen
  row two EADDRINUSE bind_twice tcp 0.0.0.0 8081 10.9.0.6 reuse listen
  row two EADDRINUSE bind_twice tcp 10.9.0.6 8081 10.9.0.6 reuse listen
  row two EADDRINUSE bind_twice tcp6 :: 8081 fd09::6
  row two "0.0.0.0 8081" bind_twice tcp 0.0.0.0 8081 0.0.0.0 reuse listen close

  note "connect: as whom, and to whom when that is the loopback address"
  row one "10.9.0.5 $anywhere > 10.9.0.1 9" connect_as udp 10.9.0.1 9
  row one "10.9.0.5 $anywhere > 10.9.0.5 9" connect_as udp 127.0.0.1 9
  row one "10.9.0.5 $anywhere > 10.9.0.5 9" connect_as udp 0.0.0.0 9
  row one "10.9.0.5 $anywhere > 10.9.0.5 9" connect_as udp 127.0.0.53 9
  row one "fd09::5 $anywhere > fd09::1 9" connect_as udp6 fd09::1 9
  row one "fd09::5 $anywhere > fd09::5 9" connect_as udp6 ::1 9
  row one "fd09::5 $anywhere > fd09::5 9" connect_as udp6 :: 9
  row one "::ffff:10.9.0.5 $anywhere > ::ffff:10.9.0.5 9" connect_as udp6 ::ffff:127.0.0.1 9
  row one "::ffff:10.9.0.5 $anywhere > ::ffff:10.9.0.5 9" connect_as udp6 ::ffff:127.0.0.53 9
  row one "::ffff:10.9.0.5 $anywhere > ::ffff:10.9.0.1 9" connect_as udp6 ::ffff:10.9.0.1 9
  row two "10.20.0.6 $anywhere > 10.20.0.9 9" connect_as udp 10.20.0.9 9
  row two "10.20.0.6 $anywhere > 10.20.0.6 9" connect_as udp 10.20.0.6 9
  row two "10.9.0.6 $anywhere > 10.9.0.1 9" connect_as udp 10.9.0.1 9
  row two "fd20::6 $anywhere > fd20::9 9" connect_as udp6 fd20::9 9
  row two "fd09::6 $anywhere > fd09::1 9" connect_as udp6 fd09::1 9
  row two "10.20.0.6 7777 > 10.9.0.1 9" connect_as udp 10.9.0.1 9 from 10.20.0.6 7777
  row two "bind:EADDRNOTAVAIL" connect_as udp 10.9.0.1 9 from 10.9.0.1 7777
  row two "10.9.0.6 $anywhere > 10.9.0.1 9" connect_as udp 10.9.0.1 9 from 0.0.0.0 0
  row two "fd09::6 $anywhere > fd09::1 9" connect_as udp6 fd09::1 9 from :: 0 only6
  row one "fd09::5 $anywhere > fd09::1 9999" connect_as tcp6 fd09::1 9999 from :: 0
  row two "fd09::6 $anywhere > fd09::1 9999" connect_as tcp6 fd09::1 9999 from :: 0
  for jail in one two; do
    row $jail "::ffff:10.9.0.[56] $anywhere > ::ffff:10.9.0.1 9999" connect_as tcp6 ::ffff:10.9.0.1 9999
    row $jail "::ffff:10.9.0.[56] $anywhere > ::ffff:10.9.0.1 9999" connect_as tcp6 ::ffff:10.9.0.1 9999 from ::ffff:0.0.0.0 0
  done
  row two "10.20.0.6 4000 > 10.20.0.6 9" connect_as udp 10.20.0.6 9 from 0.0.0.0 4000
  row two "10.9.0.6 4000 > 10.9.0.6 9" connect_as udp 127.0.0.1 9 from 0.0.0.0 4000
  row one "fd09::5 4000 > fd09::5 9" connect_as udp6 ::1 9 from :: 4000
  row one "::ffff:10.9.0.5 4000 > ::ffff:10.9.0.5 9" connect_as udp6 ::ffff:10.9.0.5 9 from :: 4000
  row two EADDRNOTAVAIL connect_as udp 10.9.0.1 9 from 0.0.0.0 4000
  row one EADDRNOTAVAIL connect_as udp6 fd09::1 9 from :: 4000
  row one "10.9.0.5 700 > 10.9.0.1 9999" connect_as tcp 10.9.0.1 9999 from 10.9.0.5 700  # as rresvport(3) does
  row one "10.9.0.5 $anywhere > 10.9.0.1 9999" connect_as tcp 10.9.0.1 9999
  row six EAFNOSUPPORT connect_as udp6 ::ffff:10.9.0.1 9

  note "datagrams: the source of each"
  row one OK send_as udp 10.9.0.1 9
  row one OK send_as udp 10.9.0.1 9 10.9.0.5
  for source in 10.9.0.1 127.0.0.1 127.0.0.53 10.9.0.6; do row one EADDRNOTAVAIL send_as udp 10.9.0.1 9 $source; done
  row two OK send_as udp 10.9.0.1 9 10.20.0.6
  row one OK send_as udp6 fd09::1 9 fd09::5
  for source in fd09::1 ::1 fd09::6; do row one EADDRNOTAVAIL send_as udp6 fd09::1 9 $source; done
  row one EADDRNOTAVAIL send_as udp6 ::ffff:10.9.0.1 9 ::ffff:10.9.0.1
  row six EAFNOSUPPORT send_as udp6 ::ffff:10.9.0.1 9

  note "sockets from outside obey the jail that they are used in"
  given EADDRNOTAVAIL bind_given - 10.9.0.1 8080
  given "10.9.0.5 $anywhere" bind_given - 127.0.0.2 0
  given "10.9.0.5 8080" bind_given - 0.0.0.0 8080
  given "10.9.0.5 $anywhere" connect_given - 10.9.0.1 9999

  note "ports below 1024"
  for kind in tcp udp; do
    row one "10.9.0.5 80" bind_at $kind 0.0.0.0 80
    row two "0.0.0.0 80" bind_at $kind 0.0.0.0 80
    row all "0.0.0.0 80" bind_at $kind 0.0.0.0 80 reuse
    row none EACCES bind_at $kind 0.0.0.0 80
    row none "10.9.0.7 1024" bind_at $kind 0.0.0.0 1024
  done
}

"$probe" serve host tcp 10.9.0.1 9999 >/dev/null &
"$probe" serve host tcp6 fd09::1 9999 >/dev/null &
for mode in $modes; do
  jail -c name=one path="$W/root" ip4.addr=10.9.0.5 ip6.addr=fd09::5 persist $mode
  jail -c name=two path="$W/root" ip4.addr=10.9.0.6,10.20.0.6 ip6.addr=fd09::6,fd20::6 persist $mode
  jail -c name=four path="$W/root" ip4.addr=10.9.0.7 persist $mode
  jail -c name=six path="$W/root" ip6.addr=fd09::8 persist $mode
  jail -c name=all path="$W/root" ip4=inherit ip6=inherit persist $mode
  jail -c name=none path="$W/root" ip4.addr=10.9.0.7 allow.noreserved_ports persist $mode
  jail -c name=own path="$W/root" ip4.addr=10.9.0.8,127.0.0.1 ip6.addr=fd09::7,::1 persist $mode
  table
  for jail in one two four six all none own; do jail -R $jail; done
done
is_clean "$W"
[ -z "$(bpftool map dump pinned /sys/fs/bpf/cellblock/addresses-*/jails 2>/dev/null | grep key)" ] || fail "entries are left"
cellblock doctor --repair >/dev/null
[ -z "$(ls /sys/fs/bpf/cellblock | grep addresses)" ] || fail "programs are left: $(ls /sys/fs/bpf/cellblock)"
echo "$rows rows"
