// The jails that run, as the scheduler needs to know them: looked up by name or jid at a flat cost.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "port/jails.hpp"

namespace cellblock::apply {

class Running {
 public:
  explicit Running(port::Jails& jails) : jails_(jails) {}

  /// The jail by name or jid as it was when first asked for, or null. The first few are asked for one by one,
  /// for all others the whole list is read, once.
  Result<const model::Jail*> find(std::string_view word);

  /// All of them, in the order of their jids.
  Result<const model::Snapshot*> all();

 private:
  Result<> read();

  port::Jails& jails_;
  size_t asked_ = 0;
  std::optional<model::Snapshot> snapshot_;
  std::unordered_map<std::string_view, const model::Jail*> by_name_;  ///< keys live in snapshot_
  std::unordered_map<std::string, std::optional<model::Jail>> single_;
};

}  // namespace cellblock::apply
