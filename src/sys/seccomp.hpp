// Seccomp filters: rules by system call number, compiled to a balanced tree of BPF instructions.
//
// A tree rather than a list of comparisons: the kernel runs the whole filter once per system call number when it
// is installed (its bitmap of always-allowed calls), so a filter's depth is what a jail's start pays for.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <span>
#include <vector>

#include "base/error.hpp"

namespace cellblock::sys::seccomp {

/// What becomes of a call: SECCOMP_RET_* with its data in the low half.
using Verdict = uint32_t;
Verdict allow();
Verdict refuse(int error_number);
Verdict notify();

/// (argument & mask) == value gives `verdict`; only the low 32 bits of the argument count, as in the kernel's
/// int parameters.
struct Condition {
  int argument = 0;
  uint32_t mask = 0xffffffff;
  uint32_t value = 0;
  Verdict verdict = 0;
  bool nonzero = false;  ///< instead of the comparison: any bit of mask is set
};

/// A call's conditions are tried in order; when none holds, `otherwise`.
struct Rule {
  uint32_t number = 0;
  std::vector<Condition> conditions;
  Verdict otherwise = 0;
};

/// Rules for one architecture (AUDIT_ARCH_*). Numbers above `last` are refused with ENOSYS: calls that this
/// version knows nothing of.
struct Table {
  uint32_t arch = 0;
  std::vector<Rule> rules;
  uint32_t last = 0;
  bool refuse_x32 = false;
};

/// A program for all the tables; calls of any other architecture are refused with ENOSYS.
std::vector<sock_filter> compile(std::span<const Table> tables);

/// Installs it for the calling thread. Needs CAP_SYS_ADMIN in its user namespace or no_new_privs. Safe in a
/// child that shares memory: allocates nothing.
int install(const sock_fprog& program, unsigned flags);

/// Runs a program as the kernel would; for tests.
Verdict evaluate(std::span<const sock_filter> program, uint32_t arch, uint32_t number,
                 std::span<const uint64_t, 6> arguments);

}  // namespace cellblock::sys::seccomp
