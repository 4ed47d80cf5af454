// zfs create, clone, snapshot, rollback, destroy.
#include "zfs_verbs.hpp"

namespace cellblock::bsd {
namespace {

using dataset::Name;

/// The name of a dataset or of a snapshot as a command wants it.
enum class Wanted : uint8_t { dataset, snapshot };
Result<Name> name_of(const std::string& word, Wanted wanted) {
  CB_TRY(Name name, dataset::parse_name(word));
  if (wanted == Wanted::snapshot && !name.is_snapshot()) return fail(Why::invalid, "missing '@' delimiter in snapshot name, did you mean to use -r?");
  if (wanted == Wanted::dataset && name.is_snapshot()) return fail(Why::invalid, "snapshot delimiter '@' is not expected here");
  return name;
}

dataset::Parents parents_of(const Options& options) { return options.has('p') ? dataset::Parents::made : dataset::Parents::required; }

}  // namespace

int zfs_create(Session& session, const Words& words) {
  Options options(words, "po:uV:s");
  if (!options.error().empty()) return zfs_bad_options("create", options);
  if (options.rest().empty()) return zfs_misused("create", "missing filesystem argument");
  if (options.rest().size() > 1) return zfs_misused("create", "too many arguments");
  const std::string& word = options.rest()[0];
  if (options.has('V')) return zfs_refuse("cannot create", word, {Why::unsupported, 0, {"there are no volumes here: a file of that size is one (truncate -s)"}});
  dataset::Properties wanted;
  if (std::string wrong = zfs_pairs(options.values('o'), wanted); !wrong.empty()) return zfs_misused("create", wrong);
  auto name = name_of(word, Wanted::dataset);
  if (!name) return zfs_refuse("cannot create", word, name.error());
  if (options.has('u')) wanted.emplace("canmount", "noauto");
  auto made = dataset::create(session, *name, wanted, parents_of(options));
  return made ? 0 : zfs_refuse("cannot create", word, made.error());
}

int zfs_clone(Session& session, const Words& words) {
  Options options(words, "po:u");
  if (!options.error().empty()) return zfs_bad_options("clone", options);
  if (options.rest().empty()) return zfs_misused("clone", "missing source dataset argument");
  if (options.rest().size() < 2) return zfs_misused("clone", "missing target dataset argument");
  if (options.rest().size() > 2) return zfs_misused("clone", "too many arguments");
  dataset::Properties wanted;
  if (std::string wrong = zfs_pairs(options.values('o'), wanted); !wrong.empty()) return zfs_misused("clone", wrong);
  if (options.has('u')) wanted.emplace("canmount", "noauto");
  auto from = name_of(options.rest()[0], Wanted::snapshot);
  if (!from) return zfs_refuse("cannot open", options.rest()[0], from.error());
  const std::string& word = options.rest()[1];
  auto to = name_of(word, Wanted::dataset);
  if (!to) return zfs_refuse("cannot create", word, to.error());
  auto pool = session.open(from->path, dataset::Hold::exclusive);
  auto origin = pool ? (*pool)->find(from->path) : fail(Why::absent, "dataset does not exist");
  if (origin && !(*origin)->snapshot(from->snapshot)) origin = fail(Why::absent, "dataset does not exist");
  if (!origin) return zfs_refuse("cannot open", from->text(), origin.error());
  auto made = dataset::clone(session, *from, *to, wanted, parents_of(options));
  return made ? 0 : zfs_refuse("cannot create", word, made.error());
}

int zfs_snapshot(Session& session, const Words& words) {
  Options options(words, "ro:");
  if (!options.error().empty()) return zfs_bad_options("snapshot", options);
  if (options.rest().empty()) return zfs_misused("snapshot", "missing snapshot argument");
  dataset::Properties wanted;
  if (std::string wrong = zfs_pairs(options.values('o'), wanted); !wrong.empty()) return zfs_misused("snapshot", wrong);
  std::vector<Name> names;
  for (const std::string& word : options.rest()) {
    auto name = name_of(word, Wanted::snapshot);
    if (!name) return zfs_refuse("cannot create snapshot", word, name.error());
    names.push_back(*name);
  }
  auto taken = dataset::take_snapshots(session, names, wanted, options.has('r') ? dataset::Depth::all : dataset::Depth::one);
  return taken ? 0 : zfs_refuse(names.size() > 1 ? "cannot create snapshots: first" : "cannot create snapshot", names[0].text(), taken.error());
}

int zfs_rollback(Session& session, const Words& words) {
  Options options(words, "rRf");
  if (!options.error().empty()) return zfs_bad_options("rollback", options);
  if (options.rest().empty()) return zfs_misused("rollback", "missing dataset argument");
  if (options.rest().size() > 1) return zfs_misused("rollback", "too many arguments");
  const std::string& word = options.rest()[0];
  auto name = name_of(word, Wanted::snapshot);
  if (!name) return zfs_refuse("cannot open", word, name.error());
  auto done = dataset::roll_back(session, *name, {.later_too = options.has('r'), .clones_too = options.has('R'),
                                                  .force = options.has('f') ? dataset::Force::yes : dataset::Force::no});
  if (done) return 0;
  if (done.error().why == Why::absent) return zfs_refuse("cannot open", word, done.error());
  return zfs_refuse(done.error().text().starts_with("more recent") ? "cannot rollback to" : "cannot rollback", done.error().text().starts_with("more recent") ? word : name->path, done.error());
}

int zfs_destroy(Session& session, const Words& words) {
  Options options(words, "fnpRrvd");
  if (!options.error().empty()) return zfs_bad_options("destroy", options);
  if (options.rest().empty()) return zfs_misused("destroy", "missing dataset argument");
  if (options.rest().size() > 1) return zfs_misused("destroy", "too many arguments");
  const std::string& word = options.rest()[0];
  size_t at = word.find('@');
  auto name = name_of(word.substr(0, at), Wanted::dataset);
  if (!name) return zfs_refuse("cannot open", word, name.error());
  dataset::DestroyOptions how{.children = options.has('r'), .clones = options.has('R'), .force = options.has('f') ? dataset::Force::yes : dataset::Force::no,
                              .only_say = options.has('n')};
  auto gone = at == word.npos ? dataset::destroy(session, *name, how) : dataset::destroy_snapshots(session, name->path, word.substr(at + 1), how);
  if (!gone && gone.error().text().starts_with("could not find")) {
    fmt::print(stderr, "{}\n", gone.error().text());
    return 1;
  }
  if (!gone) return zfs_refuse(gone.error().why == Why::absent ? "cannot open" : "cannot destroy", gone.error().why == Why::absent ? name->path : word, gone.error());
  std::string_view verb = options.has('n') ? "would destroy" : "will destroy";
  for (const std::string& one : *gone) {
    if (options.has('v') && options.has('p')) fmt::print("destroy\t{}\n", one);
    else if (options.has('v')) fmt::print("{} {}\n", verb, one);
  }
  return 0;
}

}  // namespace cellblock::bsd
