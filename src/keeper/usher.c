/* The usher: executes what enters a jail that has the host's user ids.
 *
 *   usher FILE ARG0 [ARG...]
 *
 * A jail may have "/proc/self/exe" in the place of any of its programs. What is executed then is the program that
 * executes; and root in the jail, who has the same user id as root outside, could write to it. So that program is
 * never one of the host's, but this one, on a read-only mount of its own.
 */

#include <asm/unistd.h>

static long call3(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return result;
}

enum { enoexec = 8, cannot_execute = 126 };

__attribute__((noreturn, used)) static void usher(long *stack) {
  static const char shell[] = "sh";
  static const char failed[] = "exec failed\n";
  long count = stack[0];
  char **argv = (char **)(stack + 1), **environment = argv + count + 1;
  if (count >= 2) {
    long error = call3(__NR_execve, (long)argv[0], (long)(argv + 1), (long)environment);
    if (error == -enoexec) { /* a script without #!, as execvp(3) runs it */
      argv[1] = argv[0];
      argv[0] = (char *)shell;
      call3(__NR_execve, (long)"/bin/sh", (long)argv, (long)environment);
    }
  }
  call3(__NR_write, 2, (long)failed, sizeof failed - 1);
  for (;;) call3(__NR_exit_group, cannot_execute, 0, 0);
}

__asm__(".globl _start\n_start:\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall usher\n");
