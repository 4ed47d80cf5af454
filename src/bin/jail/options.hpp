// The command line of jail(8): flags, and what kind of line it is.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "apply/ports.hpp"
#include "model/param.hpp"

namespace cellblock::jail {

struct Options {
  apply::Orders orders;
  bool remove_only = false;               ///< -R
  std::optional<std::string> separator;   ///< -e
  std::string file = "/etc/jail.conf";    ///< -f
  std::optional<std::string> jid_file;    ///< -J
  std::vector<model::Setting> described;  ///< parameters that flags stand for: no file then
  bool describes = false;                 ///< one of -h -l -n -s -u -U was given
  std::string dump;                       ///< --dump=latency|tree|world|plan
  std::vector<std::string> arguments;
};

/// Reads the flags. On a wrong one, the line that FreeBSD's getopt(3) prints before the usage, as the error's
/// text (without the program's name); Why::absent if the line says it all, without the usage.
Result<Options> parse_options(std::span<const std::string> arguments);

enum class Style : uint8_t {
  usage,         ///< makes no sense
  exhibit,       ///< -e
  old_style,     ///< path hostname ip command ...
  targets,       ///< -r, -R: any number of jails
  command_line,  ///< one jail, described by parameters
  file,          ///< from jail.conf, all or one
};
Style style_of(const Options& options);

/// The text that goes to standard error before exit status 1, or to standard output for --help.
extern const char usage_text[];

}  // namespace cellblock::jail
