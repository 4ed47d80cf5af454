#include "dataset/record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "base/text.hpp"

namespace cellblock::dataset {
namespace {

constexpr std::string_view head = "cellblock dataset 1";
constexpr std::string_view nothing = "-";  // an empty word

std::string word_of(std::string_view text) { return text.empty() ? std::string(nothing) : text == nothing ? "\\055" : vis(text); }

std::string read_word(std::string_view word) { return word == nothing ? "" : unvis(word); }

template <class Number>
bool read_number(std::string_view word, Number& number) {
  auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  return error == std::errc() && end == word.data() + word.size();
}

/// Ids name folders: nothing else gets into a path.
bool is_id(std::string_view word) {
  return !word.empty() && word.size() <= 16 && word.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz") == word.npos;
}

bool read_snapshot(std::string_view rest, Record& record) {
  Snapshot snapshot;
  snapshot.name = unvis(take_part(rest, ' '));
  snapshot.data = take_part(rest, ' ');
  bool good = !snapshot.name.empty() && is_id(snapshot.data) && read_number(take_part(rest, ' '), snapshot.guid) &&
              read_number(take_part(rest, ' '), snapshot.number) && read_number(take_part(rest, ' '), snapshot.created) && rest.empty();
  if (good) record.snapshots.push_back(std::move(snapshot));
  return good;
}

bool read_property(std::string_view rest, Properties& properties) {
  std::string name = unvis(take_part(rest, ' '));
  return !name.empty() && !rest.empty() && !rest.contains(' ') && properties.emplace(std::move(name), read_word(rest)).second;
}

bool read_line(std::string_view line, Record& record) {
  std::string_view key = take_part(line, ' ');
  if (key == "snapshot") return read_snapshot(line, record);
  if (key == "property") return read_property(line, record.properties);
  if (key == "on") return !record.snapshots.empty() && read_property(line, record.snapshots.back().properties);
  if (key == "guid") return read_number(line, record.guid);
  if (key == "number") return read_number(line, record.number);
  if (key == "created") return read_number(line, record.created);
  if (key == "backend") return !(record.backend = line).empty();
  if (key == "origin") return !(record.origin = unvis(line)).empty();
  if (key == "data") return is_id(record.data = line);
  return false;
}

void put_properties(std::string& out, std::string_view key, const Properties& properties) {
  for (const auto& [name, value] : properties) fmt::format_to(std::back_inserter(out), "{} {} {}\n", key, vis(name), word_of(value));
}

}  // namespace

const Snapshot* Record::snapshot(std::string_view name) const {
  auto found = std::ranges::find(snapshots, name, &Snapshot::name);
  return found == snapshots.end() ? nullptr : &*found;
}

Snapshot* Record::snapshot(std::string_view name) {
  return const_cast<Snapshot*>(static_cast<const Record*>(this)->snapshot(name));
}

std::string record_text(const Record& record) {
  std::string out = fmt::format("{}\nguid {}\nnumber {}\ncreated {}\nbackend {}\ndata {}\n", head, record.guid, record.number,
                                record.created, record.backend, record.data);
  if (!record.origin.empty()) out += fmt::format("origin {}\n", vis(record.origin));
  put_properties(out, "property", record.properties);
  for (const Snapshot& one : record.snapshots) {
    fmt::format_to(std::back_inserter(out), "snapshot {} {} {} {} {}\n", vis(one.name), one.data, one.guid, one.number, one.created);
    put_properties(out, "on", one.properties);
  }
  return out + "end\n";
}

Result<Record> parse_record(std::string_view text) {
  if (!text.ends_with("\nend\n")) return fail(Why::invalid, "the description of the dataset is not whole");
  text.remove_suffix(4);
  if (take_part(text, '\n') != head) return fail(Why::invalid, "the description of the dataset is of another version");
  Record record;
  for (size_t number = 2; !text.empty(); ++number)
    if (std::string_view line = take_part(text, '\n'); !read_line(line, record))
      return fail(Why::invalid, "the description of the dataset is damaged in line {}: {}", number, vis(line));
  if (record.data.empty() || record.backend.empty()) return fail(Why::invalid, "the description of the dataset is not whole");
  return record;
}

}  // namespace cellblock::dataset
