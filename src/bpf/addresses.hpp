// The addresses that jails on a shared network stack are held to: programs on cgroup2 (addresses.bpf.c), loaded by the
// first jail that needs them and pinned from then on, and an entry for each such jail.
//
// Below /sys/fs/bpf/cellblock each version of the programs has a folder of its own, named also by the cgroup that it is
// attached to. A jail stays with the version that it was made with; a folder without entries can go.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "bpf/addresses.h"

namespace cellblock::bpf {

/// What one jail is held to.
struct AddressRules {
  cb_jail_addresses entry{};        ///< the counts, and as many of the addresses as it holds
  std::vector<cb_address> addresses;  ///< all of them
  bool found_by_address = false;    ///< listens on several addresses of the host's own network namespace

  bool operator==(const AddressRules& other) const;
};

class Addresses {
 public:
  /// The programs for jails whose groups are below the group of cgroup2 with the number `jails`. Why::absent: not
  /// loaded yet.
  static Result<Addresses> open(uint64_t jails);

  /// Loads and attaches them; should another command have done so meanwhile, opens its. `jails` is that group's
  /// directory, `root` that of the hierarchy: programs that ask for the calling process are there, for its socket may come from outside.
  static Result<Addresses> load(int root, int jails);

  /// Every version that is pinned.
  static Result<std::vector<Addresses>> all();

  /// Their maps of sockets, see cb_bound.
  static Result<std::vector<Fd>> all_sockets();

  /// Whether it can still be found. If not, what was written to it is lost.
  bool is_pinned() const;

  /// Writes the entry of the jail whose cgroup has this id.
  Result<> set(uint64_t group, const AddressRules& rules);

  /// Removes all that is known of it. Absent is success.
  Result<> forget(uint64_t group);

  bool knows(uint64_t group) const;
  /// The cgroups that have an entry.
  Result<std::vector<uint64_t>> groups() const;

 private:
  explicit Addresses(const std::string& path) : path_(path) {}
  static Result<Addresses> open_at(const std::string& path);

  Result<> replace(uint64_t group, const cb_jail_addresses& before, const AddressRules& rules);
  Result<std::vector<cb_address>> addresses_of(uint64_t group, const cb_jail_addresses& entry) const;
  Result<> own(uint64_t group, const AddressRules& rules, const std::vector<cb_address>& added);
  Result<> disown(uint64_t group, uint64_t above, const std::vector<cb_address>& removed);

  std::string path_;
  Fd jails_, more_, owners_;
};

/// Whether this kernel takes the programs and maps: loads all of them, and lets them go.
Result<> try_addresses();

/// Unpins the versions that no jail is held by, and what an interrupted load has left. Their programs end with it.
/// Returns how many there were.
Result<size_t> unload_unused();

}  // namespace cellblock::bpf
