#!/bin/bash
# A command on datasets that is killed at any of its steps, or finds the disk full, leaves the old state or the new one, and
# the next command takes away what is half done.
. "$(dirname "$0")/datasets_lib.sh"
die_at=$build/tests/die_at
[ -x "$die_at" ] || fail "die_at is not built"

# master: a pool with something in it: t with two snapshots, a clone c, a dataset p with a child.
master() {
  pool "$W/master" >/dev/null
  zfs create tank/t && echo one >"$W/mnt/t/f" && zfs snapshot tank/t@1 && echo two >"$W/mnt/t/f" && zfs snapshot tank/t@2 &&
    echo three >"$W/mnt/t/f" && zfs clone tank/t@1 tank/c && zfs create -p tank/p/q && zpool export tank || fail "master"
}

# begin DIR, end DIR: one more of it comes and goes.
begin() { cp -a "$W/master" "$1" && zpool import -d "$1" || fail "begin"; }
end() { zpool export tank || fail "export: $(findmnt -rno TARGET | grep "$W")"; rm -rf "$1"; }

# What a person sees: names, origins, places, contents.
state() {
  zfs list -H -t all -o name,origin,mountpoint,org.example:x || return
  zfs mount -a || return
  local name
  for name in t c n p/q; do [ ! -e "$W/mnt/$name/f" ] || echo "$name: $(cat "$W/mnt/$name/f")"; done
}

# Nothing is on the disk that no record names.
is_tidy() {
  local dir=$1 named kept
  has "$dir/.cellblock/state" S
  [ -z "$(ls -A "$dir/.cellblock/trash")" ] || fail "trash is left: $(ls -A "$dir/.cellblock/trash")"
  named=$(grep -hE '^(data|snapshot) ' "$dir"/.cellblock/sets/* | awk '{ print $1 == "data" ? $2 : $3 }' | sort)
  kept=$(cd "$dir/.cellblock/data" && for id in *; do [ "$(stat -c %a "$id")" = 500 ] || echo "$id"; done | sort)
  [ "$named" = "$kept" ] || fail "on the disk: $(echo $kept), in the records: $(echo $named)"
}

# at_every_step COMMAND...: killed before its first change, its second ... until it comes through.
at_every_step() {
  local step status old new seen
  begin "$W/disk"
  old=$(state)
  "$@" >/dev/null || fail "$*: does not work at all"
  new=$(state)
  end "$W/disk"
  [ "$old" != "$new" ] || fail "$*: changes nothing"
  for step in $(seq 1 400); do
    begin "$W/disk"
    "$die_at" "$step" "$@" >/dev/null 2>"$W/said"
    status=$?
    zfs set org.example:z=1 tank && zfs inherit org.example:z tank || fail "the next command"
    is_tidy "$W/disk"
    seen=$(state) || fail "$* killed at step $step: the state can't be read"
    [ "$seen" = "$old" ] || [ "$seen" = "$new" ] ||
      fail "$* killed at step $step: neither old nor new: $(diff <(echo "$old") <(echo "$seen"); diff <(echo "$new") <(echo "$seen"))"
    end "$W/disk"
    [ $status = 137 ] || break
  done
  [ $status = 0 ] && [ "$seen" = "$new" ] || fail "$*: not through after $step steps: $(cat "$W/said")"
  echo "$*: $step steps"
}

master
[ "${1-}" = room ] || {
at_every_step zfs create -p tank/n
at_every_step zfs clone tank/t@1 tank/n
at_every_step zfs snapshot tank/t@3
at_every_step zfs snapshot -r tank/p@all
at_every_step zfs rollback -r tank/t@2
at_every_step zfs destroy -r tank/p
at_every_step zfs destroy -R tank/t@1
at_every_step zfs set org.example:x=y tank/t
}

note "no room: of inodes, one more each time"
for room in $(seq 0 2 24); do
  mkdir -p "$W/small" && mount -t tmpfs -o size=8m,nr_inodes=200 small "$W/small"
  begin "$W/small/disk"
  old=$(state)
  : >"$W/small/fill"
  i=0
  while ln "$W/small/fill" "$W/small/fill.$i" 2>/dev/null; do i=$((i + 1)); done
  for i in $(seq "$room"); do rm -f "$W/small/fill.$i"; done
  for command in "create tank/n" "clone tank/t@1 tank/n" "snapshot tank/t@3" "snapshot -r tank@all" "rollback tank/t@2"; do
    names=$(zfs list -H -t all -o name,origin)
    if zfs $command 2>"$W/said"; then
      case $command in
      rollback*) ;;
      snapshot*) zfs destroy -r "tank${command##*tank}" ;;
      *) zfs destroy tank/n ;;
      esac || fail "$command: not undone"
    else
      grep -q "No space left on device" "$W/said" || fail "$command with room for $room: $(cat "$W/said")"
      [ -z "$(grep 'but not mounted' "$W/said")" ] || zfs destroy tank/n || fail "$command: not undone"
    fi
    [ "$(zfs list -H -t all -o name,origin)" = "$names" ] || fail "$command with room for $room: $(zfs list -t all)"
  done
  rm -f "$W/small"/fill*
  zfs set org.example:z=1 tank && zfs inherit org.example:z tank || fail "the next command"
  is_tidy "$W/small/disk"
  seen=$(state)
  [ "$seen" = "$old" ] || [ "$seen" = "${old/three/two}" ] || fail "with room for $room: $(diff <(echo "$old") <(echo "$seen"))"
  end "$W/small/disk" && umount "$W/small" || fail "umount"
done
