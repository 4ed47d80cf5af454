// What a request to add something does where the same is there already.
#pragma once

#include <linux/netlink.h>

#include <cstdint>

namespace cellblock::net {

enum class Existing : uint8_t { refuse, replace };

constexpr uint16_t add_flags(Existing existing) {
  return static_cast<uint16_t>(NLM_F_CREATE | (existing == Existing::refuse ? NLM_F_EXCL : NLM_F_REPLACE));
}

}  // namespace cellblock::net
