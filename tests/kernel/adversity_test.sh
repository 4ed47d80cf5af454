# What can go wrong around jail(8): bad files, no rights, full disks, too few descriptors, kernels without the calls
# that it needs. Always one clear line, exit status 1, and nothing left; what runs already is never harmed.
. "$(dirname "$0")/../replay/lib.sh"
need jail jls jexec cellblock setpriv
[ "$(stat -f -c %T /tmp)" != 9p ] || skip "/tmp can't map ids"
without=$build/tests/without
[ "${CELLBLOCK_ISOLATED:-}${LAB:-}" ] || exit 1
[ -x "$without" ] || skip "$without is not built"
groups=$(findmnt -rnt cgroup2 -o TARGET | head -n 1)
busybox_root "$W/root"
chmod 755 "$W"
file() { cat >"$W/jail.conf"; }
conf() { jail -f "$W/jail.conf" "$@"; }

# fresh [SIZE]: Cellblock has never run here; with SIZE it finds a small disk as its own.
fresh() {
  [ ! -e /run/cellblock/lock ] || umount -Rl /run/cellblock
  [ $# = 0 ] || { mkdir -p /run/cellblock && mount -t tmpfs -o "size=$1,mode=700" cellblock /run/cellblock; }
}

expect_clean() {
  [ -z "$(jls jid)" ] || fail "$1: jails are left: $(jls)"
  ! grep -q " $W/root/" /proc/self/mountinfo || fail "$1: mounts are left: $(grep " $W/root/" /proc/self/mountinfo)"
  local group
  for group in "$groups"/cellblock/*/; do [ ! -d "$group" ] || fail "$1: left: $group"; done
}
# expect_line REGEX COMMAND...: exit status 1 and one line of the program's, which matches. Of a file it may show the
# place below it; what failed is named after why.
expect_line() {
  local wanted=$1 status=0
  shift
  echo "+ $*   (must fail)"
  "$@" >"$W/said" 2>&1 </dev/null || status=$?
  [ $status = 1 ] || fail "$*: status $status: $(cat "$W/said")"
  [ "$(grep -E '^(jail|jls|jexec|cellblock|mount): ' "$W/said" | grep -cv ': failed$')" = 1 ] || fail "$*: said $(cat "$W/said")"
  grep -qE "$wanted" "$W/said" || fail "$*: said $(cat "$W/said"), wanted $wanted"
}

note "bad files"
file <<<".include \"$W/none.conf\"; c { path = /; persist; }"
expect_line 'none.conf: No such file or directory' conf -c c
file <<<".include \"$W\"; c { path = /; persist; }"
expect_line "$W: Is a directory" conf -c c
file <<<"c { path = $W/none; persist; }"
expect_line "^jail: c: path $W/none: No such file or directory" conf -c c
file <<<"c { path = $W/jail.conf; persist; }"
expect_line "^jail: c: path $W/jail.conf: Not a directory" conf -c c
file <<<"c { path = /; persist; depend = d; } d { path = /; persist; depend = c; }"
conf -c >"$W/said" 2>&1 && fail "a cycle of dependencies starts"
grep -q 'dependency loop' "$W/said" || fail "cycle: $(cat "$W/said")"
file <<<"c { path = /; persist; nosuch = 1; }"
expect_line 'unknown parameter: nosuch' conf -c c
file <<<"c { path = /; persist; children.max = many; }"
expect_line 'children.max.*many' conf -c c
file <<<"c { path = /; persist = maybe; }"
expect_line 'persist.*maybe|unknown parameter value' conf -c c
expect_line 'none.conf: No such file or directory' jail -f "$W/none.conf" -c c
expect_clean "bad files"

note "typing errors"
for stage in plna ''; do
  expect_line "^jail: --dump=$stage: no such stage \(there are tree, world, plan and latency\)$" \
    jail --dump=$stage -c name=c path="$W/root" persist
done
expect_clean "a stage that there is not"
expect_typo() {
  local wanted=$1 said status=0
  shift
  said=$("$@" 2>&1) || status=$?
  [ $status = 2 ] && grep -qF "$wanted" <<<"$said" || fail "$*: status $status: $said"
}
expect_typo 'cellblock: doctor: x: no word is wanted here' cellblock doctor x
expect_typo 'cellblock: doctor: --repiar: unknown option (did you mean "--repair"?)' cellblock doctor --repiar
expect_typo 'cellblock: unknown verb: doctr (did you mean "doctor"?)' cellblock doctr
expect_refusal '^jail: jail "c" already exists$' bash -c \
  "jail -c name=c path=$W/root persist; jail -c jid=77 name=c path=$W/root persist; s=\$?; jail -r c; exit \$s"
jail -c name=c path="$W/root" persist || fail "jail -c"
expect_line 'unknown parameter: c' jail -m c allow.raw_sockets
grep -q 'the jail of that name is name=c' "$W/said" || fail "no hint: $(cat "$W/said")"
for program in jail jls jexec; do
  "$program" --help 2>&1 >/dev/null | grep . && fail "$program --help complains"
  "$program" --help | grep -q "^usage: $program " || fail "$program --help"
done
cellblock --dump=snapshot | grep -qE '^jail [0-9]+ c$' || fail "--dump=snapshot: $(cellblock --dump=snapshot)"
jail -r c || fail "jail -r"

note "roots in the wrong place"
expect_line 'mkroot: /: this is the root of this system' cellblock mkroot --busybox /
expect_line 'mkroot: /: this is the root of this system' cellblock mkroot --from-binary /bin/sh /
expect_line 'mkroot: /: this is the root of this system' cellblock mkroot --prepare /
mkdir -p "$W/home" "$W/fake"
echo dear >"$W/home/letter"
for kind in --busybox "--from-binary /bin/sh" --debian; do
  expect_line "mkroot: $W/home: not empty" cellblock mkroot $kind "$W/home"
done
expect_line "mkroot: $W/home: no system in it" cellblock mkroot --prepare "$W/home"
[ "$(ls -A "$W/home")" = letter ] || fail "a folder of somebody's: $(ls -A "$W/home")"
# A builder that fails half-way.
for builder in mmdebstrap debootstrap; do
  printf '#!/bin/sh\nfor dir; do :; done\nmkdir -p "%s"; echo half >"%s"; exit 1\n' "$W/deb/etc/apt" "$W/deb/etc/passwd" \
    >"$W/fake/$builder"
  chmod 755 "$W/fake/$builder"
done
for try in first second; do
  PATH=$W/fake:$PATH expect_line 'mkroot: mmdebstrap failed' cellblock mkroot --debian "$W/deb"
  [ ! -e "$W/deb" ] || fail "a failed --debian leaves $(find "$W/deb")"
done

note "no rights"
file <<<"c { path = $W/root; persist; mount.devfs; exec.start = true; children.max = 2; }"
nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
for command in jls "jail -f $W/jail.conf -c c" "jail -r c" "jail -m name=c persist" "jexec c true" \
  "cellblock doctor --repair"; do
  expect_line 'Permission denied' nobody $command
done
expect_clean "no rights"

note "a full disk"
file <<END
c { path = $W/root; persist; mount.devfs; mount += "tmpfs $W/root/tmp tmpfs"; exec.start = true; children.max = 2; }
END
failed=0
for pages in 0 1 2 3 4 6 8; do
  fresh 64k
  dd if=/dev/zero of=/run/cellblock/ballast bs=4k count=$((16 - pages)) 2>/dev/null
  if conf -c c >"$W/said" 2>&1; then
    expect "c: removed" conf -r c
  else
    failed=$((failed + 1))
    grep -q 'No space left on device' "$W/said" || fail "$pages pages: $(cat "$W/said")"
    [ "$(grep -cvE '^c: |: failed$' "$W/said")" = 1 ] || fail "$pages pages: $(cat "$W/said")"
  fi
  rm /run/cellblock/ballast
  expect_clean "$pages pages"
done
[ $failed -gt 0 ] || fail "the disk was never full"

note "the disk fills up while a jail runs: it is not lost, and goes when there is room"
fresh 64k
expect "c: created" conf -c c
printf '%*s\n' $((4096 - $(stat -c %s /run/cellblock/journal) % 4096 - 1)) "" >>/run/cellblock/journal
dd if=/dev/zero of=/run/cellblock/ballast bs=4k 2>/dev/null
expect c jls name
expect_refusal 'No space left on device' conf -r c
rm /run/cellblock/ballast
cellblock doctor --repair >/dev/null || fail "doctor"
[ -z "$(jls name)" ] || expect "c: removed" conf -r c
expect_clean "a disk that filled up"

note "a console log on a full disk"
fresh
mkdir "$W/log"
mount -t tmpfs -o size=4k,nr_inodes=1 full "$W/log"
file <<<"c { path = $W/root; persist; exec.start = true; exec.consolelog = $W/log/console; }"
expect_line "^jail: c: open $W/log/console: No space left on device" conf -c c
umount "$W/log"
expect_clean "console log"

note "too few descriptors: no jail takes harm"
file <<<"c { path = $W/root; persist; mount.devfs; exec.start = true; }"
expect "c: created" conf -c c
for limit in $(seq 3 16); do
  (ulimit -n "$limit" && exec jls) >/dev/null 2>&1
  (ulimit -n "$limit" && exec cellblock doctor --repair) >/dev/null 2>&1
  if (ulimit -n "$limit" && exec jail -c name=d path=/ persist) >/dev/null 2>&1; then jail -r d; fi
  expect hi jexec c echo hi
done
expect "c: removed" conf -r c
expect_clean "too few descriptors"

note "kernels that lack something"
file <<END
c { path = $W/root; persist; mount.devfs; mount.procfs; mount += "tmpfs $W/root/tmp tmpfs"; exec.start = true;
    children.max = 1; allow.mount; }
END
# lacks CALL [REGEX]: without CALL a jail works, or where REGEX is given one line says what is missing.
lacks() {
  local call=$1 wanted=${2-} status=0
  fresh
  "$without" "$call" jail -f "$W/jail.conf" -c c >"$W/said" 2>&1 || status=$?
  if [ -z "$wanted" ]; then
    [ $status = 0 ] || fail "without $call: $(cat "$W/said")"
    expect hi "$without" "$call" jexec c echo hi
    expect c "$without" "$call" jls name
    expect "c: removed" "$without" "$call" jail -f "$W/jail.conf" -r c
  else
    [ $status = 1 ] || fail "without $call: status $status: $(cat "$W/said")"
    grep -qE "$wanted.*Function not implemented" "$W/said" || fail "without $call: $(cat "$W/said"), wanted $wanted"
    [ "$(grep -cvE '^c: (created|removed)$|: failed$' "$W/said")" = 1 ] || fail "without $call: $(cat "$W/said")"
  fi
  expect_clean "without $call"
}
for call in clone3 mount_setattr fsopen fsconfig fsmount open_tree move_mount pidfd_open openat2 close_range execveat \
  seccomp; do
  lacks $call $call
done
lacks setns namespace
lacks unshare namespace
for call in statx pidfd_send_signal landlock_create_ruleset bpf; do lacks $call; done
sed 's/persist;/persist; ip4 = inherit;/' "$W/jail.conf" >"$W/other.conf" && mv "$W/other.conf" "$W/jail.conf"
lacks bpf
sed 's/ip4 = inherit;/ip4.addr = 127.0.0.1;/' "$W/jail.conf" >"$W/other.conf" && mv "$W/other.conf" "$W/jail.conf"
lacks bpf "can't hold a jail to its addresses"
lacks bpf_maps "can't hold a jail to its addresses"
expect_like '^eBPF on cgroups +no +no jail can have ip4.addr' "$without" bpf_maps cellblock doctor

note "a jail that runs takes no harm from a program without these calls"
fresh
expect "c: created" conf -c c
for call in pidfd_open pidfd_send_signal statx openat2 setns; do
  "$without" $call jls >/dev/null 2>&1
  "$without" $call cellblock doctor --repair >/dev/null 2>&1
  expect hi jexec c echo hi
done
expect "c: removed" conf -r c
expect_clean "the end"
exit 0
