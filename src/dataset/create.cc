// create and clone.
#include "base/text.hpp"
#include "dataset/session.hpp"
#include "dataset/settings.hpp"

namespace cellblock::dataset {
namespace {

Result<Properties> checked(const Properties& wanted) {
  Properties properties;
  for (const auto& [name, value] : wanted) {
    CB_TRY(std::string good, checked_value(name, value, Set::at_create));
    const PropertyRow* row = find_property(name);
    properties[row ? std::string(row->name) : name] = good;
  }
  return properties;
}

std::string take(Properties& properties, const std::string& name) {
  auto node = properties.extract(name);
  return node ? node.mapped() : "";
}

uint64_t amount(const Properties& properties, const std::string& name) {
  auto found = properties.find(name);
  return found == properties.end() ? 0 : static_cast<uint64_t>(parse_int(found->second).value_or(0));
}

/// The smaller one of the quotas that are set; 0: none.
uint64_t limit_of(const Properties& properties) {
  uint64_t quota = amount(properties, "quota"), refquota = amount(properties, "refquota");
  return quota == 0 ? refquota : refquota == 0 ? quota : std::min(quota, refquota);
}

Result<> apply_limits(Pool& pool, Store& store, const std::string& path, const Record& record) {
  if (uint64_t limit = limit_of(record.properties)) CB_CHECK(store.limit(record.data, limit));
  auto own = record.properties.find("compression");
  CB_TRY(Setting above, setting_of(pool, Name{path, ""}.parent(), "compression"));
  std::string how = own == record.properties.end() ? above.value : own->second;
  return how == "off" ? Result<>{} : store.compress(record.data, how);
}

Result<Record> new_record(Pool& pool, const std::string& backend, Properties properties) {
  Record record{.backend = backend, .guid = new_guid(), .created = now_seconds(), .properties = std::move(properties)};
  CB_TRY(record.number, pool.shelf().next_number());
  return record;
}

Result<> create_one(Session& session, Pool& pool, const std::string& path, Properties properties) {
  CB_TRY(Record * parent, pool.find(Name{path, ""}.parent()));
  std::string backend = take(properties, "cellblock:backend");
  CB_TRY(Record record, new_record(pool, backend.empty() ? parent->backend : backend, std::move(properties)));
  CB_TRY(Store * store, pool.store(record.backend));
  CB_TRY(record.data, store->create(limit_of(record.properties)));
  CB_CHECK(apply_limits(pool, *store, path, record));
  pool.put(path, std::move(record));
  CB_CHECK(pool.commit());
  auto mounted = session.mounter().mount(pool, path, Mounter::Wish::automatic);
  if (!mounted) return pass(std::move(mounted.error()), "filesystem successfully created, but not mounted");
  return {};
}

/// Makes what is above, or says that it is missing.
Result<> need_parents(Session& session, Pool& pool, const Name& name, Parents parents) {
  std::string above = name.parent();
  if (above.empty()) return fail(Why::exists, "missing dataset name");
  if (pool.has(above)) return {};
  if (parents == Parents::required) return fail(Why::absent, "parent does not exist");
  CB_CHECK(need_parents(session, pool, Name{above, ""}, parents));
  return create_one(session, pool, above, {});
}

}  // namespace

Result<> create(Session& session, const Name& name, const Properties& wanted, Parents parents) {
  CB_TRY(Pool * pool, session.open(name.path, Hold::exclusive));
  if (pool->has(name.path)) return parents == Parents::made ? Result<>{} : fail(Why::exists, "dataset already exists");
  CB_TRY(Properties properties, checked(wanted));
  CB_CHECK(need_parents(session, *pool, name, parents));
  return create_one(session, *pool, name.path, std::move(properties));
}

Result<> clone(Session& session, const Name& snapshot, const Name& target, const Properties& wanted, Parents parents) {
  if (snapshot.pool() != target.pool()) return fail(Why::invalid, "source and target pools differ");
  CB_TRY(Pool * pool, session.open(target.path, Hold::exclusive));
  if (pool->has(target.path)) return parents == Parents::made ? Result<>{} : fail(Why::exists, "dataset already exists");
  CB_TRY(Properties properties, checked(wanted));
  if (properties.contains("cellblock:backend")) return fail(Why::invalid, "a clone has the back end of its origin");
  CB_CHECK(need_parents(session, *pool, target, parents));
  CB_TRY(Record * origin, pool->find(snapshot.path));
  const Snapshot* from = origin->snapshot(snapshot.snapshot);
  if (!from) return fail(Why::absent, "dataset does not exist");
  CB_TRY(Store * store, pool->store(origin->backend));
  CB_TRY(Record record, new_record(*pool, origin->backend, std::move(properties)));
  record.origin = snapshot.text();
  CB_TRY(record.data, store->clone(from->data));
  CB_CHECK(apply_limits(*pool, *store, target.path, record));
  pool->put(target.path, std::move(record));
  CB_CHECK(pool->commit());
  auto mounted = session.mounter().mount(*pool, target.path, Mounter::Wish::automatic);
  if (!mounted) return pass(std::move(mounted.error()), "filesystem successfully created, but not mounted");
  return {};
}

}  // namespace cellblock::dataset
