// die_at N COMMAND...: runs COMMAND and ends it, as kill -9 would, before its Nth system call that changes anything.
// Exit status: 137 if it was killed, that of COMMAND if it made fewer such calls.
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

namespace {

constexpr std::array<long, 32> changing{
    SYS_write,     SYS_pwrite64, SYS_mkdirat,    SYS_linkat,    SYS_symlinkat,   SYS_mknodat,  SYS_renameat, SYS_renameat2,
    SYS_unlinkat,  SYS_fsync,    SYS_ftruncate,  SYS_fchown,    SYS_fchmod,      SYS_fchownat, SYS_fchmodat, SYS_fsetxattr,
    SYS_lsetxattr, SYS_ioctl,    SYS_fsopen,     SYS_fsmount,   SYS_move_mount,  SYS_umount2,  SYS_syncfs,   SYS_copy_file_range,
    SYS_utimensat, SYS_openat2,  SYS_mount,      SYS_fallocate, SYS_mount_setattr, SYS_open_tree, SYS_flock, SYS_openat};

bool is_entry_of_change(pid_t child) {
  __ptrace_syscall_info info{};
  if (::ptrace(static_cast<__ptrace_request>(PTRACE_GET_SYSCALL_INFO), child, sizeof info, &info) <= 0) return false;
  if (info.op != PTRACE_SYSCALL_INFO_ENTRY) return false;
  long call = static_cast<long>(info.entry.nr);
  if (call == SYS_openat && !(info.entry.args[2] & 0100)) return false;  // O_CREAT
  return std::ranges::find(changing, call) != changing.end();
}

int watch(pid_t child, long number) {
  int status = 0;
  ::waitpid(child, &status, 0);
  ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD);
  for (int signal = 0;;) {
    ::ptrace(PTRACE_SYSCALL, child, nullptr, signal);
    if (::waitpid(child, &status, 0) != child) return 2;
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    if (WIFSIGNALED(status)) return 128 + WTERMSIG(status);
    bool call = WSTOPSIG(status) == (SIGTRAP | 0x80);
    signal = call || WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
    if (call && is_entry_of_change(child) && --number == 0) ::kill(child, SIGKILL);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: die_at N COMMAND...\n");
    return 2;
  }
  pid_t child = ::fork();
  if (child == 0) {
    ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    ::execvp(argv[2], argv + 2);
    std::perror(argv[2]);
    ::_exit(127);
  }
  return child < 0 ? 2 : watch(child, std::atol(argv[1]));
}
