#!/bin/bash
# usage: bash_test.sh FILE: sources the completion and asks it about command lines.
set -u
here=$(dirname "$0")
. "$here/stubs.sh"
. "$1" || exit 1
failed=0

# answers LINE: what completion says with the cursor at the end of LINE.
answers() {
  COMP_LINE=$1 COMP_POINT=${#1} COMPREPLY=()
  local command=${1%% *}
  "_cellblock_$command" 2>/dev/null
  printf '%s\n' "${COMPREPLY[@]}" | sort
}

# expect LINE WORD...: just these answers.
expect() {
  local line=$1 wanted got
  shift
  wanted=$(printf '%s\n' "$@" | sort) got=$(answers "$line")
  [ "$wanted" = "$got" ] && return
  echo "\"$line\": wanted [$(echo $wanted)], got [$(echo $got)]"
  failed=1
}

# among LINE WORD: WORD is one of the answers; not_among: it is none.
among() { answers "$1" | grep -qxF -- "$2" || { echo "\"$1\": no $2 in [$(answers "$1" | head -c 300)]"; failed=1; }; }
not_among() { answers "$1" | grep -qxF -- "$2" && { echo "\"$1\": $2 in the answers"; failed=1; }; }

expect 'jail -c allow.mount.t' allow.mount.tmpfs
expect 'jail -c allow.nomount' allow.nomount
expect 'jail -c host.host' host.hostid= host.hostname= host.hostuuid=
among 'jail -c ' persist
among 'jail -c ' web
among 'jail -c ' 77
among 'jail -c ' mail
not_among 'jail -c ' parent=
not_among 'jail -c name=x ' web
among 'jail -c name=x ' path=
expect 'jail -c name=x vnet=i' inherit
expect 'jail -c name=x vnet=' new inherit disable
expect 'jail -c name=x persist=' true false
expect 'jail -c name=x ip4=n' new
expect 'jail -c name=x ip4.addr=1' ''
expect 'jail -c name=x enforce_statfs=' 0 1 2
expect 'jail -m name=w' web web.inner
expect 'jail -c name=w' ''
expect 'jail -c depend=m' mail my
expect "jail -c path=$stubs/files/" "$stubs/files/sub"
expect "jail -c mount.fstab=$stubs/files/so" "$stubs/files/some.conf"
expect 'jail -r w' web web.inner
expect 'jail -qr d' db
expect 'jail -r ' 77 db jail mail my web web.inner
expect 'jail -rc m' mail my
expect 'jail -f other.conf -c o' other osreldate= osrelease=
expect 'jail -f other.conf -vc ot' other
expect "jail -f $stubs/files/so" "$stubs/files/some.conf"
expect 'jail -n ' ''
expect 'jail --dump=p' plan
expect 'jail -u roo' root
among 'jail -' -J
among 'jail -' --dump=
expect "jail $stubs/files/" "$stubs/files/sub"

expect 'jls -j w' web web.inner
expect 'jls -nj d' db
expect 'jls children.' children.cur children.max
expect 'jls --libxo h' html
among 'jls ' all
not_among 'jls ' exec.start
among 'jls -' -N

expect 'jexec w' web web.inner
expect 'jexec -l -U www d' db
expect 'jexec -u roo' root
among 'jexec web bas' bash
among 'jexec web ' ls
among 'jexec -' -l
among 'jexec -' -e
among 'jexec -e PAT' PATH=
expect 'jexec -e A=b w' web web.inner
expect 'jexec -e A=b -e C=d d' db
among 'jexec -e A=b web bas' bash

expect 'cellblock d' doctor
expect 'cellblock help b' bsd
expect 'cellblock a' add
among 'cellblock add ' -n
expect 'cellblock add --si' --size=
expect 'cellblock add --boot=' yes no
expect 'cellblock add -n web -a i' inherit
expect 'cellblock add -n ' ''
expect 'cellblock add -r ' busybox
expect "cellblock add -r $stubs/files/so" "$stubs/files/some.conf"
expect 'cellblock doctor ' --repair
expect 'cellblock network sh' show
among 'cellblock network ' start
expect 'cellblock network d' draw
expect 'cellblock --dump=w' world
expect 'cellblock mkroot --b' --busybox
among 'cellblock bsd mou' mount
among 'cellblock bsd kldl' kldload
among 'cellblock bsd service ' jail
among 'cellblock bsd service jail ' onestart
expect 'cellblock bsd service jail start d' db
among 'cellblock --' --help

# With a bash that does not split words at '=', answers are whole words.
COMP_WORDBREAKS=${COMP_WORDBREAKS//=/}
expect 'jail -c name=x vnet=i' vnet=inherit
expect "jail -c path=$stubs/files/" "path=$stubs/files/sub"

for command in jail jls jexec cellblock; do
  complete -p "$command" | grep -q "_cellblock_$command" || { echo "nothing completes $command"; failed=1; }
done
exit $failed
