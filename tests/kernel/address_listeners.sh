# Jails and the host that share a network stack and listen at the same port: each gets what is for its addresses,
# whichever came first; changes while they run; jails in jails.
. "$(dirname "$0")/../replay/lib.sh"
need jail jls jexec ip
case $(stat -f -c %T /var/tmp) in
overlayfs | 9p) mode="linux.userns=inherit" W=$(mktemp -d) ;;
*) mode="linux.userns=new" W=$(mktemp -d -p /var/tmp) ;;
esac
probe=$build/tests/probe
ulimit -n 10000  # a jail may not raise its own
busybox_root "$W/root"
cp "$probe" "$W/root/bin/probe"
for address in 10.9.0.1 10.9.0.5 10.9.0.6 10.9.0.7 10.9.0.8 10.9.0.9; do ip addr add $address/32 dev lo; done
for address in fd09::1 fd09::5 fd09::6 fd09::7 fd09::8; do ip addr add $address/128 dev lo; done

in_jail() { # JAIL PROBE...: the host's own, for `host`. In place of the (sub)shell.
  local jail=$1
  shift
  if [ "$jail" = host ]; then exec "$probe" "$@" </dev/null; else exec jexec "$jail" /bin/probe "$@" </dev/null 2>&1; fi
}
row() {
  local jail=$1 wanted=$2 said
  shift 2
  said=$(in_jail "$jail" "$@")
  grep -Eqx -e "$wanted" <<<"$said" || fail "${order:-} $jail: $*: said '$said', wanted '$wanted'"
}
declare -A servers
# serve JAIL KIND ADDRESS PORT [OPTION...], until `stop JAIL`
serve() {
  local jail=$1 try
  shift
  : >"$W/$jail.out"  # not in the background: the last server's "ready" counts no more
  in_jail "$jail" serve "$jail" "$@" >"$W/$jail.out" &
  servers[$jail]+=" $!"
  for try in $(seq 100); do
    case $(cat "$W/$jail.out") in
    ready*) return ;;
    "") sleep 0.02 ;;
    *) fail "${order:-} $jail can't serve $*: $(cat "$W/$jail.out")" ;;
    esac
  done
  fail "${order:-} $jail does not serve $*"
}
stop() {
  local jail
  for jail in "$@"; do
    kill ${servers[$jail]} 2>/dev/null
    wait ${servers[$jail]} 2>/dev/null
    unset "servers[$jail]"
  done
}
# Connections are short-lived: what is left of them must not hold the port.
everybody_answers() { # FROM
  row "$1" 'host 10.9.0.1 80 from .*' ask tcp 10.9.0.1 80
  row "$1" 'a 10.9.0.5 80 from .*' ask tcp 10.9.0.5 80
  row "$1" 'a 10.9.0.6 80 from .*' ask tcp 10.9.0.6 80
  row "$1" 'b 10.9.0.7 80 from .*' ask tcp 10.9.0.7 80
  row "$1" 'b 10.9.0.8 80 from .*' ask tcp 10.9.0.8 80
}

jail -c name=a path="$W/root" ip4.addr=10.9.0.5,10.9.0.6 ip6.addr=fd09::5,fd09::6 persist $mode children.max=2
jail -c name=b path="$W/root" ip4.addr=10.9.0.7,10.9.0.8 ip6.addr=fd09::7,fd09::8 persist $mode
jail -c name=c path="$W/root" ip4.addr=10.9.0.9 persist $mode

note "all orders of jails with two addresses each and the host"
for order in "a b host" "a host b" "b a host" "b host a" "host a b" "host b a"; do
  for jail in $order; do serve $jail tcp 0.0.0.0 80 reuse; done  # as servers do, for what is left of connections
  for from in host a b; do everybody_answers $from; done
  row a 'a 10.9.0.5 80 from 10.9.0.5 \*' ask tcp 127.0.0.1 80
  row host 'host 127.0.0.1 80 from 127.0.0.1 \*' ask tcp 127.0.0.1 80
  row c 'a 10.9.0.6 80 from 10.9.0.9 \*' ask tcp 10.9.0.6 80
  row host 'host 10.9.0.9 80 .*' ask tcp 10.9.0.9 80   # nobody in jail c listens
  row a EADDRINUSE bind_at tcp 0.0.0.0 80
  stop a b host
  row host ECONNREFUSED ask tcp 10.9.0.6 80
done
order=

note "IPv6 and both families at once"
serve host tcp6 :: 81
serve a tcp6 :: 81
serve b tcp6 :: 81 only6
row host 'a fd09::5 81 .*' ask tcp6 fd09::5 81
row host 'a fd09::6 81 .*' ask tcp6 fd09::6 81
row host 'a ::ffff:10.9.0.6 81 .*' ask tcp 10.9.0.6 81
row host 'b fd09::8 81 .*' ask tcp6 fd09::8 81
row host 'host fd09::1 81 .*' ask tcp6 fd09::1 81
row host 'host ::ffff:10.9.0.8 81 .*' ask tcp 10.9.0.8 81
row a EADDRINUSE bind_at tcp 0.0.0.0 81
row b '0.0.0.0 81' bind_at tcp 0.0.0.0 81
stop host a b

note "one address, and the host on that very one"
serve host tcp 10.9.0.9 82
serve c tcp 0.0.0.0 82
row host 'c 10.9.0.9 82 .*' ask tcp 10.9.0.9 82
stop c
row host 'host 10.9.0.9 82 .*' ask tcp 10.9.0.9 82
stop host

note "listeners that share a port; the port of the kernel's own is no way in"
serve a tcp 0.0.0.0 83 reuseport
serve a tcp 0.0.0.0 83 reuseport
row host 'a 10.9.0.6 83 .*' ask tcp 10.9.0.6 83
inside=$(ss -Htln src 10.9.0.5 | awk '{ sub(/.*:/, "", $4); print $4 }' | sort -u)
[ "$(wc -w <<<"$inside")" = 1 ] || fail "listeners that share a port have several: $inside"
row host silence ask tcp 10.9.0.5 "$inside"
serve b tcp6 :: 83
inside6=$(ss -Htln | awk '$4 ~ /^\*:/ { sub(/.*:/, "", $4); print $4 }')
row host silence ask tcp6 fd09::7 "$inside6"
row host silence ask tcp6 fd09::7 "$inside6" dstopts
stop b
first=$(awk '{ print $1 }' <<<"${servers[a]}")
kill "$first" && wait "$first" 2>/dev/null
row host 'a 10.9.0.6 83 .*' ask tcp 10.9.0.6 83
stop a

note "sockstat and netstat show the ports that were asked for"
serve a tcp 0.0.0.0 91
serve b tcp6 :: 91
serve c tcp 0.0.0.0 91
expect_like '^[^ ]+ +probe +[0-9]+ +[0-9]+ +tcp4 +\*:91 ' cellblock bsd sockstat -l -p 91 -j a
expect_like '^[^ ]+ +probe +[0-9]+ +[0-9]+ +tcp46 +\*:91 ' cellblock bsd sockstat -4l -p 91 -j b
expect_like ' tcp4 +10.9.0.9:91 ' cellblock bsd sockstat -4l
expect_like '^tcp46 .* \*\.91 ' cellblock bsd netstat -an -f inet
expect_like '^tcp4 .* \*\.91 ' cellblock bsd netstat -an -4
expect_like '^tcp46 .* \*\.91 ' cellblock bsd netstat -an -f inet6
stop a b c

note "a jail can't take the maps from the others, and what it held is free when it is gone"
mkfifo "$W/held"
in_jail a bind_many tcp 10.9.0.5 10000 4500 hold >"$W/held" &
holder=$!
read -r -N 7 said <"$W/held"
[ "$said" = "4500 OK" ] || fail "bind_many in jail a: said '$said'"
row a '3692 ENOBUFS' bind_many tcp 10.9.0.6 10000 4500
row a EADDRINUSE bind_at tcp 10.9.0.5 10000
serve b tcp 0.0.0.0 8080
row host 'b 10.9.0.8 8080 .*' ask tcp 10.9.0.8 8080
stop b
kill $holder && wait $holder 2>/dev/null
row a '10.9.0.5 10000' bind_at tcp 10.9.0.5 10000
for turn in 1 2; do row a '5000 OK' bind_many tcp6 :: 10000 5000; done

note "UDP: each on its addresses; what can't be told apart is refused"
serve c udp 0.0.0.0 84
row host c ask udp 10.9.0.9 84
row a EADDRINUSE bind_at udp 0.0.0.0 84
row a '10.9.0.6 84' bind_at udp 10.9.0.6 84
stop c
serve a udp 0.0.0.0 84
row host a ask udp 10.9.0.6 84
row host 'silence|ECONNREFUSED' ask udp 10.9.0.7 84
row b EADDRINUSE bind_at udp 0.0.0.0 84
stop a
for option in reuse reuseport; do
  serve a udp 0.0.0.0 84 $option
  row b EADDRINUSE bind_at udp 0.0.0.0 84 $option
  row b EADDRINUSE bind_at udp6 :: 84 $option
  row host EADDRINUSE bind_at udp 0.0.0.0 84 $option
  row host a ask udp 10.9.0.6 84
  stop a
  serve host udp6 :: 84 $option
  row a EADDRINUSE bind_at udp 0.0.0.0 84 $option
  row a EADDRINUSE bind_at udp6 :: 84 $option
  row a EADDRINUSE bind_at udp6 :: 84 $option only6
  stop host
done
jail -c name=half path="$W/root" ip4=inherit ip6.addr=fd09::1 persist $mode
serve host udp6 :: 84 reuse
row c '10.9.0.9 84' bind_at udp 0.0.0.0 84 reuse
serve a udp 10.9.0.6 84 reuse
row host a ask udp 10.9.0.6 84
row host host ask udp 10.9.0.5 84
stop a
row half EADDRINUSE bind_at udp6 :: 84 reuse
stop host
jail -R half

note "what listens at a loopback address of the host is not the jail's"
for kind in tcp udp; do
  serve host $kind 127.0.0.53 89
  row host 'host.*' ask $kind 127.0.0.53 89
  row a ECONNREFUSED ask $kind 127.0.0.53 89
  row a ECONNREFUSED ask ${kind}6 ::ffff:127.0.0.53 89
  stop host
  serve a $kind 127.0.1.1 89
  row a 'a.*' ask $kind 127.0.1.1 89
  stop a
done

note "a change counts at once, for what runs already"
serve a tcp 0.0.0.0 85
jail -m name=c ip4.addr=
jail -m name=a ip4.addr=10.9.0.5,10.9.0.9
row host 'a 10.9.0.9 85 .*' ask tcp 10.9.0.9 85
row host ECONNREFUSED ask tcp 10.9.0.6 85
row a EADDRNOTAVAIL bind_at tcp 10.9.0.6 86
row a '10.9.0.9 86' bind_at tcp 10.9.0.9 86
row c EPROTONOSUPPORT make_socket tcp
stop a
cat >"$W/root/rights" <<'SH'
for i in 1 2 3; do read word; /bin/probe bind_at tcp 10.9.0.5 90; done
SH
mkfifo "$W/steps"
jexec a sh /rights <"$W/steps" >"$W/said" &
exec 7>"$W/steps"
echo >&7
eventually grep -q . "$W/said"
jail -m name=a allow.noreserved_ports
echo >&7
eventually grep -q EACCES "$W/said"
jail -m name=a allow.reserved_ports
echo >&7
exec 7>&-
wait $!
[ "$(tr '\n' , <"$W/said")" = "10.9.0.5 90,EACCES,10.9.0.5 90," ] || fail "ports in a running program: $(cat "$W/said")"

note "saddrsel"
jail -m name=a ip4.addr=10.9.0.5,10.9.0.6
row a '10.9.0.6 \* > 10.9.0.6 9' connect_as udp 10.9.0.6 9
jail -m name=a ip4.nosaddrsel
row a '10.9.0.5 \* > 10.9.0.6 9' connect_as udp 10.9.0.6 9
jail -m name=a ip4.saddrsel

note "more addresses than usual"
many=$(seq -f 10.9.2.%g -s, 1 12)
for i in $(seq 12); do ip addr add 10.9.2.$i/32 dev lo; done
jail -c name=many path="$W/root" ip4.addr="$many" persist $mode
row many '10.9.2.12 80' bind_at tcp 10.9.2.12 80
row many EADDRNOTAVAIL bind_at tcp 10.9.2.13 80
row many EADDRNOTAVAIL send_as udp 10.9.0.1 9 10.9.0.1
row many OK send_as udp 10.9.0.1 9 10.9.2.11
serve many tcp 0.0.0.0 80
row host 'many 10.9.2.11 80 .*' ask tcp 10.9.2.11 80
jail -m name=many ip4.addr="${many%,*}"
row many EADDRNOTAVAIL bind_at tcp 10.9.2.12 80
row host ECONNREFUSED ask tcp 10.9.2.12 80
stop many
jail -R many

note "jails in jails: of what the outer one has, and the inner one wins"
jail -c name=a.in path="$W/root" ip4.addr=10.9.0.6 ip6=disable persist $mode
row a.in EADDRNOTAVAIL bind_at tcp 10.9.0.5 80
row a.in '10.9.0.6 80' bind_at tcp 0.0.0.0 80
jail -c name=a.same path="$W/root" ip4=inherit persist $mode
row a.same EADDRNOTAVAIL bind_at tcp 10.9.0.7 80
row a.same '10.9.0.6 80' bind_at tcp 10.9.0.6 80
row a.same '0.0.0.0 80' bind_at tcp 0.0.0.0 80
serve a tcp 0.0.0.0 87
serve a.in tcp 0.0.0.0 87
row host 'a 10.9.0.5 87 .*' ask tcp 10.9.0.5 87
row host 'a.in 10.9.0.6 87 .*' ask tcp 10.9.0.6 87
jail -R a.same
stop a.in
row host 'a 10.9.0.6 87 .*' ask tcp 10.9.0.6 87
jail -m name=a ip4.addr=10.9.0.5
row a.in EPROTONOSUPPORT make_socket tcp
stop a

note "below a jail with a network stack of its own: the same addresses, shared ports"
jail -c name=v path=/ vnet persist children.max=2 linux.userns=inherit
jexec v ip link set lo up
for address in 10.9.0.5 10.9.0.6 10.9.0.7; do jexec v ip addr add $address/32 dev lo; done
jail -c name=v.r path=/ ip4.addr=10.9.0.5,10.9.0.6 persist linux.userns=inherit
inside() { jexec "v$1" "$probe" "${@:2}" </dev/null; }
expect EADDRNOTAVAIL inside .r bind_at tcp 10.9.0.7 80
expect "0.0.0.0 80" inside .r bind_at tcp 0.0.0.0 80 listen
jexec v.r "$probe" serve r tcp 0.0.0.0 88 </dev/null >"$W/r.out" &
eventually grep -q ready "$W/r.out"
expect_like '^r 10.9.0.6 88 ' inside "" ask tcp 10.9.0.6 88
expect silence inside "" ask tcp 10.9.0.7 88
expect EADDRINUSE inside "" bind_at tcp 0.0.0.0 88
row host ECONNREFUSED ask tcp 10.9.0.6 88
kill $! && wait $! 2>/dev/null
jail -R v

note "nothing is left"
for jail in a b c; do jail -R $jail; done
is_clean "$W"
for map in jails more owners; do
  [ -z "$(bpftool map dump pinned /sys/fs/bpf/cellblock/addresses-*/$map | grep -i key)" ] || fail "entries are left in $map"
done
exit 0
