// Reading and writing the variables of sysctl_table.hpp.
#pragma once

#include <functional>
#include <string>

#include "base/error.hpp"
#include "model/jail.hpp"
#include "model/sysctl_store.hpp"
#include "sysctl_table.hpp"

namespace cellblock::bsd {

/// The jail that this process is in, as it sees itself; on the host what a host is.
struct OwnJail {
  bool jailed = false;
  model::Prison prison;
  int jails = 0;  ///< below this one, all levels
};

class SysctlValues {
 public:
  /// Tests give folders of their own.
  struct Places {
    std::string proc = "/proc";
    std::string store = model::sysctl_store_path;
    std::function<Result<std::string>(std::string_view key)> firewall{};
    std::function<Result<>(std::string_view key, const std::string& value)> set_firewall{};
  };
  SysctlValues(OwnJail own, Places places);

  /// As sysctl(8) prints it. Why::absent: this kernel does not have it.
  Result<std::string> get(const Oid& oid) const;
  /// The value is text already checked for its kind. Errors: Error::sys is FreeBSD's errno.
  Result<> set(const Oid& oid, const std::string& value);

 private:
  Result<std::string> from_proc(const Oid& oid) const;
  Result<> to_proc(const Oid& oid, const std::string& value) const;
  Result<std::string> from_jail(const Oid& oid) const;
  std::string from_store(const Oid& oid) const;
  Result<> to_store(const Oid& oid, const std::string& value);

  OwnJail own_;
  Places places_;
  model::SysctlStore store_;
};

/// The values of Via::computed by key; empty where this machine has none.
std::string machine_value(std::string_view key, const OwnJail& own);

}  // namespace cellblock::bsd
