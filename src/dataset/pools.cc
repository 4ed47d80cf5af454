// Pools come and go.
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>

#include "dataset/durable.hpp"
#include "dataset/session.hpp"
#include "dataset/tree.hpp"
#include "sys/file.hpp"

namespace cellblock::dataset {
namespace {

constexpr const char* own_folder = ".cellblock";

Result<std::string> real_path(const std::string& path) {
  char buffer[PATH_MAX];
  if (!::realpath(path.c_str(), buffer)) return sys_fail(errno, "cannot open '{}'", path);
  return std::string(buffer);
}

/// A directory that holds a pool already is taken only by force, and never from a pool that is known here.
Result<> check_free(Session& session, const std::string& directory, Force force) {
  CB_TRY(std::vector<PoolEntry> pools, session.registry().all());
  for (const PoolEntry& pool : pools)
    if (pool.directory == directory) return fail(Why::exists, "{} is part of active pool '{}'", directory, pool.name);
  auto text = sys::read_file(directory + "/" + own_folder + "/pool");
  if (!text && text.error().why != Why::absent) return pass(std::move(text.error()));
  if (text && force == Force::no) {
    auto entry = parse_pool(*text);
    return fail(Why::exists, "invalid vdev specification\nuse '-f' to override the following errors:\n{} is part of exported pool '{}'", directory,
                entry ? entry->name : "?");
  }
  CB_TRY(Fd folder, sys::open(directory, O_RDONLY | O_DIRECTORY));
  return remove_tree(folder.get(), own_folder);
}

Result<> make_first_dataset(Pool& pool, const PoolWish& wish) {
  Record record{.guid = new_guid(), .created = now_seconds()};
  for (const auto& [name, value] : wish.properties) {
    CB_TRY(std::string good, checked_value(name, value, Set::at_create));
    record.properties[name] = good;
  }
  auto backend = record.properties.extract("cellblock:backend");
  record.backend = backend ? backend.mapped() : suitable_backend(pool.shelf());
  CB_TRY(record.number, pool.shelf().next_number());
  CB_TRY(Store * store, pool.store(record.backend));
  CB_TRY(record.data, store->create(0));
  pool.put(wish.name, std::move(record));
  CB_CHECK(pool.commit());
  return write_durably(pool.folder(), "pool", pool_text(pool.entry()));
}

/// Moves the files aside first: what is deleted is no pool any more.
Result<> remove_files(const PoolEntry& entry) {
  CB_TRY(Fd folder, sys::open(entry.directory, O_RDONLY | O_DIRECTORY));
  std::string gone = fmt::format("{}.{}", own_folder, entry.guid);
  if (::renameat(folder.get(), own_folder, folder.get(), gone.c_str()) < 0) return sys_fail(errno, "{}", entry.directory);
  return remove_tree(folder.get(), gone);
}

}  // namespace

Result<> create_pool(Session& session, const PoolWish& wish) {
  CB_CHECK(check_pool_name(wish.name));
  CB_TRY(Fd lock, session.registry().lock());
  if (session.registry().find(wish.name)) return fail(Why::exists, "pool already exists");
  PoolEntry entry{.name = wish.name, .guid = new_guid(), .created = now_seconds()};
  CB_TRY(entry.directory, real_path(wish.place));
  CB_CHECK(check_free(session, entry.directory, wish.force));
  CB_CHECK(Pool::lay_out(entry));
  {
    CB_TRY(std::unique_ptr<Pool> pool, Pool::open(entry, Hold::exclusive));
    CB_CHECK(make_first_dataset(*pool, wish));
  }
  CB_CHECK(session.registry().write(entry));
  CB_TRY(Pool * pool, session.open(wish.name, Hold::exclusive));
  return session.mounter().mount(*pool, wish.name, Mounter::Wish::automatic);
}

namespace {

/// Nothing of it is mounted any more, and this host has forgotten it.
Result<PoolEntry> forget(Session& session, const std::string& name, Force force) {
  CB_TRY(PoolEntry entry, session.registry().find(name));
  CB_TRY(Pool * pool, session.open(name, Hold::exclusive));
  CB_TRY(std::vector<std::string> paths, pool->within(name));
  for (const std::string& path : paths) CB_CHECK(session.mounter().check_free(*pool, path), "cannot unmount '{}'", path);
  CB_TRY(std::vector<std::string> unmounted, session.mounter().unmount_all(*pool, paths, force));
  CB_CHECK(session.registry().remove(name));
  session.close(name);
  session.mounter().tidy();
  return entry;
}

}  // namespace

Result<> export_pool(Session& session, const std::string& name, Force force) {
  CB_TRY(Fd lock, session.registry().lock());
  CB_TRY(PoolEntry entry, forget(session, name, force));
  return {};
}

Result<> destroy_pool(Session& session, const std::string& name, Force force) {
  CB_TRY(Fd lock, session.registry().lock());
  CB_TRY(PoolEntry entry, forget(session, name, force));
  return remove_files(entry);
}

Result<> import_pool(Session& session, const std::string& directory, const std::string& name) {
  CB_TRY(Fd lock, session.registry().lock());
  CB_TRY(std::string real, real_path(directory));
  auto text = sys::read_file(real + "/" + own_folder + "/pool");
  if (!text) return pass(std::move(text.error()), "no pool is in {}", directory);
  CB_TRY(PoolEntry entry, parse_pool(*text));
  if (!name.empty() && name != entry.name) return fail(Why::invalid, "the pool in {} is '{}'", directory, entry.name);
  if (session.registry().find(entry.name)) return fail(Why::exists, "a pool with that name already exists");
  entry.directory = real;
  CB_CHECK(session.registry().write(entry));
  CB_TRY(Pool * pool, session.open(entry.name, Hold::exclusive));
  return session.mounter().mount_all(*pool, pool->all());
}

}  // namespace cellblock::dataset
