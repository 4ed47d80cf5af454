// What an ELF file needs to run: its interpreter, its libraries and where it says they are. The file is only
// read, never run: ldd(1) would hand control to whatever the file names as its interpreter.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace cellblock {

struct Elf {
  bool wide = false;     ///< ELFCLASS64
  uint16_t machine = 0;  ///< EM_*
  std::string interpreter;
  std::string soname;
  std::vector<std::string> needed;
  std::vector<std::string> rpath, runpath;  ///< as written: $ORIGIN is not replaced
};

bool is_elf(std::string_view bytes);

/// Reads the whole file's bytes with bounds on everything. Errors: Why::invalid.
Result<Elf> parse_elf(std::string_view bytes);

/// The names that /etc/ld.so.cache gives for a library, in its order; empty for a cache that is damaged or of
/// another kind.
std::vector<std::string> find_in_ld_cache(std::string_view cache, std::string_view library);

}  // namespace cellblock
