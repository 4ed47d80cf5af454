#include "kernel/notification.hpp"

#include <fcntl.h>
#include <linux/audit.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/text.hpp"
#include "kernel/home.hpp"
#include "kernel/registry.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

namespace cellblock::kernel {

std::optional<Notification> Notification::receive(int listener) {
  seccomp_notif call{};
  if (::ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0) return std::nullopt;
  return Notification(listener, call);
}

bool Notification::is_native() const { return call_.data.arch == AUDIT_ARCH_X86_64; }

bool Notification::valid() const {
  uint64_t id = call_.id;
  return ::ioctl(listener_, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

Result<> Notification::hold_memory() {
  CB_TRY(memory_, sys::open(fmt::format("/proc/{}/mem", pid()), O_RDWR));
  return valid() ? Result<>() : sys_fail(ESRCH, "caller");
}

Result<std::string> Notification::read_memory(uint64_t address, size_t length) const {
  std::string data(length, '\0');
  ssize_t got = ::pread(memory_.get(), data.data(), length, static_cast<off_t>(address));
  if (got < 0 || static_cast<size_t>(got) != length) return sys_fail(EFAULT, "memory of the caller");
  return data;
}

Result<std::string> Notification::read_string(uint64_t address, size_t limit) const {
  constexpr uint64_t page = 4096;
  std::string text;
  while (text.size() < limit) {  // page by page: the next one may not be mapped
    size_t step = std::min<size_t>(page - address % page, limit - text.size());
    CB_TRY(std::string part, read_memory(address, step));
    size_t end = part.find('\0');
    if (end != part.npos) return text + part.substr(0, end);
    text += part;
    address += step;
  }
  return sys_fail(ENAMETOOLONG, "string of the caller");
}

Result<> Notification::write_memory(uint64_t address, std::string_view data) const {
  ssize_t put = ::pwrite(memory_.get(), data.data(), data.size(), static_cast<off_t>(address));
  if (put < 0 || static_cast<size_t>(put) != data.size()) return sys_fail(EFAULT, "memory of the caller");
  return {};
}

void Notification::succeed(int64_t value) const {
  seccomp_notif_resp answer{};
  answer.id = call_.id;
  answer.val = value;
  (void)::ioctl(listener_, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

void Notification::refuse(int error_number) const {
  seccomp_notif_resp answer{};
  answer.id = call_.id;
  answer.error = -(error_number ? error_number : EPERM);
  (void)::ioctl(listener_, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

void Notification::proceed() const {
  seccomp_notif_resp answer{};
  answer.id = call_.id;
  answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  (void)::ioctl(listener_, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

Result<int> Notification::inject(int fd, bool close_on_exec) const {
  seccomp_notif_addfd request{};
  request.id = call_.id;
  request.srcfd = static_cast<uint32_t>(fd);
  request.newfd_flags = close_on_exec ? O_CLOEXEC : 0;
  int number = ::ioctl(listener_, SECCOMP_IOCTL_NOTIF_ADDFD, &request);
  if (number < 0) return sys_fail(errno, "descriptor for the caller");
  return number;
}

model::JailId jail_in_cgroup(std::string_view cgroup_file, const model::Snapshot& now) {
  size_t line = cgroup_file.find("0::");
  if (line == cgroup_file.npos) return 0;
  std::string_view path = cgroup_file.substr(line + 3);
  path = path.substr(0, path.find('\n'));
  size_t top = path.find("/cellblock/");
  if (top == path.npos) return 0;
  std::string group = "cellblock";
  model::JailId jid = 0;
  for (const std::string& part : split(path.substr(top + 11), '/')) {
    group += "/" + part;
    auto number = parse_int(part);
    const model::Jail* jail = number && *number <= model::max_jail_id ? now.find(static_cast<model::JailId>(*number)) : nullptr;
    if (!jail || jail->runtime.cgroup != group) break;
    jid = jail->prison.jid;
  }
  return jid;
}

bool Notification::by_root_of(const model::Jail& jail) const {
  if (!model::allowed(jail.prison.allow, model::Allow::suser)) return false;
  auto status = sys::read_file(fmt::format("/proc/{}/status", pid()));
  if (!status || !valid()) return false;
  std::vector<std::string> ids = sys::status_words(*status, "Uid");
  return ids.size() >= 2 && parse_int(ids[1]) == static_cast<int64_t>(jail.runtime.uid_base);  // real, effective
}

Result<model::JailId> Notification::jail() const {
  CB_TRY(std::string text, sys::read_file(fmt::format("/proc/{}/cgroup", pid())));
  if (!valid()) return sys_fail(ESRCH, "caller");
  static const Result<Home> home = Home::open(false);
  if (!home) return pass(home.error());
  static Registry registry(*home);  // the warden is asked often: it reads what is new only
  CB_TRY(const record::State* state, registry.refresh());
  model::JailId jid = jail_in_cgroup(text, state->snapshot);
  if (jid == 0) return sys_fail(EPERM, "caller in no jail");
  return jid;
}

Result<Fd> Notification::descriptor(uint64_t number) const {
  constexpr unsigned of_thread = O_EXCL;  // PIDFD_THREAD, Linux 6.9
  Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid(), of_thread)));
  if (!process) {  // the calling thread's process, whose table is usually the same
    CB_TRY(std::string status, sys::read_file(fmt::format("/proc/{}/status", pid())));
    std::vector<std::string> words = sys::status_words(status, "Tgid");
    auto leader = words.empty() ? std::nullopt : parse_int(words[0]);
    if (!leader) return bare_fail(ESRCH);
    CB_TRY(process, sys::open_process(static_cast<pid_t>(*leader)));
  }
  Fd copy(static_cast<int>(::syscall(SYS_pidfd_getfd, process.get(), number, 0)));
  if (!copy) return bare_fail(errno);
  if (!valid()) return bare_fail(ESRCH);
  return copy;
}

}  // namespace cellblock::kernel
