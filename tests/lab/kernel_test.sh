#!/bin/bash
# kernel_test.sh [OPTION OF ctest...]: which of the tests; all if none is given.
# In the lab: the kernel layer once more, on a kernel that lacks several of the newer system calls and options
# (Debian 12's 6.1: no idmapped tmpfs, no pidfs, no proc "pidns", no overlay layers by descriptor).
cd "$CELLBLOCK_BUILD" || exit 1
[ -n "$(ctest -N -L '^kernel$' | grep 'Test *#')" ] || { echo "no kernel tests in this tree"; exit 77; }
# The lab's root is an overlay, which can't map ids; its /tmp is an ext4, where a jail's root can lie.
mkdir -p /tmp/var && chmod 1777 /tmp/var && mount --bind /tmp/var /var/tmp || exit 1
exec ctest -L '^kernel$' "$@" --timeout 1200 --output-on-failure
