// Other processes: signals and tracing, the jail's own process 1 first.
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>

#include "probe.hpp"

namespace probe {
namespace {

std::string read_keeper_memory() {
  char byte;
  iovec here{&byte, 1}, there{reinterpret_cast<void*>(0x400000), 1};
  return outcome(::process_vm_readv(1, &here, 1, &there, 1, 0));
}

/// Process 1 must still be there after a signal that would end any other.
std::string kill_keeper(int signal) {
  long sent = ::kill(1, signal);
  if (sent < 0) return errno_name(errno);
  ::usleep(50000);
  return ::kill(1, 0) == 0 ? "survives" : "ENDED";
}

/// From outside SIGUSR2 tells the keeper to end with the last process; from inside it tells nothing.
std::string command_keeper() {
  siginfo_t info{};
  info.si_signo = SIGUSR2;
  info.si_code = SI_QUEUE;
  info.si_pid = 0;
  return outcome(::syscall(SYS_rt_sigqueueinfo, 1, SIGUSR2, &info));
}

std::string take_descriptor() {
  int process = static_cast<int>(::syscall(SYS_pidfd_open, 1, 0));
  return outcome(::syscall(SYS_pidfd_getfd, process, 0, 0));
}

/// How many processes are in sight that are neither process 1, jexec's nor this one's.
std::string others_in_proc() {
  DIR* dir = ::opendir("/proc");
  if (!dir) return errno_name(errno);
  int others = 0;
  pid_t parent = ::getppid();
  while (const dirent* entry = ::readdir(dir)) {
    int pid = ::atoi(entry->d_name);
    if (pid > 1 && pid != parent && pid != ::getpid()) ++others;
  }
  ::closedir(dir);
  return std::to_string(others);
}

std::string status_field(const char* name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with(name)) continue;
    size_t from = line.find_first_not_of(" \t", std::strlen(name));
    size_t to = line.find_last_not_of(" \t");
    return from == line.npos ? "none" : line.substr(from, to - from + 1);
  }
  return "absent";
}

std::string open_descriptors() {
  std::string found;
  for (int fd = 3; fd < 1024; ++fd)
    if (::fcntl(fd, F_GETFD) >= 0) {
      char target[256];
      ssize_t length = ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), target, sizeof target);
      std::string text(target, length > 0 ? static_cast<size_t>(length) : 0);
      if (!text.starts_with("pipe:")) found += " " + text;  // the probe's own
    }
  return found.empty() ? "none" : found;
}

std::string set_ambient() { return outcome(::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 21 /* SYS_ADMIN */, 0, 0)); }

/// Fields of mm that tell where an image lies.
std::string set_exe_file() {
  int file = ::open("/bin/probe", O_RDONLY);
  return outcome(::prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, file, 0, 0));
}

/// Stops what comes into the jail, for `arguments[0]` seconds: whoever enters has a number soon after the last one here.
std::string stop_newcomers() {
  const time_t end = ::time(nullptr) + std::atol(arguments.at(0).c_str());
  while (::time(nullptr) < end) {
    pid_t last = ::fork();
    if (last == 0) ::_exit(0);
    ::waitpid(last, nullptr, 0);
    for (int round = 0; round < 20000; ++round)
      for (pid_t next = last + 1; next < last + 12; ++next) ::kill(next, SIGSTOP);
  }
  return "OK";
}

constexpr Probe table[] = {
    {"ptrace_keeper", [] { return outcome(::ptrace(PTRACE_ATTACH, 1, 0, 0)); }},
    {"ptrace_seize_keeper", [] { return outcome(::ptrace(PTRACE_SEIZE, 1, 0, 0)); }},
    {"read_keeper_memory", read_keeper_memory},
    {"kill_keeper", [] { return kill_keeper(SIGKILL); }},
    {"terminate_keeper", [] { return kill_keeper(SIGTERM); }},
    {"stop_keeper", [] { return kill_keeper(SIGSTOP); }},
    {"usr2_keeper", [] { return kill_keeper(SIGUSR2); }},
    {"command_keeper", command_keeper},
    {"pidfd_getfd", take_descriptor},
    {"parent_pid", [] { return ::getppid() > 0 ? std::string("inside") : std::string("OUTSIDE"); }},
    {"others_in_proc", others_in_proc},
    {"open_descriptors", open_descriptors},
    {"groups", [] { return status_field("Groups:"); }},
    {"capabilities_inheritable", [] { return status_field("CapInh:"); }},
    {"capabilities_ambient", [] { return status_field("CapAmb:"); }},
    {"seccomp_mode", [] { return status_field("Seccomp:"); }},
    {"ambient_raise", set_ambient},
    {"set_exe_file", set_exe_file},
};

// ---- with arguments ----

std::string kill_pid() { return outcome(::kill(std::stoi(arguments.at(0)), 0)); }
std::string ptrace_pid() { return outcome(::ptrace(PTRACE_SEIZE, std::stoi(arguments.at(0)), 0, 0)); }

/// Whether `arguments[0]` can be reached from the working directory by climbing.
std::string climb() {
  std::string up;
  for (int i = 0; i < 20; ++i) {
    if (::access((up + "./" + arguments.at(0)).c_str(), F_OK) == 0) return "REACHED " + up;
    up += "../";
  }
  return "contained";
}

/// Holds the image of the first process in sight that is neither 1 nor of this program, and then writes to it:
/// what overwrites jexec(8) on the host where an image of the host's can be executed from inside.
std::string overwrite() {
  struct stat own {};
  ::stat("/proc/self/exe", &own);
  ino_t keeper = 0;
  for (long tries = 0; tries < 3000000; ++tries) {
    for (int pid = 2; pid < 200; ++pid) {
      std::string path = "/proc/" + std::to_string(pid) + "/exe";
      int file = ::open(path.c_str(), O_PATH);
      if (file < 0) continue;
      struct stat status {};
      ::fstat(file, &status);
      bool known = (status.st_ino == own.st_ino && status.st_dev == own.st_dev) || status.st_ino == keeper;
      struct stat inside {};
      if (!known && (::stat("/bin/busybox", &inside) < 0 || inside.st_ino != status.st_ino || inside.st_dev != status.st_dev)) {
        std::string again = "/proc/self/fd/" + std::to_string(file);
        std::string result;
        for (int wait = 0; wait < 400; ++wait) {
          int writable = ::open(again.c_str(), O_WRONLY);
          if (writable >= 0) return "OPENED";
          result = errno_name(errno);
          if (errno != ETXTBSY) break;
          ::usleep(5000);
        }
        return "found:" + result;
      }
      ::close(file);
    }
  }
  return "nothing found";
}

constexpr Probe with_arguments[] = {
    {"kill_pid", kill_pid}, {"ptrace_pid", ptrace_pid}, {"climb", climb}, {"overwrite", overwrite},
    {"stop_newcomers", stop_newcomers}};

}  // namespace

std::span<const Probe> processes() { return table; }
std::span<const Probe> named_processes() { return with_arguments; }

}  // namespace probe
