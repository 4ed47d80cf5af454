#!/bin/bash
# 003-7: jexec by jid: a shell, a program, and killall, which finds the jail's own processes only.
. "$(dirname "$0")/lib.sh"
need killall
folder /usr/jail/build
csh=$(readlink -f /bin/csh) || skip "/bin/csh is not here"
busybox_root /usr/jail/build
copy_program "$csh" /usr/jail/build
cp "/usr/jail/build$csh" /usr/jail/build/bin/csh
ip addr add 194.45.71.18/32 dev lo
jail -c jid=1 persist path=/usr/jail/build host.hostname=build8.dinoex.sub.de ip4.addr=194.45.71.18 mount.procfs || fail "jail -c"
cp "$(command -v sleep)" "$W/httpd"
"$W/httpd" 4711 &
outside=$!

# The deck's text.
said=$(echo exit | jexec 1 csh) || fail "jexec 1 csh"
expect "build8.dinoex.sub.de" jexec 1 hostname
said=$(jexec 1 killall httpd 2>&1) && fail "killall found something: $said"

echo "$said"
kill -0 $outside || fail "the host's httpd is gone"
note "busybox words it its own way; BSD's killall says: No matching processes were found"
grep -Eiq 'no (matching processes were|process killed|process found)|no process' <<<"$said" || fail "killall said: $said"

jexec 1 sh -c 'exec /bin/sleep 4712' &
eventually jexec 1 pidof sleep
expect_status 0 jexec 1 killall sleep

note "killall -j: from the host, in that jail alone, and -I asks first"
jexec 1 sh -c 'exec /bin/sleep 4713' &
inside=$!
eventually jexec 1 pidof sleep
/bin/sleep 4713 &
outside=$!
expect_refusal '^killall: jail "nosuch" not found$' cellblock bsd killall -j nosuch sleep
echo n | cellblock bsd killall -I -j 1 sleep | grep -Eq '^Send signal TERM to sleep \(pid [0-9]+ uid [0-9]+\)\? ' || fail "killall -I"
expect_status 0 jexec 1 pidof sleep
expect_status 0 cellblock bsd killall -j 1 sleep
wait $inside
kill -0 $outside || fail "killall -j ended the host's sleep"
kill $outside
