#!/bin/bash
# 000-3: stopping a jail ends its processes and undoes everything made for it.
. "$(dirname "$0")/lib.sh"
folder /jails
busybox_root /jails/prison1
mounts=$(cat /proc/self/mounts)

jail -c name=prison1 path=/jails/prison1/ \
  host.hostname=majolieprison ip4=inherit mount.devfs mount.procfs /bin/sleep 4711 &
eventually jls -j prison1 jid
eventually pgrep -f 'sleep 4711'

# The deck's text.
expect "" jail -r prison1

! pgrep -f 'sleep 4711' || fail "the process lives on"
wait $! && fail "jail -c reports success though its command was killed"
expect_refusal '^jls: jail "prison1" not found$' jls -j prison1
# /run/cellblock, where the record is, stays; it holds nothing of the jail.
left=$(grep -v ' /run/cellblock' /proc/self/mounts)
[ "$mounts" = "$left" ] || fail "mounts differ: $(diff <(echo "$mounts") <(echo "$left"))"
is_clean
expect_refusal '^jail: "prison1" not found$' jail -r prison1
