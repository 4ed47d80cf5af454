#include "conf/fstab.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace cellblock::conf {
namespace {

// strunvis(3) refuses an escape that ends before its character.
bool is_decodable(std::string_view field) {
  size_t backslashes = 0;
  while (backslashes < field.size() && field[field.size() - 1 - backslashes] == '\\') ++backslashes;
  return backslashes % 2 == 0;
}

int number_at(const std::vector<std::string>& fields, size_t index) {
  if (index >= fields.size()) return 0;
  auto number = parse_int(fields[index]);
  return number && *number >= 0 && *number <= 99 ? static_cast<int>(*number) : 0;
}

std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> fields = split_words(line);
  auto comment = std::ranges::find_if(fields, [](const std::string& word) { return word.front() == '#'; });
  fields.erase(comment, fields.end());
  return fields;
}

}  // namespace

bool FstabEntry::has(std::string_view option) const { return std::ranges::find(options, option) != options.end(); }

Result<FstabEntry> parse_fstab_line(std::string_view line) {
  std::vector<std::string> fields = fields_of(line);
  FstabEntry entry;
  if (fields.empty()) return entry;
  std::string_view shown = trim(line);
  for (size_t i = 0; i < 2 && i < fields.size(); ++i)
    if (!is_decodable(fields[i])) return fail(Why::invalid, "{}: fstab parse error", shown);
  if (fields.size() < 3) return fail(Why::invalid, "{}: missing information", shown);
  entry.source = unvis(fields[0]);
  entry.target = unvis(fields[1]);
  entry.type = fields[2];
  if (fields.size() > 3) entry.options = split(fields[3], ',');
  entry.dump = number_at(fields, 4);
  entry.pass = number_at(fields, 5);
  return entry;
}

Fstab parse_fstab(std::string_view text, uint32_t file) {
  Fstab fstab;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.find('\n', begin), text.size());
    Span at{file, static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
    auto entry = parse_fstab_line(text.substr(begin, end - begin));
    begin = end + 1;
    if (!entry) {
      fstab.diags.push_back({at, entry.error().text(), "a line is: what, where, type, options"});
    } else if (!entry->target.empty()) {
      entry->at = at;
      fstab.entries.push_back(std::move(*entry));
    }
  }
  return fstab;
}

std::string fstab_line(const FstabEntry& entry) {
  std::string options = entry.options.empty() ? "rw" : join(entry.options, ",");
  return fmt::format("{}\t{}\t{}\t{}\t{} {}", vis(entry.source), vis(entry.target), entry.type, options, entry.dump,
                     entry.pass);
}

}  // namespace cellblock::conf
