// destroy, of datasets and of snapshots.
#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "dataset/session.hpp"

namespace cellblock::dataset {
namespace {

/// What goes: whole datasets, and snapshots of others.
struct Doomed {
  std::set<std::string> datasets;
  std::set<std::pair<std::string, std::string>> snapshots;  ///< dataset, name

  bool holds(const Name& snapshot) const { return datasets.contains(snapshot.path) || snapshots.contains({snapshot.path, snapshot.snapshot}); }
};

Result<Name> origin_of(Pool& pool, const std::string& path) {
  CB_TRY(Record * record, pool.find(path));
  return record->origin.empty() ? Name{} : parse_name(record->origin);
}

/// Datasets that are not doomed, but were cloned from what is.
Result<std::vector<std::string>> clones_of(Pool& pool, const Doomed& doomed) {
  std::vector<std::string> clones;
  for (const std::string& path : pool.all()) {
    if (doomed.datasets.contains(path)) continue;
    CB_TRY(Name origin, origin_of(pool, path));
    if (!origin.path.empty() && doomed.holds(origin)) clones.push_back(path);
  }
  return clones;
}

tl::unexpected<Error> in_the_way(std::string_view what, char option, const std::vector<std::string>& names) {
  return fail(Why::exists, "{}\nuse '-{}' to destroy the following datasets:\n{}", what, option, join(names, "\n"));
}

/// With -R, clones and all below them go, and so on until none is left.
Result<> add_clones(Pool& pool, Doomed& doomed, const DestroyOptions& options, std::string_view kind) {
  for (;;) {
    CB_TRY(std::vector<std::string> clones, clones_of(pool, doomed));
    if (clones.empty()) return {};
    if (!options.clones) return in_the_way(fmt::format("{} has dependent clones", kind), 'R', clones);
    for (const std::string& clone : clones) {
      CB_TRY(std::vector<std::string> below, pool.within(clone));
      doomed.datasets.insert(below.begin(), below.end());
    }
  }
}

Result<> doom_dataset(Pool& pool, const std::string& path, const DestroyOptions& options, Doomed& doomed) {
  CB_TRY(std::vector<std::string> below, pool.within(path));
  CB_TRY(Record * record, pool.find(path));
  bool all = options.children || options.clones;
  if (!all && below.size() > 1) return in_the_way("filesystem has children", 'r', {below.begin() + 1, below.end()});
  if (!all && !record->snapshots.empty()) {
    std::vector<std::string> names;
    for (const Snapshot& one : record->snapshots) names.push_back(path + "@" + one.name);
    return in_the_way("filesystem has children", 'r', names);
  }
  doomed.datasets.insert(below.begin(), below.end());
  return add_clones(pool, doomed, options, "filesystem");
}

std::vector<std::string> names_of(Pool& pool, const Doomed& doomed) {
  std::vector<std::string> names;
  for (const auto& [path, snapshot] : doomed.snapshots)
    if (!doomed.datasets.contains(path)) names.push_back(path + "@" + snapshot);
  for (auto path = doomed.datasets.rbegin(); path != doomed.datasets.rend(); ++path) {
    if (auto record = pool.find(*path))
      for (const Snapshot& one : (*record)->snapshots) names.push_back(*path + "@" + one.name);
    names.push_back(*path);
  }
  return names;
}

Result<> erase_snapshots(Pool& pool, const Doomed& doomed) {
  for (const auto& [path, name] : doomed.snapshots) {
    if (doomed.datasets.contains(path)) continue;
    CB_TRY(Record * record, pool.find(path));
    pool.drop(record->snapshot(name)->data);
    std::erase_if(record->snapshots, [&gone = name](const Snapshot& one) { return one.name == gone; });
    pool.changed(path);
  }
  return {};
}

Result<> erase_datasets(Pool& pool, const Doomed& doomed) {
  for (const std::string& path : doomed.datasets) {
    CB_TRY(Record * record, pool.find(path));
    pool.drop(record->data);
    for (auto one = record->snapshots.rbegin(); one != record->snapshots.rend(); ++one) pool.drop(one->data);
    pool.erase(path);
  }
  return {};
}

/// A snapshot that is being sent stays.
Result<> check_unheld(Pool& pool, const Doomed& doomed) {
  for (const auto& [path, name] : doomed.snapshots) {
    CB_TRY(Record * record, pool.find(path));
    CB_CHECK(pool.shelf().check_unheld(record->snapshot(name)->data));
  }
  for (const std::string& path : doomed.datasets) {
    CB_TRY(Record * record, pool.find(path));
    for (const Snapshot& one : record->snapshots) CB_CHECK(pool.shelf().check_unheld(one.data));
  }
  return {};
}

Result<> carry_out(Session& session, Pool& pool, const Doomed& doomed, Force force) {
  CB_CHECK(check_unheld(pool, doomed));
  Mounter& mounter = session.mounter();
  std::vector<std::string> datasets(doomed.datasets.begin(), doomed.datasets.end());
  for (const std::string& path : datasets)
    CB_CHECK(mounter.check_free(pool, path), "cannot unmount '{}'", path);
  CB_TRY(std::vector<std::string> unmounted, mounter.unmount_all(pool, datasets, force));
  for (const std::string& path : unmounted)
    if (auto free = mounter.check_free(pool, path); !free) {
      (void)mounter.mount_all(pool, unmounted);
      return pass(std::move(free.error()), "cannot unmount '{}'", path);
    }
  CB_CHECK(erase_snapshots(pool, doomed));
  CB_CHECK(erase_datasets(pool, doomed));
  CB_CHECK(pool.commit());
  mounter.tidy();
  return {};
}

/// Adds those of a word "a", "a%c", "%c", "a%" or "%".
Result<> doom_range(const Record& record, const std::string& path, std::string_view word, Doomed& doomed) {
  size_t percent = word.find('%');
  std::string_view first = word.substr(0, percent), last = percent == word.npos ? first : word.substr(percent + 1);
  bool in = first.empty();
  for (const Snapshot& one : record.snapshots) {
    if (one.name == first) in = true;
    if (in) doomed.snapshots.emplace(path, one.name);
    if (in && one.name == last) return {};
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> destroy(Session& session, const Name& name, const DestroyOptions& options) {
  CB_TRY(Pool * pool, session.open(name.path, options.only_say ? Hold::shared : Hold::exclusive));
  if (!pool->has(name.path)) return fail(Why::absent, "dataset does not exist");
  if (name.parent().empty()) return fail(Why::invalid, "operation does not apply to pools\nuse 'zfs destroy -r {0}' to destroy all datasets in the pool\nuse 'zpool destroy {0}' to destroy the pool itself", name.path);
  Doomed doomed;
  CB_CHECK(doom_dataset(*pool, name.path, options, doomed));
  std::vector<std::string> names = names_of(*pool, doomed);
  if (!options.only_say) CB_CHECK(carry_out(session, *pool, doomed, options.force));
  return names;
}

Result<std::vector<std::string>> destroy_snapshots(Session& session, const std::string& path, const std::string& snapshots,
                                                   const DestroyOptions& options) {
  CB_TRY(Pool * pool, session.open(path, options.only_say ? Hold::shared : Hold::exclusive));
  CB_TRY(std::vector<std::string> paths, pool->within(path));
  if (!options.children) paths.resize(1);
  Doomed doomed;
  for (const std::string& one : paths) {
    CB_TRY(Record * record, pool->find(one));
    for (const std::string& word : split(snapshots, ',')) CB_CHECK(doom_range(*record, one, word, doomed));
  }
  if (doomed.snapshots.empty()) return fail(Why::absent, "could not find any snapshots to destroy; check snapshot names.");
  CB_CHECK(add_clones(*pool, doomed, options, "snapshot"));
  std::vector<std::string> names = names_of(*pool, doomed);
  if (!options.only_say) CB_CHECK(carry_out(session, *pool, doomed, options.force));
  return names;
}

}  // namespace cellblock::dataset
