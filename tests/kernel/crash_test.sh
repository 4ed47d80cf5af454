# Nothing is lost and nothing is left: a jail's start and its removal are killed, and made to fail, at every step;
# then its process 1, and everything at once. After what plain jls, jail or doctor --repair make of it, the host is
# as before. The steps are those of kernel/faults.hpp; only the programs in build/tests/faults count them.
. "$(dirname "$0")/../replay/lib.sh"
need jail jls cellblock ip bpftool
[ "$(stat -f -c %T /var/tmp)" != 9p ] || skip "/var/tmp can't map ids"
faulty=$build/tests/faults/bin
[ -x "$faulty/jail" ] || skip "$faulty is not built"
groups=$(findmnt -rnt cgroup2 -o TARGET | head -n 1)

cat /proc/self/mountinfo >"$W/before"
mkdir -p "$W"/root/{dev,proc,etc,a,b} "$W/data"
: >"$W/root/etc/resolv.conf"
ip link add em0 type veth peer name em0b
ip addr add 10.77.0.9/24 dev em0 # not ours: it stays whatever happens
echo "$W/data $W/root/a nullfs rw 0 0
tmpfs $W/root/b tmpfs rw,size=64k 0 0" >"$W/fstab"
cat >"$W/jail.conf" <<CONF
c { path = "$W/root"; persist; children.max = 2; mount.devfs; mount.procfs; mount.fstab = "$W/fstab"; interface = em0;
    ip4.addr = 10.77.0.1/24; ip6.addr = "em0|FD00:77::1"; exec.prestart = "true"; exec.poststart = "true";
    exec.prestop = "true"; exec.poststop = "true"; allow.mount; net.dns = 10.77.0.9; }
CONF
conf() { jail -f "$W/jail.conf" "$@"; }

# What is left on this host: mounts (those of the machine around it apart), open lines of the journal (what has an end,
# an unmount or an unalias is history), groups, processes, addresses.
remains() {
  awk -v root="$W/root/" '
    FILENAME ~ /before$/ { before[$0] = 1 }
    FILENAME ~ /mountinfo$/ && index($5, root) == 1 { print $5 }
    FILENAME ~ /mountinfo$/ && $5 ~ "^/run/cellblock" && !before[$0] && seen[$5]++ { print $5, "twice" }
    /^jail/ && !/owner=1:$/ { jails["jail " $2] = $0 } /^end/ { delete jails["jail " $2] }
    /^mount/ { mounts[$NF] += 1 } /^unmount/ { mounts[$NF] -= 1 }
    /^bridge/ { bridges[$2] = 1 } /^unbridge/ { delete bridges[$2] }
    /^rules/ { rules[$2] = 1 } /^unrules/ { delete rules[$2] }
    /^alias/ { aliases[$(NF-2) " " $(NF-1)] = 1 } /^unalias/ { delete aliases[$(NF-2) " " $(NF-1)] }
    END { for (each in jails) print jails[each]; for (each in mounts) if (mounts[each] > 0) print "mount", each
          for (each in aliases) print "alias", each; for (each in bridges) print "bridge", each
          for (each in rules) print "rules", each }' \
    "$W/before" /proc/self/mountinfo $([ ! -e /run/cellblock/journal ] || echo /run/cellblock/journal)
  local group
  for group in "$groups"/cellblock/*/; do [ ! -d "$group" ] || echo "$group"; done
  local map
  for map in /sys/fs/bpf/cellblock/addresses-*/{jails,more,owners}; do
    [ ! -e "$map" ] || bpftool -j map dump pinned "$map" | grep -o '"key":.*' || true
  done
  ls -d /sys/fs/bpf/cellblock/addresses-*-{new,old} 2>/dev/null
  ip -o link | grep -oE ' (c|brc|brd)[:@]'
  find /run/cellblock/resolv -type f 2>/dev/null
  ! command -v nft >/dev/null || nft list tables
  grep -hasE '^(keeper|cellblock-warden|jail|[^ ]*/jail)' /proc/[0-9]*/cmdline | tr '\0' ' '
  ip -o addr show em0 | awk '/10\.77\.0\.1\// || /fd00:77/ { print $2, $4 } /10.77.0.9/ { is_there = 1 }
    END { if (!is_there) print "10.77.0.9 is lost" }'
}
# The warden ends by itself, soon; all else is to be gone at once.
expect_clean() {
  local left try
  for try in $(seq 60); do
    left=$(remains)
    [ -n "$left" ] || return 0
    sleep 0.05
  done
  fail "$1: left: $left"
}
# A host on which Cellblock has never run: so the steps that make /run/cellblock count as well.
fresh_host() {
  [ ! -e /run/cellblock/lock ] || umount -Rl /run/cellblock
}
runs() { jls -j c >/dev/null 2>&1; }
quiet() { "$@" >"$W/out" 2>&1; }

# Three ways on after a crash. Each has to end with nothing, and none may complain.
by_listing() {
  quiet jls || fail "$1: jls: $(cat "$W/out")"
  grep -q "$W/root" "$W/out" || return 0
  quiet conf -r c || fail "$1: jail -r: $(cat "$W/out")"
}
by_restart() {
  if quiet conf -c c; then :; else
    grep -q 'already exists' "$W/out" || fail "$1: jail -c: $(cat "$W/out")"
  fi
  runs || fail "$1: the jail does not run after jail -c"
  [ "$(grep -c " $W/root/" /proc/self/mountinfo)" = 2 ] || fail "$1: mounted twice: $(grep "$W/root" /proc/self/mountinfo)"
  quiet conf -r c || fail "$1: jail -r: $(cat "$W/out")"
}
by_repair() {
  cellblock doctor --repair >"$W/out" 2>&1 || fail "$1: doctor: $(cat "$W/out")"
  runs || return 0
  ! ip -o link show c >"$W/out" 2>/dev/null || grep -q 'master br[cd]' "$W/out" || fail "$1: off its bridge: $(cat "$W/out")"
  quiet conf -r c || fail "$1: jail -r: $(cat "$W/out")"
}
# The change once more, and back: the jail has what its file says.
by_change() {
  quiet jail -f "$W/$other.conf" -m c || fail "$1: jail -m: $(cat "$W/out")"
  local wanted="inet 10.77.1.9 " bridge=brc
  [ $other = readdressed ] || wanted="inet 10.77.1.1 " bridge=brd
  cellblock bsd ifconfig -j c eth0 >"$W/out" 2>&1 && grep -q "$wanted" "$W/out" || fail "$1, repeated: $(cat "$W/out")"
  ip -o link show c | grep -q "master $bridge" || fail "$1, repeated: off its bridge"
  quiet conf -m c || fail "$1: jail -m: $(cat "$W/out")"
  cellblock bsd ifconfig -j c eth0 >"$W/out" 2>&1 || fail "$1: $(cat "$W/out")"
  grep -q 'inet 10.77.1.1 ' "$W/out" && [ "$(grep -c 'inet ' "$W/out")" = 1 ] || fail "$1: $(cat "$W/out")"
  ip -o link show c | grep -q 'master brc' || fail "$1: off its bridge"
  quiet conf -r c || fail "$1: jail -r: $(cat "$W/out")"
}
# The change has not been: the jail has what it had.
as_before() {
  cellblock bsd ifconfig -j c eth0 >"$W/out" 2>&1 || fail "$1: $(cat "$W/out")"
  grep -q 'inet 10.77.1.1 ' "$W/out" && [ "$(grep -c 'inet ' "$W/out")" = 1 ] || fail "$1: $(cat "$W/out")"
  ip -o link show c | grep -q 'master brc' || fail "$1: off its bridge"
  nsenter -t "$(keeper)" -n ip route >"$W/out"; grep -q '^default via 10.77.1.2 dev eth0' "$W/out" || fail "$1: routes: $(cat "$W/out")"
  nft list table inet cellblock >"$W/out"
  grep -q '10.77.1.1 \. 80' "$W/out" || fail "$1: net.forward: $(cat "$W/out")"
  ! ip link show brd >/dev/null 2>&1 || fail "$1: brd is left"
  quiet conf -r c || fail "$1: jail -r: $(cat "$W/out")"
}
ways="by_listing by_restart by_repair"

# ways_at STEP: all of them; in the lab, whose processor is emulated, one, by turns.
ways_at() {
  local all=($ways)
  if [ -n "${LAB:-}" ]; then echo "${all[$(($1 % ${#all[@]}))]}"; else echo "$ways"; fi
}

# kill_at_every WHAT PREPARATION COMMAND...: $steps is then how many steps the command has.
kill_at_every() {
  local what=$1 before=$2 step status way
  shift 2
  for step in $(seq 500); do
    for way in $(ways_at "$step"); do
      fresh_host
      $before
      status=0
      (exec env CELLBLOCK_KILL_AT=$step "$@" >"$W/said" 2>&1) || status=$?
      [ $status = 0 ] || [ $status = 137 ] || fail "$what, killed at $step: status $status: $(cat "$W/said")"
      $way "$what, killed at step $step, $way"
      expect_clean "$what, killed at step $step, $way"
      [ $status = 137 ] || break 2
    done
  done
  [ $step -gt 10 ] || fail "$what: only $step steps"
  steps=$((step - 1))
  note "$what: killed at $steps steps"
}

# One line, or the two of a program that jail(8) runs on FreeBSD: what the program said, and which it was.
expect_one_complaint() {
  [ "$(grep -c 'made to fail' "$W/said")" = 1 ] || fail "$1: said $(cat "$W/said")"
  ! grep -vqE '^(jail|mount|umount|ifconfig): |^c: (created|removed)$' "$W/said" || fail "$1: said $(cat "$W/said")"
  [ "$(grep -vc '^c: ' "$W/said")" -le 2 ] || fail "$1: said $(cat "$W/said")"
}
# fail_at_every WHAT PREPARATION AFTERWARDS COMMAND...: at each of $steps steps.
fail_at_every() {
  local what=$1 before=$2 after=$3 step status failed=0
  shift 3
  for step in $(seq "$steps"); do
    fresh_host
    $before
    status=0
    env CELLBLOCK_FAIL_AT=$step "$@" >"$W/said" 2>&1 || status=$?
    if [ $status != 0 ]; then
      failed=$((failed + 1))
      [ $status = 1 ] || fail "$what, failed at $step: status $status: $(cat "$W/said")"
      expect_one_complaint "$what, failed at step $step"
      $after "$what, failed at step $step"
    else
      by_repair "$what, not failed at step $step"
    fi
    expect_clean "$what, failed at step $step"
  done
  [ $failed -ge "${least:-6}" ] || fail "$what: only $failed steps could fail"
  note "$what: failed at $failed steps"
}
nothing() { :; }
started() { quiet conf -c c || fail "start: $(cat "$W/out")"; }
start=("$faulty/jail" -f "$W/jail.conf" -c c)
stop=("$faulty/jail" -f "$W/jail.conf" -r c)

note "a whole life leaves nothing"
started
[ "$(remains | wc -l)" -gt 8 ] || fail "what a jail is made of is not seen: $(remains)"
quiet conf -r c || fail "jail -r: $(cat "$W/out")"
expect_clean "a whole life"

kill_at_every start nothing "${start[@]}"
fail_at_every start nothing nothing "${start[@]}"
kill_at_every removal started "${stop[@]}"
fail_at_every removal started by_repair "${stop[@]}"

note "an address that was there before stays"
sed 's/10.77.0.1/10.77.0.9/' "$W/jail.conf" >"$W/foreign.conf"
for step in $(seq 1 "$steps"); do
  quiet env CELLBLOCK_KILL_AT=$step "$faulty/jail" -f "$W/foreign.conf" -c c
  runs && break
  quiet cellblock doctor --repair
  expect_clean "an address that was there, killed at $step"
done
quiet jail -R c

note "a torn line of the journal is stepped over"
started
printf 'jail 9 @owner=1:' >>/run/cellblock/journal
runs || fail "a torn line hides the jail"
quiet conf -r c || fail "jail -r: $(cat "$W/out")"
expect_clean "a torn line"

keeper() { awk '/^run/ { sub(".*keeper=", ""); sub(":.*", ""); pid = $0 } END { print pid }' /run/cellblock/journal; }
for way in $ways; do
  note "kill -9 of process 1, $way"
  started
  kill -9 "$(keeper)"
  eventually eval '! runs'
  $way "kill -9 of process 1"
  expect_clean "kill -9 of process 1, $way"
done

# The jail is dead, but its cgroup, mounts and addresses are there: the repair itself is killed at every step.
half_dead() {
  started
  kill -9 "$(keeper)"
  eventually eval '! jls -d -j c >/dev/null 2>&1'  # it is dying until its namespace has been taken down
}
ways=by_repair kill_at_every repair half_dead "$faulty/cellblock" doctor --repair
ways=by_listing kill_at_every listing half_dead "$faulty/jls"

note "a cable to a bridge"
cp "$W/jail.conf" "$W/plain.conf"
sed 's|interface = em0;|vnet; net.bridge = brc; net.address = "10.77.1.1/24", "fd00:77:1::1/64"; net.gateway = 10.77.1.2;\
  net.nat; net.forward = "7780:80", "7781:81 from 10.0.0.0/8";|
  /ip4.addr/s/ip4.addr.*ip6.addr = "[^"]*";//' "$W/plain.conf" >"$W/jail.conf"
if [ -n "${LAB:-}" ]; then  # on the machine only: without hardware help these steps alone take ten minutes
  echo "(skipped in the lab; kernel.networks runs there)"
else
  kill_at_every "start with a cable" nothing "${start[@]}"
  fail_at_every "start with a cable" nothing nothing "${start[@]}"
  kill_at_every "removal with a cable" started "${stop[@]}"
  fail_at_every "removal with a cable" started by_repair "${stop[@]}"
  ways=by_repair kill_at_every "repair with a cable" half_dead "$faulty/cellblock" doctor --repair
  sed 's|10.77.1.1/24|10.77.1.9/24|; s|net.gateway = [^;]*;||' "$W/jail.conf" >"$W/readdressed.conf"
  sed 's|net.bridge = brc|net.bridge = brd|' "$W/jail.conf" >"$W/moved.conf"
  for other in readdressed moved; do
    ways="by_change by_repair" kill_at_every "change, $other" started "$faulty/jail" -f "$W/$other.conf" -m c
    least=2 fail_at_every "change, $other" started as_before "$faulty/jail" -f "$W/$other.conf" -m c
  done
fi
cp "$W/plain.conf" "$W/jail.conf"

note "kill -9 of everything at once"
sed 's/exec.poststart = "true"/exec.poststart = "sleep 60"/' "$W/jail.conf" >"$W/slow.conf"
for way in $ways; do
  fresh_host
  setsid jail -f "$W/slow.conf" -c c >/dev/null 2>&1 &
  eventually runs
  kill -9 "$(keeper)" $! $(for each in /proc/[0-9]*; do
    grep -qaE '^(sleep|cellblock-warden)' "$each/cmdline" 2>/dev/null && echo "${each#/proc/}"
  done)
  wait
  $way "kill -9 of everything"
  expect_clean "kill -9 of everything, $way"
done
exit 0
