# The parts of bench/run that send data.

# Both ends on one processor: what a byte costs there is what is compared. How the scheduler places two ends on two
# differs by a tenth from one second to the next.
one_cpu() { taskset -c 0 "$@"; }

# megabits COMMAND...: what one second of iperf3 carries.
megabits() { one_cpu "$@" -t 1 -f m 2>/dev/null | awk '/receiver/ { print $7 }'; }

# Of what a machine carries its best second tells more than others: who else was busy took from it.
best() { printf '%s\n' "$@" | sort -n | tail -n 1; }

# beside FIGURE NEIGHBOUR LEAST: "0.99 of 38000 Mbit/s, at least 0.98: met"
beside() {
  awk -v a="$1" -v b="$2" -v least="$3" \
    'BEGIN { r = a / b; printf "%.2f of %d Mbit/s, at least %s: %s", r, b, least, (r >= least ? "met" : "MISSED") }'
}

# A jail that is held to an address of the host's, beside the host with itself; by turns, for the machine's sake.
part_addresses() {
  local turn host=() to=() from=()
  echo "one TCP stream through a jail with an address of the host's, Mbit/s"
  ip addr add 10.99.0.1/32 dev lo
  ip addr add 10.99.0.2/32 dev lo
  ip addr add 10.99.0.3/32 dev lo
  jail -c name=bench persist path=/ ip4.addr=10.99.0.2 linux.userns=inherit
  one_cpu iperf3 -4 -s -B 10.99.0.1 >/dev/null 2>&1 &
  servers=$!
  one_cpu iperf3 -4 -s -B 10.99.0.3 >/dev/null 2>&1 &
  servers+=" $!"
  one_cpu jexec bench iperf3 -4 -s >/dev/null 2>&1 &
  servers+=" $!"
  sleep 1
  for turn in $(seq "${BENCH_STREAMS:-9}"); do
    host+=("$(megabits iperf3 -c 10.99.0.3 -B 10.99.0.1)")
    to+=("$(megabits iperf3 -c 10.99.0.2 -B 10.99.0.1)")
    from+=("$(megabits jexec bench iperf3 -c 10.99.0.1)")
  done
  kill $servers
  wait $servers 2>/dev/null || true
  servers=
  jail -R bench
  local among
  among=$(best "${host[@]}")
  row "  host to host" "" "$among" ""
  row "  host to jail" "" "$(best "${to[@]}")" "" "$(beside "$(best "${to[@]}")" "$among" 0.98)"
  row "  jail to host" "" "$(best "${from[@]}")" "" "$(beside "$(best "${from[@]}")" "$among" 0.98)"
}
