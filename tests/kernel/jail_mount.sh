# FreeBSD's mount and umount in a jail (allow.mount), what of the mounts a jail sees (enforce_statfs), and what it can
# undo: nothing that it was started with.
. "$(dirname "$0")/../replay/lib.sh"
need jail jls jexec
need_bsd
mapping_root "$W/root"
cp "$build/libexec/cellblock/bsd/bsdbox" "$W/root/bin/bsdbox"
mkdir -p "$W/root/bsd" "$W/root/mnt" "$W/root/src" "$W/root/given" "$W/data"
for command in mount umount sysctl; do ln -s /bin/bsdbox "$W/root/bsd/$command"; done
echo text >"$W/root/src/file"
echo given >"$W/data/file"
types=$(echo allow.mount.{tmpfs,nullfs,procfs,linprocfs,devfs,fdescfs,linsysfs})

# begin PARAMETER...: a jail t with all that a jail may mount.
begin() {
  expect "" jail -c name=t path="$W/root" persist mount.devfs mount.procfs enforce_statfs=1 allow.mount $types \
    mount="$W/data $W/root/given nullfs ro 0 0" "$@"
}
inside() { jexec t "$@"; }

for ids in linux.userns=new linux.userns=inherit; do
  note "$ids"
  begin $ids

  expect "" inside /bsd/mount -t tmpfs -o size=1m tmpfs /mnt
  expect_like '^tmpfs on /mnt \(tmpfs, local\)$' inside /bsd/mount
  expect "" inside touch /mnt/new
  expect "" inside /bsd/umount /mnt
  expect_refusal 'No such file' inside ls /mnt/new

  expect "" inside /bsd/mount -t nullfs /src /mnt
  expect text inside cat /mnt/file
  expect "" inside /bsd/mount -u -o ro /mnt
  expect_like '^/src on /mnt \(nullfs, local(, noatime)?, read-only\)$' inside /bsd/mount
  expect_refusal 'Read-only' inside touch /mnt/new
  expect_refusal '^mount_nullfs: /mnt: Operation not permitted$' inside /bsd/mount -u -o rw /mnt
  expect "" inside /bsd/umount /mnt

  for type in procfs linprocfs; do
    expect "" inside /bsd/mount -t $type $type /mnt
    expect_like '^[0-9]+$' inside ls /mnt
    expect_refusal . inside sh -c 'echo x >/mnt/sys/kernel/core_pattern'
    expect "" inside /bsd/umount /mnt
  done
  expect "" inside /bsd/mount -t devfs devfs /mnt
  owner='root +root'
  case $ids in  # before Linux 6.3 a tmpfs can't map ids
  *new) [ "$(printf '6.3\n%s\n' "$(uname -r)" | sort -V | head -n 1)" = 6.3 ] || owner='65534 +65534' ;;
  esac
  expect_like " $owner .*null\$" inside ls -l /mnt
  expect "" inside sh -c 'echo lost >/mnt/null'
  expect "" inside /bsd/umount /mnt
  expect "" inside /bsd/mount -t fdescfs fdescfs /dev/fd
  expect "" inside /bsd/mount -t linsysfs linsysfs /mnt
  expect_refusal 'Read-only' inside mkdir /mnt/kernel/new
  expect "" inside /bsd/umount /mnt
  expect_refusal '^mount: a/b: Operation not permitted$' inside /bsd/mount -t zfs a/b /mnt
  expect_refusal 'Operation not permitted$' inside /bsd/mount -t ext4 /dev/null /mnt

  note 'what was there stays, however it is called'
  for path in / /proc /dev /dev/pts //proc /proc/. /given; do
    expect_refusal 'not permitted|Invalid|failed' inside umount "$path"
  done
  expect_refusal 'not permitted|failed' inside /bsd/umount /given
  expect given inside cat /given/file
  expect_refusal 'Read-only' inside touch /given/new
  expect "" inside /bsd/mount -t nullfs /given /mnt
  expect_refusal 'Read-only' inside touch /mnt/new
  expect "" inside /bsd/umount /mnt

  note 'a view of /proc or the place that is covered gives nothing away'
  case $ids in
  *inherit) expect_refusal 'not permitted' inside /bsd/mount -t nullfs /proc /mnt ;;
  *) expect "" inside /bsd/mount -t nullfs /proc /mnt && expect "" inside /bsd/umount /mnt ;;
  esac
  expect_refusal 'not permitted|Invalid' inside umount /proc/sys
  expect_refusal . inside sh -c 'echo x >/proc/sys/kernel/core_pattern'

  note 'links lead nowhere else'
  ln -sfn ../../../../../.. "$W/root/up"
  expect "" inside mount -o bind /up /mnt
  expect_like '^bsd$' inside ls /mnt
  expect "" inside umount /mnt

  note 'one of the jail on top of one that it was given'
  expect "" inside /bsd/mount -t tmpfs tmpfs /given
  expect "" inside touch /given/new
  expect "" inside /bsd/umount /given
  expect given inside cat /given/file
  expect_refusal 'not permitted|failed' inside /bsd/umount /given

  note 'taken away while the jail runs'
  expect "" inside /bsd/mount -t tmpfs tmpfs /mnt
  jexec t sh -c 'while [ ! -e /tmp/go ]; do sleep 0.1; done; mount -t tmpfs x /src 2>&1; umount /mnt 2>&1' >"$W/out" &
  sleep 0.5
  expect "" jail -m name=t allow.nomount
  expect "" inside touch /tmp/go
  wait $!
  [ "$(grep -cE 'not permitted|permission denied' "$W/out")" = 2 ] || fail "after allow.nomount: $(cat "$W/out")"
  rm "$W/root/tmp/go"
  expect "" jail -r t
done

note 'what another mount on the host hides is not seen in the jail either'
mkdir -p "$W/root/srv/a"
mount -t tmpfs below "$W/root/srv/a"
mkdir "$W/root/srv/a/b"
mount -t tmpfs hidden "$W/root/srv/a/b"
mount -t tmpfs above "$W/root/srv/a"
expect "" jail -c name=t path="$W/root" persist mount.procfs
expect '/srv/a above' inside awk '$2 ~ "^/srv" { print $2, $1 }' /proc/self/mounts
expect "" jail -r t
umount "$W/root/srv/a"
umount -R "$W/root/srv/a"

note 'enforce_statfs: 2 shows the root alone to FreeBSD'\''s commands, 1 and 0 what is below it'
for level in 2 1 0; do
  expect "" jail -c name=t path="$W/root" persist mount.procfs enforce_statfs=$level
  shown=$(jexec t /bsd/mount | grep -c ' on ')
  case $level in
  2) [ "$shown" = 1 ] || fail "enforce_statfs=2 shows $shown mounts" ;;
  *) [ "$shown" = 2 ] || fail "enforce_statfs=$level shows $shown mounts" ;;
  esac
  expect 2 inside sh -c 'grep -c . /proc/self/mounts'  # where Linux programs look
  expect "security.jail.enforce_statfs: $level" inside /bsd/sysctl security.jail.enforce_statfs
  expect "" jail -r t
done

note 'unionfs: the upper one gets what is written, and what it needs beside it is gone with the mount'
mkdir -p "$W/root/usr" "$W/lower" "$W/upper" "$W/victim"
echo lower >"$W/lower/file"
(cd "$W/victim" && mkdir work && echo kept >work/file)
expect "" jail -c name=t path="$W/root" persist linux.userns=inherit mount="$W/upper $W/root/src unionfs rw 0 0"
expect text inside cat /src/file
expect "" inside touch /src/new
expect "" jail -r t
[ -e "$W/upper/new" ] && [ ! -e "$W/root/src/new" ] || fail "unionfs wrote elsewhere"
expect "" jail -c name=t path="$W/root" persist linux.userns=inherit mount="$W/lower $W/root/usr unionfs rw,below 0 0"
expect lower inside cat /usr/file
expect "" inside touch /usr/new
expect "" jail -r t
[ -e "$W/root/usr/new" ] && [ ! -e "$W/lower/new" ] || fail "unionfs below wrote elsewhere"
[ -z "$(ls -d "$W"/*.work "$W"/root/*.work 2>/dev/null)" ] || fail "left: $(ls -d "$W"/*.work "$W"/root/*.work)"
ln -s "$W/victim" "$W/root/usr.work"
expect_refusal 'usr.work' jail -c name=t path="$W/root" persist mount="$W/lower $W/root/usr unionfs rw,below 0 0"
expect kept sh -c "cd $W/victim && cat work/file"
rm "$W/root/usr.work"
exit 0
