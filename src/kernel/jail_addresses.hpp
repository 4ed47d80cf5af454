// Which addresses and ports a jail on a shared network stack may use: the rules of bpf/addresses.hpp for it.
#pragma once

#include "base/error.hpp"
#include "bpf/addresses.hpp"
#include "kernel/home.hpp"
#include "model/snapshot.hpp"

namespace cellblock::kernel {

/// The address in what a parameter says: "em0|10.0.0.1/24" is 10.0.0.1.
std::string plain_address(const std::string& written);

/// Whether there are rules for it: it is restricted to some addresses, or its root has another right to ports below
/// 1024 than the kernel would give it.
bool has_address_rules(const model::Prison& prison);

/// The rules as such. `above` is the cgroup of the next jail around it that has rules, 0 if there is none.
bpf::AddressRules address_rules(const model::Jail& jail, uint64_t above, bool on_host_stack);

class JailAddresses {
 public:
  /// `groups` is the root of the cgroup2 hierarchy.
  JailAddresses(const Home& home, int groups) : home_(home), groups_(groups) {}

  /// Before the jail's first process. A jail that is not restricted does without where the kernel can't.
  Result<> hold(const model::Jail& jail, const model::Snapshot& now);

  /// What `now` says of the jail, if that differs from `before`. Under lock(), taken before `now` was read: who writes
  /// last must have seen the newest state.
  Result<> change(const model::Prison& before, const model::Jail& jail, const model::Snapshot& now);
  Result<Fd> lock() const;

  /// The number of its group, by which the kernel knows it; 0: it has no rules, or no group any more.
  uint64_t group_of(const model::Jail& jail);

  /// After its last process and its group, whose number was `group`. With 0 whatever belongs to no group is removed.
  Result<> release(const model::Jail& jail, uint64_t group);

  /// Writes the rules of all jails of `now` anew and removes those of groups that are gone; programs without jails are
  /// unloaded. Returns how many rules were removed.
  Result<size_t> repair(const model::Snapshot& now);

 private:
  Result<uint64_t> id_of(const std::string& cgroup);
  Result<bpf::AddressRules> rules_of(const model::Jail& jail, const model::Snapshot& now);
  Result<> write(uint64_t group, const bpf::AddressRules& rules);
  Result<size_t> sweep();

  const Home& home_;
  int groups_;
};

}  // namespace cellblock::kernel
