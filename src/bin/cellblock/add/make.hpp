// The doing: from answers to a jail that can be started.
#pragma once

#include <string>

#include "add/answers.hpp"
#include "add/jail_text.hpp"
#include "base/error.hpp"

namespace cellblock::add {

/// All of it, or nothing. Returns what the disk was filled with.
Result<std::string> make(const Answers& answers, const Places& places);

}  // namespace cellblock::add
