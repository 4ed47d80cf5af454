#include "sys/memory.hpp"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

namespace cellblock::sys {
namespace {

constexpr size_t huge_page = 2 << 20;
/// More than can be left of the heap that was, less than what malloc(3) maps apart.
constexpr size_t one_growth = 120 << 10;

uintptr_t heap_end() { return reinterpret_cast<uintptr_t>(::sbrk(0)); }
uintptr_t next_huge_page(uintptr_t address) { return (address + huge_page - 1) & ~(huge_page - 1); }

}  // namespace

void expect_memory(size_t bytes) {
  if (bytes < huge_page) return;
  // malloc(3) goes on where it finds the end of the heap, and takes the padding when it next grows: two blocks are
  // more than can be left of what it has. They lie before the huge pages, which have to be asked for untouched.
  const uintptr_t before = heap_end();
  const uintptr_t start = next_huge_page(before + 3 * one_growth);
  const uintptr_t blocks = start - 3 * one_growth;
  const size_t size = next_huge_page(bytes);
  if (::sbrk(static_cast<intptr_t>(blocks - before)) == reinterpret_cast<void*>(-1)) return;
  ::mallopt(M_TOP_PAD, static_cast<int>(size + 2 * one_growth));
  ::mallopt(M_MMAP_THRESHOLD, static_cast<int>(size));
  ::mallopt(M_TRIM_THRESHOLD, static_cast<int>(2 * size));
  // Never freed: untouched they are no memory, and what came to lie in them would be in small pages.
  [[maybe_unused]] void* volatile first = std::malloc(one_growth);
  [[maybe_unused]] void* volatile second = std::malloc(one_growth);
  ::madvise(reinterpret_cast<void*>(start), heap_end() - start, MADV_HUGEPAGE);  // refused: small pages, as ever
}

}  // namespace cellblock::sys
