# One row for each allow.* parameter: what a program in a jail gets without it and with it. The probe's words are
# errno's names or OK (tests/kernel/probe).
. "$(dirname "$0")/../replay/lib.sh"
need jail jls jexec ip
mapping_root "$W/root"
cp "$build/tests/probe" "$W/root/bin/probe"
mkdir -p "$W/root/mnt" "$W/root/src"
echo text >"$W/root/src/file"

seen=" "
refused='.*(not permitted|permission denied).*'
# answer PARAMETER... -- COMMAND: the last line of what COMMAND (by sh) says in a new jail.
answer() {
  local parameters=()
  while [ "$1" != -- ]; do parameters+=("$1"); shift; done
  jail -c name=t path="$W/root" persist "${parameters[@]}" >"$W/out" 2>&1 || { cat "$W/out"; return; }
  jexec ${user:+-U "$user"} t sh -c "$2" 2>&1 </dev/null | tail -n 1
  jail -R t
}

# row FLAG WITHOUT WITH COMMAND [PARAMETER...]: WITHOUT and WITH are regular expressions for the whole line.
row() {
  local flag=$1 without=$2 with=$3 command=$4 said
  shift 4
  case $seen in *" $flag "*) ;; *) seen="$seen$flag " ;; esac
  said=$(answer "$@" "allow.${flag/#/no}" -- "$command")
  grep -Eqx -e "$without" <<<"$said" || fail "without allow.$flag ($*): $command: said '$said', wanted '$without'"
  said=$(answer "$@" "allow.$flag" -- "$command")
  grep -Eqx -e "$with" <<<"$said" || fail "with allow.$flag ($*): $command: said '$said', wanted '$with'"
  echo "ok allow.$flag: $command $*"
}
# A flag of two components is cleared by "no" before the last one.
row_of_mount() {
  local type=$1 said
  shift
  seen="${seen}mount.$type "
  said=$(answer enforce_statfs=1 allow.mount "$@" "allow.mount.no$type" -- "mount -t $type none /mnt && echo mounted")
  grep -Eqx "$refused" <<<"$said" || fail "without allow.mount.$type: said '$said'"
  said=$(answer enforce_statfs=1 allow.mount "$@" "allow.mount.$type" -- "mount -t $type none /mnt && umount /mnt && echo mounted")
  [ "$said" = mounted ] || fail "with allow.mount.$type: said '$said'"
  echo "ok allow.mount.$type $*"
}
# expect_answer REGEX COMMAND PARAMETER...
expect_answer() {
  local wanted=$1 command=$2 said
  shift 2
  said=$(answer "$@" -- "$command")
  grep -Eqx -e "$wanted" <<<"$said" || fail "$*: $command: said '$said', wanted '$wanted'"
  echo "ok $*: $command"
}
on_host_ids=linux.userns=inherit

row set_hostname '.*(EPERM|not permitted)' new 'hostname new && hostname'
row set_hostname '.*(EPERM|not permitted)' new 'hostname new && hostname' $on_host_ids
row sysvipc ENOSYS,ENOSYS,ENOSYS OK,OK,OK 'probe system_v'
row raw_sockets EPERM OK 'probe raw_icmp' ip4=inherit
row raw_sockets EPERM OK 'probe raw_icmp' ip4=inherit $on_host_ids
row chflags EPERM OK,OK 'probe file_flags'
row chflags EPERM OK,OK 'probe file_flags' $on_host_ids
row chflags EPERM OK,EPERM 'probe file_flags' securelevel=1
"$build/tests/probe" clear_flags "$W/root/var/flagged"  # what that row leaves, rightly
row quotas 'EPERM' 'EPERM|ENOSYS|ESRCH' 'probe set_quota'  # no effect: the kernel wants the host's root
row read_msgbuf EPERM OK 'probe all_messages'
row read_msgbuf EPERM OK 'probe all_messages' $on_host_ids
row read_msgbuf EPERM EPERM 'probe clear_messages' $on_host_ids
row socket_af EPROTONOSUPPORT 'OK|EAFNOSUPPORT' 'probe vsock'
row mlock 'EPERM,.*' OK,OK 'probe lock_memory'
row reserved_ports EACCES OK 'probe bind_reserved' ip4=inherit
row reserved_ports EACCES OK 'probe bind_reserved' ip4=inherit $on_host_ids
row reserved_ports EACCES OK 'probe bind_reserved' ip4.addr=127.0.0.1
row reserved_ports EACCES OK 'probe bind_reserved' vnet
row unprivileged_proc_debug OK OK 'probe trace_child'
user=www row unprivileged_proc_debug EPERM OK 'probe trace_child'
user=www row unprivileged_proc_debug EPERM OK 'probe trace_child' $on_host_ids
row suser EPERM OK 'probe change_owner'
row suser EPERM OK 'probe change_owner' $on_host_ids
row adjtime EPERM OK 'probe slew_clock'
row adjtime EPERM EPERM 'probe adjtimex'  # in one stroke
row adjtime OK OK 'probe read_clock'
row settime EPERM OK 'probe slew_clock'
row settime EPERM OK 'probe adjtimex'
row settime EPERM OK 'probe adjtimex' $on_host_ids
row settime EPERM EPERM 'probe adjtimex' securelevel=2
user=www row settime EPERM EPERM 'probe adjtimex'
row extattr EPERM OK 'probe trusted_attribute'
row setaudit 'EPERM|open:ENOENT' 'OK|open:ENOENT' 'probe set_audit_user' mount.procfs $on_host_ids
row mount "$refused" mounted 'mount -t tmpfs x /mnt && echo mounted' enforce_statfs=1 allow.mount.tmpfs
row mount "$refused" "$refused" 'mount -t tmpfs x /mnt && echo mounted' enforce_statfs=2 allow.mount.tmpfs
for type in tmpfs procfs linprocfs devfs linsysfs; do
  row_of_mount $type
  row_of_mount $type $on_host_ids mount.procfs
done
for flag in nfsd routing unprivileged_parent_tampering mount.zfs; do
  seen="$seen$flag "
  expect "" jail -c name=t path="$W/root" persist "allow.$flag"
  expect true jls -j t "allow.$flag"
  expect "" jail -m name=t "allow.${flag%"${flag##*.}"}no${flag##*.}"
  expect false jls -j t "allow.$flag"
  jail -R t
done

seen="${seen}mount.nullfs mount.fdescfs mount.fusefs vmm vmm_ppt "
bind='mount -o bind /src /mnt && cat /mnt/file'
expect_answer "$refused" "$bind" enforce_statfs=1 allow.mount allow.mount.nonullfs
expect_answer text "$bind" enforce_statfs=1 allow.mount allow.mount.nullfs
descriptors='mount -t fdescfs x /dev/fd && cat /dev/fd/0 </src/file'
expect_answer "$refused" "$descriptors" enforce_statfs=1 allow.mount mount.devfs mount.procfs
expect_answer text "$descriptors" enforce_statfs=1 allow.mount mount.devfs mount.procfs allow.mount.fdescfs
if [ -c /dev/fuse ] && grep -qw fuse /proc/filesystems; then
  expect_answer EPERM 'probe mount_fuse' enforce_statfs=1 allow.mount mount.devfs
  expect_answer OK,OK 'probe mount_fuse' enforce_statfs=1 allow.mount mount.devfs allow.mount.fusefs
  expect_answer EPERM 'probe mount_fuse' enforce_statfs=1 allow.mount mount.devfs allow.mount.fusefs $on_host_ids
fi

note 'vmm: a ruleset shows /dev/kvm in vain without it'
mount -t tmpfs dev /dev
for node in "null 1 3" "zero 1 5" "urandom 1 9" "kvm 10 232"; do
  set -- $node
  mknod -m 666 "/dev/$1" c "$2" "$3"
done
own_etc
printf '[machines=77]\nadd include $devfsrules_jail\nadd path kvm unhide\n' >/etc/devfs.rules
expect_answer '.*No such file.*' 'ls /dev/kvm' mount.devfs devfs_ruleset=77
expect_answer /dev/kvm 'ls /dev/kvm' mount.devfs devfs_ruleset=77 allow.vmm
expect_answer '.*No such file.*' 'ls /dev/kvm' mount.devfs devfs_ruleset=4 allow.vmm

note 'every parameter has a row'
jail -c name=t path="$W/root" persist
for flag in $(jls -n -j t | tr ' ' '\n' | sed -nE 's/^allow\.//p' | sed -E 's/=.*//; s/^(mount\.)?no/\1/; s/^quotas.*/quotas/'); do
  case $seen in *" $flag "*) ;; *) fail "no row for allow.$flag" ;; esac
done
exit 0
