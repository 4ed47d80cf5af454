#include "elf.hpp"

#include <elf.h>
#include <gmock/gmock.h>

#include <cstring>
#include <fstream>
#include <iterator>

namespace cellblock {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

std::string bytes_of(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A file with an interpreter, one loaded segment and the dynamic entries given.
struct Made {
  std::string strings = std::string(1, '\0');
  std::vector<Elf64_Dyn> entries;

  void add(int64_t tag, std::string_view text) {
    entries.push_back({tag, {strings.size()}});
    strings += std::string(text) + '\0';
  }

  std::string bytes() {
    Elf64_Ehdr header{};
    memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_machine = EM_X86_64;
    header.e_phoff = sizeof header;
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = 3;
    uint64_t at = sizeof header + 3 * sizeof(Elf64_Phdr);
    const std::string interpreter("/lib/ld.so\0", 11);
    Elf64_Phdr segments[3]{};
    segments[0] = {PT_INTERP, 0, at, 0, 0, interpreter.size(), 0, 0};
    segments[1] = {PT_LOAD, 0, at + interpreter.size(), 0x400000, 0, strings.size(), 0, 0};
    entries.push_back({DT_STRTAB, {0x400000}});
    entries.push_back({DT_NULL, {0}});
    segments[2] = {PT_DYNAMIC, 0, at + interpreter.size() + strings.size(), 0, 0, entries.size() * sizeof(Elf64_Dyn), 0, 0};
    std::string out(reinterpret_cast<char*>(&header), sizeof header);
    out.append(reinterpret_cast<char*>(segments), sizeof segments);
    out += interpreter + strings;
    return out.append(reinterpret_cast<char*>(entries.data()), entries.size() * sizeof(Elf64_Dyn));
  }
};

TEST(Elf, NamesWhatItNeeds) {
  Made made;
  made.add(DT_NEEDED, "libm.so.6");
  made.add(DT_RUNPATH, "$ORIGIN/../lib:/opt/lib");
  made.add(DT_NEEDED, "libc.so.6");
  made.add(DT_RPATH, "/old");
  made.add(DT_SONAME, "libx.so.1");
  auto elf = parse_elf(made.bytes());
  ASSERT_TRUE(elf) << elf.error().text();
  EXPECT_TRUE(elf->wide);
  EXPECT_EQ(elf->machine, EM_X86_64);
  EXPECT_EQ(elf->interpreter, "/lib/ld.so");
  EXPECT_EQ(elf->soname, "libx.so.1");
  EXPECT_THAT(elf->needed, ElementsAre("libm.so.6", "libc.so.6"));
  EXPECT_THAT(elf->runpath, ElementsAre("$ORIGIN/../lib", "/opt/lib"));
  EXPECT_THAT(elf->rpath, ElementsAre("/old"));
}

TEST(Elf, EveryTruncationIsAnErrorOrSound) {
  Made made;
  made.add(DT_NEEDED, "libc.so.6");
  std::string bytes = made.bytes();
  for (size_t size = 0; size < bytes.size() - sizeof(Elf64_Dyn); ++size) EXPECT_FALSE(parse_elf(bytes.substr(0, size))) << size;
}

TEST(Elf, OthersAreRefused) {
  EXPECT_EQ(parse_elf("#!/bin/sh\n").error().text(), "not an ELF file");
  std::string bytes = Made().bytes();
  bytes[EI_DATA] = ELFDATA2MSB;
  EXPECT_EQ(parse_elf(bytes).error().why, Why::unsupported);
  bytes = Made().bytes();
  bytes[EI_CLASS] = 7;
  EXPECT_FALSE(parse_elf(bytes));
}

TEST(Elf, TheSystemsOwnShell) {
  std::string shell = bytes_of("/bin/sh");
  if (shell.empty()) GTEST_SKIP() << "no /bin/sh";
  auto elf = parse_elf(shell);
  ASSERT_TRUE(elf) << elf.error().text();
  EXPECT_NE(elf->interpreter, "");
  EXPECT_THAT(elf->needed, Contains("libc.so.6"));
}

TEST(LdCache, TheSystemsOwn) {
  std::string cache = bytes_of("/etc/ld.so.cache");
  if (cache.empty()) GTEST_SKIP() << "no /etc/ld.so.cache";
  auto found = find_in_ld_cache(cache, "libc.so.6");
  ASSERT_FALSE(found.empty());
  EXPECT_TRUE(found[0].ends_with("/libc.so.6")) << found[0];
  EXPECT_THAT(find_in_ld_cache(cache, "libnope.so"), IsEmpty());
  for (size_t size = 0; size < cache.size(); size += 997) find_in_ld_cache(cache.substr(0, size), "libc.so.6");
}

TEST(LdCache, OtherTextIsNone) { EXPECT_THAT(find_in_ld_cache("ld.so-1.7.0", "libc.so.6"), IsEmpty()); }

}  // namespace
}  // namespace cellblock
