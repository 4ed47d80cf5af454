// What of the machine a jail may be allowed to touch: its names, its clock, the kernel's messages, and the processes
// of others. The kernel grants these to root of the host alone, so the warden acts for the jail's root.

#include <sched.h>
#include <sys/klog.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "kernel/serve.hpp"
#include "sys/file.hpp"

namespace cellblock::kernel {
namespace {

using model::Allow;
using model::Jail;

bool may(const Jail& jail, Allow what) { return model::allowed(jail.prison.allow, what); }

/// Runs `work` in the uts namespace of the jail.
template <class Work>
Result<> in_names_of(const Jail& jail, Work work) {
  CB_TRY(Fd own, sys::open("/proc/self/ns/uts", O_RDONLY));
  CB_TRY(Fd names, sys::open(fmt::format("/proc/{}/ns/uts", jail.runtime.keeper), O_RDONLY));
  if (::setns(names.get(), CLONE_NEWUTS) < 0) return sys_fail(errno, "setns uts");
  Result<> done = work();
  if (::setns(own.get(), CLONE_NEWUTS) < 0) return sys_fail(errno, "setns uts");
  return done;
}

template <size_t size>
void put(char (&field)[size], const std::string& value) {
  if (value.empty()) return;
  std::memset(field, 0, size);
  value.copy(field, size - 1);
}

template <class T>
Result<T> read_value(const Notification& call, uint64_t address) {
  CB_TRY(std::string bytes, call.read_memory(address, sizeof(T)));
  T value{};
  bytes.copy(reinterpret_cast<char*>(&value), sizeof value);
  return value;
}

template <class T>
std::string_view bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

/// Setting the clock, in one stroke. FreeBSD forbids to set it back from securelevel 2 on.
Result<> may_set_clock(const Notification& call, const Jail& jail) {
  bool granted = may(jail, Allow::settime) && jail.prison.securelevel < 2 && call.by_root_of(jail);
  return granted ? Result<>() : bare_fail(EPERM);
}

Result<int64_t> adjust(const Notification& call, const Jail& jail, uint64_t address) {
  CB_TRY(timex wanted, read_value<timex>(call, address));
  bool looks_only = wanted.modes == 0 || wanted.modes == ADJ_OFFSET_SS_READ;
  bool slews = may(jail, Allow::adjtime) || may(jail, Allow::settime);
  if (!looks_only && !(slews && call.by_root_of(jail))) return bare_fail(EPERM);
  if (!looks_only && (wanted.modes & ADJ_SETOFFSET)) CB_CHECK(may_set_clock(call, jail));
  if (!call.valid()) return bare_fail(ESRCH);
  int state = ::adjtimex(&wanted);
  if (state < 0) return bare_fail(errno);
  CB_CHECK(call.write_memory(address, bytes_of(wanted)));
  return state;
}

}  // namespace

Result<> serve_uname(const Notification& call, const Jail& jail) {
  utsname names{};
  CB_CHECK(in_names_of(jail, [&]() -> Result<> {
    if (::uname(&names) < 0) return sys_fail(errno, "uname");
    return {};
  }));
  put(names.sysname, jail.prison.linux_osname);
  put(names.release, jail.prison.osrelease.empty() ? jail.prison.linux_osrelease : jail.prison.osrelease);
  return call.write_memory(call.argument(0), bytes_of(names));
}

Result<> serve_names(const Notification& call, const Jail& jail, bool domain) {
  bool granted = may(jail, Allow::set_hostname) && jail.prison.host != model::Sys::inherit && call.by_root_of(jail);
  if (!granted) return bare_fail(EPERM);
  if (call.argument(1) > 64) return sys_fail(EINVAL, "name");
  CB_TRY(std::string name, call.read_memory(call.argument(0), call.argument(1)));
  return in_names_of(jail, [&]() -> Result<> {
    int set = domain ? ::setdomainname(name.data(), name.size()) : ::sethostname(name.data(), name.size());
    return set < 0 ? Result<>(sys_fail(errno, "name")) : Result<>();
  });
}

Result<int64_t> serve_clock(const Notification& call, const Jail& jail) {
  long number = call.number();
  uint64_t first = call.argument(0), second = call.argument(1);
  if (number == SYS_adjtimex) return adjust(call, jail, first);
  if (number == SYS_clock_adjtime) return first == CLOCK_REALTIME ? adjust(call, jail, second) : bare_fail(EOPNOTSUPP);
  CB_CHECK(may_set_clock(call, jail));
  if (number == SYS_clock_settime) {
    if (first != CLOCK_REALTIME) return bare_fail(EINVAL);
    CB_TRY(timespec time, read_value<timespec>(call, second));
    if (!call.valid()) return bare_fail(ESRCH);
    return ::clock_settime(CLOCK_REALTIME, &time) < 0 ? Result<int64_t>(bare_fail(errno)) : 0;
  }
  if (!first) return bare_fail(EPERM);  // a time zone alone: that of the whole machine's kernel
  CB_TRY(timeval time, read_value<timeval>(call, first));
  if (!call.valid()) return bare_fail(ESRCH);
  return ::settimeofday(&time, nullptr) < 0 ? Result<int64_t>(bare_fail(errno)) : 0;
}

/// syslog(2): to read the messages and to ask for their size, but neither to take them away nor to turn them off.
Result<int64_t> serve_messages(const Notification& call, const Jail& jail) {
  constexpr int read_all = 3, size_of_buffer = 10;
  auto action = static_cast<int>(call.argument(0));
  if (!may(jail, Allow::read_msgbuf) || (action != read_all && action != size_of_buffer)) return bare_fail(EPERM);
  int size = ::klogctl(size_of_buffer, nullptr, 0);
  if (size < 0) return bare_fail(errno);
  if (action == size_of_buffer) return size;
  auto length = static_cast<int>(call.argument(2));
  if (length < 0) return bare_fail(EINVAL);
  std::string text(static_cast<size_t>(std::min(length, size)), '\0');
  int got = ::klogctl(read_all, text.data(), static_cast<int>(text.size()));
  if (got < 0) return bare_fail(errno);
  CB_CHECK(call.write_memory(call.argument(1), std::string_view(text).substr(0, static_cast<size_t>(got))));
  return got;
}

}  // namespace cellblock::kernel
