// The images of the keeper and the usher, to be written where jails execute them from (kernel/home.cc).
#pragma once

#include <string_view>

extern "C" const char cellblock_keeper_begin[], cellblock_keeper_end[], cellblock_usher_begin[], cellblock_usher_end[];

namespace cellblock::keeper {

inline std::string_view image() {
  return {cellblock_keeper_begin, static_cast<size_t>(cellblock_keeper_end - cellblock_keeper_begin)};
}

inline std::string_view usher_image() {
  return {cellblock_usher_begin, static_cast<size_t>(cellblock_usher_end - cellblock_usher_begin)};
}

}  // namespace cellblock::keeper
