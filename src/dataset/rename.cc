// rename and promote: what is in the records changes, no data moves.
#include <algorithm>

#include "dataset/session.hpp"
#include "dataset/settings.hpp"

namespace cellblock::dataset {
namespace {

/// Clones keep the name of what they came from.
Result<> rename_origins(Pool& pool, const std::string& from, const std::string& to) {
  for (const std::string& path : pool.all()) {
    CB_TRY(Record * record, pool.find(path));
    if (record->origin != from) continue;
    record->origin = to;
    pool.changed(path);
  }
  return {};
}

Result<> rename_snapshot(Pool& pool, const Name& from, const std::string& to) {
  CB_TRY(Record * record, pool.find(from.path));
  Snapshot* snapshot = record->snapshot(from.snapshot);
  if (!snapshot) return fail(Why::absent, "dataset does not exist");
  if (record->snapshot(to)) return fail(Why::exists, "dataset already exists");
  snapshot->name = to;
  pool.changed(from.path);
  return rename_origins(pool, from.text(), from.path + "@" + to);
}

Result<> move_record(Pool& pool, const std::string& from, const std::string& to) {
  CB_TRY(Record * record, pool.find(from));
  Record moved = *record;
  for (const Snapshot& one : moved.snapshots) CB_CHECK(rename_origins(pool, from + "@" + one.name, to + "@" + one.name));
  CB_TRY(record, pool.find(from));
  moved.origin = record->origin;  // perhaps one of its own family
  pool.erase(from);
  pool.put(to, std::move(moved));
  return {};
}

Result<> check_target(Pool& pool, const Name& from, const Name& to) {
  if (to.pool() != from.pool()) return fail(Why::invalid, "datasets must be within same pool");
  if (from.parent().empty()) return fail(Why::invalid, "a pool's own dataset can't be renamed");
  if (is_within(to.path, from.path)) return fail(Why::invalid, "New dataset name cannot be a descendant of current dataset name");
  if (pool.has(to.path)) return fail(Why::exists, "dataset already exists");
  return {};
}

Result<> move_all(Pool& pool, const std::vector<std::string>& paths, const Name& from, const Name& to) {
  for (const std::string& path : paths) CB_CHECK(move_record(pool, path, to.path + path.substr(from.path.size())));
  return pool.commit();
}

}  // namespace

Result<> rename(Session& session, const Name& from, const Name& to, Parents parents) {
  CB_TRY(Pool * pool, session.open(from.path, Hold::exclusive));
  if (!pool->has(from.path)) return fail(Why::absent, "dataset does not exist");
  if (from.is_snapshot()) {
    if (from.path != to.path) return fail(Why::invalid, "snapshots must be part of same dataset");
    CB_CHECK(rename_snapshot(*pool, from, to.snapshot));
    return pool->commit();
  }
  CB_CHECK(check_target(*pool, from, to));
  if (!pool->has(to.parent())) {
    if (parents == Parents::required) return fail(Why::absent, "parent does not exist");
    CB_CHECK(create(session, Name{to.parent(), ""}, {}, Parents::made));
  }
  CB_TRY(std::vector<std::string> paths, pool->within(from.path));
  Mounter& mounter = session.mounter();
  for (const std::string& path : paths) CB_CHECK(mounter.check_free(*pool, path));
  CB_TRY(std::vector<std::string> unmounted, mounter.unmount_all(*pool, paths, Force::no));
  auto done = move_all(*pool, paths, from, to);
  if (done)
    for (std::string& path : unmounted) path = to.path + path.substr(from.path.size());
  auto mounted = mounter.mount_all(*pool, unmounted);
  if (done) mounter.tidy();
  return done ? mounted : done;
}

Result<> rename_snapshots(Session& session, const Name& from, const std::string& to) {
  CB_TRY(Pool * pool, session.open(from.path, Hold::exclusive));
  CB_TRY(std::vector<std::string> paths, pool->within(from.path));
  bool any = false;
  for (const std::string& path : paths) {
    CB_TRY(Record * record, pool->find(path));
    if (!record->snapshot(from.snapshot)) continue;
    any = true;
    CB_CHECK(rename_snapshot(*pool, {path, from.snapshot}, to));
  }
  return any ? pool->commit() : fail(Why::absent, "dataset does not exist");
}

Result<> promote(Session& session, const Name& name) {
  CB_TRY(Pool * pool, session.open(name.path, Hold::exclusive));
  CB_TRY(Record * clone, pool->find(name.path));
  if (clone->origin.empty()) return fail(Why::invalid, "not a cloned filesystem");
  CB_TRY(Name origin, parse_name(clone->origin));
  CB_TRY(Record * parent, pool->find(origin.path));
  const Snapshot* from = parent->snapshot(origin.snapshot);
  if (!from) return fail(Why::absent, "the origin {} is gone", clone->origin);
  uint64_t last = from->number;
  std::vector<Snapshot> taken;
  for (const Snapshot& one : parent->snapshots) {
    if (one.number > last) continue;
    if (clone->snapshot(one.name)) return fail(Why::exists, "conflicting snapshot '{}' from parent '{}'", one.name, origin.path);
    taken.push_back(one);
  }
  for (const Snapshot& one : taken) CB_CHECK(rename_origins(*pool, origin.path + "@" + one.name, name.path + "@" + one.name));
  clone->snapshots.insert(clone->snapshots.begin(), taken.begin(), taken.end());
  std::erase_if(parent->snapshots, [last](const Snapshot& one) { return one.number <= last; });
  clone->origin = parent->origin;
  parent->origin = name.path + "@" + origin.snapshot;
  pool->changed(name.path);
  pool->changed(origin.path);
  return pool->commit();
}

}  // namespace cellblock::dataset
