// A jail for tests: made by the engine, entered with a command, gone with the object.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kernel/host_jails.hpp"
#include "support.hpp"

namespace cellblock::testing {

class TestJail {
 public:
  /// `settings` beside name, path and persist.
  TestJail(kernel::HostJails& jails, const std::string& name, const std::string& path,
           std::vector<model::Setting> settings);
  ~TestJail();
  TestJail(const TestJail&) = delete;

  model::JailId jid() const { return jid_; }
  const std::string& error() const { return error_; }

  /// Exit status (or 128 + signal) and both outputs of a command; -1 and the error when it could not be run.
  std::pair<int, std::string> in(std::vector<std::string> argv, port::Entry entry = {});
  /// Starts a command and does not wait.
  Result<port::Child> start(std::vector<std::string> argv, port::Entry entry = {});

 private:
  kernel::HostJails& jails_;
  model::JailId jid_ = 0;
  std::string error_;
};

/// Reads what comes from a descriptor until its end.
std::string read_to_end(int fd);

}  // namespace cellblock::testing
