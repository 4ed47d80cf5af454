# jail(8) on the real kernel: the upstream tests of FreeBSD's usr.sbin/jail/tests by their names, and what the
# machine in memory can't show: mounts, consoles, users, interfaces, signals.
. "$(dirname "$0")/../replay/lib.sh"
need jail jls jexec ip
case $(stat -f -c %T /) in
overlayfs | 9p) skip "jails at / need a file system there that maps ids" ;;
esac

file() { cat >"$W/jail.conf"; }
conf() { jail -f "$W/jail.conf" "$@"; }
gone() { ! jls -c -j "$1"; }

note basic
expect "" jail -c name=basejail persist ip4.addr=192.0.1.1
expect_status 0 jls
expect_status 0 jls -v
expect_status 0 jls -n
expect "" jail -r basejail
jail -c name=basejail persist ip4.addr=192.0.1.1
expect "" jail -r "$(jls -j basejail jid)"
expect "" jail -cm name=basejail persist ip4.addr=192.0.1.1
expect "" jail -rc name=basejail persist ip4.addr=192.0.1.1
expect "" jail -r basejail
expect_refusal '^jail: "basejail" not found$' jail -r basejail

note commands
file <<END
exec.prestop = "echo STOP"; exec.prestart = "echo START"; exec.poststart = "env"; persist;
basejail {}
path = "$W";
END
conf -qc basejail >"$W/out" || fail "commands: start"
for line in '^START$' '^JID=[0-9]+$' '^JNAME=basejail$' "^JPATH=$W\$"; do
  grep -qE "$line" "$W/out" || fail "commands: no line like $line in $(cat "$W/out")"
done
expect STOP conf -qr basejail
conf -qc basejail >"$W/out"
expect STOP conf -qr "$(jls -j basejail jid)"

note jid_name_set
echo '5309 { name = basejail; persist; }' | file
expect '5309: created' conf -c 5309
expect basejail jls -j 5309 name
expect '5309: removed' conf -r 5309
echo '5309 { host.hostname = "${name}"; persist; }' | file
expect '5309: created' conf -c 5309
expect 5309 jls -j 5309 host.hostname
expect '5309: removed' conf -r 5309
echo 'basejail { jid = 5309; persist; }' | file
expect 'basejail: created' conf -c basejail
expect 5309 jls -j basejail jid
expect 'basejail: removed' conf -r basejail

note param_consistency
expect "" jail -c path=/ exec.poststart=true command=/bin/true
ip link add lo9 type veth peer name lo9b
expect "" jail -c path=/ vnet=new vnet.interface=lo9 command=/bin/true
echo "basejail { path = /; exec.poststop = 'echo JID=\$JID'; persist; }" | file
conf -qc basejail
jid=$(jls -j basejail jid)
expect "basejail: removed
JID=$jid" conf -r basejail

note 'exit status: 0 or 1, whatever the command says'
expect_status 1 jail -c path=/ command=/bin/sh -c 'exit 3'
expect_refusal '^jail: /bin/sh -c kill -9 \$\$: exited on signal 9$' jail -c path=/ command=/bin/sh -c 'kill -9 $$'
expect_refusal '^jail: exec /bin/nosuch: No such file or directory$' jail -c path=/ command=/bin/nosuch

note 'mounts are there before prestart, and gone after poststop'
mkdir -p "$W"/{root,data}/{dev,proc,a}
echo hello >"$W/data/file"
ln -s /etc "$W/root/link"
echo "$W/data $W/root/a nullfs ro 0 0 # a comment" >"$W/fstab"
file <<END
m { path = "$W/root"; persist; mount.fstab = "$W/fstab"; mount += "tmpfs $W/root/proc tmpfs size=1m";
    exec.prestart = "cat $W/root/a/file"; exec.poststop = "cat $W/root/a/file"; }
bad { path = "$W/root"; persist; mount = "$W/data $W/root/a nullfs ro", "tmpfs $W/root/link tmpfs"; }
END
expect 'hello
m: created' conf -c m
grep -q "$W/root/a" /proc/self/mountinfo || fail "no mount"
expect 'm: removed
hello' conf -r m
grep -q "$W/root" /proc/self/mountinfo && fail "mounts stay: $(grep "$W/root" /proc/self/mountinfo)"
expect_refusal "^jail: bad: mount: $W/root/link is a symbolic link\$" conf -c bad
grep -q "$W/root" /proc/self/mountinfo && fail "mounts of a failed start stay"

note 'however the root is spelled, a link below it leads nowhere and its mounts go with the jail'
mkdir "$W/away"
ln -s "$W/away" "$W/root/evil"
ln -s root "$W/spelled"
cd "$W"
for spelled in root "$W/spelled" "$W/root"; do
  expect_refusal "^(jail: )?mount: $W/root/evil is a symbolic link\$" jail -c name=m path="$spelled" persist mount="tmpfs $W/root/evil tmpfs"
  expect "" jail -c name=m path="$spelled" persist mount="tmpfs $W/root/a tmpfs"
  (cd / && expect "" jail -r m) || exit 1
  grep -qE "$W/(root|away)" /proc/self/mountinfo && fail "mounts stay with path=$spelled"
done
cd - >/dev/null

note 'mounts of a jail that no file describes go with it'
expect "" jail -c name=m path="$W/root" persist mount="tmpfs $W/root/a tmpfs"
expect "" jail -r m
grep -q "$W/root" /proc/self/mountinfo && fail "mounts of a command line jail stay"

note 'exec.consolelog'
file <<END
c { path = /; persist; exec.consolelog = "$W/console"; exec.start = "echo out; echo err >&2"; }
END
expect 'c: created' conf -c c
expect 'out
err' cat "$W/console"
conf -qr c

note 'exec.clean, exec.jail_user'
file <<END
u { path = /; persist; exec.clean; exec.jail_user = daemon; exec.start = "id -un; env | cut -d= -f1 | sort | tr '\n' ' '; echo"; }
END
expect_like '^daemon$' conf -c u
jail -R u
expect_like '^(HOME|PATH|PWD|SHELL|SHLVL|TERM|USER|_| )+$' conf -c u
jail -R u

note 'exec.timeout'
file <<END
t { path = /; exec.timeout = 1; exec.start = "sleep 60"; }
END
start=$SECONDS
expect_refusal '^jail: t: sleep 60: timed out$' conf -c t
[ $((SECONDS - start)) -lt 20 ] || fail "the timeout took too long"
gone t || fail "the jail of a timed out command stays"

note 'stop.timeout'
file <<'END'
s { path = /; persist; stop.timeout = 1; exec.start = "/bin/sh -c 'trap \"\" TERM; while :; do sleep 1; done' >/dev/null 2>&1 &
  true"; }
q { path = /; persist; stop.timeout = 60; exec.start = "sleep 100 &"; }
END
conf -qc || fail "start of s and q"
start=$SECONDS
expect_like '^q: sent SIGTERM to: [0-9]+$' conf -vr q
[ $((SECONDS - start)) -lt 20 ] || fail "a process that obeys was waited for"
expect_like '^s: timed out$' conf -vr s

note 'addresses on an interface'
ip link add em0 type veth peer name em0b
file <<'END'
a { path = /; persist; interface = em0; ip4.addr = 10.77.0.1/24, 10.77.0.2; ip6.addr = "em0|fd00:77::1"; }
END
expect 'a: created' conf -c a
[ "$(ip -o addr show em0 | grep -cE '10\.77\.0\.1/24|10\.77\.0\.2/32|fd00:77::1/128')" = 3 ] || fail "$(ip addr show em0)"
expect 'a: removed' conf -r a
[ "$(ip -o addr show em0 | grep -c 77)" = 0 ] || fail "addresses stay: $(ip addr show em0)"

note 'a start that fails leaves the addresses that were there before'
ip addr add 10.77.0.4/32 dev em0
expect_refusal '/usr/bin/false: failed' jail -c path=/ persist interface=em0 ip4.addr=10.77.0.4,10.77.0.5 exec.start=/usr/bin/false
[ "$(ip -o addr show em0 | grep -o '10\.77[0-9.]*/32' | head -n 1)" = 10.77.0.4/32 ] || fail "the host's own address is gone"
[ "$(ip -o addr show em0 | grep -c 10.77)" = 1 ] || fail "addresses stay: $(ip addr show em0)"
ip addr del 10.77.0.4/32 dev em0

note 'a jail that ends by itself takes its addresses and mounts along'
expect "" jail -c path=/ interface=em0 ip4.addr=10.77.0.3 mount="tmpfs $W/root/a tmpfs" command=/bin/true
[ "$(ip -o addr show em0 | grep -c 77)" = 0 ] || fail "addresses stay: $(ip addr show em0)"
grep -q "$W/root" /proc/self/mountinfo && fail "its mount stays"
note 'in the background too, and the next jail gets the address with the mask that it asks for'
mkfifo "$W/wait"
file <<END
b { path = /; interface = em0; ip4.addr = 10.77.0.3; exec.start = "cat $W/wait &"; }
c { path = /; interface = em0; ip4.addr = 10.77.0.3/24; persist; }
END
conf -c b >/dev/null 2>&1 || fail "b"
keeper=$(pgrep -x keeper) || fail "b ended with jail(8)"
echo go >"$W/wait"
eventually sh -c "! kill -0 $keeper"
expect 'c: created' conf -c c
ip -o addr show em0 | grep -q '10\.77\.0\.3/24' || fail "the old address: $(ip addr show em0)"
expect 'c: removed' conf -r c
[ "$(ip -o addr show em0 | grep -c 77)" = 0 ] || fail "addresses stay: $(ip addr show em0)"
note 'what cannot be started in the background is said'
file <<<'n { path = /; persist; exec.start = "/bin/nosuch &"; }'
expect_like '^jail: n: exec /bin/nosuch: No such file or directory$' conf -c n
expect 'n: removed' conf -r n

note 'interfaces of a vnet jail come back'
ip link add epair0a type veth peer name epair0b
file <<'END'
v { path = /; persist; vnet; vnet.interface = epair0b; exec.start = "ip -o link show epair0b"; }
END
expect_like 'epair0b' conf -c v
ip link show epair0b >/dev/null 2>&1 && fail "epair0b is still on the host"
expect 'v: removed' conf -r v
eventually ip link show epair0b

note 'mounts stay where the path is not spelled as the jail knows it'
mkdir -p "$W/spelled/mnt"
ln -s spelled "$W/link"
for path in "$W/link" "$W/spelled/"; do
  file <<<"m { path = $path; persist; mount = 'tmpfs ${path%/}/mnt tmpfs rw'; }"
  conf -qc m
  expect_status 0 jls
  mountpoint -q "$W/spelled/mnt" || fail "$path: jls took the mount of a running jail away"
  conf -qr m
  mountpoint -q "$W/spelled/mnt" && fail "$path: the mount stays"
done

note 'a number is not cut down to a jid'
jail -c name=n persist
expect_refusal '^jail: "[0-9]+" not found$' jail -r $((4294967296 + $(jls -j n jid)))
expect "" jail -r n

note 'dependencies'
file <<'END'
* { path = /; persist; }
web { depend = db; exec.start = "true"; }
db { exec.poststart = "sleep 0.2"; }
END
expect 'db: created
web: created' conf -c web
expect 'web: removed
db: removed' conf -r db

note 'many at once'
file <<END
* { path = /; persist; exec.start = "sleep 0.5"; exec.clean; }
$(for each in $(seq 20); do echo "j$each {}"; done)
END
start=$(date +%s%N)
expect_status 0 conf -qc
[ "$(jls name | wc -l)" = 20 ] || fail "not 20 jails"
[ $((($(date +%s%N) - start) / 1000000)) -lt 8000 ] || fail "twenty jails waited for one another"
expect_status 0 conf -qr '*'
[ "$(jls name | wc -l)" = 0 ] || fail "jails stay"

if [ -x "$build/libexec/cellblock/bsd/devfs" ]; then
  note 'rulesets as devfs(8) left them'
  rule=$(cellblock bsd devfs rule -s 2 show | awk '$0 ~ /path zero / { print $1 }')
  expect "" cellblock bsd devfs rule -s 2 del "$rule"
  file <<<'d { path = /; persist; mount.devfs; }'
  conf -qc d
  expect_status 0 jexec d test -e /dev/null
  expect_status 1 jexec d test -e /dev/zero
  conf -qr d
fi
exit 0
