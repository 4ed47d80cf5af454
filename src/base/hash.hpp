// A number for a text that is the same in every run and on every machine.
#pragma once

#include <cstdint>
#include <string_view>

namespace cellblock {

/// FNV-1a, 64 bits.
constexpr uint64_t hash_of(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (unsigned char byte : text) hash = (hash ^ byte) * 0x100000001b3;
  return hash;
}

}  // namespace cellblock
