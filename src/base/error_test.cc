#include "base/error.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace cellblock {
namespace {

Result<int> inner() { return sys_fail(ENOENT, "openat {}", "memory.max"); }

Result<int> outer() {
  CB_TRY(int value, inner(), "limits of jail {}", "web");
  return value;
}

TEST(Error, ChainReadsOutermostFirst) {
  auto result = outer();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().why, Why::absent);
  EXPECT_EQ(result.error().sys, ENOENT);
  EXPECT_EQ(result.error().text(), "limits of jail web: openat memory.max: No such file or directory");
}

TEST(Error, WithoutErrnoTheTextStandsAlone) {
  Result<> bad = fail(Why::invalid, "unknown parameter: {}", "pth");
  EXPECT_EQ(bad.error().text(), "unknown parameter: pth");
}

}  // namespace
}  // namespace cellblock
