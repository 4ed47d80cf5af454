#!/bin/bash
# In the lab: row 003-15, whose devices the machine's own kernel may lack. Here none is missing.
mkdir -p /tmp/var && chmod 1777 /tmp/var && mount --bind /tmp/var /var/tmp || exit 1
bash "${CELLBLOCK_SOURCE:-$LAB_SOURCE}/tests/replay/003-15.sh"
status=$?
[ $status != 77 ] || exit 1
exit $status
