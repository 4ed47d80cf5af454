#include "sys/seccomp.hpp"

#include <gtest/gtest.h>
#include <linux/audit.h>

#include <array>
#include <cerrno>

namespace cellblock::sys::seccomp {
namespace {

constexpr std::array<uint64_t, 6> none{};

std::array<uint64_t, 6> arguments(uint64_t first, uint64_t second = 0) { return {first, second, 0, 0, 0, 0}; }

TEST(Seccomp, EveryNumberGetsItsOwnVerdict) {
  Table table{AUDIT_ARCH_X86_64, {}, 400, true};
  for (uint32_t number : {0u, 7u, 8u, 9u, 100u, 399u, 400u}) table.rules.push_back({number, {}, refuse(EPERM)});
  table.rules.push_back({8, {}, refuse(EPERM)});  // twice is once
  table.rules.push_back({500, {}, refuse(EBUSY)});  // beyond the last known one
  auto program = compile(std::span(&table, 1));
  for (uint32_t number = 0; number < 600; ++number) {
    bool refused = number == 0 || (number >= 7 && number <= 9) || number == 100 || number == 399 || number == 400;
    Verdict expected = number == 500 ? refuse(EBUSY) : number > 400 ? refuse(ENOSYS) : refused ? refuse(EPERM) : allow();
    EXPECT_EQ(evaluate(program, AUDIT_ARCH_X86_64, number, none), expected) << number;
  }
}

TEST(Seccomp, TreesWiderThanAConditionalJump) {
  Table table{AUDIT_ARCH_X86_64, {}, 4000, false};
  for (uint32_t number = 0; number < 2000; number += 2) table.rules.push_back({number, {}, refuse(int(number % 40) + 1)});
  auto program = compile(std::span(&table, 1));
  ASSERT_GT(program.size(), 1000u);
  for (uint32_t number = 0; number < 2000; ++number)
    EXPECT_EQ(evaluate(program, AUDIT_ARCH_X86_64, number, none),
              number % 2 ? allow() : refuse(int(number % 40) + 1)) << number;
}

TEST(Seccomp, ConditionsAreTriedInOrder) {
  Table table{AUDIT_ARCH_X86_64, {}, 100, false};
  table.rules.push_back({41,
                         {{0, 0xffffffff, 1, allow()},
                          {.argument = 1, .mask = 0xf, .value = 3, .verdict = refuse(EPERM)},
                          {.argument = 0, .mask = 0x30, .verdict = refuse(EBUSY), .nonzero = true}},
                         refuse(EPROTONOSUPPORT)});
  auto program = compile(std::span(&table, 1));
  auto run = [&](uint64_t a, uint64_t b) { return evaluate(program, AUDIT_ARCH_X86_64, 41, arguments(a, b)); };
  EXPECT_EQ(run(1, 3), allow());
  EXPECT_EQ(run(2, 0x803), refuse(EPERM));
  EXPECT_EQ(run(0x10, 1), refuse(EBUSY));
  EXPECT_EQ(run(2, 1), refuse(EPROTONOSUPPORT));
  EXPECT_EQ(run(0xdead00000001, 0), allow()) << "the upper half of an int argument does not count";
}

TEST(Seccomp, OtherArchitecturesAndX32AreRefused) {
  std::array<Table, 2> tables{Table{AUDIT_ARCH_X86_64, {{5, {}, refuse(EPERM)}}, 400, true},
                              Table{AUDIT_ARCH_I386, {{6, {}, refuse(EPERM)}}, 400, false}};
  auto program = compile(tables);
  EXPECT_EQ(evaluate(program, AUDIT_ARCH_I386, 6, none), refuse(EPERM));
  EXPECT_EQ(evaluate(program, AUDIT_ARCH_I386, 5, none), allow());
  EXPECT_EQ(evaluate(program, AUDIT_ARCH_AARCH64, 5, none), refuse(ENOSYS));
  EXPECT_EQ(evaluate(program, AUDIT_ARCH_X86_64, 0x40000000 | 1, none), refuse(ENOSYS));
}

}  // namespace
}  // namespace cellblock::sys::seccomp
