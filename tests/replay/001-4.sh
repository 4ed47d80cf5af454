#!/bin/bash
# 001-4: jls lists, jexec with a jid and tcsh gives a shell inside.
. "$(dirname "$0")/lib.sh"
need tcsh
folder /jails
busybox_root /jails/web
copy_program "$(readlink -f "$(command -v tcsh)")" /jails/web
cp "/jails/web$(readlink -f "$(command -v tcsh)")" /jails/web/bin/tcsh
jail -c name=web persist path=/jails/web host.hostname=web mount.devfs || fail "jail -c"
jid=$(jls -j web jid)

# The deck's text.
expect "$(printf '   JID  IP Address      Hostname                      Path\n%6d  %-15.15s %-29.29s %.74s' "$jid" "" web /jails/web)" jls
said=$(echo 'hostname; echo shell $0; echo $version | cut -c1-4; exit 3' | jexec "$jid" tcsh)
status=$?

echo "$said"
[ $status = 3 ] || fail "exit status $status, not tcsh's own"
[ "$(head -n 1 <<<"$said")" = web ] || fail "not in the jail"
grep -qx tcsh <<<"$said" || fail "not tcsh"
