// What may be answered: each check gives the answer in its one spelling, or one line that says what is right.
#pragma once

#include <string>

#include "add/answers.hpp"
#include "base/error.hpp"

namespace cellblock::add {

Result<std::string> check_name(const std::string& text, const Answers& before, const Host& host);
Result<std::string> check_size(const std::string& text, const Answers& before, const Host& host);
Result<std::string> check_addresses(const std::string& text, const Answers& before, const Host& host);
Result<std::string> check_interface(const std::string& text, const Answers& before, const Host& host);
Result<std::string> check_hostname(const std::string& text, const Answers& before, const Host& host);
Result<std::string> check_source(const std::string& text, const Answers& before, const Host& host);

}  // namespace cellblock::add
