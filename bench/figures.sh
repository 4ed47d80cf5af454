# The parts of bench/run. Each measures one promise and prints rows of the table.

header() {
  printf '%-44s %10s %10s %10s   %s\n' "µs" fastest median "90 %" "target"
}

# A root with one small program; the same for everyone who is measured.
make_root() {
  mkdir -p "$1"/{bin,dev,proc,sys,tmp,etc}
  cp "$(command -v busybox)" "$1/bin/busybox"
  local applet
  for applet in sh true sleep cat; do ln -s busybox "$1/bin/$applet"; done
  printf 'root:x:0:0:root:/:/bin/sh\n' >"$1/etc/passwd"
}

make_bundle() {
  mkdir -p "$2"
  (cd "$2" && runc spec)
  sed -i -e 's/"terminal": true/"terminal": false/' -e 's/^\(\s*\)"sh"/\1"\/bin\/true"/' \
    -e "s|\"path\": \"rootfs\"|\"path\": \"$1\"|" "$2/config.json"
}

# measure ROUNDS -- LABEL COMMAND... : keeps the medians as median[LABEL].
declare -A fastest median slow
measure() {
  local label a b c out
  out=$("$build/bench/interleave" "$@")
  while IFS=$'\t' read -r label a b c; do
    fastest[$label]=$a median[$label]=$b slow[$label]=$c
  done <<<"$out"
}

row() { printf '%-44s %10s %10s %10s   %s\n' "$1" "$2" "$3" "$4" "${5-}"; }
figures() { row "$2" "${fastest[$1]}" "${median[$1]}" "${slow[$1]}" "${3-}"; }

# ratio OURS THEIRS LIMIT: "0.71 of it (at most 0.8): met".
ratio() {
  awk -v a="${median[$1]}" -v b="${median[$2]}" -v limit="$3" -v name="$2" \
    'BEGIN { r = a / b; printf "%.2f x %s, at most %s: %s", r, name, limit, r <= limit ? "met" : "MISSED" }'
}
limit() {  # limit FIGURE AT-MOST UNIT
  awk -v a="$1" -v limit="$2" -v unit="$3" \
    'BEGIN { printf "%s %s, at most %s: %s", a, unit, limit, a <= limit ? "met" : "MISSED" }'
}

# start_beside NAME LIMIT COMMAND...: each neighbour in rounds of its own.
start_beside() {
  local name=$1 most=$2
  shift 2
  measure "$rounds" -- jail jail -c path="$W/root" mount.devfs mount.procfs command=/bin/true -- "$name" "$@"
  figures "$name" "  $name"
  figures jail "  beside it: jail -c, with /dev and /proc" "$(ratio jail "$name" "$most")"
}

part_start() {
  echo "create, run /bin/true, remove"
  start_beside unshare 0.8 unshare --fork --mount --pid --uts --ipc --mount-proc chroot "$W/root" /bin/true
  start_beside crun 0.3 crun run -b "$W/bundle" bench-crun
  start_beside runc 0.12 runc run -b "$W/bundle" bench-runc
}

part_enter() {
  echo "run /bin/true in what runs already"
  jail -c name=bench persist path="$W/root" mount.devfs mount.procfs
  unshare --fork --mount --pid --uts --ipc --mount-proc chroot "$W/root" /bin/sleep 100000 &
  local outer=$! inside try
  for try in $(seq 100); do
    inside=$(pgrep -P $outer sleep) && break
    sleep 0.05
  done
  measure "$rounds" -- jexec jexec bench /bin/true -- nsenter nsenter -a -t "$inside" /bin/true
  figures jexec "  jexec" "$(ratio jexec nsenter 1.0)"
  figures nsenter "  nsenter -a" ""
  kill -KILL "$inside"  # process 1 of its namespace heeds nothing less
  wait $outer 2>/dev/null || true
  jail -R bench
}

# kernel_memory: KiB of what jails are made of; what the page cache does meanwhile is left out.
kernel_memory() {
  awk '/^(Slab|Percpu|KernelStack|PageTables|AnonPages):/ { sum += $2 } END { print sum }' /proc/meminfo
}

make_many() {
  {
    printf 'persist; path="%s"; mount.devfs; mount.procfs;\n' "$W/root"
    seq -f 'bench%g { }' "$count"
  } >"$W/many.conf"
}

# Starts the jails of the file; when[N] is the moment at which the Nth was reported.
start_many() {
  local line
  when=("$EPOCHREALTIME")
  while read -r line; do when+=("$EPOCHREALTIME"); done < <(jail -f "$W/many.conf" -c)
  [ ${#when[@]} = $((count + 1)) ] || { echo "only $((${#when[@]} - 1)) of $count jails started" >&2; exit 1; }
}

part_many() {
  make_many
  sync
  echo 3 >/proc/sys/vm/drop_caches
  sleep 2
  memory_before=$(kernel_memory)
  start_many
  sleep 2
  memory_after=$(kernel_memory)

  local hundredth=$((count / 10)) each growth
  each=$(awk -v a="${when[0]}" -v b="${when[count]}" -v n="$count" 'BEGIN { printf "%.2f", (b - a) * 1000 / n }')
  growth=$(awk -v a="${when[0]}" -v b="${when[hundredth]}" -v c="${when[count - hundredth]}" -v d="${when[count]}" \
    'BEGIN { printf "%.2f", (d - c) / (b - a) }')
  echo "$count jails of one jail.conf"
  row "  start, ms each" "" "$each" "" "$(limit "$each" 1.5 ms)"
  row "  last tenth to first tenth" "" "$growth" "" "$(limit "$growth" 1.3 times)"
  measure 20 -- jls jls
  figures jls "  jls of them" "$(limit "$(awk -v a="${median[jls]}" 'BEGIN { printf "%.1f", a / 1000 }')" 10 ms)"
}

# The keeper's share of memory: the mean over some of the jails.
keeper_memory() {
  local pid
  for pid in $(pgrep -x keeper | awk 'NR % 50 == 1'); do
    awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup"
  done | awk '{ sum += $1; n++ } END { if (n) printf "%.1f", sum / n }'
}

part_memory() {
  local user kernel
  user=$(keeper_memory)
  kernel=$(awk -v a="$memory_before" -v b="$memory_after" -v n="$count" 'BEGIN { printf "%.0f", (b - a) / n }')
  echo "memory of one idle jail, of $count"
  [ -z "$user" ] || row "  keeper, KiB (PSS)" "" "$user" "" "$(limit "$user" 10 KiB)"
  row "  kernel, KiB" "" "$kernel" "" "$(limit "$kernel" 130 KiB)"
  local start=$EPOCHREALTIME each
  jail -f "$W/many.conf" -r '*' >/dev/null
  each=$(awk -v a="$start" -v b="$EPOCHREALTIME" -v n="$count" 'BEGIN { printf "%.2f", (b - a) * 1000 / n }')
  row "remove, ms each" "" "$each" ""
}
