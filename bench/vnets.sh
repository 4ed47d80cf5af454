# The part of bench/run about jails with a network stack of their own on a bridge.

# milliseconds FROM TO: between two values of EPOCHREALTIME.
milliseconds() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", (b - a) * 1000 }'; }
# quotient A B LIMIT WHAT: "0.91 of WHAT, at most 1.5: met".
quotient() {
  awk -v a="$1" -v b="$2" -v limit="$3" -v what="$4" \
    'BEGIN { r = a / b; printf "%.2f x %s, at most %s: %s", r, what, limit, r <= limit ? "met" : "MISSED" }'
}

vnet_conf() {
  printf 'persist; path="%s"; vnet; net.bridge = vnets;\n' "$W/root"
  awk -v n="$count" 'BEGIN { for (i = 0; i < n; i++)
    printf "vnet%d { net.address = \"10.98.%d.%d/16\", \"fd00:98::%x/64\"; }\n", i, i / 250, i % 250 + 1, i + 1 }'
}

# How many of the jails answer both pings, from the host.
vnet_answers() {
  local i
  ip addr add 10.98.255.254/16 dev vnets
  ip addr add fd00:98::ffff/64 dev vnets nodad
  for ((i = 0; i < count; i++)); do
    busybox ping -qc 1 -W 2 "10.98.$((i / 250)).$((i % 250 + 1))" >/dev/null 2>&1 &&
      busybox ping -qc 1 -W 2 "$(printf 'fd00:98::%x' $((i + 1)))" >/dev/null 2>&1 && echo answered
    true
  done | wc -l || true
}

# By ip(8), a tenth of them: what scripts around namespaces do for each.
by_ip() {
  local i start=$EPOCHREALTIME
  ip link add bytool type bridge
  ip link set bytool up
  for ((i = 0; i < count / 10; i++)); do
    ip netns add "tool$i"
    ip link add "tool$i" type veth peer name eth0 netns "tool$i"
    ip link set "tool$i" master bytool up
    ip -n "tool$i" link set lo up
    ip -n "tool$i" link set eth0 up
    ip -n "tool$i" addr add "10.97.0.$((i + 1))/16" dev eth0
    ip -n "tool$i" addr add "fd00:97::$i/64" dev eth0 nodad
  done
  tools=$(milliseconds "$start" "$EPOCHREALTIME")
  for ((i = 0; i < count / 10; i++)); do ip netns del "tool$i"; done
  ip link del bytool
}

part_vnets() {
  local line floor first last made removed start ours answers
  echo "$count jails on a bridge, with addresses of both families"
  floor=$(sleep 1 | "$build/bench/vnets" "$count" floor | cut -d' ' -f1)
  sleep 3  # the kernel still takes them apart
  vnet_conf >"$W/vnets.conf"
  when=("$EPOCHREALTIME")
  while read -r line; do when+=("$EPOCHREALTIME"); done < <(jail -f "$W/vnets.conf" -c)
  [ ${#when[@]} = $((count + 1)) ] || { echo "only $((${#when[@]} - 1)) of $count jails started" >&2; exit 1; }
  made=$(milliseconds "${when[0]}" "$EPOCHREALTIME")
  first=$(milliseconds "${when[0]}" "${when[count / 10]}")
  last=$(milliseconds "${when[count - count / 10]}" "${when[count]}")
  answers=$(vnet_answers)
  start=$EPOCHREALTIME
  jail -f "$W/vnets.conf" -qr '*'
  removed=$(milliseconds "$start" "$EPOCHREALTIME")
  sleep 3
  by_ip
  row "  bare program, ms for all" "" "$floor" ""
  row "  ip(8), ms for a tenth of them" "" "$tools" ""
  row "  start, ms for all" "" "$made" "" "$(quotient "$made" "$floor" 1.5 "bare program")"
  row "" "" "" "" "$(quotient "$made" "$(awk -v t="$tools" 'BEGIN { print t * 10 }')" 0.2 "ip(8)")"
  row "  last tenth to first tenth" "" "" "" "$(quotient "$last" "$first" 1.3 "first")"
  row "  remove, ms for all" "" "$removed" "" "$(quotient "$removed" "$made" 1 start)"
  row "  answer over IPv4 and IPv6" "" "$answers" "" "$([ "$answers" = "$count" ] && echo "all: met" || echo MISSED)"
  part_vnet_stream
}

# One stream from jail to jail, beside the same between two bare namespaces on the same bridge.
part_vnet_stream() {
  local turn bare=() jails=()
  jail -c name=va persist path=/ vnet net.bridge=vnets net.address=10.98.0.1/24
  jail -c name=vb persist path=/ vnet net.bridge=vnets net.address=10.98.0.2/24
  local name
  for name in na nb; do
    ip netns add $name
    ip link add $name master vnets up type veth peer name eth0 netns $name
    ip -n $name link set eth0 up
  done
  ip -n na addr add 10.98.0.3/24 dev eth0
  ip -n nb addr add 10.98.0.4/24 dev eth0
  jexec vb iperf3 -s >/dev/null 2>&1 &
  servers=$!
  ip netns exec nb iperf3 -s >/dev/null 2>&1 &
  servers+=" $!"
  sleep 1
  for turn in $(seq "${BENCH_STREAMS:-9}"); do
    bare+=("$(megabits ip netns exec na iperf3 -c 10.98.0.4)")
    jails+=("$(megabits jexec va iperf3 -c 10.98.0.2)")
  done
  kill $servers
  wait $servers 2>/dev/null || true
  servers=
  ip netns del na
  ip netns del nb
  jail -r va vb >/dev/null
  row "  one stream, bare namespaces, Mbit/s" "" "$(best "${bare[@]}")" ""
  row "  one stream, jail to jail" "" "$(best "${jails[@]}")" "" "$(beside "$(best "${jails[@]}")" "$(best "${bare[@]}")" 0.98)"
}
