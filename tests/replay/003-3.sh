#!/bin/bash
# 003-3: securelevel=n: set, raised, never lowered below the host's, and what each level denies.
. "$(dirname "$0")/lib.sh"
folder /jails
busybox_root /jails/j
for level in -1 0 1 2 3; do
  jail -c name=j$level persist path=/jails/j securelevel=$level || fail "securelevel=$level"
  expect "$level" jls -j j$level securelevel
done
expect_status 0 jail -m name=j0 securelevel=2
expect 2 jls -j j0 securelevel
jail -c name=outer persist path=/jails/j securelevel=2 children.max=2 || fail "outer"
expect_refusal 'Operation not permitted' jail -c name=outer.inner persist path=/jails/j securelevel=1
expect_status 0 jail -c name=outer.inner persist path=/jails/j securelevel=3

note "from level 1 on, system file flags stay as they are"
need chattr
jail -c name=flags persist path=/jails/j allow.chflags securelevel=0 || fail "jail -c"
copy_program "$(command -v chattr)" /jails/j || fail "chattr in the jail"
touch /jails/j/tmp/file
expect_status 0 jexec flags chattr +i /tmp/file
expect_status 0 jexec flags chattr -i /tmp/file
expect_status 0 jexec flags chattr +i /tmp/file
jail -m name=flags securelevel=1 || fail "jail -m"
expect_refusal 'Operation not permitted' jexec flags chattr -i /tmp/file
chattr -i /jails/j/tmp/file
