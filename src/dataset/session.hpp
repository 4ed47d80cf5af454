// What zfs(8) does, as functions: one command's view of the pools. Errors are in OpenZFS' words, without the
// "cannot create 'tank/x': " before them, which is the command's.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dataset/mounter.hpp"
#include "dataset/name.hpp"
#include "dataset/pool.hpp"
#include "dataset/property.hpp"
#include "dataset/tree_build.hpp"

namespace cellblock::dataset {

class Session {
 public:
  explicit Session(Registry registry) : registry_(std::move(registry)) {}

  const Registry& registry() const { return registry_; }
  Mounter& mounter() { return mounter_; }
  /// The pool of a dataset's path. Why::absent: "no such pool 'x'". It stays until it is asked for with a stronger hold.
  Result<Pool*> open(const std::string& path, Hold hold);
  /// Before a pool goes: nothing is done to it any more.
  void close(const std::string& pool) { pools_.erase(pool); }

 private:
  Registry registry_;
  Mounter mounter_;
  std::map<std::string, std::unique_ptr<Pool>> pools_;
};

/// Whether what is above is made where it is missing (-p), too; what is there already is then no error.
enum class Parents : uint8_t { required, made };

Result<> create(Session& session, const Name& name, const Properties& wanted, Parents parents);
Result<> clone(Session& session, const Name& snapshot, const Name& target, const Properties& wanted, Parents parents);

/// All of one pool are taken at one moment.
enum class Depth : uint8_t { one, all };
Result<> take_snapshots(Session& session, const std::vector<Name>& names, const Properties& wanted, Depth depth);

struct RollbackOptions {
  bool later_too = false;   ///< -r: later snapshots go
  bool clones_too = false;  ///< -R: and what was cloned from them
  Force force = Force::no;
};
Result<> roll_back(Session& session, const Name& snapshot, const RollbackOptions& options);

struct DestroyOptions {
  bool children = false;  ///< -r
  bool clones = false;    ///< -R
  Force force = Force::no;
  bool only_say = false;  ///< -n
};
/// What would be or has been destroyed, in order.
Result<std::vector<std::string>> destroy(Session& session, const Name& name, const DestroyOptions& options);
/// `snapshots` as in "a,b%c": names and ranges by age.
Result<std::vector<std::string>> destroy_snapshots(Session& session, const std::string& path, const std::string& snapshots, const DestroyOptions& options);

/// With all below; a snapshot's new name is in the same dataset.
Result<> rename(Session& session, const Name& from, const Name& to, Parents parents);
/// Of a snapshot in the dataset and all below it.
Result<> rename_snapshots(Session& session, const Name& from, const std::string& to);
/// The clone takes the snapshot that it came from, and those before it, from its origin, which becomes its clone.
Result<> promote(Session& session, const Name& name);

struct SendWish {
  Name to;
  std::string from;          ///< an earlier snapshot of the same dataset; empty: all is sent
  bool all_between = false;  ///< -I: those between them, too
};
Result<> send(Session& session, const SendWish& wish, int output);

struct ReceiveOptions {
  bool force = false;      ///< -F: what was changed since the last snapshot goes
  bool unmounted = false;  ///< -u
  Devices devices = Devices::refused;
};
/// All of the stream counts, or nothing.
Result<> receive(Session& session, const Name& target, const ReceiveOptions& options, int input);

Result<> set_property(Session& session, const Name& name, const Properties& wanted);
Result<> inherit_property(Session& session, const Name& name, const std::string& property, Depth depth);

/// Pools.
struct PoolWish {
  std::string name, place;
  Properties properties;  ///< of its first dataset
  Force force = Force::no;
};
Result<> create_pool(Session& session, const PoolWish& wish);
/// It is forgotten here; its files stay, for import_pool().
Result<> export_pool(Session& session, const std::string& name, Force force);
/// `name` is the one that it had; empty: whatever that is.
Result<> import_pool(Session& session, const std::string& directory, const std::string& name);
Result<> destroy_pool(Session& session, const std::string& name, Force force);

}  // namespace cellblock::dataset
