// zfs rename and promote.
#include "zfs_verbs.hpp"

namespace cellblock::bsd {
namespace {

using dataset::Name;

/// The new name of a snapshot may be given by what is behind the '@' alone.
Result<Name> new_name(const Name& from, const std::string& word) {
  return dataset::parse_name(from.is_snapshot() && word.starts_with('@') ? from.path + word : word);
}

Result<> move(Session& session, const Name& from, const Name& to, const Options& options) {
  if (from.is_snapshot() != to.is_snapshot()) return fail(Why::invalid, "{}", from.is_snapshot() ? "missing '@' delimiter in snapshot name" : "snapshot delimiter '@' is not expected here");
  if (!options.has('r')) return dataset::rename(session, from, to, options.has('p') ? dataset::Parents::made : dataset::Parents::required);
  if (!from.is_snapshot()) return fail(Why::invalid, "recursive rename is for snapshots");
  if (from.path != to.path) return fail(Why::invalid, "snapshots must be part of same dataset");
  return dataset::rename_snapshots(session, from, to.snapshot);
}

}  // namespace

int zfs_rename(Session& session, const Words& words) {
  Options options(words, "pruf");
  if (!options.error().empty()) return zfs_bad_options("rename", options);
  if (options.rest().empty()) return zfs_misused("rename", "missing source dataset argument");
  if (options.rest().size() < 2) return zfs_misused("rename", "missing target dataset argument");
  if (options.rest().size() > 2) return zfs_misused("rename", "too many arguments");
  const std::string &source = options.rest()[0], &target = options.rest()[1];
  auto from = dataset::parse_name(source);
  if (!from) return zfs_refuse("cannot open", source, from.error());
  auto to = new_name(*from, target);
  if (!to) return zfs_refuse("cannot rename to", target, to.error());
  auto done = move(session, *from, *to, options);
  if (done) return 0;
  if (done.error().text() == "dataset already exists") return zfs_refuse("cannot rename to", to->text(), done.error());
  bool missing = done.error().text() == "dataset does not exist" || done.error().text().starts_with("no such pool");
  return zfs_refuse(missing ? "cannot open" : "cannot rename", source, missing ? Error{Why::absent, 0, {"dataset does not exist"}} : done.error());
}

int zfs_promote(Session& session, const Words& words) {
  Options options(words, "");
  if (!options.error().empty()) return zfs_bad_options("promote", options);
  if (options.rest().empty()) return zfs_misused("promote", "missing clone filesystem argument");
  if (options.rest().size() > 1) return zfs_misused("promote", "too many arguments");
  const std::string& word = options.rest()[0];
  auto name = dataset::parse_name(word);
  if (!name || name->is_snapshot()) return zfs_refuse("cannot open", word, name ? Error{Why::invalid, 0, {"operation not applicable to snapshots"}} : name.error());
  auto done = dataset::promote(session, *name);
  if (done) return 0;
  return zfs_refuse(done.error().why == Why::absent ? "cannot open" : "cannot promote", word, done.error());
}

}  // namespace cellblock::bsd
