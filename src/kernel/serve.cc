#include "kernel/serve.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/text.hpp"
#include "kernel/entry.hpp"
#include "kernel/host_jails.hpp"
#include "kernel/policy.hpp"
#include "kernel/process_mark.hpp"
#include "kernel/users.hpp"
#include "record/journal.hpp"
#include "sys/cgroup.hpp"
#include "sys/compat.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"
#include "wire/message.hpp"

namespace cellblock::kernel {
namespace {

using model::Jail;
using model::JailId;

Result<JailId> jid_in(std::string_view words) {
  auto jid = parse_int(trim(words.substr(0, words.find(' '))));
  if (!jid || *jid < 1 || *jid > model::max_jail_id) return bare_fail(EINVAL);
  return static_cast<JailId>(*jid);
}

/// The host's view of a jail, whoever asks.
Result<Jail> jail_by_id(JailId jid) {
  CB_TRY(auto host, HostJails::open());
  return host->find(std::to_string(jid));
}

/// What a jail call is served with: its caller and the jails as that caller sees them.
struct Counter {
  const Notification& call;
  JailId caller = 0;
  std::unique_ptr<HostJails> jails;
};

Result<std::string> do_set(Counter& counter, std::string_view words) {
  CB_TRY(wire::SetRequest request, wire::decode_set(words));
  CB_TRY(JailId jid, counter.jails->set(request.settings, request.mode, request.attaching));
  return fmt::format("ok {}", jid);
}

Result<std::string> do_get(Counter& counter) {
  CB_TRY(model::Snapshot view, counter.jails->get());
  record::State state;
  state.snapshot = std::move(view);
  return "ok \n" + record::rewrite(state);
}

/// The pids of `jid` as the caller's pid namespace, `depth` below the host's, numbers them.
Result<std::string> do_processes(Counter& counter, JailId jid, const Jail& caller) {
  CB_TRY(std::vector<pid_t> pids, counter.jails->processes(jid));
  size_t depth = split(caller.prison.name, '.').size();
  std::string answer = "ok";
  for (pid_t pid : pids) {
    auto status = sys::read_file(fmt::format("/proc/{}/status", pid));
    if (!status) continue;
    std::vector<std::string> levels = sys::status_words(*status, "NSpid");
    if (depth < levels.size()) answer += " " + levels[depth];
  }
  return answer;
}

Result<std::string> describe(const User& user) {
  std::string text = fmt::format(" {} {} {} {}", user.uid, user.gid, vis(user.home), vis(user.shell));
  for (gid_t group : user.groups) text += fmt::format(" {}", group);
  return text;
}

Result<std::string> do_enter(Counter& counter, std::string_view words, const Jail& caller) {
  CB_TRY(JailId jid, jid_in(words));
  std::vector<std::string> parts = wire::words_of(words);
  if (parts.size() != 3) return bare_fail(EINVAL);
  CB_TRY(Jail jail, counter.jails->find(std::to_string(jid)));
  std::string user;
  if (!parts[2].empty()) {
    pid_t owner = parts[1] == "1" ? caller.runtime.keeper : jail.runtime.keeper;
    CB_TRY(Fd root, sys::open(fmt::format("/proc/{}/root", owner), O_PATH | O_DIRECTORY));
    CB_TRY(User found, find_user(root.get(), parts[2]));
    CB_TRY(user, describe(found));
  }
  // Held while the files are opened: the pid can't pass to another process meanwhile.
  CB_TRY(Fd keeper, sys::open_process(jail.runtime.keeper, {jail.runtime.keeper_inode, jail.runtime.keeper_start}));
  std::string numbers;
  for (const char* file : namespace_files(jail.prison)) {
    CB_TRY(Fd space, sys::open(fmt::format("/proc/{}/ns/{}", jail.runtime.keeper, file), O_RDONLY));
    CB_TRY(int number, counter.call.inject(space.get()));
    numbers += fmt::format(" {}", number);
  }
  CB_TRY(bool ended, sys::wait_end(keeper.get(), 0));
  if (ended) return bare_fail(EINVAL);
  jail.prison.name = model::relative_name(jail.prison.name, caller.prison.name);
  return fmt::format("ok{}{} \n", numbers, user) + record::jail_line(jail, std::nullopt);
}

/// Moves the calling process, a child that is about to enter, into the jail's cgroup.
Result<std::string> do_join(Counter& counter, JailId jid) {
  CB_TRY(Jail jail, counter.jails->find(std::to_string(jid)));
  CB_TRY(Fd root, sys::open_cgroup_root(std::string(home_path) + "/cgroup"));
  if (!counter.call.valid()) return bare_fail(ESRCH);
  CB_CHECK(sys::write_at(root.get(), (jail.runtime.cgroup + "/cgroup.procs").c_str(), std::to_string(counter.call.pid())));
  return std::string("ok");
}

/// What a jail may know of itself. Not its path or name, which are the host's, nor `meta`.
std::string do_self(const Jail& caller) {
  Jail shown;
  shown.prison = caller.prison;
  shown.prison.path = "/";
  shown.prison.name = std::to_string(caller.prison.jid);
  shown.prison.parent = 0;
  shown.prison.meta.clear();
  return "ok \n" + record::jail_line(shown, std::nullopt);
}

Result<std::string> serve_request(Counter& counter, std::string_view request) {
  CB_TRY(Jail caller, jail_by_id(counter.caller));
  CB_TRY(counter.jails, HostJails::open(counter.caller));
  auto [verb, words] = wire::verb_of(request);
  if (verb == "self") return do_self(caller);
  if (caller.prison.children_max == 0) return bare_fail(EPERM);
  if (verb == "get") return do_get(counter);
  // Anyone may look, as on FreeBSD; the rest is root's. What follows is checked against the jail's own limits.
  if (!counter.call.by_root_of(caller)) return bare_fail(EPERM);
  if (verb == "set") return do_set(counter, words);
  if (verb == "enter") return do_enter(counter, words, caller);
  CB_TRY(JailId jid, jid_in(words));
  if (verb == "join") return do_join(counter, jid);
  if (verb == "processes") return do_processes(counter, jid, caller);
  if (verb == "remove") return counter.jails->remove(jid).map([] { return std::string("ok"); });
  if (verb == "left") {
    counter.jails->left(jid);
    return std::string("ok");
  }
  return bare_fail(ENOSYS);
}

/// jail_call(request, length, answer, capacity)
void serve_jail_call(const Notification& call, JailId caller) {
  uint64_t length = call.argument(1), capacity = call.argument(3);
  if (!call.is_native() || length > wire::largest_message) return call.refuse(EINVAL);
  auto request = call.read_memory(call.argument(0), length);
  if (!request) return call.refuse(EFAULT);
  Counter counter{call, caller, nullptr};
  auto served = serve_request(counter, *request);
  std::string text = served ? *served : wire::encode_error(served.error());
  if (text.size() > capacity) return call.refuse(ENOBUFS);
  if (!call.write_memory(call.argument(2), text)) return call.refuse(EFAULT);
  call.succeed(static_cast<int64_t>(text.size()));
}

/// What its owner may ask of a file, and the two flags that are root's. No other is changed on a jail's behalf.
constexpr int changeable = FS_IMMUTABLE_FL | FS_APPEND_FL | FS_NODUMP_FL | FS_NOATIME_FL | FS_SYNC_FL | FS_DIRSYNC_FL |
                           FS_COMPR_FL | FS_NOCOW_FL | FS_SECRM_FL | FS_UNRM_FL;

/// ioctl(FS_IOC_SETFLAGS) on a file of the jail's, as FreeBSD's chflags(2): from securelevel 1 on no flag that
/// protects a file is taken away.
Result<> serve_file_flags(const Notification& call, const Jail& jail) {
  if (!call.is_native() || call.argument(1) != FS_IOC_SETFLAGS) return bare_fail(ENOTTY);
  if (!model::allowed(jail.prison.allow, model::Allow::chflags) || !call.by_root_of(jail)) return bare_fail(EPERM);
  CB_TRY(std::string bytes, call.read_memory(call.argument(2), sizeof(int)));
  int wanted = 0, now = 0;
  std::memcpy(&wanted, bytes.data(), sizeof wanted);
  CB_TRY(Fd file, call.descriptor(call.argument(0)));
  CB_TRY(struct stat status, sys::status_of(file.get()));
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return bare_fail(ENOTTY);
  if (!belongs_to(jail, status)) return bare_fail(EPERM);
  if (::ioctl(file.get(), FS_IOC_GETFLAGS, &now) < 0) return bare_fail(errno);
  if ((now ^ wanted) & ~changeable) return bare_fail(EPERM);
  constexpr int protecting = FS_IMMUTABLE_FL | FS_APPEND_FL;
  if (jail.prison.securelevel >= 1 && (now & ~wanted & protecting)) return bare_fail(EPERM);
  if (!call.valid()) return bare_fail(ESRCH);
  return ::ioctl(file.get(), FS_IOC_SETFLAGS, &wanted) < 0 ? Result<>(bare_fail(errno)) : Result<>();
}

/// Tracing where allow.unprivileged_proc_debug is off: root alone may begin it, by its own rights.
void serve_trace(const Notification& call, const Jail& jail) {
  bool granted = model::allowed(jail.prison.allow, model::Allow::unprivileged_proc_debug) || call.by_root_of(jail);
  return granted ? call.proceed() : call.refuse(EPERM);
}

Result<int64_t> zero(Result<> done) {
  return std::move(done).map([] { return int64_t{0}; });
}

/// Calls that the warden makes for the caller: what it gets.
Result<int64_t> serve_plain(const Notification& call, const Jail& jail) {
  // The numbers that policy.cc hands over, of both architectures.
  switch (call.is_native() ? call.number() : -call.number()) {
    case SYS_uname: case -122: return zero(serve_uname(call, jail));
    case SYS_sethostname: case -74: return zero(serve_names(call, jail, false));
    case SYS_setdomainname: case -121: return zero(serve_names(call, jail, true));
    case SYS_ioctl: return zero(serve_file_flags(call, jail));
    case SYS_mount: case -21: return zero(serve_mount(call, jail));
    case SYS_umount2: case -52: case -22: return zero(serve_umount(call, jail));
    case SYS_syslog: return serve_messages(call, jail);
    case SYS_adjtimex: case SYS_clock_adjtime: case SYS_clock_settime: case SYS_settimeofday: return serve_clock(call, jail);
    default: return bare_fail(ENOSYS);
  }
}

/// Calls that are answered by themselves: with a descriptor, or by letting the caller go on. False: not one of them.
bool serve_special(const Notification& call, const Jail& jail) {
  switch (call.is_native() ? call.number() : -call.number()) {
    case SYS_socket: case -359: {
      auto served = serve_socket(call, jail);
      if (!served) call.refuse(served.error().sys);
      return true;
    }
    case SYS_ptrace: case -26: case SYS_process_vm_readv: case -347: case SYS_process_vm_writev: case -348:
      serve_trace(call, jail);
      return true;
    case SYS_setxattr: case SYS_lsetxattr: case SYS_fsetxattr: case SYS_getxattr: case SYS_lgetxattr:
    case SYS_fgetxattr: case SYS_removexattr: case SYS_lremovexattr: case SYS_fremovexattr:
      serve_attribute(call, jail);
      return true;
    default: return false;
  }
}

void serve_call(Notification& call, JailId caller) {
  if (auto held = call.hold_memory(); !held) return call.refuse(held.error().sys);
  const bool is_jail_call = static_cast<uint32_t>(call.number()) == jail_call;
  ::alarm(is_jail_call ? patience_with_jails_s : patience_s);
  if (is_jail_call) return serve_jail_call(call, caller);
  auto jail = jail_by_id(caller);
  if (!jail) return call.refuse(jail.error().sys);
  if (serve_special(call, *jail)) return;
  auto served = serve_plain(call, *jail);
  served ? call.succeed(*served) : call.refuse(served.error().sys);
}

}  // namespace

bool belongs_to(const Jail& jail, const struct stat& status) {
  const uint32_t base = jail.runtime.uid_base;
  auto is_mapped = [&](uint32_t id) { return id >= base && id - base < model::ids_per_jail; };
  return base == 0 || (is_mapped(status.st_uid) && is_mapped(status.st_gid));
}

Fd answer(Notification& call) {
  auto caller = call.jail();
  pid_t child = caller ? ::fork() : -1;
  if (child > 0) return Fd(sys::pidfd_open(child));
  if (child < 0) {
    call.refuse(caller ? EAGAIN : caller.error().sys);
    return {};
  }
  ::signal(SIGCHLD, SIG_DFL);
  serve_call(call, *caller);
  ::_exit(0);
}

}  // namespace cellblock::kernel
