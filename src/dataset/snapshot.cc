// snapshot and rollback.
#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "dataset/session.hpp"

namespace cellblock::dataset {
namespace {

Result<Properties> checked(const Properties& wanted) {
  for (const auto& [name, value] : wanted) {
    if (!is_user_property(name)) return fail(Why::invalid, "'{}' can't be set on a snapshot", name);
    if (auto good = checked_value(name, value, Set::any_time); !good) return pass(std::move(good.error()));
  }
  return wanted;
}

/// Each dataset of which a snapshot is wanted, with its name.
Result<std::vector<Name>> targets_of(Pool& pool, const std::vector<Name>& names, Depth depth) {
  std::vector<Name> targets;
  std::set<std::string> seen;
  for (const Name& name : names) {
    CB_TRY(std::vector<std::string> paths, pool.within(name.path));
    if (depth == Depth::one) paths.resize(1);
    for (const std::string& path : paths) {
      CB_TRY(Record * record, pool.find(path));
      if (record->snapshot(name.snapshot) || !seen.insert(path + "@" + name.snapshot).second) return fail(Why::exists, "dataset already exists");
      targets.push_back({path, name.snapshot});
    }
  }
  return targets;
}

Result<> take_one(Pool& pool, const Name& name, const Properties& properties, int64_t now) {
  CB_TRY(Record * record, pool.find(name.path));
  CB_TRY(Store * store, pool.store(record->backend));
  CB_TRY(Store::Frozen frozen, store->freeze(record->data), "{}", name.path);
  CB_TRY(uint64_t number, pool.shelf().next_number());
  record->snapshots.push_back({name.snapshot, frozen.snapshot, new_guid(), number, now, properties});
  record->data = frozen.head;
  pool.changed(name.path);
  return {};
}

std::vector<std::string> later_than(const Record& record, const Snapshot& snapshot) {
  std::vector<std::string> later;
  for (const Snapshot& one : record.snapshots)
    if (one.number > snapshot.number) later.push_back(one.name);
  return later;
}

/// Later snapshots are in the way, unless they may go.
Result<std::string> later_to_clear(const Record& record, const Name& name, const RollbackOptions& options) {
  std::vector<std::string> later = later_than(record, *record.snapshot(name.snapshot));
  if (later.empty() || options.later_too || options.clones_too) return join(later, ",");
  std::string said = "more recent snapshots or bookmarks exist\nuse '-r' to force deletion of the following snapshots and bookmarks:";
  for (const std::string& one : later) said += fmt::format("\n{}@{}", name.path, one);
  return fail(Why::exists, "{}", said);
}

Result<> go_back(Session& session, Pool& pool, const Name& name, const std::string& back, const std::string& later,
                 const RollbackOptions& options) {
  CB_CHECK(session.mounter().check_free(pool, name.path));
  if (!later.empty()) {
    auto gone = destroy_snapshots(session, name.path, later, {.clones = options.clones_too, .force = options.force});
    if (!gone) return pass(std::move(gone.error()));
  }
  CB_TRY(Record * record, pool.find(name.path));
  pool.drop(record->data);
  record->data = back;
  pool.changed(name.path);
  return pool.commit();
}

}  // namespace

Result<> take_snapshots(Session& session, const std::vector<Name>& names, const Properties& wanted, Depth depth) {
  CB_TRY(Properties properties, checked(wanted));
  CB_TRY(Pool * pool, session.open(names.front().path, Hold::exclusive));
  for (const Name& name : names)
    if (name.pool() != names.front().pool()) return fail(Why::invalid, "snapshots of one command are of one pool");
  CB_TRY(std::vector<Name> targets, targets_of(*pool, names, depth));
  int64_t now = now_seconds();
  for (const Name& target : targets) CB_CHECK(take_one(*pool, target, properties, now));
  return pool->commit();
}

Result<> roll_back(Session& session, const Name& name, const RollbackOptions& options) {
  CB_TRY(Pool * pool, session.open(name.path, Hold::exclusive));
  CB_TRY(Record * record, pool->find(name.path));
  if (!record->snapshot(name.snapshot)) return fail(Why::absent, "dataset does not exist");
  CB_TRY(std::string later, later_to_clear(*record, name, options));
  Mounter& mounter = session.mounter();
  CB_CHECK(mounter.check_free(*pool, name.path));
  // What may find no room comes before anything is unmounted.
  CB_TRY(Store * store, pool->store(record->backend));
  CB_TRY(std::string back, store->clone(record->snapshot(name.snapshot)->data));
  CB_TRY(std::vector<std::string> paths, pool->within(name.path));
  CB_TRY(std::vector<std::string> unmounted, mounter.unmount_all(*pool, paths, options.force));
  auto done = go_back(session, *pool, name, back, later, options);
  auto mounted = mounter.mount_all(*pool, unmounted);
  return done ? mounted : done;
}

}  // namespace cellblock::dataset
