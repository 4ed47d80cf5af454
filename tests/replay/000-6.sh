#!/bin/bash
# 000-6: the kernel release that Linux jails are told.
. "$(dirname "$0")/lib.sh"
need cellblock
need_bsd
folder /jails
busybox_root /jails/linux

# The deck's text.
expect_like '^compat\.linux\.osrelease: .* -> 2\.6\.32$' cellblock bsd sysctl -w compat.linux.osrelease=2.6.32

expect "compat.linux.osrelease: 2.6.32" cellblock bsd sysctl compat.linux.osrelease
jail -c name=asks persist path=/jails/linux linux=new || fail "jail -c"
expect "2.6.32" jexec asks uname -r
jail -c name=plain persist path=/jails/linux osrelease=3.10.0 || fail "jail -c"
expect "3.10.0" jexec plain uname -r
[ "$(uname -r)" != 2.6.32 ] || fail "the host itself changed"
