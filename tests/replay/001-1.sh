#!/bin/bash
# 001-1: what a jailed process, root in its jail, cannot do; each refused with FreeBSD's errno.
. "$(dirname "$0")/lib.sh"
need cc
folder /jails
busybox_root /jails/j
cat >"$W/try.c" <<'C'
// Tries one thing and prints the errno's name, or "allowed".
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <unistd.h>

static int bind_to(const char* address, int port) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) return -1;
  struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(port)};
  sscanf(address, "%*s");
  unsigned a, b, c, d;
  sscanf(address, "%u.%u.%u.%u", &a, &b, &c, &d);
  name.sin_addr.s_addr = htonl(a << 24 | b << 16 | c << 8 | d);
  return bind(fd, (struct sockaddr*)&name, sizeof name);
}
static int interface_up(void) {
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  struct ifreq request = {.ifr_flags = IFF_UP};
  strcpy(request.ifr_name, "lo");
  return ioctl(fd, SIOCSIFFLAGS, &request);
}
int main(int argc, char** argv) {
  const char* what = argv[1];
  pid_t pid = argc > 2 ? atoi(argv[2]) : 0;
  struct timeval now = {.tv_sec = 1};
  int result = -1;
  errno = 0;
  if (!strcmp(what, "kill")) result = kill(pid, 0);
  else if (!strcmp(what, "trace")) result = ptrace(PTRACE_ATTACH, pid, 0, 0);
  else if (!strcmp(what, "priority")) result = syscall(SYS_setpriority, 0, pid, 5);
  else if (!strcmp(what, "module")) result = syscall(SYS_init_module, "", 0, "");
  else if (!strcmp(what, "reboot")) result = reboot(RB_DISABLE_CAD);
  else if (!strcmp(what, "clock")) result = settimeofday(&now, 0);
  else if (!strcmp(what, "messages")) { char text[64]; result = klogctl(3, text, sizeof text); }
  else if (!strcmp(what, "swap")) result = swapon("/bin/busybox", 0);
  else if (!strcmp(what, "mount")) result = mount("none", "/tmp", "tmpfs", 0, 0);
  else if (!strcmp(what, "bind-mount")) result = mount("/bin", "/tmp", 0, MS_BIND, 0);
  else if (!strcmp(what, "unmount")) result = umount2("/", MNT_DETACH);
  else if (!strcmp(what, "mknod-char")) result = mknod("/tmp/mem", S_IFCHR | 0600, makedev(1, 1));
  else if (!strcmp(what, "mknod-block")) result = mknod("/tmp/disk", S_IFBLK | 0600, makedev(254, 0));
  else if (!strcmp(what, "raw-socket")) result = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
  else if (!strcmp(what, "packet-socket")) result = socket(17 /* AF_PACKET */, SOCK_RAW, 0);
  else if (!strcmp(what, "interface")) result = interface_up();
  else if (!strcmp(what, "bind-own")) result = bind_to("10.1.2.3", 8080);
  else if (!strcmp(what, "inet-socket")) result = socket(AF_INET, SOCK_STREAM, 0);
  else if (!strcmp(what, "inet6-socket")) result = socket(AF_INET6, SOCK_STREAM, 0);
  else if (!strcmp(what, "sysctl")) {
    int fd = open("/proc/sys/kernel/core_pattern", O_WRONLY);
    result = fd < 0 ? -1 : write(fd, "x", 1);
  } else return 2;
  puts(result < 0 ? strerrorname_np(errno) : "allowed");
}
C
cc -static -o /jails/j/bin/try "$W/try.c" 2>/dev/null || skip "no static C library"
ip addr add 10.1.2.3/32 dev lo
ip addr add 10.1.2.99/32 dev lo
sleep 4711 &
outside=$!
jail -c name=j persist path=/jails/j mount.procfs mount.devfs ip4.addr=10.1.2.3 || fail "jail -c"

# try WANTED WHAT [PID]
try() {
  local said
  said=$(jexec j /bin/try "$2" "${3:-0}")
  echo "$2: $said"
  [ "$said" = "$1" ] || fail "$2: $said, not $1"
}

note "processes outside are neither seen nor touched"
expect_refusal . jexec j ls "/proc/$outside"
try ESRCH kill "$outside"
try ESRCH trace "$outside"
try ESRCH priority "$outside"

note "the kernel is not changed"
for what in module reboot clock messages swap; do try EPERM $what; done
expect_refusal . jexec j sh -c 'echo x >/proc/sys/kernel/core_pattern'

note "nothing is mounted or unmounted"
for what in mount bind-mount unmount; do try EPERM $what; done

note "no device nodes"
for what in mknod-char mknod-block; do try EPERM $what; done

note "no other files: the host's root is out of reach"
touch "$W/secret"
expect_refusal . jexec j cat "$W/secret"
expect_refusal . jexec j sh -c "cat /../../../..$W/secret"
expect_refusal . jexec j cat "/proc/1/root$W/secret"

note "network: nothing raw, nothing configured, no family that it has no address of"
try allowed bind-own
try EPROTONOSUPPORT inet6-socket
try EPERM raw-socket
try EPERM interface
said=$(jexec j /bin/try packet-socket)
[ "$said" != allowed ] || fail "a packet socket"

jail -r j
jail -c name=k persist path=/jails/j || fail "jail -c"
note "without any address there is no network at all"
said=$(jexec k /bin/try inet-socket)
[ "$said" = EPROTONOSUPPORT ] || fail "inet-socket without addresses: $said"
