#!/bin/bash
# zfs send and receive: whole and incremental, between back ends, and what is damaged or hostile is refused.
. "$(dirname "$0")/datasets_lib.sh"
pool "$W/disk"

# same A B: the trees are the same in all that a listing shows.
listing() {
  (cd "$1" && find . -printf '%P %y %m %U %G %l %TY%Tm%Td%TH%TM%TS\n' && find . -type f -printf '%P %n %s ' -exec sh -c 'md5sum <"$1"' - {} \;) | sort
}
same() { [ "$(listing "$1")" = "$(listing "$2")" ] || fail "$1 and $2 differ: $(diff <(listing "$1") <(listing "$2"))"; }

zfs create tank/a && cd "$W/mnt/a" || fail "create"
mkdir -p d/e && echo one >d/f && ln d/f d/e/link && ln -s ../../etc l && mkfifo p && : >empty && chmod 4755 empty && chown 7:8 d/f
truncate -s 50M hole && echo end >>hole && head -c 3000000 /dev/urandom >big
chmod 700 . && touch -d 2001-02-03 d
cd /
zfs snapshot tank/a@1 || fail "snapshot"

note "all of it"
zfs send tank/a@1 >"$W/full" && zfs receive tank/b <"$W/full" || fail "receive"
same "$W/mnt/a" "$W/mnt/b"
[ "$(stat -c %s "$W/full")" -lt 4000000 ] || fail "the hole was sent"
[ "$(du -k "$W/mnt/b/hole" | cut -f1)" -lt 100 ] || fail "the hole was filled"
expect tank/b@1 zfs list -H -t snapshot -o name tank/b
expect "$(zfs get -H -o value guid tank/a@1)" zfs get -H -o value guid tank/b@1
expect_refusal "destination 'tank/b' exists" sh -c "zfs receive tank/b <'$W/full'"
expect_refusal "destination 'tank/no' does not exist" sh -c "zfs receive tank/no/b <'$W/full'"

note "what has changed"
cd "$W/mnt/a" && rm -r d/e && echo two >d/f && rm l && mkdir l && echo in >l/in && mv big other && chmod 600 empty && cd / || fail "change"
zfs snapshot tank/a@2 && echo three >"$W/mnt/a/d/f" && zfs snapshot tank/a@3 || fail "snapshots"
zfs send -i 1 tank/a@2 >"$W/step" && zfs receive tank/b <"$W/step" || fail "incremental"
zfs clone tank/a@2 tank/a2 && same "$W/mnt/a2" "$W/mnt/b" && zfs destroy tank/a2
expect_refusal "most recent snapshot of tank/b does not match incremental source" sh -c "zfs receive tank/b <'$W/step'"
zfs send -i @2 tank/a@3 | zfs receive tank/b || fail "incremental 3"
same "$W/mnt/a" "$W/mnt/b"
zfs send tank/a@1 | zfs receive -u tank/c && zfs send -I @1 tank/a@3 | zfs receive tank/c && zfs mount tank/c || fail "-I"
same "$W/mnt/a" "$W/mnt/c"
expect "tank/c@1 tank/c@2 tank/c@3" sh -c 'zfs list -H -t snapshot -o name tank/c | xargs'

note "what is being sent stays"
mkfifo "$W/pipe" && { zfs send tank/a@1 >"$W/pipe" & } && exec 3<"$W/pipe" && head -c 100 <&3 >/dev/null
expect_refusal "^cannot destroy 'tank/a@1': dataset is busy$" zfs destroy tank/a@1
exec 3<&- && wait $!

note "changes at the other end"
zfs snapshot tank/a@4 && zfs send -i 3 tank/a@4 >"$W/step" && echo mine >"$W/mnt/c/mine" || fail "step"
expect_refusal "destination tank/c has been modified" sh -c "zfs receive tank/c <'$W/step'"
has "$W/mnt/c/mine" mine
zfs receive -F tank/c <"$W/step" || fail "receive -F"
[ ! -e "$W/mnt/c/mine" ] || fail "mine is still there"

note "to copies, and back"
zfs create -o cellblock:backend=copy tank/copies && zfs send tank/a@3 | zfs receive tank/copies/a || fail "to copies"
same "$W/mnt/a" "$W/mnt/copies/a"
zfs send tank/copies/a@3 | zfs receive tank/back && same "$W/mnt/a" "$W/mnt/back" || fail "back"

note "damaged, cut, foreign: nothing is changed"
before=$(zfs list -H -r -t all -o name)
size=$(stat -c %s "$W/full")
for at in 0 25 40 300 $((size / 2)) $((size - 3)); do
  head -c "$at" "$W/full" >"$W/cut"
  expect_refusal "^cannot receive: invalid stream \(" sh -c "zfs receive tank/x <'$W/cut'"
  cp "$W/full" "$W/bad" && printf '\377\376' | dd of="$W/bad" bs=1 seek="$at" conv=notrunc 2>/dev/null
  expect_refusal "^cannot receive: invalid stream \(" sh -c "zfs receive tank/x <'$W/bad'"
done
expect_refusal "bad magic number" sh -c "zfs receive tank/x </etc/passwd"
mknod "$W/mnt/a/null" c 1 3 && zfs snapshot tank/a@dev || fail "mknod"
expect_refusal "null: a device; -D takes them" sh -c "zfs send tank/a@dev | zfs receive tank/x"
expect "$before" sh -c 'zfs destroy tank/a@dev && zfs list -H -r -t all -o name'
zfs snapshot tank/a@dev && zfs send tank/a@dev | zfs receive -D tank/x && [ -c "$W/mnt/x/null" ] || fail "-D"
expect_refusal "not an earlier snapshot from the same fs" sh -c "zfs send -i 3 tank/a@1 >/dev/null"
expect_refusal "^cannot open 'tank/a@none': dataset does not exist$" sh -c "zfs send tank/a@none >/dev/null"
zpool destroy tank || fail "destroy"
