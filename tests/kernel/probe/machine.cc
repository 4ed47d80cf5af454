// The machine and its kernel: modules, clocks, raw memory, keys, tracing.
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/quota.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

#include "probe.hpp"

namespace probe {
namespace {

std::string call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0) {
  return outcome(::syscall(number, a, b, c, d, e, 0L));
}
template <class T>
long at(T& thing) {
  return reinterpret_cast<long>(&thing);
}

std::string bpf_map() {
  bpf_attr attr{};
  attr.map_type = BPF_MAP_TYPE_ARRAY;
  attr.key_size = attr.value_size = 4;
  attr.max_entries = 1;
  return call(SYS_bpf, BPF_MAP_CREATE, at(attr), sizeof attr);
}
std::string perf() {
  perf_event_attr attr{};
  attr.type = PERF_TYPE_SOFTWARE;
  attr.size = sizeof attr;
  attr.exclude_kernel = 1;
  return call(SYS_perf_event_open, at(attr), 0, -1, -1, 0);
}
std::string io_uring() {
  char parameters[120] = {};
  return call(SYS_io_uring_setup, 1, reinterpret_cast<long>(parameters));
}
std::string set_clock() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return outcome(::clock_settime(CLOCK_REALTIME, &now));
}
std::string set_time_of_day() {
  timeval now{};
  ::gettimeofday(&now, nullptr);
  return outcome(::settimeofday(&now, nullptr));
}
std::string adjust_time() {
  timex change{};
  change.modes = ADJ_SETOFFSET | ADJ_NANO;
  return outcome(::adjtimex(&change));
}
std::string module_from_file() {
  int file = ::open("/bin/probe", O_RDONLY);
  return call(SYS_finit_module, file, reinterpret_cast<long>(""), 0);
}
std::string kernel_log() {
  char text[64];
  return call(SYS_syslog, 3, reinterpret_cast<long>(text), sizeof text);
}
std::string add_key() {
  return call(SYS_add_key, reinterpret_cast<long>("user"), reinterpret_cast<long>("probe"), reinterpret_cast<long>("x"), 1,
              KEY_SPEC_SESSION_KEYRING);
}
std::string priority() {
  errno = 0;
  return outcome(::setpriority(PRIO_PROCESS, 0, -5));
}
std::string real_time() {
  sched_param parameter{};
  parameter.sched_priority = 1;
  return outcome(::sched_setscheduler(0, SCHED_FIFO, &parameter));
}
std::string int80(long number, long b = 0, long c = 0, long d = 0) {
  long result;
  asm volatile("int $0x80" : "=a"(result) : "0"(number), "b"(b), "c"(c), "d"(d) : "memory", "r8", "r9", "r10", "r11");
  if (result < 0 && result > -4096) {
    errno = static_cast<int>(-result);
    return outcome(-1);
  }
  return "OK";
}

constexpr long x32 = 0x40000000;
constexpr Probe table[] = {
    {"init_module", [] { return call(SYS_init_module, 0, 0, 0); }},
    {"finit_module", module_from_file},
    {"delete_module", [] { return call(SYS_delete_module, reinterpret_cast<long>("no_such_module"), O_NONBLOCK); }},
    {"kexec_load", [] { return call(SYS_kexec_load, 0, 0, 0, 0); }},
    {"kexec_file_load", [] { return call(SYS_kexec_file_load, -1, -1, 0, 0, 0); }},
    {"reboot", [] { return call(SYS_reboot, 0xfee1dead, 672274793, 0 /* CAD_OFF */); }},
    {"swapon", [] { return call(SYS_swapon, reinterpret_cast<long>("/no/such"), 0); }},
    {"swapoff", [] { return call(SYS_swapoff, reinterpret_cast<long>("/no/such")); }},
    {"acct", [] { return call(SYS_acct, reinterpret_cast<long>("/no/such")); }},
    {"iopl", [] { return call(SYS_iopl, 3); }},
    {"ioperm", [] { return call(SYS_ioperm, 0x80, 1, 1); }},
    {"bpf", bpf_map},
    {"perf_event_open", perf},
    {"userfaultfd", [] { return call(SYS_userfaultfd, O_CLOEXEC); }},
    {"io_uring_setup", io_uring},
    {"kcmp", [] { return call(SYS_kcmp, 1, 1, 0, 0, 0); }},
    {"clock_settime", set_clock},
    {"settimeofday", set_time_of_day},
    {"adjtimex", adjust_time},
    {"quotactl", [] { return outcome(::quotactl(QCMD(Q_SYNC, USRQUOTA), nullptr, 0, nullptr)); }},
    {"syslog", kernel_log},
    {"syslog_clear", [] { return call(SYS_syslog, 10, 0, 0); }},
    {"keyctl_session", [] { return call(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0); }},
    {"keyctl_user", [] { return call(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_USER_KEYRING, 1); }},
    {"add_key", add_key},
    {"request_key", [] { return call(SYS_request_key, reinterpret_cast<long>("user"), reinterpret_cast<long>("probe"), 0, 0); }},
    {"mlock", [] { static char page[4096]; return outcome(::mlock(page, sizeof page)); }},
    {"nice_negative", priority},
    {"real_time", real_time},
    {"vhangup", [] { return call(SYS_vhangup); }},
    {"unknown_call", [] { return call(470); }},
    {"jail_call", [] { return call(0x0ce11); }},
    {"x32_mount", [] { return call(x32 | SYS_mount); }},
    {"x32_ptrace", [] { return call(x32 | 521); }},
    {"x32_getpid", [] { return call(x32 | SYS_getpid); }},
    {"int80_getpid", [] { return int80(20); }},
    {"int80_mount", [] { return int80(21); }},
    {"int80_umount", [] { return int80(22); }},
    {"int80_reboot", [] { return int80(88, 0xfee1dead, 672274793, 0); }},
    {"int80_unshare", [] { return int80(310, CLONE_NEWNS); }},
    {"int80_setns", [] { return int80(346, -1, 0); }},
    {"int80_clone", [] { return int80(120, CLONE_NEWNS | CLONE_NEWUSER, 0); }},
    {"int80_clone3", [] { return int80(435, 0, 0); }},
    {"int80_open_tree", [] { return int80(428, AT_FDCWD, 0, 1); }},
    {"int80_init_module", [] { return int80(128, 0, 0, 0); }},
    {"int80_socketcall", [] { return int80(102, 1, 0); }},
    {"int80_syslog", [] { return int80(103, 10, 0, 0); }},
    {"int80_keyctl", [] { return int80(288, 0, -3, 0); }},
};

}  // namespace

std::span<const Probe> machine() { return table; }

}  // namespace probe
