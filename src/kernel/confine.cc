#include "kernel/confine.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>

#include "base/text.hpp"
#include "kernel/policy.hpp"
#include "kernel/warden_link.hpp"
#include "sys/compat.hpp"
#include "sys/seccomp.hpp"

namespace cellblock::kernel {
namespace {

constexpr unsigned seccomp_wait_killable = 1 << 5;  // SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV

/// Where a command is looked for that is given no PATH.
constexpr const char* default_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// PATH of a clean environment. FreeBSD's is /bin:/usr/bin; dpkg and many a start script end at once without what
/// Linux has in sbin.
constexpr const char* clean_path = "/usr/sbin:/usr/bin:/sbin:/bin";

/// systemd's stand-in for the kernel command line: a jail has a cgroup2 group of its own and none in v1.
constexpr const char* systemd_words = "SYSTEMD_PROC_CMDLINE=systemd.unified_cgroup_hierarchy=1";

const char* value_in(const std::vector<std::string>& environment, std::string_view name) {
  for (const std::string& entry : environment)
    if (entry.starts_with(name) && entry.size() > name.size() && entry[name.size()] == '=')
      return entry.c_str() + name.size() + 1;
  return nullptr;
}

std::vector<std::string> clean_environment(const port::Entry& entry, const User& user) {
  std::vector<std::string> clean{"HOME=" + user.home, "SHELL=" + user.shell, "USER=" + user.name,
                                 fmt::format("PATH={}", clean_path)};
  if (const char* term = value_in(entry.environment, "TERM")) clean.push_back(fmt::format("TERM={}", term));
  return clean;
}

std::vector<std::string> candidates_for(const std::string& command, const std::vector<std::string>& environment) {
  if (command.find('/') != std::string::npos) return {command};
  const char* path = value_in(environment, "PATH");
  std::vector<std::string> candidates;
  for (const std::string& directory : split(path ? path : default_path, ':'))
    candidates.push_back((directory.empty() ? "." : directory) + "/" + command);
  return candidates;
}

/// Whether this process is in front on its terminal. The group in front may be that of a command that has ended.
bool has_terminal() {
  pid_t front = ::tcgetpgrp(0);
  return front > 0 && (front == ::getpgrp() || (::kill(-front, 0) < 0 && errno == ESRCH));
}

/// kill(2) of 0 reaches a group as a whole, whatever pid namespace its processes are in.
void leave_group(bool takes_terminal) {
  if (::setpgid(0, 0) < 0 || !takes_terminal) return;
  sigset_t stop, old;
  ::sigemptyset(&stop);
  ::sigaddset(&stop, SIGTTOU);
  ::sigprocmask(SIG_BLOCK, &stop, &old);
  ::tcsetpgrp(0, ::getpid());
  ::sigprocmask(SIG_SETMASK, &old, nullptr);
}

/// `words` holds argv and then the environment; it must not change any more.
void point_to_words(Confinement& confinement, size_t arguments) {
  for (size_t i = 0; i < confinement.words.size(); ++i)
    (i < arguments ? confinement.argv : confinement.environment).push_back(confinement.words[i].data());
  confinement.argv.push_back(nullptr);
  confinement.environment.push_back(nullptr);
  confinement.ushered = {nullptr};
  confinement.ushered.insert(confinement.ushered.end(), confinement.argv.begin(), confinement.argv.end());
  confinement.script = {const_cast<char*>("sh"), nullptr};
  confinement.script.insert(confinement.script.end(), confinement.argv.begin() + 1, confinement.argv.end());
}

Confinement common(const model::Prison& prison, Listener listener) {
  Confinement confinement;
  confinement.own_users = prison.linux_userns != model::Sys::inherit;
  confinement.shared_stack = stack_of(prison) != Stack::own;
  confinement.powerless = !model::allowed(prison.allow, model::Allow::suser);
  confinement.capabilities = capabilities_for(prison);
  confinement.jid = prison.jid;
  confinement.filter = filter_for(prison, listener);
  return confinement;
}

int place_descriptors(const Confinement& confinement) {
  if (confinement.standard_output >= 0 && ::dup2(confinement.standard_output, 1) < 0) return -1;
  if (confinement.standard_error >= 0 && ::dup2(confinement.standard_error, 2) < 0) return -1;
  return confinement.keep_descriptors ? 0 : sys::close_range(3, UINT_MAX, CLOSE_RANGE_CLOEXEC);
}

/// For jails that share a network stack, and with it the name space of abstract sockets: with the host, or the empty
/// one of all jails without addresses. The price: every entry is
/// a Landlock domain of its own, and domains can't trace one another. Landlock's scopes came with ABI 6; on older
/// kernels a network namespace of the jail's own is the only fence for abstract sockets (jail.8 says so).
int scope_sockets() {
  static const int abi = sys::landlock_create_ruleset(nullptr, 0, 1 /* LANDLOCK_CREATE_RULESET_VERSION */);
  if (abi < 6) return 0;
  sys::LandlockRuleset attr;
  // Not signals: every entry has a domain of its own, and jexec(8) must be able to kill what exec.start began.
  attr.scoped = sys::landlock_scope_abstract_unix;
  int ruleset = sys::landlock_create_ruleset(&attr, sizeof attr, 0);
  if (ruleset < 0) return -1;
  int restricted = sys::landlock_restrict_self(ruleset);
  int error = errno;
  ::close(ruleset);
  errno = error;
  return restricted;
}

int shrink_capabilities(const Confinement& confinement) {
  for (int capability = 0; capability < 64; ++capability) {
    if (confinement.capabilities >> capability & 1) continue;
    if (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0) continue;
    if (errno == EINVAL) break;  // past the last one of this kernel
    return -1;
  }
  if (confinement.powerless && ::prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED, 0, 0, 0) < 0) return -1;
  return 0;
}

int install_filter(const Confinement& confinement) {
  sock_fprog program{static_cast<unsigned short>(confinement.filter.size()),
                     const_cast<sock_filter*>(confinement.filter.data())};
  if (confinement.warden < 0) return sys::seccomp::install(program, 0);
  int listener = sys::seccomp::install(program, SECCOMP_FILTER_FLAG_NEW_LISTENER | seccomp_wait_killable);
  if (listener < 0 && errno == EINVAL)  // Linux before 5.19
    listener = sys::seccomp::install(program, SECCOMP_FILTER_FLAG_NEW_LISTENER);
  if (listener < 0) return -1;
  int sent = send_listener(confinement.warden, listener, confinement.jid);
  int error = errno;
  ::close(listener);
  errno = error;
  return sent;
}

int become_user(const Confinement& confinement) {
  uid_t uid = 0;
  gid_t gid = 0;
  if (const auto& user = confinement.user) {
    uid = user->uid;
    gid = user->gid;
    if (::syscall(SYS_setgroups, user->groups.size(), user->groups.data()) < 0) return -1;
  } else if (::syscall(SYS_setgroups, 0, nullptr) < 0) {
    return -1;
  }
  // Past the C library's wrappers, which would try to change other threads too.
  return ::syscall(SYS_setresgid, gid, gid, gid) < 0 || ::syscall(SYS_setresuid, uid, uid, uid) < 0 ? -1 : 0;
}

/// The inheritable and ambient sets of the caller must not reach the jail: root's execve(2) adds the inheritable
/// set to what the bounding set leaves.
int forget_inheritable() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[2]{};
  if (::syscall(SYS_capget, &header, sets) < 0) return -1;
  for (__user_cap_data_struct& half : sets) half.inheritable = 0;
  if (::syscall(SYS_capset, &header, sets) < 0) return -1;
  return ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

/// Into the working directory, which must lie below the jail's root: a path may lead through what the caller had
/// open ("(unreachable)" in getcwd(2)).
int enter_directory(const Confinement& confinement) {
  char path[PATH_MAX];
  if (::chdir(confinement.directory.c_str()) < 0) return -1;
  long length = ::syscall(SYS_getcwd, path, sizeof path);
  if (length < 0 || path[0] == '/') return length < 0 && errno != ERANGE && errno != ENAMETOOLONG ? -1 : 0;
  errno = ENOENT;
  return -1;
}

/// What execve(2) would say of the file's name and kind: after the usher has been executed it is too late to tell.
bool is_executable(const char* path) {
  struct stat status {};
  if (::stat(path, &status) < 0) return false;
  if (S_ISREG(status.st_mode)) return ::access(path, X_OK) == 0;
  errno = EACCES;
  return false;
}

constexpr int kept_descriptor = 3;

void exec_by_usher(Confinement& confinement, const char* file) {
  if (!is_executable(file)) return;
  confinement.ushered[0] = const_cast<char*>(file);
  ::syscall(SYS_execveat, kept_descriptor, "", confinement.ushered.data(), confinement.environment.data(), AT_EMPTY_PATH);
}

/// Nothing above 2 goes in, but the program or the usher until it is executed.
int close_descriptors(Confinement& confinement) {
  int kept = confinement.program ? confinement.program.get() : confinement.usher;
  if (kept < 0) return sys::close_range(3, UINT_MAX, 0);
  if (kept != kept_descriptor && ::dup3(kept, kept_descriptor, O_CLOEXEC) < 0) return -1;
  return sys::close_range(kept_descriptor + 1, UINT_MAX, 0);
}

int exec_program(const Confinement& confinement) {
  return static_cast<int>(::syscall(SYS_execveat, kept_descriptor, "", confinement.argv.data(), confinement.environment.data(), AT_EMPTY_PATH));
}

int exec_first(Confinement& confinement) {
  if (confinement.program) return exec_program(confinement);
  int error = ENOENT;
  for (const std::string& candidate : confinement.candidates) {
    if (confinement.usher >= 0)
      exec_by_usher(confinement, candidate.c_str());
    else
      ::execve(candidate.c_str(), confinement.argv.data(), confinement.environment.data());
    if (errno == ENOEXEC) {  // a script without #!, as execvp(3) runs it
      confinement.script[1] = const_cast<char*>(candidate.c_str());
      ::execve("/bin/sh", confinement.script.data(), confinement.environment.data());
    }
    if (errno == EACCES || (errno != ENOENT && errno != ENOTDIR)) error = errno;
    if (error != ENOENT && error != EACCES) break;
  }
  errno = error;
  return -1;
}

/// Whether something will be executed at all; what is wrong otherwise exec_first() says.
bool will_execute(const Confinement& confinement) {
  if (confinement.program) return true;
  for (const std::string& candidate : confinement.candidates)
    if (is_executable(candidate.c_str())) return true;
  return false;
}

/// A child with a copy of this memory takes over, and this process ends: process 1 of the jail becomes its parent, and
/// so gets to know of its end. The parent outside, jail(8), does not stay that long. Past the C library, which believes
/// to be in its own memory.
int go_on_apart() {
  long child = ::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (child > 0) ::syscall(SYS_exit, 0);
  return static_cast<int>(child);
}

/// Sets NAME=value, in place of an earlier one.
void set_variable(std::vector<std::string>& environment, const std::string& assignment) {
  std::string_view name = std::string_view(assignment).substr(0, assignment.find('=') + 1);
  std::erase_if(environment, [&](const std::string& entry) { return entry.starts_with(name); });
  environment.push_back(assignment);
}

std::vector<std::string> environment_for(const port::Entry& entry, const User& user) {
  std::vector<std::string> environment = entry.clean ? clean_environment(entry, user) : entry.environment;
  for (const std::string& assignment : entry.environment_last) set_variable(environment, assignment);
  return environment;
}

std::vector<std::string> command_of(const port::Entry& entry, const std::vector<std::string>& environment) {
  if (!entry.argv.empty()) return entry.argv;
  const char* shell = value_in(environment, "SHELL");
  return {shell && *shell ? shell : "/bin/sh", "-i"};
}

/// Who an entry without a user is.
User root_user() {
  User root;
  root.name = "root";
  root.home = "/root";
  return root;
}

/// What `entry` asks for, into `confinement`.
void take_entry(Confinement& confinement, const port::Entry& entry, std::optional<User> user) {
  const User owner = user ? *user : root_user();
  std::vector<std::string> environment = environment_for(entry, owner);
  if (!entry.directory.empty())
    confinement.directory = entry.directory;
  else if (entry.clean)
    confinement.directory = owner.home;
  confinement.words = command_of(entry, environment);
  size_t arguments = confinement.words.size();
  confinement.candidates = candidates_for(confinement.words[0], environment);
  confinement.words.insert(confinement.words.end(), environment.begin(), environment.end());
  point_to_words(confinement, arguments);
  confinement.user = std::move(user);
  confinement.standard_output = entry.standard_output;
  confinement.standard_error = entry.standard_error;
  confinement.keep_descriptors = entry.keep_descriptors;
  confinement.new_session = entry.new_session;
  confinement.before_exec = entry.before_exec;
}

}  // namespace

Confinement confinement_of_init(const model::Prison& prison, Listener listener) {
  Confinement confinement = common(prison, listener);
  confinement.words = split_words(prison.linux_init);
  size_t arguments = confinement.words.size();
  confinement.candidates = {confinement.words.empty() ? std::string("/sbin/init") : confinement.words[0]};
  confinement.words.insert(confinement.words.end(), {"container=cellblock", fmt::format("PATH={}", clean_path), systemd_words});
  point_to_words(confinement, arguments);
  return confinement;
}

Confinement confinement_of(const model::Jail& jail, const port::Entry& entry, std::optional<User> user,
                           Listener listener) {
  Confinement confinement = common(jail.prison, listener);
  take_entry(confinement, entry, std::move(user));
  confinement.leaves_group = !confinement.own_users && !entry.new_session && !entry.before_exec;
  confinement.takes_terminal = confinement.leaves_group && has_terminal();
  return confinement;
}

Confinement manner_of(const port::Entry& entry, std::optional<User> user) {
  Confinement manner;
  manner.directory = "";
  take_entry(manner, entry, std::move(user));
  return manner;
}

int run_confined(Confinement& confinement, int& error, const char*& what) {
  auto failed = [&](const char* step) {
    error = errno;
    what = step;
    return 1;
  };
  if (place_descriptors(confinement) < 0) return failed("descriptors");
  (void)::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr);  // kernels without keys have none to leak
  if (confinement.new_session) ::setsid();
  if (confinement.leaves_group) leave_group(confinement.takes_terminal);
  if (confinement.shared_stack && scope_sockets() < 0) return failed("landlock");
  if (forget_inheritable() < 0) return failed("ambient capabilities");
  if (shrink_capabilities(confinement) < 0) return failed("capabilities");
  if (install_filter(confinement) < 0) return failed("seccomp");
  if (!confinement.keep_descriptors && close_descriptors(confinement) < 0) return failed("descriptors");
  if (become_user(confinement) < 0) return failed("setusercontext");
  if (enter_directory(confinement) < 0) return failed("chdir");
  if (confinement.before_exec) confinement.before_exec();
  if (confinement.new_session && will_execute(confinement) && go_on_apart() < 0) return failed("fork");
  exec_first(confinement);
  return failed("exec");
}

int run_free(Confinement& manner, int& error, const char*& what) {
  auto failed = [&](const char* step) {
    error = errno;
    what = step;
    return 1;
  };
  if (place_descriptors(manner) < 0) return failed("descriptors");
  if (manner.new_session) ::setsid();
  if (manner.user && become_user(manner) < 0) return failed("setusercontext");
  if (!manner.directory.empty() && ::chdir(manner.directory.c_str()) < 0) return failed("chdir");
  if (manner.before_exec) manner.before_exec();
  exec_first(manner);
  return failed("exec");
}

tl::unexpected<Error> entry_failure(int error, const char* what, const port::Entry& entry,
                                    const Confinement& confinement) {
  const std::string_view step = what;
  if (step == "exec" && entry.argv.empty()) return sys_fail(error, "execlp: {}", confinement.argv[0]);
  if (step == "exec") return sys_fail(error, "execvp: {}", entry.argv[0]);
  if (step == "chdir") return sys_fail(error, "chdir {}", confinement.directory);
  if (step == "setusercontext") return sys_fail(error, "setusercontext {}", entry.user.value_or("root"));
  return sys_fail(error, "{}", what);
}

}  // namespace cellblock::kernel
