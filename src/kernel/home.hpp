// /run/cellblock: a small tmpfs of Cellblock's own, private and closed to everyone but root.
//
//   journal   the record (record/journal.hpp)
//   bridges.lock   flock(2) guards the making of bridges and cables
//   lock      flock(2) guards appends to the journal
//   spawner   pins the spawner mount namespace: one empty read-only tmpfs that holds only the keeper
//             and the usher
//   nonet     pins the network namespace of jails without addresses: one for all, empty, never up
//   cables    pins the network namespace of cable ends that lead nowhere
//   shadow/   what jails with addresses of their own are shown of the network, made when they look
//   resolv/   what jails with net.dns have as /etc/resolv.conf
//   lent/     pins the network namespaces of jails that were lent interfaces
//   dev/      one template of a jail's /dev per devfs ruleset in use
//
// It is made by the first command that needs it and is gone with the next boot, as the jails are.
#pragma once

#include "base/error.hpp"
#include "base/fd.hpp"

namespace cellblock::kernel {

inline constexpr const char* home_path = "/run/cellblock";

class Home {
 public:
  /// Opens it; makes it first where `create`. Without root rights: Why::denied. Absent: Why::absent.
  static Result<Home> open(bool create);

  int fd() const { return dir_.get(); }

  /// The spawner mount namespace, made where it is missing.
  Result<Fd> spawner() const;
  /// The network namespace of jails that have no address: the host's abstract sockets are not in it.
  Result<Fd> nonet() const;
  /// The network namespace of the far ends of cables that only look like interfaces (shadow.hpp).
  Result<Fd> cables() const;

 private:
  explicit Home(Fd dir) : dir_(std::move(dir)) {}
  Fd dir_;
};

}  // namespace cellblock::kernel
