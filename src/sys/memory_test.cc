#include "sys/memory.hpp"

#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace cellblock::sys {
namespace {

TEST(Memory, LittleChangesNothing) {
  void* end = ::sbrk(0);
  expect_memory(1 << 20);
  EXPECT_EQ(::sbrk(0), end);
}

TEST(Memory, WhatIsExpectedIsThereWithoutFurtherGrowth) {
  constexpr size_t expected = 5 << 20, block = 1 << 10;
  expect_memory(expected);
  void* end = ::sbrk(0);
  for (size_t had = 0; had + block < expected; had += block + 32) std::memset(std::malloc(block), 1, block);
  EXPECT_EQ(::sbrk(0), end);
}

}  // namespace
}  // namespace cellblock::sys
