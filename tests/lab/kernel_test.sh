#!/bin/bash
# In the lab: the kernel layer once more, on a kernel that lacks several of the newer system calls and options
# (Debian 12's 6.1: no idmapped tmpfs, no pidfs, no proc "pidns", no overlay layers by descriptor).
cd "$CELLBLOCK_BUILD" || exit 1
[ -n "$(ctest -N -L '^kernel$' | grep 'Test *#')" ] || { echo "no kernel tests in this tree"; exit 77; }
exec ctest -L '^kernel$' --timeout 800 --output-on-failure
