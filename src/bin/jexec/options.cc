#include "options.hpp"

#include <fmt/core.h>

#include <optional>

namespace cellblock::jexec {

const std::string_view usage =
    "usage: jexec [-l] [-d working-directory] [[-e name=value] ...]\n"
    "             [-u username | -U username] jail [command ...]\n";

namespace {

class Parser {
 public:
  std::variant<Request, std::string> parse(std::span<const std::string> arguments,
                                           std::span<const std::string> environment) {
    size_t at = 0;
    for (; at < arguments.size() && arguments[at].size() > 1 && arguments[at][0] == '-'; ++at) {
      if (arguments[at] == "--") {
        ++at;
        break;
      }
      if (auto refusal = cluster(arguments, at)) return *refusal;
    }
    if (at == arguments.size() || (from_host_ && from_jail_)) return std::string(usage);
    request_.jail = arguments[at++];
    port::Entry& entry = request_.entry;
    entry.argv.assign(arguments.begin() + static_cast<ptrdiff_t>(at), arguments.end());
    entry.environment.assign(environment.begin(), environment.end());
    entry.user_from_host = !from_jail_;
    // A home directory takes a user to be named, and -d goes before it.
    if (entry.directory.empty() && !entry.user) entry.directory = "/";
    return std::move(request_);
  }

 private:
  std::optional<std::string> cluster(std::span<const std::string> arguments, size_t& at) {
    const std::string& letters = arguments[at];
    for (size_t i = 1; i < letters.size(); ++i) {
      char letter = letters[i];
      if (letter == 'l') request_.entry.clean = true;
      if (letter == 'l' || letter == 'n') continue;  // -n said "by name" before every jail had one
      if (std::string_view("deuU").find(letter) == std::string_view::npos)
        return fmt::format("jexec: illegal option -- {}\n{}", letter, usage);
      bool attached = i + 1 < letters.size();
      if (!attached && at + 1 == arguments.size())
        return fmt::format("jexec: option requires an argument -- {}\n{}", letter, usage);
      return set(letter, attached ? letters.substr(i + 1) : arguments[++at]);
    }
    return std::nullopt;
  }

  std::optional<std::string> set(char letter, std::string value) {
    port::Entry& entry = request_.entry;
    if (letter == 'd') {
      entry.directory = std::move(value);
    } else if (letter == 'e') {
      if (value.find('=') == value.npos)
        return fmt::format("jexec: {}: Invalid environment variable.\n", value);
      entry.environment_last.push_back(std::move(value));
    } else {
      (letter == 'u' ? from_host_ : from_jail_) = true;
      entry.user = std::move(value);
    }
    return std::nullopt;
  }

  Request request_;
  bool from_host_ = false, from_jail_ = false;
};

}  // namespace

std::variant<Request, std::string> parse_options(std::span<const std::string> arguments,
                                                 std::span<const std::string> environment) {
  return Parser().parse(arguments, environment);
}

std::string failure_text(const Error& error, model::JailId jid) {
  std::string text = error.text();
  constexpr std::string_view attach = "jail_attach", change = "chdir ";
  if (text.starts_with(attach))
    text.insert(attach.size(), fmt::format("({})", jid));
  else if (text.starts_with(change))
    text.replace(0, change.size(), "chdir(): ");
  return text;
}

}  // namespace cellblock::jexec
