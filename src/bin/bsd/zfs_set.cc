// zfs set, inherit, mount, unmount.
#include <algorithm>
#include <ranges>

#include "dataset/settings.hpp"
#include "dataset/show.hpp"
#include "zfs_verbs.hpp"

namespace cellblock::bsd {
namespace {

using dataset::Hold;
using dataset::Mounter;
using dataset::Name;

int unopened(std::string_view word, const Error& error) {
  if (error.why != Why::absent) return zfs_refuse("cannot open", word, error);
  return zfs_refuse("cannot open", word, {Why::absent, 0, {"dataset does not exist"}});
}

/// All datasets of all pools, in order.
Result<std::vector<Name>> everything(Session& session) { return dataset::select(session, {.names = {}, .depth = -1}); }

int list_mounted(Session& session) {
  auto names = everything(session);
  if (!names) return zfs_refuse("cannot list", "mounted filesystems", names.error());
  for (const Name& name : *names) {
    auto pool = session.open(name.path, Hold::shared);
    auto at = pool ? session.mounter().where(**pool, name.path) : Result<std::string>("");
    if (at && !at->empty()) fmt::print("{:<30}  {}\n", name.path, *at);
  }
  return 0;
}

int mount_all(Session& session) {
  auto names = everything(session);
  if (!names) return zfs_refuse("cannot mount", "all", names.error());
  int status = 0;
  for (const Name& name : *names) {
    auto pool = session.open(name.path, Hold::exclusive);
    auto done = pool ? session.mounter().mount(**pool, name.path, Mounter::Wish::automatic) : pass(std::move(pool.error()));
    if (!done) status = zfs_refuse("cannot mount", name.path, done.error());
  }
  return status;
}

int unmount_all(Session& session, dataset::Force force) {
  auto names = everything(session);
  if (!names) return zfs_refuse("cannot unmount", "all", names.error());
  int status = 0;
  for (const Name& name : std::views::reverse(*names)) {
    auto pool = session.open(name.path, Hold::exclusive);
    auto done = pool ? session.mounter().unmount(**pool, name.path, force) : pass(std::move(pool.error()));
    if (!done) status = zfs_refuse("cannot unmount", name.path, done.error());
  }
  return status;
}

/// The dataset that is mounted at a path.
std::string dataset_at(Session& session, const std::string& place) {
  auto names = everything(session);
  if (!names) return {};
  for (const Name& name : *names) {
    auto pool = session.open(name.path, Hold::shared);
    auto at = pool ? session.mounter().where(**pool, name.path) : Result<std::string>("");
    if (at && *at == place) return name.path;
  }
  return {};
}

}  // namespace

int zfs_set(Session& session, const Words& words) {
  dataset::Properties wanted;
  size_t at = 1;
  std::vector<std::string> pairs;
  while (at < words.size() && words[at].contains('=')) pairs.push_back(words[at++]);
  if (pairs.empty()) return zfs_misused("set", at < words.size() ? "missing property=value argument" : "missing arguments");
  if (at == words.size()) return zfs_misused("set", "missing dataset name(s)");
  if (std::string wrong = zfs_pairs(pairs, wanted); !wrong.empty()) return zfs_misused("set", wrong);
  int status = 0;
  for (; at < words.size(); ++at) {
    auto name = dataset::parse_name(words[at]);
    auto done = name ? dataset::set_property(session, *name, wanted) : pass(name.error());
    if (done) continue;
    status = done.error().why == Why::absent || !name ? unopened(words[at], done.error())
                                                       : zfs_refuse("cannot set property for", words[at], done.error());
  }
  return status;
}

int zfs_inherit(Session& session, const Words& words) {
  Options options(words, "rS");
  if (!options.error().empty()) return zfs_bad_options("inherit", options);
  if (options.rest().empty()) return zfs_misused("inherit", "missing property argument");
  if (options.rest().size() < 2) return zfs_misused("inherit", "missing dataset argument");
  int status = 0;
  for (const std::string& word : std::span(options.rest()).subspan(1)) {
    auto name = dataset::parse_name(word);
    auto done = name ? dataset::inherit_property(session, *name, options.rest()[0], options.has('r') ? dataset::Depth::all : dataset::Depth::one)
                     : pass(name.error());
    if (done) continue;
    if (done.error().why == Why::invalid && name) return zfs_misused("inherit", done.error().text());
    status = name && done.error().why != Why::absent ? zfs_refuse("cannot inherit property for", word, done.error()) : unopened(word, done.error());
  }
  return status;
}

int zfs_mount(Session& session, const Words& words) {
  Options options(words, "avo:fO");
  if (!options.error().empty()) return zfs_bad_options("mount", options);
  if (options.has('a')) return mount_all(session);
  if (options.rest().empty()) return list_mounted(session);
  if (options.rest().size() > 1) return zfs_misused("mount", "too many arguments");
  const std::string& word = options.rest()[0];
  auto name = dataset::parse_name(word);
  if (!name) return zfs_refuse("cannot open", word, name.error());
  auto pool = session.open(name->path, Hold::exclusive);
  if (!pool) return unopened(word, pool.error());
  if (name->is_snapshot() || !(*pool)->has(name->path)) return unopened(word, {Why::absent, 0, {}});
  auto done = session.mounter().mount(**pool, name->path, Mounter::Wish::explicit_);
  return done ? 0 : zfs_refuse("cannot mount", word, done.error());
}

int zfs_unmount(Session& session, const Words& words) {
  Options options(words, "af");
  if (!options.error().empty()) return zfs_bad_options("unmount", options);
  auto force = options.has('f') ? dataset::Force::yes : dataset::Force::no;
  if (options.has('a')) return unmount_all(session, force);
  if (options.rest().size() != 1) return zfs_misused("unmount", options.rest().empty() ? "missing filesystem argument" : "too many arguments");
  std::string word = options.rest()[0];
  if (word.starts_with('/')) {
    std::string found = dataset_at(session, word);
    if (found.empty()) return zfs_refuse("cannot unmount", word, {Why::absent, 0, {"not a ZFS filesystem"}});
    word = found;
  }
  auto name = dataset::parse_name(word);
  if (!name) return zfs_refuse("cannot open", word, name.error());
  auto pool = session.open(name->path, Hold::exclusive);
  if (!pool || !(*pool)->has(name->path)) return unopened(word, {Why::absent, 0, {}});
  auto at = session.mounter().where(**pool, name->path);
  if (at && at->empty()) return zfs_refuse("cannot unmount", word, {Why::absent, 0, {"not currently mounted"}});
  auto below = (*pool)->within(name->path);
  auto done = below ? session.mounter().unmount_all(**pool, *below, force).map([](auto) {}) : pass(std::move(below.error()));
  if (done) return 0;
  fmt::print(stderr, "{}\n", done.error().text());
  return 1;
}

}  // namespace cellblock::bsd
