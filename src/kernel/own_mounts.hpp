// What a jail has mounted for itself (allow.mount). As on FreeBSD it may take that away again, but nothing that it
// was started with: a read-only mount may hide what it must not see.
#pragma once

#include <vector>

#include "kernel/home.hpp"
#include "model/jail.hpp"

namespace cellblock::kernel {

/// A file of mount ids below /run/cellblock/mounts. Only the warden, which serves one call after the other, writes it.
class OwnMounts {
 public:
  OwnMounts(const Home& home, model::JailId jid);

  bool has(uint64_t id) const;
  Result<> add(uint64_t id);
  Result<> drop(uint64_t id);

  /// The jail is gone; its number may become another's.
  static void forget(const Home& home, model::JailId jid);

 private:
  Result<> save() const;

  const Home& home_;
  std::string name_;
  std::vector<uint64_t> ids_;
};

}  // namespace cellblock::kernel
