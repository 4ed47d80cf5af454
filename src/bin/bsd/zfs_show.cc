// zfs list and zfs get.
#include <algorithm>
#include <map>
#include <memory>
#include <ranges>

#include "base/text.hpp"
#include "dataset/show.hpp"
#include "zfs_table.hpp"
#include "zfs_verbs.hpp"

namespace cellblock::bsd {
namespace {

using dataset::Exact;
using dataset::Name;
using dataset::Show;

/// One for each pool, so that what it has found out is found out once.
class Shows {
 public:
  explicit Shows(Session& session) : session_(session) {}
  Result<Show*> of(const Name& name) {
    auto& show = shows_[name.pool()];
    if (!show) {
      CB_TRY(dataset::Pool * pool, session_.open(name.path, dataset::Hold::shared));
      show = std::make_unique<Show>(session_, *pool);
    }
    return show.get();
  }

 private:
  Session& session_;
  std::map<std::string, std::unique_ptr<Show>> shows_;
};

/// -t; false: there is no such type, and its name is in `wrong`.
bool read_types(const std::string& words, dataset::Selection& selection, std::string& wrong) {
  selection.filesystems = selection.snapshots = false;
  for (const std::string& word : split(words, ',')) {
    bool all = word == "all";
    if (all || word == "filesystem" || word == "fs") selection.filesystems = true;
    if (all || word == "snapshot" || word == "snap") selection.snapshots = true;
    bool empty_here = word == "volume" || word == "vol" || word == "bookmark" || word == "bm";
    if (!selection.filesystems && !selection.snapshots && !empty_here) wrong = word;
  }
  return wrong.empty();
}

/// -r, -d and the operands. Returns what is wrong.
std::string read_selection(const Options& options, std::span<const std::string> names, dataset::Selection& selection) {
  selection.names.assign(names.begin(), names.end());
  if (options.has('r') || names.empty()) selection.depth = -1;
  if (options.has('d')) {
    auto depth = parse_int(options.value('d'));
    if (!depth || *depth < 0) return fmt::format("{} is not an integer", options.value('d'));
    selection.depth = static_cast<int>(*depth);
  }
  std::string wrong;
  if (options.has('t') && !read_types(options.value('t'), selection, wrong)) return fmt::format("invalid type '{}'", wrong);
  // A snapshot that is named is shown whatever -t says.
  return {};
}

std::string unknown_property(const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (!dataset::find_property(name) && !dataset::is_user_property(name)) return name;
  return {};
}

/// -s and -S, the first one first.
Result<> sort_names(Shows& shows, const Options& options, std::vector<Name>& names) {
  for (const auto& [letter, property] : std::views::reverse(options.all())) {
    if (letter != 's' && letter != 'S') continue;
    std::vector<std::pair<std::string, Name>> keyed;
    for (const Name& name : names) {
      CB_TRY(Show * show, shows.of(name));
      CB_TRY(std::string key, show->sort_key(name, property));
      keyed.emplace_back(std::move(key), name);
    }
    std::ranges::stable_sort(keyed, [down = letter == 'S'](const auto& a, const auto& b) { return down ? a.first > b.first : a.first < b.first; });
    names.clear();
    for (auto& [key, name] : keyed) names.push_back(std::move(name));
  }
  return {};
}

Result<std::vector<ZfsRow>> list_rows(Shows& shows, const std::vector<Name>& names, const std::vector<std::string>& properties, Exact exact) {
  std::vector<ZfsRow> rows;
  for (const Name& name : names) {
    CB_TRY(Show * show, shows.of(name));
    ZfsRow row;
    for (const std::string& property : properties) {
      CB_TRY(dataset::Shown shown, show->property(name, property, exact));
      row.push_back(std::move(shown.value));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<ZfsColumn> columns_of(const std::vector<std::string>& properties) {
  std::vector<ZfsColumn> columns;
  for (const std::string& property : properties) {
    const dataset::PropertyRow* row = dataset::find_property(property);
    std::string header = row ? std::string(row->header) : property;
    if (!row) std::ranges::transform(header, header.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    columns.push_back({header, row && row->kind == dataset::Kind::number});
  }
  return columns;
}

int print_error(const Error& error) {
  std::fflush(stdout);
  fmt::print(stderr, "{}\n", error.text());
  return 1;
}

/// What `zfs get` is asked for.
struct Question {
  std::vector<std::string> properties, fields{"name", "property", "value", "source"}, sources;
  Exact exact = Exact::no;
  bool all = false;
};

bool is_wanted(const Question& question, const std::string& source) {
  std::string kind = source.starts_with("inherited") ? "inherited" : source == "-" ? "none" : source;
  return question.sources.empty() || std::ranges::find(question.sources, kind) != question.sources.end();
}

Result<> get_rows(Show& show, const Name& name, const Question& question, std::vector<ZfsRow>& rows) {
  auto properties = question.all ? show.all_properties(name) : Result<std::vector<std::string>>(question.properties);
  if (!properties) return pass(std::move(properties.error()));
  for (const std::string& property : *properties) {
    CB_TRY(dataset::Shown shown, show.property(name, property, question.exact));
    if (!is_wanted(question, shown.source)) continue;
    const dataset::PropertyRow* row = dataset::find_property(property);
    ZfsRow line;
    for (const std::string& field : question.fields)
      line.push_back(field == "name" ? name.text() : field == "property" ? (row ? std::string(row->name) : property)
                     : field == "value" ? shown.value : field == "source" ? shown.source : "-");
    rows.push_back(std::move(line));
  }
  return {};
}

std::string read_question(const Options& options, Question& question) {
  question.all = options.rest()[0] == "all";
  question.properties = split(options.rest()[0], ',');
  question.exact = options.has('p') ? Exact::yes : Exact::no;
  if (std::string wrong = question.all ? "" : unknown_property(question.properties); !wrong.empty())
    return fmt::format("bad property list: invalid property '{}'", wrong);
  if (options.has('o') && options.value('o') != "all") question.fields = split(options.value('o'), ',');
  for (const std::string& field : question.fields)
    if (field != "name" && field != "property" && field != "value" && field != "source" && field != "received") return fmt::format("invalid column name '{}'", field);
  question.sources = split(options.value('s'), ',');
  return {};
}

}  // namespace

int zfs_list(Session& session, const Words& words) {
  Options options(words, "Hpro:t:s:S:d:");
  if (!options.error().empty()) return zfs_bad_options("list", options);
  dataset::Selection selection;
  if (std::string wrong = read_selection(options, options.rest(), selection); !wrong.empty()) return zfs_misused("list", wrong);
  std::vector<std::string> properties = split(options.value('o', "name,used,available,referenced,mountpoint"), ',');
  std::vector<std::string> asked = properties;
  for (char letter : {'s', 'S'})
    for (std::string& one : options.values(letter)) asked.push_back(one);
  if (std::string wrong = unknown_property(asked); !wrong.empty()) return zfs_misused("list", fmt::format("bad property list: invalid property '{}'", wrong));
  auto names = dataset::select(session, selection);
  if (!names) return print_error(names.error());
  if (names->empty()) {
    if (!options.has('H')) fmt::print(stderr, "no datasets available\n");
    return 0;
  }
  Shows shows(session);
  if (auto sorted = sort_names(shows, options, *names); !sorted) return print_error(sorted.error());
  auto rows = list_rows(shows, *names, properties, options.has('p') ? Exact::yes : Exact::no);
  if (!rows) return print_error(rows.error());
  fmt::print("{}", options.has('H') ? zfs_script_lines(*rows) : zfs_table(columns_of(properties), *rows));
  return 0;
}

int zfs_get(Session& session, const Words& words) {
  Options options(words, "d:rHpo:t:s:");
  if (!options.error().empty()) return zfs_bad_options("get", options);
  if (options.rest().empty()) return zfs_misused("get", "missing property argument");
  dataset::Selection selection;
  selection.snapshots = options.has('r') || options.has('d');
  std::string wrong = read_selection(options, std::span(options.rest()).subspan(1), selection);
  Question question;
  if (wrong.empty()) wrong = read_question(options, question);
  if (!wrong.empty()) return zfs_misused("get", wrong);
  auto names = dataset::select(session, selection);
  if (!names) return print_error(names.error());
  Shows shows(session);
  std::vector<ZfsRow> rows;
  for (const Name& name : *names) {
    auto show = shows.of(name);
    auto done = show ? get_rows(**show, name, question, rows) : pass(std::move(show.error()));
    if (!done) return print_error(done.error());
  }
  std::vector<ZfsColumn> columns;
  for (std::string field : question.fields) {
    std::ranges::transform(field, field.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    columns.push_back({field});
  }
  fmt::print("{}", options.has('H') ? zfs_script_lines(rows) : zfs_table(columns, rows));
  return 0;
}

}  // namespace cellblock::bsd
