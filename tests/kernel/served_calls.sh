# What the warden can't be talked into by a jail for which it makes calls (allow.mount, allow.chflags, allow.extattr),
# and that no jail keeps it from serving another.
. "$(dirname "$0")/../replay/lib.sh"
need jail jls jexec
need_bsd
mapping_root "$W/root"
cp "$build/tests/probe" "$W/root/bin/probe"
cp "$build/libexec/cellblock/bsd/bsdbox" "$W/root/bin/bsdbox"
mkdir -p "$W/root/bsd" "$W/root/mnt" "$W/root/src/below" "$W/root/m" "$W/root/p"
for command in mount umount; do ln -s /bin/bsdbox "$W/root/bsd/$command"; done
echo text >"$W/root/src/file"
inside() { jexec t "$@"; }

note 'the number of a mount that is gone is not the jail'\''s any more, whoever has it next'
for ids in linux.userns=new linux.userns=inherit; do
  expect "" jail -c name=t path="$W/root" persist mount.procfs enforce_statfs=1 allow.mount allow.mount.{tmpfs,procfs} $ids
  inside sh -c '
    mount -t tmpfs x /m
    for i in $(seq 60); do mkdir /m/$i && mount -t tmpfs x /m/$i; done
    umount /m
    mount -t proc proc /p' || fail "the jail can't mount"
  covers=$(inside sh -c 'sed -n "s,^[^ ]* \(/p/[^ ]*\) .*,\1,p" /proc/mounts')
  case $ids in *inherit) [ -n "$covers" ] || fail "a proc without covers in a jail with the host's ids" ;; esac
  for covered in $covers; do
    expect_refusal 'not permitted|Invalid' inside umount "$covered"
  done
  expect_refusal . inside sh -c 'echo x >/p/sys/kernel/core_pattern'
  expect "" inside umount /p
  expect "" jail -r t
done

note 'relative paths and absolute links are the jail'\''s own'
expect "" jail -c name=t path="$W/root" persist enforce_statfs=1 allow.mount allow.mount.{tmpfs,nullfs} allow.extattr
ln -sfn /src "$W/root/link"
expect "" inside sh -c 'cd /src/below && mount -o bind ../../src ../../mnt && cd / && cat mnt/file >/dev/null && umount mnt'
expect "" inside sh -c 'cd / && mount -t tmpfs x link && umount link'
expect OK inside sh -c 'cd /src/below && probe trusted_attribute ../file'
expect OK inside sh -c 'cd / && probe trusted_attribute link/file'
expect "" jail -r t

note 'file flags and attributes: of files whose owner is in the jail, and no flag that an owner may not set'
touch "$W/root/src/foreign"
chown 70000:70000 "$W/root/src/foreign"
chmod 666 "$W/root/src/foreign"
expect "" jail -c name=t path="$W/root" persist allow.chflags allow.extattr
expect OK,OK inside probe file_flags /src/file
expect EPERM inside probe file_flags /src/foreign
expect EPERM inside probe foreign_flag
expect EPERM inside probe trusted_attribute /src/foreign
expect OK inside probe trusted_attribute /src/file
expect "" jail -r t

note 'a path that leads elsewhere from one moment to the next: what was there stays'
mkdir "$W/root/given" "$W/data"
echo given >"$W/data/file"
ln -sfn /mnt "$W/root/way"
ln -sfn /given "$W/root/other"
expect "" jail -c name=t path="$W/root" persist enforce_statfs=1 allow.mount allow.mount.tmpfs \
  mount="$W/data $W/root/given nullfs ro 0 0"
expect OK inside probe mount_often /way /other
inside sh -c 'while umount /given; do :; done' 2>/dev/null  # its own on top of it
expect given inside cat /given/file
expect_refusal 'Read-only' inside touch /given/new
expect "" jail -r t

if ! [ -c /dev/fuse ] || ! grep -qw fuse /proc/filesystems; then
  echo "file systems of user programs: not tried, this kernel has none"
  exit 0
fi
note 'a file system that never answers holds nobody else up, nor the end of the jail'
expect "" jail -c name=u path="$W/root" persist enforce_statfs=1 allow.mount allow.mount.tmpfs
echo "t { path = $W/root; persist; mount.devfs; enforce_statfs = 1; allow.mount; allow.mount.fusefs; stop.timeout = 1; }" >"$W/conf"
for probe in stuck_read stuck_thread stuck_unmounted stuck_mount; do
  expect_like created jail -f "$W/conf" -c t
  inside probe $probe /var/called >"$W/out" 2>&1 &
  stuck=$!
  for turn in $(seq 50); do [ -e "$W/root/var/called" ] || [ -s "$W/out" ] && break; sleep 0.1; done
  case $probe in  # before Linux 6.18 there is no such mount to be made, and a jail never may
  stuck_mount) [ "$(cat "$W/out")" = ENOTTY ] || fail "$probe: $(cat "$W/out")" ;;
  *) [ -e "$W/root/var/called" ] || fail "$probe: $(cat "$W/out")" ;;
  esac
  sleep 0.3
  expect mounted timeout 10 jexec u sh -c 'mount -t tmpfs x /m && umount /m && echo mounted'
  expect_like removed timeout 8 jail -f "$W/conf" -r t
  wait $stuck
  rm -f "$W/root/var/called"
done
exit 0
