// What an allow.* parameter grants. All of it leaves the machine as it is: the clock is moved by nothing, its pace set
// to what it was.
#include <fcntl.h>
#include <linux/fs.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/ptrace.h>
#include <sys/quota.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "probe.hpp"

namespace probe {
namespace {

std::string read_clock() {
  timex clock{};
  return outcome(::adjtimex(&clock));
}

std::string slew_clock() {
  timex clock{};
  if (::adjtimex(&clock) < 0) return "read:" + outcome(-1);
  long tick = clock.tick;
  clock = {};
  clock.modes = ADJ_TICK;
  clock.tick = tick;
  return outcome(::adjtimex(&clock));
}

std::string all_messages() {
  static char text[1 << 16];
  long got = ::syscall(SYS_syslog, 3, text, sizeof text);
  return got > 0 ? "OK" : outcome(got);
}
std::string clear_messages() { return outcome(::syscall(SYS_syslog, 6 /* turns console messages off */, nullptr, 0)); }

std::string trace_child() {
  pid_t child = ::fork();
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  std::string result = outcome(::ptrace(PTRACE_ATTACH, child, 0, 0));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  return result;
}

/// Sets the flag append-only on the file `arguments[0]`, or on a new one, and, if that went well, says whether it can
/// be cleared again.
std::string file_flags() {
  const char* path = arguments.empty() ? "/var/flagged" : arguments[0].c_str();
  int file = ::open(path, arguments.empty() ? O_CREAT | O_RDWR : O_RDONLY, 0600), flags = 0;
  if (file < 0 || ::ioctl(file, FS_IOC_GETFLAGS, &flags) < 0) return "open:" + outcome(-1);
  flags |= FS_APPEND_FL;
  std::string set = outcome(::ioctl(file, FS_IOC_SETFLAGS, &flags));
  flags &= ~FS_APPEND_FL;
  if (set == "OK") set += "," + outcome(::ioctl(file, FS_IOC_SETFLAGS, &flags));
  if (arguments.empty()) ::unlink(path);
  return set;
}

/// For the host: takes the flag from the file `arguments[0]`.
std::string clear_flags() {
  int file = ::open(arguments.at(0).c_str(), O_RDONLY), none = 0;
  return outcome(::ioctl(file, FS_IOC_SETFLAGS, &none));
}

/// A flag that the owner of a file may not set either.
std::string foreign_flag() {
  int file = ::open("/var/flagged", O_CREAT | O_RDWR, 0600), flags = 0;
  if (file < 0 || ::ioctl(file, FS_IOC_GETFLAGS, &flags) < 0) return "open:" + outcome(-1);
  flags |= FS_JOURNAL_DATA_FL | FS_APPEND_FL;
  std::string set = outcome(::ioctl(file, FS_IOC_SETFLAGS, &flags));
  ::unlink("/var/flagged");
  return set;
}

/// By descriptor of a file of its own, or by the path `arguments[0]`.
std::string trusted_attribute() {
  if (!arguments.empty()) return outcome(::setxattr(arguments[0].c_str(), "trusted.probe", "x", 1, 0));
  int file = ::open("/var/attributes", O_CREAT | O_RDWR, 0600);
  return file < 0 ? "open:" + outcome(-1) : outcome(::fsetxattr(file, "trusted.probe", "x", 1, 0));
}

std::string bind_reserved() {
  int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  if (socket < 0) return "socket:" + outcome(-1);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(87);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return outcome(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address));
}

std::string system_v() {
  return outcome(::msgget(IPC_PRIVATE, 0600)) + "," + outcome(::semget(IPC_PRIVATE, 1, 0600)) + "," +
         outcome(::shmget(IPC_PRIVATE, 4096, 0600));
}

std::string set_quota() {
  dqblk limits{};
  int root = ::open("/", O_RDONLY | O_DIRECTORY);
  return outcome(::syscall(443 /* quotactl_fd */, root, QCMD(Q_SETQUOTA, USRQUOTA), 1000, &limits));
}

std::string lock_memory() {
  static char page[4096];
  void* locked = ::mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
  return outcome(::mlock(page, sizeof page)) + "," + outcome(locked == MAP_FAILED ? -1 : 0);
}

std::string change_owner() {
  char path[] = "/tmp/owned.XXXXXX";
  int file = ::mkstemp(path);
  return file < 0 ? "open:" + outcome(-1) : outcome(::fchown(file, 5, 5));
}

/// Sets its audit user, and sets it again: only the second time takes a right.
std::string set_audit_user() {
  for (const char* id : {"1000", "1001"}) {  // the first one anyone may set
    int file = ::open("/proc/self/loginuid", O_WRONLY);
    if (file < 0) return "open:" + outcome(-1);
    if (::write(file, id, 4) < 0) return outcome(-1);
    ::close(file);
  }
  return "OK";
}

constexpr Probe table[] = {
    {"read_clock", read_clock},       {"slew_clock", slew_clock},       {"all_messages", all_messages},
    {"clear_messages", clear_messages}, {"trace_child", trace_child},   {"file_flags", file_flags}, {"foreign_flag", foreign_flag}, {"clear_flags", clear_flags},
    {"trusted_attribute", trusted_attribute}, {"bind_reserved", bind_reserved}, {"system_v", system_v},
    {"set_quota", set_quota},         {"lock_memory", lock_memory},     {"change_owner", change_owner},
    {"set_audit_user", set_audit_user}};

}  // namespace

std::span<const Probe> named_allowed() { return table; }

}  // namespace probe
