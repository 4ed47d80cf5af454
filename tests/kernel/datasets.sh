#!/bin/bash
# Datasets on layers of overlayfs: what zfs(8) and zpool(8) say and do, on any file system.
. "$(dirname "$0")/datasets_lib.sh"
mkfifo "$W/go"

note "pools"
expect "no pools available" zpool list
expect_refusal "^no datasets available$" sh -c 'zfs list; exit 1'
expect_refusal "^cannot create '1tank': pool doesn't begin with a letter$" zpool create 1tank "$W"
expect_refusal "^cannot create 'mirror': name is reserved$" zpool create mirror "$W"
expect_refusal "^cannot open '/nosuch': No such file or directory$" zpool create tank /nosuch
expect_refusal "^cannot open 'tank': no such pool$" zpool list tank
pool "$W/disk" -o cellblock:backend=overlay
expect_refusal "^cannot create 'tank': pool already exists$" zpool create tank "$W"
expect_refusal "part of active pool 'tank'" zpool create other "$W/disk"
expect tank zpool list -H -o name
expect_like '^ state: ONLINE$' zpool status tank
expect_refusal "^zpool scrub: not supported" zpool scrub tank
expect_status 2 zpool frobnicate
expect_status 2 zfs frobnicate
expect_refusal "^zfs allow: not supported: only root changes datasets here$" zfs allow tank

note "names and properties are refused in OpenZFS' words"
expect_refusal "^cannot create 'tank/a%b': invalid character '%' in name$" zfs create tank/a%b
expect_refusal "^cannot create 'tank/a/b': parent does not exist$" zfs create tank/a/b
expect_refusal "^cannot create 'nope/a': no such pool 'nope'$" zfs create nope/a
expect_refusal "^cannot open 'tank/a': dataset does not exist$" zfs list tank/a
expect_refusal "^cannot create 'tank/a': 'readonly' must be one of 'on \| off'$" zfs create -o readonly=perhaps tank/a
expect_refusal "^cannot create 'tank/a': 'quota' overlay|has no quotas" zfs create -o quota=1G tank/a
expect_refusal "^cannot open 'tank/a': dataset does not exist$" zfs set readonly=on tank/a
expect_refusal "^bad property list: invalid property 'colour'$" zfs get colour tank
expect_status 2 zfs get colour tank
expect_refusal "^cannot set property for 'tank': 'used' is readonly$" zfs set used=1 tank
expect_refusal "^could not find any snapshots to destroy; check snapshot names.$" zfs destroy tank@none
expect_refusal "^cannot mount 'tank': filesystem already mounted$" zfs mount tank
expect tank zfs list -H -o name -t all

store_test "$W/disk"

note "properties: inherited, local, mount flags at once"
zfs create -p -o org.example:note="a b" tank/p/q/r || fail "create -p"
expect_refusal "^cannot create 'tank/p': dataset already exists$" zfs create tank/p
zfs create -p tank/p || fail "create -p of what is there"
zfs set readonly=on org.example:who=me tank/p || fail "set"
expect_refusal "Read-only file system" touch "$W/mnt/p/q/r/x"
expect "tank/p/q/r	on	inherited from tank/p" zfs get -H -o name,value,source readonly tank/p/q/r
expect "tank/p/q/r	org.example:note	a b	local
tank/p/q/r	org.example:who	me	inherited from tank/p" zfs get -H -s local,inherited org.example:note,org.example:who tank/p/q/r
zfs set readonly=off tank/p/q || fail "set off"
touch "$W/mnt/p/q/r/x" || fail "still read-only"
zfs inherit -r readonly tank/p && touch "$W/mnt/p/x" || fail "inherit"
expect_refusal "^'quota' property cannot be inherited$" zfs inherit quota tank/p
zfs set exec=off setuid=off devices=off atime=off tank/p/q || fail "set flags"
expect_like 'nosuid,nodev,noexec,noatime' findmnt -no OPTIONS "$W/mnt/p/q/r"

note "mountpoint moves what is below; a busy one stays where it was"
zfs set mountpoint="$W/else where" tank/p || fail "set mountpoint"
[ -e "$W/else where/q/r/x" ] && [ ! -e "$W/mnt/p" ] || fail "not moved"
sleep 100 <"$W/else where/q/r/x" &
user=$!
expect_refusal "pool or dataset is busy" zfs set mountpoint="$W/third" tank/p
[ -e "$W/else where/q/r/x" ] && [ ! -e "$W/third" ] || fail "half moved"
kill $user && wait $user 2>/dev/null
zfs set mountpoint=none tank/p || fail "set none"
expect "no" zfs get -H -o value mounted tank/p/q/r
expect_refusal "^cannot mount 'tank/p': no mountpoint set$" zfs mount tank/p
zfs inherit mountpoint tank/p || fail "inherit mountpoint"
[ -e "$W/mnt/p/q/r/x" ] || fail "not back"

note "recursive snapshots, ranges, sorting, types, depth"
for i in 1 2 3 4; do zfs snapshot -r -o org.example:n=$i tank/p@s$i || fail "snapshot -r"; done
expect "tank/p/q@s1
tank/p/q@s2
tank/p/q@s3
tank/p/q@s4" zfs list -H -t snapshot -o name tank/p/q
expect "tank/p@s4 tank/p@s3 tank/p@s2 tank/p@s1" sh -c "zfs list -H -t snap -S createtxg -o name tank/p | tr '\n' ' ' | sed 's/ $//'"
zfs destroy -r tank/p@s2%s3 || fail "destroy of a range"
expect "tank/p/q/r@s1 tank/p/q/r@s4" sh -c "zfs list -H -t snap -o name tank/p/q/r | xargs"
expect "tank/p tank/p/q" sh -c "zfs list -H -d 1 -o name tank/p | xargs"
expect "4" zfs get -H -o value org.example:n tank/p@s4
expect_refusal "dataset already exists" zfs snapshot -r tank/p@s4
expect_refusal "^cannot create snapshot 'tank/none@x': dataset does not exist$" zfs snapshot tank/none@x

note "a full folder of processes that write: a snapshot is whole or refused"
zfs create tank/busy || fail "create busy"
(while :; do echo x >>"$W/mnt/busy/log"; done) &
user=$!
if zfs snapshot tank/busy@s 2>"$W/said"; then echo "taken between two lines"; else grep -q "dataset is being written to" "$W/said" || fail "$(cat "$W/said")"; fi
kill $user && wait $user 2>/dev/null
zfs snapshot tank/busy@quiet || fail "snapshot of a quiet one"

note "long chains are cut: everything stays"
zfs create tank/chain && zfs unmount tank/chain || fail "create chain"
for i in $(seq 230); do
  zfs mount tank/chain && echo $i >"$W/mnt/chain/f$((i % 7))" && zfs unmount tank/chain && zfs snapshot tank/chain@$i || fail "link $i"
done
zfs mount tank/chain
has "$W/mnt/chain/f6" 230
has "$W/mnt/chain/f0" 224
zfs clone tank/chain@100 tank/old && has "$W/mnt/old/f2" 100 || fail "clone of an old one"
zfs destroy -r tank/old && zfs destroy -r tank/chain || fail "destroy chain"

note "rename and promote move names, no data"
zfs create -p tank/r/base && echo base >"$W/mnt/r/base/f" && zfs snapshot tank/r/base@1 && zfs snapshot tank/r/base@2 || fail "base"
zfs clone tank/r/base@1 tank/r/clone && zfs create tank/r/base/child || fail "clone"
zfs rename tank/r/base tank/r/new || fail "rename"
has "$W/mnt/r/new/f" base
[ -d "$W/mnt/r/new/child" ] && [ ! -e "$W/mnt/r/base" ] || fail "not moved"
expect tank/r/new@1 zfs get -H -o value origin tank/r/clone
expect_refusal "^cannot rename to 'tank/r/clone': dataset already exists$" zfs rename tank/r/new tank/r/clone
expect_refusal "^cannot rename 'tank/r/new': parent does not exist$" zfs rename tank/r/new tank/no/where
expect_refusal "cannot be a descendant" zfs rename tank/r/new tank/r/new/below
expect_refusal "^cannot open 'tank/r/none': dataset does not exist$" zfs rename tank/r/none tank/r/x
zfs rename tank/r/new@1 @one && zfs rename -r tank/r/new@2 tank/r/new@two || fail "rename of snapshots"
expect tank/r/new@one zfs get -H -o value origin tank/r/clone
expect_refusal "^cannot promote 'tank/r/new': not a cloned filesystem$" zfs promote tank/r/new
zfs promote tank/r/clone || fail "promote"
expect "- tank/r/clone@one" sh -c 'zfs get -H -o value origin tank/r/clone tank/r/new | xargs'
expect "tank/r/clone@one tank/r/new@two" sh -c 'zfs list -H -r -t snapshot -o name tank/r | xargs'
zfs destroy -r tank/r/new && has "$W/mnt/r/clone/f" base && zfs rollback tank/r/clone@one || fail "the promoted one stands alone"
has "$W/mnt/r/clone/f" base

note "a pool moves to another name of its folder"
zpool export tank || fail "export"
expect "no pools available" zpool list
[ -z "$(findmnt -rno TARGET | grep "^$W/mnt")" ] || fail "still mounted"
mv "$W/disk" "$W/moved"
expect_refusal "is part of exported pool 'tank'" zpool create fresh "$W/moved"
zpool import -d "$W/moved" tank || fail "import"
[ -e "$W/mnt/p/q/r/x" ] || fail "not mounted after import"
zpool destroy tank || fail "destroy"
expect "" ls -A "$W/moved"

note "the same with copies"
rm -rf "$W/moved" && pool "$W/copies" -o cellblock:backend=copy
store_test "$W/copies"
zpool destroy tank || fail "destroy"
expect_refusal "^cannot create 'tank': back end btrfs: the pool's directory is not on btrfs$" zpool create -o cellblock:backend=btrfs tank "$W/copies"
