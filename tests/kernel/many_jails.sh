# More jails than jls(8) asks one by one: the kernel tells of all at once, by a BPF program where it can.
. "$(dirname "$0")/../replay/lib.sh"
need jail jls jexec busybox
case $(stat -f -c %T "$W") in
overlayfs | 9p) skip "a jail's root needs a file system that maps ids" ;;
esac
[ -e /sys/kernel/btf/vmlinux ] || skip "this kernel has no BTF"

mkdir -p "$W"/root/{bin,dev,proc}
cp "$(command -v busybox)" "$W/root/bin"
{
  echo "persist; path = '$W/root';"
  for i in $(seq 150); do echo "many$i { }"; done
  echo 'alike { host = inherit; }'
} >"$W/jail.conf"
jail -f "$W/jail.conf" -qc || fail "the jails did not start"

# one_by_one COMMAND...: where no BPF program can be kept.
one_by_one() { unshare -m sh -c 'umount /sys/fs/bpf && exec "$@"' - "$@"; }
alike() {
  expect "$(one_by_one jls "$@")" jls "$@"
}

note 'both ways say the same'
alike -q name host.hostname host.domainname host
[ "$(jls name | wc -l)" = 151 ] || fail "not 151 jails: $(jls name)"
[ -n "$(ls /sys/fs/bpf/cellblock)" ] || fail "the BPF program is not kept"

note 'a name that root in a jail gives itself is seen at once, in no other jail, and not cut'
long=$(printf '%064d' 7)
jexec many70 busybox hostname "$long" || fail "hostname"
expect "$long" jls -j many70 host.hostname
expect "many70 $long" sh -c 'jls name host.hostname | grep 0000'
alike -q name host.hostname host.domainname

note 'a jail without a host name of its own shows the name that it was given'
hostname changed
alike -q name host.hostname

note 'a jail whose process 1 was killed is gone, though its pid may be in use again'
keeper=$(sed -n "s/^run $(jls -j many80 jid) @keeper=\([0-9]*\):.*/\1/p" /run/cellblock/journal)
kill -9 "$keeper"
eventually sh -c '! jls -c -j many80'
[ "$(jls name | wc -l)" = 150 ] || fail "not 150 jails"
alike name

note 'another process 1 with the number of a dead one is not taken for it'
jid=$(jls -j many90 jid)
pid=$(sed -n "s/^run $jid @keeper=\([0-9]*\):.*/\1/p" /run/cellblock/journal)
sed -i "s/^run $jid @keeper=$pid:.*/run $jid @keeper=$pid:1:1/" /run/cellblock/journal
[ "$(jls name | wc -l)" = 149 ] || fail "a false process 1 counts as a jail"

note 'a folder that others may write to is not trusted'
rm /sys/fs/bpf/cellblock/*
chmod 777 /sys/fs/bpf/cellblock
expect 149 sh -c 'jls name | wc -l'
[ -z "$(ls /sys/fs/bpf/cellblock)" ] || fail "a program was kept where others may replace it"

jail -f "$W/jail.conf" -qr '*' || fail "removal"
expect "" jls name
exit 0
