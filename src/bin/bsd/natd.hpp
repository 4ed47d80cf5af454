// natd(8) without a daemon: the kernel keeps what it is told and translates in its place.
#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "ipfw/natd.hpp"

namespace cellblock::bsd {

/// In place of what the kernel has for that port.
Result<> keep_natd(const ipfw::Nat& nat);
/// Whether there was one.
Result<bool> forget_natd(uint32_t port);
Result<std::optional<ipfw::Nat>> kept_natd(uint32_t port);

std::string natd_refusal(const Error& error);

}  // namespace cellblock::bsd
