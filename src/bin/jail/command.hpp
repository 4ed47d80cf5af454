// The whole command: from arguments to an exit status, over any ports.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "apply/ports.hpp"
#include "conf/source.hpp"
#include "jail/options.hpp"

namespace cellblock::jail {

/// The machine as the command sees it. Nothing is asked for before it is needed.
struct Surroundings {
  apply::Voice& voice;
  conf::Sources& sources;
  std::function<bool(const std::string& file)> exists;
  std::function<Result<apply::Ports>()> open_ports;
  /// The addresses of a host.
  std::function<Result<std::vector<std::string>>(const std::string& host)> look_up;
  /// The security.jail.* defaults for an old style command line; nothing inside a jail.
  std::function<std::optional<model::AllowSet>()> old_style_defaults;
  /// The folder of the BSD commands, for files with $bsd.
  std::function<std::string()> bsd_commands;
  /// Opens the file of -J and returns what appends to it.
  std::function<Result<std::function<void(std::string_view)>>(const std::string& file)> open_log;
};

/// 0 or 1.
int run(const Surroundings& around, std::span<const std::string> arguments);

}  // namespace cellblock::jail
