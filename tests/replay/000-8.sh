#!/bin/bash
# 000-8: what the deck shows last: a Linux jail tells its distribution's kernel release.
. "$(dirname "$0")/lib.sh"
. "$here/centos.sh"
centos_jail

# The deck's text.
said=$(jexec centos sh -c "uname -a && cat /etc/redhat-release") || fail "jexec"

echo "$said"
grep -Eq '^Linux centos 2\.6\.32 ' <<<"$said" || fail "uname -a"
grep -qx 'CentOS release 6.4 (Final)' <<<"$said" || fail "redhat-release"
