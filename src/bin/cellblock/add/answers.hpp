// What `cellblock add` has to know about a jail, and what it has to know about this host to ask for it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace cellblock::add {

/// Checked, each in one spelling.
struct Answers {
  std::string name;
  std::string size;       ///< "1g"
  std::string addresses;  ///< "" for none, "inherit", or a comma list of [INTERFACE|]ADDRESS[/PREFIX]
  std::string interface;  ///< that gets the addresses while the jail runs; "" if it has them already
  std::string hostname;
  std::string source;  ///< "busybox", a directory, or a tar archive
  std::string boot;    ///< "yes", "no"
};

/// Answers as they were given: by options, or by a line of a file. By the question's key.
using Given = std::map<std::string, std::string, std::less<>>;

enum class Kind : uint8_t { absent, file, folder, other };

/// The questions' view of this host.
struct Host {
  /// What is in the way of a new jail of this name: a path, or a jail of jail.conf. "": nothing.
  std::function<std::string(const std::string& name)> taken;
  std::function<Kind(const std::string& path)> kind_of;
  std::function<bool(const std::string& name)> has_interface;
  std::function<bool(const std::string& address)> has_address;
  std::string outward;  ///< the interface of the default route, or lo
};

}  // namespace cellblock::add
