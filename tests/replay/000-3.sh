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
[ "$mounts" = "$(cat /proc/self/mounts)" ] || fail "mounts differ: $(diff <(echo "$mounts") /proc/self/mounts)"
is_clean
expect_refusal '^jail: "prison1" not found$' jail -r prison1
