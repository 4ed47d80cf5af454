// The command line of jexec(8).
#pragma once

#include <span>
#include <string>
#include <variant>

#include "port/jails.hpp"

namespace cellblock::jexec {

struct Request {
  std::string jail;
  port::Entry entry;
};

/// What --help prints on standard output.
extern const std::string_view usage;

/// `environment` is this process's. What can't be done comes as the text for standard error; the status is 1.
std::variant<Request, std::string> parse_options(std::span<const std::string> arguments,
                                                 std::span<const std::string> environment);

/// jexec's words for an error of port::Jails::enter().
std::string failure_text(const Error& error, model::JailId jid);

}  // namespace cellblock::jexec
