/* The keeper: process 1 of a jail. It holds the jail's namespaces and reaps; nothing else.
 *
 * Freestanding, a page of code and a page of stack, because every jail has one. It holds no descriptor and
 * trusts no one inside: only signals from outside its pid namespace (si_pid 0) command it.
 *
 *   SIGUSR1  hold: stay although the jail is empty (parameter persist)
 *   SIGUSR2  do not hold; also: "a process that is not yours may have ended, look again"
 *
 * It starts holding. Not holding, it ends, and the jail with it, when no other process is left in its pid
 * namespace. Processes that jexec(8) put there are not its children while jexec lives, so it asks kill(-1, 0).
 */

#include <asm/signal.h>
#include <asm/siginfo.h>
#include <asm/unistd.h>

static long call4(long number, long a, long b, long c, long d) {
  long result;
  register long r10 __asm__("r10") = d;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
                   : "rcx", "r11", "memory");
  return result;
}

enum { wnohang = 1, wall = 0x40000000, kernel_sigset_size = 8, esrch = 3 };

static unsigned long bit(int signal) { return 1ul << (signal - 1); }

static int empty(void) { return call4(__NR_kill, -1, 0, 0, 0) == -esrch; }

__attribute__((noreturn)) void _start(void) {
  unsigned long all = ~0ul, wanted = bit(SIGCHLD) | bit(SIGUSR1) | bit(SIGUSR2);
  int holding = 1;
  /* Blocked signals stay pending for rt_sigtimedwait; everything not wanted is never looked at. */
  call4(__NR_rt_sigprocmask, SIG_SETMASK, (long)&all, 0, kernel_sigset_size);
  for (;;) {
    siginfo_t info;
    long signal = call4(__NR_rt_sigtimedwait, (long)&wanted, (long)&info, 0, kernel_sigset_size);
    while (call4(__NR_wait4, -1, 0, wnohang | wall, 0) > 0) {
    }
    if (signal == SIGUSR1 && info.si_pid == 0) holding = 1;
    if (signal == SIGUSR2 && info.si_pid == 0) holding = 0;
    if (!holding && empty()) call4(__NR_exit_group, 0, 0, 0, 0);
  }
}
