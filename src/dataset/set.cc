// set and inherit.
#include <algorithm>

#include "base/text.hpp"
#include "dataset/session.hpp"
#include "dataset/settings.hpp"

namespace cellblock::dataset {
namespace {

bool changes_place(std::string_view name) { return name == "mountpoint" || name == "canmount"; }

uint64_t amount(const Properties& properties, const std::string& name) {
  auto found = properties.find(name);
  return found == properties.end() ? 0 : static_cast<uint64_t>(parse_int(found->second).value_or(0));
}

Result<> limit(Pool& pool, const Record& record) {
  CB_TRY(Store * store, pool.store(record.backend));
  uint64_t quota = amount(record.properties, "quota"), refquota = amount(record.properties, "refquota");
  return store->limit(record.data, quota == 0 ? refquota : refquota == 0 ? quota : std::min(quota, refquota));
}

Result<> take_effect(Session& session, Pool& pool, const std::string& path, const std::string& name) {
  CB_TRY(std::vector<std::string> paths, pool.within(path));
  if (name == "compression")
    for (const std::string& one : paths) {
      CB_TRY(Record * record, pool.find(one));
      CB_TRY(Store * store, pool.store(record->backend));
      CB_TRY(Setting how, setting_of(pool, one, name));
      CB_CHECK(store->compress(record->data, how.value));
    }
  if (const PropertyRow* row = find_property(name); row && row->kind == Kind::choice && row->values == "on | off")
    for (const std::string& one : paths) CB_CHECK(session.mounter().refresh(pool, one), "{}", one);
  return {};
}

using Edit = std::vector<std::pair<std::string, Properties>>;  ///< what becomes of the properties of each

Result<> carry_out(Pool& pool, Edit edit, const std::string& name) {
  for (auto& [path, properties] : edit) {
    CB_TRY(Record * record, pool.find(path));
    std::swap(record->properties, properties);
    pool.changed(path);
    if (name != "quota" && name != "refquota") continue;
    auto held = limit(pool, *record);
    if (!held) return held;
  }
  return pool.commit();
}

/// The change of one property. Where it says where to mount, all that follows it is moved.
Result<> change(Session& session, Pool& pool, const std::string& path, Edit edit, const std::string& name) {
  Mounter& mounter = session.mounter();
  std::vector<std::string> moved;
  if (changes_place(name)) {
    CB_TRY(std::vector<std::string> paths, pool.within(path));
    CB_TRY(moved, mounter.unmount_all(pool, paths, Force::no));
    // What was not mounted for want of a place has one now.
    CB_TRY(Setting before, setting_of(pool, path, "mountpoint"));
    if (name == "mountpoint" && !before.value.starts_with('/')) moved = paths;
  }
  auto done = carry_out(pool, std::move(edit), name);
  auto mounted = mounter.mount_all(pool, moved);
  CB_CHECK(std::move(done));
  mounter.tidy();
  CB_CHECK(std::move(mounted), "property may be set but unable to remount filesystem");
  return take_effect(session, pool, path, name);
}

Result<> set_on_snapshot(Pool& pool, const Name& name, const std::string& property, const std::string& value) {
  if (!is_user_property(property)) return fail(Why::invalid, "this property can not be modified for snapshots");
  CB_TRY(Record * record, pool.find(name.path));
  Snapshot* snapshot = record->snapshot(name.snapshot);
  if (!snapshot) return fail(Why::absent, "dataset does not exist");
  snapshot->properties[property] = value;
  pool.changed(name.path);
  return pool.commit();
}

Result<> set_one(Session& session, Pool& pool, const Name& name, const std::string& key, const std::string& text) {
  CB_TRY(std::string value, checked_value(key, text, Set::any_time));
  const PropertyRow* row = find_property(key);
  std::string property = row ? std::string(row->name) : key;
  if (name.is_snapshot()) return set_on_snapshot(pool, name, property, value);
  CB_TRY(Record * record, pool.find(name.path));
  Properties properties = record->properties;
  if (row && row->kind == Kind::number && value == "0") properties.erase(property);
  else properties[property] = value;
  return change(session, pool, name.path, {{name.path, properties}}, property);
}

}  // namespace

Result<> set_property(Session& session, const Name& name, const Properties& wanted) {
  CB_TRY(Pool * pool, session.open(name.path, Hold::exclusive));
  if (!pool->has(name.path)) return fail(Why::absent, "dataset does not exist");
  for (const auto& [property, value] : wanted)
    if (auto good = checked_value(property, value, Set::any_time); !good) return pass(std::move(good.error()));
  for (const auto& [property, value] : wanted) CB_CHECK(set_one(session, *pool, name, property, value));
  return {};
}

Result<> inherit_property(Session& session, const Name& name, const std::string& key, Depth depth) {
  const PropertyRow* row = find_property(key);
  if (!row && !is_user_property(key)) return fail(Why::invalid, "invalid property '{}'", key);
  if (row && row->set != Set::any_time) return fail(Why::invalid, "'{}' property cannot be inherited", row->name);
  if (row && !row->inherited && row->name != "canmount") return fail(Why::invalid, "'{}' property cannot be inherited\nuse 'zfs set {}=none' to clear", row->name, row->name);
  CB_TRY(Pool * pool, session.open(name.path, Hold::exclusive));
  CB_TRY(std::vector<std::string> paths, pool->within(name.path));
  if (depth == Depth::one) paths.resize(1);
  std::string property = row ? std::string(row->name) : key;
  Edit edit;
  for (const std::string& path : paths) {
    CB_TRY(Record * record, pool->find(path));
    Properties properties = record->properties;
    if (properties.erase(property)) edit.emplace_back(path, std::move(properties));
  }
  return edit.empty() ? Result<>{} : change(session, *pool, name.path, std::move(edit), property);
}

}  // namespace cellblock::dataset
