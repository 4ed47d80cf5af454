// The host and domain names that running jails have by now: root in a jail may have set them, as on FreeBSD.
#pragma once

#include <vector>

#include "base/fd.hpp"
#include "model/snapshot.hpp"

namespace cellblock::kernel {

/// Asks jail after jail. Until it is destroyed, this process has the names of the last one.
class Names {
 public:
  Names();
  ~Names();
  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;

  /// Takes the names of the jail's process 1 into `prison`; false when it does not run any more.
  bool take(model::Prison& prison, const model::Runtime& runtime);

 private:
  Fd own_;
  bool away_ = false;
};

/// Takes the names of many jails at once, where the kernel can: the jids of those whose process 1 it saw running, in
/// order. Of the others nothing is known.
std::vector<model::JailId> take_names_at_once(model::Snapshot& jails);

}  // namespace cellblock::kernel
