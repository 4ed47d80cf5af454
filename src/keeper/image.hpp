// The keeper's program image, to be written where jails execute it from (kernel/spawner.cc).
#pragma once

#include <string_view>

extern "C" const char cellblock_keeper_begin[], cellblock_keeper_end[];

namespace cellblock::keeper {

inline std::string_view image() {
  return {cellblock_keeper_begin, static_cast<size_t>(cellblock_keeper_end - cellblock_keeper_begin)};
}

}  // namespace cellblock::keeper
