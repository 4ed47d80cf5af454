#include "dataset/show.hpp"

#include <time.h>

#include <algorithm>

#include "base/text.hpp"
#include "dataset/settings.hpp"
#include "dataset/size.hpp"

namespace cellblock::dataset {
namespace {

constexpr std::string_view none = "-";

std::string date_text(std::string_view seconds) {
  time_t time = parse_int(seconds).value_or(0);
  tm parts{};
  char text[64];
  ::localtime_r(&time, &parts);
  size_t length = ::strftime(text, sizeof text, "%a %b %e %H:%M %Y", &parts);
  return {text, length};
}

std::string number_text(const PropertyRow& row, std::string value, Exact exact) {
  if (value == none || exact == Exact::yes || row.name == "guid" || row.name == "createtxg") return value;
  if (row.set == Set::any_time && value == "0") return "none";
  return size_text(static_cast<uint64_t>(parse_int(value).value_or(0)));
}

template <class Number>
Result<std::string> text_of(Result<Number> number) {
  if (!number) return pass(std::move(number.error()));
  return fmt::format("{}", *number);
}

size_t depth_of(std::string_view path) { return static_cast<size_t>(std::ranges::count(path, '/')); }

Result<> select_below(Pool& pool, const Name& root, const Selection& selection, std::vector<Name>& out) {
  CB_TRY(std::vector<std::string> paths, pool.within(root.path));
  for (const std::string& path : paths) {
    int below = static_cast<int>(depth_of(path) - depth_of(root.path));
    if (selection.depth >= 0 && below > selection.depth) continue;
    if (selection.filesystems) out.push_back({path, ""});
    // A snapshot is a level below its dataset; asked for alone, those of what is named are shown.
    bool deep_enough = selection.depth < 0 || below < selection.depth || (!selection.filesystems && selection.depth == 0);
    if (!selection.snapshots || !deep_enough) continue;
    CB_TRY(Record * record, pool.find(path));
    for (const Snapshot& one : record->snapshots) out.push_back({path, one.name});
  }
  return {};
}

Result<> select_named(Session& session, const std::string& word, const Selection& selection, std::vector<Name>& out) {
  CB_TRY(Name name, parse_name(word), "cannot open '{}'", word);
  auto pool = session.open(name.path, Hold::shared);
  if (!pool && pool.error().why == Why::absent) return fail(Why::absent, "cannot open '{}': dataset does not exist", word);
  if (!pool) return pass(std::move(pool.error()), "cannot open '{}'", word);
  if (!name.is_snapshot()) {
    auto done = select_below(**pool, name, selection, out);
    return done ? done : pass(std::move(done.error()), "cannot open '{}'", word);
  }
  CB_TRY(Record * record, (*pool)->find(name.path), "cannot open '{}'", word);
  if (!record->snapshot(name.snapshot)) return fail(Why::absent, "cannot open '{}': dataset does not exist", word);
  out.push_back(name);
  return {};
}

}  // namespace

Result<std::string> Show::clones(const Name& name) {
  std::vector<std::string> names;
  for (const std::string& path : pool_.all()) {
    CB_TRY(Record * record, pool_.find(path));
    if (record->origin == name.text()) names.push_back(path);
  }
  return join(names, ",");
}

Result<std::string> Show::of_dataset(const std::string& path, const Record& record, std::string_view property) {
  if (property == "name") return path;
  if (property == "type") return "filesystem";
  if (property == "creation") return fmt::format("{}", record.created);
  if (property == "createtxg") return fmt::format("{}", record.number);
  if (property == "guid") return fmt::format("{}", record.guid);
  if (property == "origin") return record.origin.empty() ? std::string(none) : record.origin;
  if (property == "cellblock:backend") return record.backend;
  if (property == "used") return text_of(space_.used(path));
  if (property == "available") return text_of(space_.available(path));
  if (property == "referenced") return text_of(space_.referenced(record));
  if (property == "usedbydataset") return text_of(space_.used_by_dataset(record));
  if (property == "usedbysnapshots") return text_of(space_.used_by_snapshots(record));
  if (property == "usedbychildren") {
    CB_TRY(uint64_t all, space_.used(path));
    CB_TRY(uint64_t own, space_.used_by_dataset(record));
    CB_TRY(uint64_t kept, space_.used_by_snapshots(record));
    return fmt::format("{}", all - own - kept);
  }
  if (property != "mounted") return std::string(none);
  CB_TRY(std::string at, session_.mounter().where(pool_, path));
  return at.empty() ? "no" : "yes";
}

Result<std::string> Show::of_snapshot(const Name& name, const Record& record, const Snapshot& snapshot, std::string_view property) {
  if (property == "name") return name.text();
  if (property == "type") return "snapshot";
  if (property == "creation") return fmt::format("{}", snapshot.created);
  if (property == "createtxg") return fmt::format("{}", snapshot.number);
  if (property == "guid") return fmt::format("{}", snapshot.guid);
  if (property == "used") return text_of(space_.used(record, snapshot));
  if (property == "referenced") return text_of(space_.referenced(record, snapshot));
  if (property == "clones") return clones(name);
  return std::string(none);
}

/// None for a dataset itself.
Result<const Snapshot*> Show::snapshot(const Record& record, const Name& name) {
  if (!name.is_snapshot()) return nullptr;
  if (indexed_ != name.path) {
    index_.clear();
    for (const Snapshot& one : record.snapshots) index_[one.name] = &one;
    indexed_ = name.path;
  }
  auto found = index_.find(name.snapshot);
  if (found == index_.end()) return fail(Why::absent, "dataset does not exist");
  return found->second;
}

Result<Shown> Show::property(const Name& name, std::string_view property, Exact exact) {
  CB_TRY(Record * record, pool_.find(name.path));
  CB_TRY(const Snapshot* snapshot, this->snapshot(*record, name));
  const PropertyRow* row = find_property(property);
  if (!row && snapshot) {
    auto own = snapshot->properties.find(std::string(property));
    if (own != snapshot->properties.end()) return Shown{own->second, "local"};
  }
  bool settable = !row || row->set == Set::any_time;
  if (settable && (!snapshot || !row)) {
    CB_TRY(Setting setting, setting_of(pool_, name.path, property));
    if (snapshot && setting.source == "local") setting.source = fmt::format("inherited from {}", name.path);
    return Shown{row && row->kind == Kind::number ? number_text(*row, setting.value, exact) : setting.value, setting.source};
  }
  auto value = snapshot ? of_snapshot(name, *record, *snapshot, row->name) : of_dataset(name.path, *record, row->name);
  if (!value) return pass(std::move(value.error()), "{}", name.text());
  if (row->name == "creation" && exact == Exact::no) return Shown{date_text(*value), "-"};
  return Shown{row->kind == Kind::number ? number_text(*row, *value, exact) : *value, "-"};
}

Result<std::string> Show::sort_key(const Name& name, std::string_view property) {
  CB_TRY(Shown shown, this->property(name, property, Exact::yes));
  auto number = parse_int(shown.value);
  return number ? fmt::format("{:020}", *number) : shown.value;
}

Result<std::vector<std::string>> Show::all_properties(const Name& name) {
  std::vector<std::string> names;
  for (const PropertyRow& row : properties())
    if (row.name != "name" && (name.is_snapshot() ? row.on_snapshots : row.name != "clones")) names.emplace_back(row.name);
  CB_TRY(Record * record, pool_.find(name.path));
  std::erase_if(names, [&](const std::string& one) { return one == "origin" && record->origin.empty(); });
  CB_TRY(std::vector<std::string> own, user_properties(pool_, name.path));
  if (const Snapshot* snapshot = name.is_snapshot() ? record->snapshot(name.snapshot) : nullptr)
    for (const auto& [property, value] : snapshot->properties)
      if (std::ranges::find(own, property) == own.end()) own.push_back(property);
  names.insert(names.end(), own.begin(), own.end());
  return names;
}

Result<std::vector<Name>> select(Session& session, const Selection& selection) {
  std::vector<Name> found;
  for (const std::string& word : selection.names) CB_CHECK(select_named(session, word, selection, found));
  if (!selection.names.empty()) return found;
  CB_TRY(std::vector<PoolEntry> pools, session.registry().all());
  for (const PoolEntry& pool : pools) CB_CHECK(select_named(session, pool.name, selection, found));
  return found;
}

}  // namespace cellblock::dataset
