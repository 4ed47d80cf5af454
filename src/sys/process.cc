#include "sys/process.hpp"

#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include <cerrno>
#include <ctime>

#include "base/text.hpp"
#include "sys/compat.hpp"
#include "sys/file.hpp"

namespace cellblock::sys {
namespace {

/// Whether pidfds live on pidfs, where inode numbers are never used again. Asked once per program.
bool have_pidfs(int pidfd) {
  static const bool have = [pidfd] {
    struct statfs status {};
    return ::fstatfs(pidfd, &status) == 0 && static_cast<uint64_t>(status.f_type) == pidfs_magic;
  }();
  return have;
}

/// Field 22 of /proc/PID/stat; the command's name in field 2 may hold blanks and parentheses.
/// What /proc/PID/stat says behind the program's name, from the state on: proc(5)'s third field is the first.
Result<std::vector<std::string>> stat_of(pid_t pid) {
  CB_TRY(std::string text, read_file(fmt::format("/proc/{}/stat", pid)));
  size_t close = text.rfind(')');
  std::vector<std::string> words = close == text.npos ? std::vector<std::string>{} : split_words(text.substr(close + 1));
  if (words.size() < 20) return fail(Why::failed, "/proc/{}/stat: too short", pid);
  return words;
}

Result<uint64_t> start_time(pid_t pid) {
  CB_TRY(std::vector<std::string> words, stat_of(pid));
  return static_cast<uint64_t>(parse_int(words[19]).value_or(0));
}

constexpr size_t stack_size = 256 << 10;

void* new_stack() {
  return ::mmap(nullptr, stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE,
                -1, 0);
}

#if defined(__x86_64__)
// The C library has no clone3(2), and its clone(2) wants a C function's frame; a child on another stack must not
// return from the call. exit(2), 60, ends the child's thread group, for it has one thread.
#define CB_CHILD_OR_RETURN \
  "syscall\n\t"           \
  "test %%rax, %%rax\n\t" \
  "jnz 1f\n\t"            \
  "mov %[context], %%rdi\n\t" \
  "call *%[body]\n\t"     \
  "mov %%eax, %%edi\n\t"  \
  "mov $60, %%eax\n\t"    \
  "syscall\n"             \
  "1:"

long raw_clone3(clone_args& args, int (*body)(void*), void* context) {
  register int (*body_register)(void*) asm("r12") = body;
  register void* context_register asm("r13") = context;
  long result;
  asm volatile(CB_CHILD_OR_RETURN
               : "=a"(result)
               : "0"(SYS_clone3), "D"(&args), "S"(sizeof args), [body] "r"(body_register), [context] "r"(context_register)
               : "rcx", "r11", "memory");
  return result;
}

long raw_clone(const clone_args& args, int (*body)(void*), void* context) {
  register int (*body_register)(void*) asm("r12") = body;
  register void* context_register asm("r13") = context;
  register uint64_t child_tid asm("r10") = args.child_tid;
  register uint64_t thread_area asm("r8") = 0;
  long result;
  asm volatile(CB_CHILD_OR_RETURN
               : "=a"(result)
               : "0"(SYS_clone), "D"(args.flags | args.exit_signal), "S"(args.stack + args.stack_size), "d"(args.pidfd),
                 "r"(child_tid), "r"(thread_area), [body] "r"(body_register), [context] "r"(context_register)
               : "rcx", "r11", "memory");
  return result;
}
#else
#error "clone_process: only x86_64 so far"
#endif

}  // namespace

Result<Fd> open_process(pid_t pid) {
  Fd pidfd(pidfd_open(pid));
  if (!pidfd && errno == ENOSYS) return sys_fail(errno, "pidfd_open");
  if (!pidfd) return sys_fail(errno, "process {}", pid);
  return pidfd;
}

Result<ProcessMark> mark_of(pid_t pid, int pidfd) {
  if (have_pidfs(pidfd)) {
    CB_TRY(struct stat status, status_of(pidfd));
    return ProcessMark{status.st_ino, 0};
  }
  CB_TRY(uint64_t start, start_time(pid));
  return ProcessMark{0, start};
}

bool is_exiting(pid_t pid) {
  constexpr int64_t exiting = 4;  // PF_EXITING of the kernel's sched.h
  auto words = stat_of(pid);
  return words && (parse_int((*words)[6]).value_or(0) & exiting) != 0;
}

Result<Fd> open_marked(pid_t pid, const ProcessMark& mark) {
  CB_TRY(Fd pidfd, open_process(pid));
  CB_TRY(ProcessMark now, mark_of(pid, pidfd.get()));
  if (now != mark) return sys_fail(ESRCH, "process {}", pid);
  return pidfd;
}

Result<Fd> open_process(pid_t pid, const ProcessMark& mark) {
  CB_TRY(Fd pidfd, open_marked(pid, mark));
  CB_TRY(bool ended, wait_end(pidfd.get(), 0));
  if (ended) return sys_fail(ESRCH, "process {}", pid);
  return pidfd;
}

Result<> send_signal(int pidfd, int signal) {
  if (pidfd_send_signal(pidfd, signal) < 0) return sys_fail(errno, "pidfd_send_signal");
  return {};
}

Result<bool> wait_end(int pidfd, int milliseconds) {
  pollfd poll{pidfd, POLLIN, 0};
  int ready;
  do ready = ::poll(&poll, 1, milliseconds);
  while (ready < 0 && errno == EINTR);
  if (ready < 0) return sys_fail(errno, "poll");
  return ready > 0;
}

Result<int> reap(int pidfd) {
  siginfo_t info{};
  while (::waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED | __WALL) < 0)
    if (errno != EINTR) return sys_fail(errno, "waitid");
  return info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status;
}

Result<> run_sharing(const std::function<void()>& body, int cgroup) {
  auto trampoline = [](void* context) {
    (*static_cast<const std::function<void()>*>(context))();
    return 0;
  };
  // A stack of its own: a jail's first process may be waiting on the common one meanwhile.
  static void* const stack = new_stack();
  int raw = -1;
  CloneRequest request{CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_PIDFD};
  request.cgroup = cgroup;
  request.pidfd = &raw;
  request.stack = stack;
  request.exit_signal = 0;
  CB_TRY(pid_t child, clone_process(request, trampoline, const_cast<std::function<void()>*>(&body)));
  (void)child;
  Fd pidfd(raw);
  CB_TRY(int status, reap(pidfd.get()));
  if (status != 0) return fail(Why::failed, "helper process ended with status {:#x}", status);
  return {};
}

std::vector<std::string> status_words(std::string_view status, std::string_view name) {
  const std::string start = fmt::format("\n{}:", name);
  size_t at = status.find(start);
  if (at == status.npos) return {};
  at += start.size();
  return split_words(status.substr(at, status.find('\n', at) - at));
}

bool wait_departed(pid_t* tid, int pidfd, int seconds) {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const timespec deadline{now.tv_sec + seconds, now.tv_nsec};
  const timespec* until = &deadline;  // of FUTEX_WAIT_BITSET a point in time
  while (pid_t value = __atomic_load_n(tid, __ATOMIC_ACQUIRE)) {
    long woken = ::syscall(SYS_futex, tid, FUTEX_WAIT_BITSET, value, until, nullptr, FUTEX_BITSET_MATCH_ANY);
    if (woken == 0 || errno != ETIMEDOUT) continue;
    (void)pidfd_send_signal(pidfd, SIGKILL);
    until = nullptr;
  }
  return until != nullptr;
}

Result<pid_t> clone_process(const CloneRequest& request, int (*body)(void*), void* context) {
  // Children that share memory end or exec before the caller makes the next one, so one stack serves all.
  static void* const common = new_stack();
  void* stack = request.stack ? request.stack : common;
  if (stack == MAP_FAILED) return sys_fail(ENOMEM, "clone3");
  clone_args args{};
  args.flags = request.flags | (request.cgroup >= 0 ? CLONE_INTO_CGROUP : 0ull);
  args.pidfd = reinterpret_cast<uint64_t>(request.pidfd);
  args.child_tid = reinterpret_cast<uint64_t>(request.child_tid);
  args.exit_signal = request.flags & CLONE_PARENT ? 0 : request.exit_signal;  // a sibling takes over the caller's
  args.stack = reinterpret_cast<uint64_t>(stack);
  args.stack_size = stack_size;
  args.cgroup = static_cast<uint64_t>(request.cgroup);
  long result = raw_clone3(args, body, context);
  if (result == -ENOSYS && request.cgroup < 0) result = raw_clone(args, body, context);  // a jail's filter refuses it
  if (result < 0) return sys_fail(static_cast<int>(-result), "clone3");
  return static_cast<pid_t>(result);
}

}  // namespace cellblock::sys
