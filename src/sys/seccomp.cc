#include "sys/seccomp.hpp"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

namespace cellblock::sys::seccomp {
namespace {

using Program = std::vector<sock_filter>;

/// Longer than the filter of a plain jail: it is compiled at every start.
constexpr size_t usual_length = 1024;
constexpr uint32_t x32_bit = 0x40000000;

sock_filter load(uint32_t offset) { return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset); }
sock_filter give(Verdict verdict) { return BPF_STMT(BPF_RET | BPF_K, verdict); }
uint32_t argument_offset(int argument) {
  return static_cast<uint32_t>(offsetof(seccomp_data, args) + static_cast<size_t>(argument) * 8);
}

/// A run of numbers with one outcome.
struct Range {
  uint32_t first;
  const Rule* rule;  ///< nullptr: allowed
};

bool same_outcome(const Rule* a, const Rule* b) {
  if (!a || !b) return a == b;
  return a->conditions.empty() && b->conditions.empty() && a->otherwise == b->otherwise;
}

void add_range(std::vector<Range>& ranges, uint32_t first, const Rule* rule) {
  if (!ranges.empty() && ranges.back().first == first)
    ranges.back().rule = rule;
  else if (ranges.empty() || !same_outcome(ranges.back().rule, rule))
    ranges.push_back({first, rule});
}

std::vector<Range> ranges_of(const std::vector<const Rule*>& rules) {
  std::vector<Range> ranges;
  ranges.reserve(2 * rules.size() + 1);
  ranges.push_back({0, nullptr});
  for (const Rule* rule : rules) {
    add_range(ranges, rule->number, rule);
    ranges.push_back({rule->number + 1, nullptr});
  }
  // Adjacent runs that the loop above split although their outcome is the same.
  std::vector<Range> merged;
  merged.reserve(ranges.size() + 1);
  for (size_t i = 0; i < ranges.size(); ++i) {
    if (i + 1 < ranges.size() && ranges[i + 1].first == ranges[i].first) continue;
    add_range(merged, ranges[i].first, ranges[i].rule);
  }
  return merged;
}

void append_leaf(Program& code, const Rule* rule) {
  if (!rule) return code.push_back(give(allow()));
  for (const Condition& condition : rule->conditions) {
    code.push_back(load(argument_offset(condition.argument)));
    if (condition.nonzero) {
      code.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, condition.mask, 0, 1));
    } else {
      if (condition.mask != 0xffffffff) code.push_back(BPF_STMT(BPF_ALU | BPF_AND | BPF_K, condition.mask));
      code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, condition.value, 0, 1));
    }
    code.push_back(give(condition.verdict));
  }
  code.push_back(give(rule->otherwise));
}

void append_tree(Program& code, const Range* first, const Range* last) {
  if (last - first == 1) return append_leaf(code, first->rule);
  const Range* middle = first + (last - first) / 2;
  const size_t jump = code.size();
  code.push_back({});
  append_tree(code, first, middle);
  const size_t low = code.size() - jump - 1;
  if (low <= 255) {
    code[jump] = BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, middle->first, static_cast<uint8_t>(low), 0);
  } else {  // conditional jumps reach 255 instructions only
    code[jump] = BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, middle->first, 0, 1);
    code.insert(code.begin() + static_cast<ptrdiff_t>(jump) + 1, BPF_STMT(BPF_JMP | BPF_JA, static_cast<uint32_t>(low)));
  }
  append_tree(code, middle, last);
}

void append_table(Program& code, const Table& table) {
  static const Rule unknown{0, {}, refuse(ENOSYS)};
  std::vector<const Rule*> rules;
  rules.reserve(table.rules.size());
  for (const Rule& rule : table.rules) rules.push_back(&rule);
  std::sort(rules.begin(), rules.end(), [](auto a, auto b) { return a->number < b->number; });
  auto beyond = std::find_if(rules.begin(), rules.end(), [&](auto rule) { return rule->number > table.last; });
  std::vector<Range> ranges = ranges_of({rules.begin(), beyond});
  while (ranges.back().first > table.last) ranges.pop_back();
  ranges.push_back({table.last + 1, &unknown});
  for (; beyond != rules.end(); ++beyond) {
    ranges.push_back({(*beyond)->number, *beyond});
    ranges.push_back({(*beyond)->number + 1, &unknown});
  }
  code.push_back(load(offsetof(seccomp_data, nr)));
  if (table.refuse_x32) {
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, x32_bit, 0, 1));
    code.push_back(give(refuse(ENOSYS)));
  }
  append_tree(code, ranges.data(), ranges.data() + ranges.size());
}

}  // namespace

Verdict allow() { return SECCOMP_RET_ALLOW; }
Verdict refuse(int error_number) {
  return SECCOMP_RET_ERRNO | (static_cast<uint32_t>(error_number) & SECCOMP_RET_DATA);
}
Verdict notify() { return SECCOMP_RET_USER_NOTIF; }

std::vector<sock_filter> compile(std::span<const Table> tables) {
  Program code;
  code.reserve(usual_length);
  code.push_back(load(offsetof(seccomp_data, arch)));
  for (const Table& table : tables) {
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, table.arch, 1, 0));
    const size_t skip = code.size();
    code.push_back({});
    append_table(code, table);
    code[skip] = BPF_STMT(BPF_JMP | BPF_JA, static_cast<uint32_t>(code.size() - skip - 1));
  }
  code.push_back(give(refuse(ENOSYS)));
  return code;
}

int install(const sock_fprog& program, unsigned flags) {
  return static_cast<int>(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program));
}

Verdict evaluate(std::span<const sock_filter> program, uint32_t arch, uint32_t number,
                 std::span<const uint64_t, 6> arguments) {
  seccomp_data data{};
  data.arch = arch;
  data.nr = static_cast<int>(number);
  std::copy(arguments.begin(), arguments.end(), data.args);
  uint32_t a = 0;
  for (size_t at = 0; at < program.size(); ++at) {
    const sock_filter& op = program[at];
    switch (op.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        std::memcpy(&a, reinterpret_cast<const char*>(&data) + op.k, sizeof a);
        break;
      case BPF_ALU | BPF_AND | BPF_K: a &= op.k; break;
      case BPF_JMP | BPF_JA: at += op.k; break;
      case BPF_JMP | BPF_JEQ | BPF_K: at += a == op.k ? op.jt : op.jf; break;
      case BPF_JMP | BPF_JGE | BPF_K: at += a >= op.k ? op.jt : op.jf; break;
      case BPF_JMP | BPF_JSET | BPF_K: at += (a & op.k) != 0 ? op.jt : op.jf; break;
      case BPF_RET | BPF_K: return op.k;
      default: return SECCOMP_RET_KILL_PROCESS;
    }
  }
  return SECCOMP_RET_KILL_PROCESS;
}

}  // namespace cellblock::sys::seccomp
