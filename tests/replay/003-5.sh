#!/bin/bash
# 003-5: each allow flag of the deck, off and on.
. "$(dirname "$0")/lib.sh"
need cc
folder /jails
busybox_root /jails/j
ip addr add 10.0.0.7/32 dev lo
cat >"$W/try.c" <<'C'
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <unistd.h>
int main(int argc, char** argv) {
  int result = 0;
  if (!strcmp(argv[1], "hostname")) result = sethostname("other", 5);
  else if (!strcmp(argv[1], "shm")) result = shmget(IPC_PRIVATE, 4096, 0600);
  else if (!strcmp(argv[1], "sem")) result = semget(IPC_PRIVATE, 1, 0600);
  else if (!strcmp(argv[1], "raw")) result = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
  else if (!strcmp(argv[1], "tmpfs")) result = mount("none", "/tmp", "tmpfs", 0, 0);
  puts(result < 0 ? strerrorname_np(errno) : "allowed");
}
C
cc -static -o /jails/j/bin/try "$W/try.c" 2>/dev/null || skip "no static C library"

# both PARAMETERS WHAT WITHOUT WITH: what happens without the parameters, and with them.
both() {
  jail -c name=off persist path=/jails/j ip4.addr=10.0.0.7 $5 || fail "jail -c"
  jail -c name=on persist path=/jails/j ip4.addr=10.0.0.7 $1 || fail "jail -c $1"
  expect "$3" jexec off /bin/try "$2"
  expect "$4" jexec on /bin/try "$2"
  jail -R off
  jail -R on
}

both allow.noset_hostname hostname allowed EPERM ""
both allow.sysvipc shm ENOSYS allowed ""
both allow.sysvipc sem ENOSYS allowed ""
both allow.raw_sockets raw EPERM allowed ""

note "and while it runs"
jail -c name=live persist path=/jails/j ip4.addr=10.0.0.7 allow.noset_hostname || fail "jail -c"
expect EPERM jexec live /bin/try hostname
expect_status 0 jail -m name=live allow.set_hostname
expect allowed jexec live /bin/try hostname
expect "other" jls -j live host.hostname

jail -c name=off persist path=/jails/j enforce_statfs=1 || fail "jail -c"
jail -c name=on persist path=/jails/j enforce_statfs=1 allow.mount allow.mount.tmpfs || fail "jail -c"
expect EPERM jexec off /bin/try tmpfs
expect allowed jexec on /bin/try tmpfs

jail -c name=flags persist path=/jails/j allow.chflags || fail "jail -c"
touch /jails/j/tmp/file
need chattr
copy_program "$(command -v chattr)" /jails/j || fail "chattr in the jail"
expect_refusal . jexec off chattr +i /tmp/file
expect_status 0 jexec flags chattr +i /tmp/file
expect_refusal . rm -f /jails/j/tmp/file
expect_status 0 jexec flags chattr -i /tmp/file
