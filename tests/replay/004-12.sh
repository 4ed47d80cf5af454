#!/bin/bash
# 004-12: a script like adduser that asks for name, size, address and makes a jail in a disk image with its rc script.
. "$(dirname "$0")/lib.sh"
need cellblock busybox mkfs.ext4 losetup script tar
[ -e /dev/loop-control ] || skip "no loop devices"
folder /var/lib/cellblock
own_etc
rm -rf /etc/jail.conf /etc/jail.conf.d /etc/rc.conf
lib=/var/lib/cellblock
no_loops() { ! losetup -a | grep "$lib"; }
nothing_of() { [ -z "$(ls -A $lib | grep -e "$1")" ] && [ ! -e "/etc/jail.conf.d/$1.conf" ]; }

note "asked on a pipe; a wrong answer is asked for again"
said=$(printf '%s\n' web 7 64m 10.10.10.300 10.10.10.7/24 lo '' '' yes perhaps yes | cellblock add 2>&1) || fail "add: $said"
for line in "7: a size is a number and a unit" "10.10.10.300: not an address" "Size of the disk \[1g\]" "say yes or no" \
  "Addresses *: 10.10.10.7/24 on lo" "jail -c web"; do
  grep -q "$line" <<<"$said" || fail "add does not say '$line': $said"
done
[ "$(stat -c '%s %a' $lib/web.img)" = "67108864 600" ] || fail "the image: $(stat $lib/web.img)"
no_loops || fail "a loop device is left"

note "the jail: address, root in the image, rc script"
expect "web: created" jail -c web
expect_like '^ +[0-9]+ +10\.10\.10\.7 +web +/var/lib/cellblock/web$' jls
eventually sh -c 'jexec web /bin/ps | grep >/dev/null syslogd'
expect "web" jexec web /bin/hostname
expect "0 0" jexec web /bin/stat -c '%u %g' /etc/passwd
expect_status 0 jexec web /bin/sh -c 'echo kept >/root/note && chown www /root/note'
losetup -a | grep -q "$lib/web.img" || fail "the root is not the image"
expect "web: removed" jail -r web
eventually no_loops
! grep "$lib/" /proc/self/mounts || fail "the image is still mounted"
is_clean "$lib"

note "what was written stays on the disk, and a start at once after a stop works"
jail -qc web && jail -qr web && jail -qc web || fail "start, stop, start"
expect "kept" jexec web /bin/cat /root/note
expect "80" jexec web /bin/stat -c '%u' /root/note
jail -qr web

note "boot: by rc.conf and the include"
expect 'jail_enable: YES' cellblock bsd sysrc jail_enable
expect 'jail_list: web' cellblock bsd sysrc jail_list
expect_status 0 cellblock bsd service jail start
jls -c -j web || fail "service jail start does not start it"
expect_status 0 cellblock bsd service jail stop

note "nothing that exists is replaced"
before=$(sha256sum $lib/web.img)
expect_refusal 'the name is taken' cellblock add -y -n web
[ "$before" = "$(sha256sum $lib/web.img)" ] || fail "the image was touched"
touch $lib/alone.img
expect_refusal 'alone.img exists' cellblock add -y -n alone

note "several at once: none loses what another has written"
makers=()
for name in p1 p2 p3 p4 p5 p6; do
  cellblock add -y -n $name -s 16m -b yes >/dev/null & makers+=($!)
done
wait "${makers[@]}"
for name in p1 p2 p3 p4 p5 p6; do
  cellblock bsd sysrc -n jail_list | grep -qw $name || fail "$name is lost: $(cellblock bsd sysrc jail_list)"
done

note "an rc.conf that can't be read is not replaced"
cp /etc/rc.conf "$W/rc.conf"
truncate -s 65M /etc/rc.conf
expect_refusal 'not started at boot' cellblock add -y -n unread -s 16m -b yes
expect_refusal 'rc.conf' cellblock bsd sysrc jail_enable=NO
[ "$(stat -c %s /etc/rc.conf)" = $((65 << 20)) ] || fail "rc.conf was replaced: $(ls -l /etc/rc.conf)"
cp "$W/rc.conf" /etc/rc.conf

note "no, and the end of the input: nothing is made"
printf 'no1\n\n\n\n\n\nno\n' | cellblock add >/dev/null 2>&1 && fail "no is a failure"
nothing_of no1 || fail "made after no"
for lines in 1 2 3 4 5 6; do
  said=$(printf 'cut\n\n\n\n\n\n' | head -n $lines | cellblock add 2>&1) && fail "add without its answers succeeded"
  grep -q 'the input ended: nothing was made' <<<"$said" || fail "$said"
done
nothing_of cut || fail "made without an answer"

note "on a terminal"
printf 'term\r32m\r\r\r\r\ryes\r' | script -qec 'cellblock add' /dev/null >"$W/said" || fail "on a terminal: $(cat "$W/said")"
expect "term: created" jail -c term
expect_like ' term +/var/lib/cellblock/term$' jls
jail -qr term

note "from a directory and from an archive, in a file of jails; the rc script of the system runs, or it gets one"
busybox_root "$W/base"
tar -C "$W/base" -czf "$W/base.tgz" .
printf '#!/bin/sh\necho own >/tmp/rc\n' >"$W/base/etc/rc"
printf '# two\nname=one size=32m source=%s\nname=two size=32m source=%s address=inherit hostname=second\n' "$W/base" "$W/base.tgz" >"$W/list"
expect_status 0 cellblock add -f "$W/list"
expect "one: created" jail -c one
expect "two: created" jail -c two
expect "own" jexec one /bin/cat /tmp/rc
expect "second" jexec two /bin/hostname
jexec two /bin/sh -c 'test -f /etc/rc' || fail "no rc script"
jail -qr one && jail -qr two || fail "stop"
printf '\ncolor=red\n' >"$W/list"
expect_refusal 'list:2: color=red: not one of' cellblock add -f "$W/list"

note "killed in the middle: the next add of the name finds nothing in its way"
mkdir "$W/bin"
printf '#!/bin/sh\n: >%s/reached\nexec sleep 30\n' "$W" >"$W/bin/tar"
chmod +x "$W/bin/tar"
PATH=$W/bin:$PATH cellblock add -y -n killed -s 32m -r "$W/base.tgz" >/dev/null 2>&1 &
pid=$!
eventually test -e "$W/reached"
expect_refusal 'another .cellblock add. is making this jail' cellblock add -y -n killed -s 32m
kill -9 $pid
wait $pid 2>/dev/null
[ ! -e $lib/killed.img ] || fail "half an image has its name"
expect_status 0 cellblock add -y -n killed -s 32m
expect "killed: created" jail -c killed
jail -qr killed
nothing_of '\.new' || fail "left behind: $(ls -A $lib)"

note "a signal takes all away at once"
rm "$W/reached"
PATH=$W/bin:$PATH cellblock add -y -n signalled -s 32m -r "$W/base.tgz" >/dev/null 2>"$W/said" &
pid=$!
eventually test -e "$W/reached"
kill -TERM $pid
kill "$(pgrep -x sleep -P $pid)"
wait $pid && fail "interrupted, and yet 0"
grep -q interrupted "$W/said" || fail "$(cat "$W/said")"
nothing_of signalled || fail "left behind: $(ls -A $lib)"

note "a bar on a terminal; what is no archive"
printf '#!/bin/sh\n%s "$@" && sleep 1\n' "$(command -v cp)" >"$W/bin/cp"
chmod +x "$W/bin/cp"
PATH=$W/bin:$PATH script -qec "cellblock add -y -n bar -s 32m -r $W/base" /dev/null >"$W/said" || fail "$(cat "$W/said")"
grep -q 'copying \[#' "$W/said" || fail "no bar: $(cat "$W/said")"
expect_refusal 'odd: /etc/passwd: .*does not look like a tar archive' cellblock add -y -n odd -s 32m -r /etc/passwd
nothing_of odd || fail "left behind: $(ls -A $lib)"

note "a full disk, and a disk that is too small"
head -c 40M /dev/urandom >"$W/base/big"
expect_refusal 'does not fit into the disk' cellblock add -y -n small -s 32m -r "$W/base"
nothing_of small || fail "left behind: $(ls -A $lib)"
mount -t tmpfs -o size=16m tmpfs $lib
expect_refusal 'add: full: ' cellblock add -y -n full -s 128m -r "$W/base"
nothing_of full || fail "left behind: $(ls -A $lib)"
[ -z "$(ls -A $lib)" ] || fail "left behind: $(ls -A $lib)"
umount $lib || fail "something holds the full disk"
