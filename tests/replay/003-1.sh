#!/bin/bash
# 003-1: a jail over the host's own root, by the old command line and by the new one.
. "$(dirname "$0")/lib.sh"
[ -x /bin/csh ] || skip "/bin/csh is not here"

in_csh() {
  local said
  echo "+ $*"
  said=$(echo 'hostname; echo shell $shell; id -u; ps ax | grep -c "[s]leep 4711"; exit 0' | "$@") || fail "$*: exit status $?"
  echo "$said"
  [ "$(sed -n 1p <<<"$said")" = jail1 ] || fail "$*: not in the jail"
  [ "$(sed -n 3p <<<"$said")" = 0 ] || fail "$*: not root there"
  [ "$(sed -n 4p <<<"$said")" = 0 ] || fail "$*: sees processes of the host"
}
sleep 4711 &

# The deck's text: the old way, and the new one.
in_csh jail / jail1 127.0.0.1 /bin/csh
in_csh jail -c path=/ host.hostname=jail1 ip4.addr=127.0.0.1 command=/bin/csh
is_clean
