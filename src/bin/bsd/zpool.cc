// zpool(8): pools are directories that datasets lie in.
#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>

#include "base/text.hpp"
#include "dataset/show.hpp"
#include "dataset/size.hpp"
#include "zfs_table.hpp"
#include "zfs_verbs.hpp"

namespace cellblock::bsd {
namespace {

using dataset::PoolEntry;

struct Verb {
  std::string_view name;
  int (*run)(Session&, const Words&);
  std::string_view usage;
};
extern const std::array<Verb, 6> verbs;

int misused(std::string_view command, std::string_view said) {
  fmt::print(stderr, "{}\n", said);
  for (const Verb& verb : verbs)
    if (verb.name == command) fmt::print(stderr, "usage:\n\t{}\n", verb.usage);
  return 2;
}

int bad_options(std::string_view command, const Options& options) {
  bool missing = options.error().starts_with("option requires");
  return misused(command, fmt::format("{} '{}'{}", missing ? "missing argument for" : "invalid option", options.error().back(), missing ? " option" : ""));
}

/// The pools that are named, or all.
Result<std::vector<PoolEntry>> chosen(Session& session, const Words& names) {
  if (names.empty()) return session.registry().all();
  std::vector<PoolEntry> pools;
  for (const std::string& name : names) {
    auto pool = session.registry().find(name);
    if (!pool && pool.error().why == Why::absent) return fail(Why::absent, "cannot open '{}': no such pool", name);
    if (!pool) return pass(std::move(pool.error()), "cannot open '{}'", name);
    pools.push_back(std::move(*pool));
  }
  return pools;
}

int unopened(const Error& error) {
  fmt::print(stderr, "{}\n", error.text());
  return 1;
}

int create(Session& session, const Words& words) {
  Options options(words, "fndm:o:O:R:t:");
  if (!options.error().empty()) return bad_options("create", options);
  if (options.rest().empty()) return misused("create", "missing pool name argument");
  if (options.rest().size() < 2) return misused("create", "missing vdev specification");
  if (options.rest().size() > 2) return misused("create", "a pool lies on one directory: its file system spreads over disks, where that is wanted");
  const std::string& name = options.rest()[0];
  dataset::PoolWish wish{.name = name, .place = options.rest()[1], .force = options.has('f') ? dataset::Force::yes : dataset::Force::no};
  std::vector<std::string> pairs = options.values('O');
  for (const std::string& pair : options.values('o')) pairs.push_back(pair);
  if (std::string wrong = zfs_pairs(pairs, wish.properties); !wrong.empty()) return misused("create", wrong);
  if (options.has('m')) wish.properties["mountpoint"] = options.value('m');
  if (host_has_pool(name)) return zfs_refuse("cannot create", name, {Why::exists, 0, {"pool already exists"}});
  auto made = dataset::create_pool(session, wish);
  if (made) return 0;
  if (!made.error().text().starts_with("cannot open") && !made.error().text().starts_with("invalid vdev")) return zfs_refuse("cannot create", name, made.error());
  fmt::print(stderr, "{}\n", made.error().text());
  return 1;
}

int destroy(Session& session, const Words& words) {
  Options options(words, "f");
  if (!options.error().empty()) return bad_options("destroy", options);
  if (options.rest().empty()) return misused("destroy", "missing pool argument");
  if (options.rest().size() > 1) return misused("destroy", "too many arguments");
  const std::string& name = options.rest()[0];
  auto done = dataset::destroy_pool(session, name, options.has('f') ? dataset::Force::yes : dataset::Force::no);
  if (done) return 0;
  if (done.error().why == Why::absent) return zfs_refuse("cannot open", name, {Why::absent, 0, {"no such pool"}});
  return zfs_refuse("cannot destroy", name, done.error());
}

int export_(Session& session, const Words& words) {
  Options options(words, "f");
  if (!options.error().empty()) return bad_options("export", options);
  if (options.rest().empty()) return misused("export", "missing pool argument");
  for (const std::string& name : options.rest()) {
    auto done = dataset::export_pool(session, name, options.has('f') ? dataset::Force::yes : dataset::Force::no);
    if (!done && done.error().why == Why::absent) return zfs_refuse("cannot open", name, {Why::absent, 0, {"no such pool"}});
    if (!done) return zfs_refuse("cannot export", name, done.error());
  }
  return 0;
}

int import(Session& session, const Words& words) {
  Options options(words, "d:fN");
  if (!options.error().empty()) return bad_options("import", options);
  if (options.value('d').empty()) return misused("import", "missing argument: -d names the pool's directory");
  if (options.rest().size() > 1) return misused("import", "too many arguments");
  std::string name = options.rest().empty() ? "" : options.rest()[0];
  auto done = dataset::import_pool(session, options.value('d'), name);
  return done ? 0 : zfs_refuse("cannot import", name.empty() ? options.value('d') : name, done.error());
}

struct Room {
  uint64_t size = 0, free = 0;
};

Result<Room> room_of(const PoolEntry& pool) {
  struct statvfs status {};
  if (::statvfs(pool.directory.c_str(), &status) < 0) return sys_fail(errno, "{}", pool.directory);
  return Room{uint64_t{status.f_blocks} * status.f_frsize, uint64_t{status.f_bfree} * status.f_frsize};
}

std::string cell(const PoolEntry& pool, const Room& room, std::string_view property, bool exact) {
  auto amount = [&](uint64_t bytes) { return exact ? fmt::format("{}", bytes) : dataset::size_text(bytes); };
  if (property == "name") return pool.name;
  if (property == "size") return amount(room.size);
  if (property == "allocated" || property == "alloc") return amount(room.size - room.free);
  if (property == "free") return amount(room.free);
  if (property == "capacity" || property == "cap") return fmt::format("{}{}", room.size ? (room.size - room.free) * 100 / room.size : 0, exact ? "" : "%");
  if (property == "dedupratio" || property == "dedup") return exact ? "1.00" : "1.00x";
  if (property == "health") return room.size ? "ONLINE" : "UNAVAIL";
  if (property == "guid") return fmt::format("{}", pool.guid);
  return "-";
}

constexpr std::string_view list_columns = "name,size,allocated,free,checkpoint,expandsize,fragmentation,capacity,dedupratio,health,altroot";

ZfsColumn column_of(std::string_view property) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> short_ones{
      {{"allocated", "ALLOC"}, {"checkpoint", "CKPOINT"}, {"expandsize", "EXPANDSZ"}, {"fragmentation", "FRAG"}, {"capacity", "CAP"}, {"dedupratio", "DEDUP"}}};
  for (const auto& [name, header] : short_ones)
    if (name == property) return {std::string(header), true};
  std::string header(property);
  std::ranges::transform(header, header.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return {header, property != "name" && property != "health" && property != "altroot"};
}

int list(Session& session, const Words& words) {
  Options options(words, "Hpo:Lv");
  if (!options.error().empty()) return bad_options("list", options);
  auto pools = chosen(session, options.rest());
  if (!pools) return unopened(pools.error());
  std::vector<std::string> properties = split(options.value('o', list_columns), ',');
  std::vector<ZfsColumn> columns;
  for (const std::string& property : properties) columns.push_back(column_of(property));
  std::vector<ZfsRow> rows;
  for (const PoolEntry& pool : *pools) {
    Room room = room_of(pool).value_or(Room{});
    ZfsRow row;
    for (const std::string& property : properties) row.push_back(cell(pool, room, property, options.has('p')));
    rows.push_back(std::move(row));
  }
  if (rows.empty() && !options.has('H')) fmt::print("no pools available\n");
  else fmt::print("{}", options.has('H') ? zfs_script_lines(rows) : zfs_table(columns, rows));
  return 0;
}

int status(Session& session, const Words& words) {
  Options options(words, "vxLP");
  if (!options.error().empty()) return bad_options("status", options);
  auto pools = chosen(session, options.rest());
  if (!pools) return unopened(pools.error());
  if (pools->empty()) fmt::print("no pools available\n");
  bool first = true;
  for (const PoolEntry& pool : *pools) {
    if (!std::exchange(first, false)) fmt::print("\n");
    std::string place = pool.image.empty() ? pool.directory : pool.image;
    size_t width = std::max({pool.name.size(), place.size() + 2, size_t{10}});
    std::string_view state = dataset::Pool::open(pool, dataset::Hold::shared) ? "ONLINE" : "UNAVAIL";
    fmt::print("  pool: {}\n state: {}\nconfig:\n\n\t{:<{}}  STATE     READ WRITE CKSUM\n", pool.name, state, "NAME", width);
    fmt::print("\t{:<{}}  {:<8}     0     0     0\n\t  {:<{}}  {:<8}     0     0     0\n\nerrors: No known data errors\n", pool.name, width, state, place,
               width - 2, state);
  }
  return 0;
}

const std::array<Verb, 6> verbs{
    Verb{"create", create, "create [-f] [-m mountpoint] [-o|-O property=value]... pool directory"},
    Verb{"destroy", destroy, "destroy [-f] pool"},
    Verb{"list", list, "list [-Hp] [-o property[,...]] [pool]..."},
    Verb{"status", status, "status [pool]..."},
    Verb{"export", export_, "export [-f] pool..."},
    Verb{"import", import, "import -d directory [pool]"},
};

constexpr std::array<std::string_view, 24> refused{"add", "attach", "checkpoint", "clear", "detach", "events", "get", "history", "initialize", "iostat", "labelclear", "offline",
                                                   "online", "reguid", "remove", "reopen", "replace", "resilver", "scrub", "set", "split", "sync", "trim", "upgrade"};

void print_usage() {
  fmt::print(stderr, "usage: zpool command args ...\nwhere 'command' is one of the following:\n\n");
  for (const Verb& verb : verbs) fmt::print(stderr, "\t{}\n", verb.usage);
}

}  // namespace

int zpool(const Words& words) {
  if (words.size() < 2) {
    fmt::print(stderr, "missing command\n");
    print_usage();
    return 2;
  }
  dataset::Registry registry = dataset::Registry::standard();
  if (std::string host = host_zfs("zpool"); !host.empty() && words[1] != "create")
    for (const std::string& word : std::span(words).subspan(2))
      if (dataset::check_pool_name(word) && !registry.find(word) && host_has_pool(word)) return run_host_zfs(host, words);
  Session session(registry);
  for (const Verb& verb : verbs)
    if (verb.name == words[1]) return verb.run(session, {words.begin() + 1, words.end()});
  if (std::ranges::find(refused, words[1]) != refused.end()) {
    fmt::print(stderr, "zpool {}: not supported: a pool is a directory, and its file system has its own tools for that\n", words[1]);
    return 1;
  }
  fmt::print(stderr, "unrecognized command '{}'\n", words[1]);
  print_usage();
  return 2;
}

}  // namespace cellblock::bsd
