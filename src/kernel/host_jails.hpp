// The jail system calls on the host, as root: port::Jails over the registry and the kernel.
//
// A process that asks on behalf of a jail (its warden) gives that jail as `caller`: views and rights are then
// that jail's.
#pragma once

#include <memory>
#include <set>

#include "kernel/birth.hpp"
#include "kernel/home.hpp"
#include "kernel/registry.hpp"
#include "port/jails.hpp"

namespace cellblock::kernel {

class HostJails : public port::Jails {
 public:
  static Result<std::unique_ptr<HostJails>> open(model::JailId caller = 0);

  Result<model::JailId> set(const std::vector<model::Setting>& settings, model::SetMode mode, bool attaching) override;
  Result<model::Snapshot> get() override;
  Result<model::Jail> find(std::string_view word) override;
  Result<> remove(model::JailId jid) override;
  Result<port::Child> enter(model::JailId jid, const port::Entry& entry) override;
  void left(model::JailId jid) override;
  Result<std::vector<pid_t>> processes(model::JailId jid) override;
  Result<> tidy() override;

  /// Undoes what dead processes have left behind: half-made jails, jails whose process 1 is gone, mounts and
  /// addresses without a jail. Returns a line for each thing undone.
  Result<std::vector<std::string>> repair();

 private:
  explicit HostJails(Home home) : home_(std::move(home)), registry_(home_) {}

  Result<const model::Jail*> visible(model::JailId jid);
  /// How long a removal waits for processes that the kernel can't end at once, and in which time they end unless
  /// something holds them.
  static constexpr int patience_ms = 10000, soon_ms = 500;

  Result<int> cgroups();
  Result<> create(model::Jail& jail);
  Result<> raise(model::Jail& jail, const model::Runtime* parent, const model::Snapshot& now);
  Result<> apply_changes(const model::Jail& before, const model::Prison& now);
  /// To the rules on addresses: those of the jail, and of the jails in it that have lost some of theirs.
  Result<> change_addresses(const std::vector<model::Jail>& before);
  /// Ends a jail that does not persist, if nothing but its process 1 is left in it.
  Result<> end_if_empty(const model::Jail& jail);
  /// Waits for the end of the processes of a jail that has been killed.
  Result<bool> wait_empty(const model::Runtime& runtime, int patience);
  /// Takes the remains of a dead jail away.
  Result<> bury(const model::Jail& jail);
  /// By value: reading the registry's news moves the jails that it holds.
  Result<> kill_tree(model::Jail jail, int patience = patience_ms);
  /// Buries jails that `settings` would collide with and that are dead already.
  Result<> clear_the_way(const std::vector<model::Setting>& settings);

  Home home_;
  Registry registry_;
  Fd cgroups_;
  model::JailId caller_ = 0;
  std::string caller_name_, caller_path_;
  std::set<model::JailId> held_;  ///< created without persist: until the first entry
};

}  // namespace cellblock::kernel
