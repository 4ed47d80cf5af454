# What the tests of datasets share: a pool of their own, in a folder on disk.
. "$(dirname "${BASH_SOURCE[0]}")/../replay/lib.sh"
need_bsd
PATH=$build/libexec/cellblock/bsd:$PATH
export CELLBLOCK_POOLS=$W/pools
need_layers

# pool DIR [OPTION...]: a pool tank whose datasets are mounted below $W/mnt.
pool() {
  local dir=$1
  shift
  mkdir -p "$dir"
  zpool create -m "$W/mnt" "$@" tank "$dir" || fail "zpool create"
}

# has FILE TEXT: what is in the file.
has() { [ "$(cat "$1" 2>&1)" = "$2" ] || fail "$1: has '$(cat "$1" 2>&1)', not '$2'"; }

# store_test: what datasets do on every back end, in the pool tank.
store_test() {
  zfs create tank/t || fail "create"
  mkdir "$W/mnt/t/dir" && echo one >"$W/mnt/t/f" && ln "$W/mnt/t/f" "$W/mnt/t/dir/link" && ln -s /etc/passwd "$W/mnt/t/s"
  chown 33:44 "$W/mnt/t/dir" && chmod 2750 "$W/mnt/t/dir" && mkfifo "$W/mnt/t/fifo"

  note "a snapshot of what is mounted stays as it was"
  zfs snapshot tank/t@1 || fail "snapshot"
  echo two >"$W/mnt/t/f" && rm "$W/mnt/t/s" && mkdir "$W/mnt/t/dir2"
  zfs snapshot tank/t@2 || fail "snapshot 2"
  echo three >"$W/mnt/t/f"
  zfs clone tank/t@1 tank/c1 && zfs clone tank/t@2 tank/c2 || fail "clone"
  has "$W/mnt/c1/f" one
  has "$W/mnt/c2/f" two
  has "$W/mnt/t/f" three
  [ "$(readlink "$W/mnt/c1/s")" = /etc/passwd ] || fail "the link is gone"
  [ ! -e "$W/mnt/c2/s" ] && [ -d "$W/mnt/c2/dir2" ] && [ ! -e "$W/mnt/c1/dir2" ] || fail "names of another time"
  expect "33 44 2750" stat -c '%u %g %a' "$W/mnt/c1/dir"
  [ -p "$W/mnt/c1/fifo" ] || fail "no fifo"
  echo mine >"$W/mnt/c1/f"
  has "$W/mnt/t/f" three

  note "a snapshot of what is not mounted, a clone of a clone"
  zfs unmount tank/c1 || fail "unmount"
  zfs snapshot tank/c1@a && zfs mount tank/c1 || fail "snapshot of c1"
  has "$W/mnt/c1/f" mine
  zfs clone tank/c1@a tank/cc || fail "clone of a clone"
  has "$W/mnt/cc/f" mine
  expect "tank/c1@a" zfs get -H -o value origin tank/cc

  note "rollback"
  expect_refusal "^cannot rollback to 'tank/t@1': more recent snapshots or bookmarks exist$" zfs rollback tank/t@1
  expect_refusal "^tank/t@2$" zfs rollback tank/t@1
  has "$W/mnt/t/f" three
  expect_refusal "^cannot destroy 'tank/t@2': snapshot has dependent clones$" zfs destroy tank/t@2
  zfs rollback tank/t@2 || fail "rollback"
  has "$W/mnt/t/f" two
  expect_refusal "tank/c2" zfs rollback -r tank/t@1
  has "$W/mnt/t/f" two
  zfs destroy tank/c2 || fail "destroy c2"
  zfs rollback -r tank/t@1 || fail "rollback -r"
  has "$W/mnt/t/f" one
  expect tank/t@1 zfs list -H -t snapshot -o name tank/t

  note "what is in use stays"
  sleep 100 <"$W/mnt/t/f" &
  local user=$!
  expect_refusal "pool or dataset is busy" zfs rollback tank/t@1
  expect_refusal "cannot unmount '.*': pool or dataset is busy" zfs destroy -R tank/t
  kill $user && wait $user 2>/dev/null
  unshare -m --propagation private bash -c 'echo >"$1/inside"; read -r line <"$1/go"' bash "$W" &
  user=$!
  eventually test -e "$W/inside"
  expect_refusal "pool or dataset is busy" zfs rollback tank/t@1
  zfs unmount tank/t || fail "unmount of a mount that another namespace has"
  expect_refusal "pool or dataset is busy" zfs rollback tank/t@1
  echo >"$W/go" && wait $user
  rm "$W/inside"
  zfs rollback tank/t@1 && zfs mount tank/t || fail "rollback after all"
  has "$W/mnt/t/f" one

  note "destroy takes all of it from the disk"
  expect_refusal "^cannot destroy 'tank/t': filesystem has children$" zfs destroy tank/t
  expect_refusal "^use '-R' to destroy the following datasets:$" zfs destroy -r tank/t
  expect "destroy	tank/t@1
destroy	tank/t
destroy	tank/cc
destroy	tank/c1@a
destroy	tank/c1" zfs destroy -R -nvp tank/t
  zfs destroy -R tank/t || fail "destroy -R"
  expect tank zfs list -H -o name -t all
  expect "1" sh -c "ls '$1/.cellblock/data' | wc -l"
  expect "" ls "$1/.cellblock/trash"
}
