#include "conf/rcconf.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "conf/shell.hpp"

namespace cellblock::conf {
namespace {

std::vector<RcAssignment> assignments_in(std::string_view text) {
  RcConf conf;
  conf.read(text, 0);
  return conf.assignments();
}

// The bytes to cut so that an assignment goes: the whole line if it holds nothing else.
Span whole_line(std::string_view text, Span at) {
  size_t begin = at.begin, end = at.end;
  while (begin > 0 && (text[begin - 1] == ' ' || text[begin - 1] == '\t')) --begin;
  while (end < text.size() && (text[end] == ' ' || text[end] == '\t')) ++end;
  bool first = begin == 0 || text[begin - 1] == '\n';
  bool last = end == text.size() || text[end] == '\n' || text[end] == '#';
  if (!first || !last) return at;
  end = std::min(text.find('\n', end), text.size() - 1) + 1;
  return {at.file, static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
}

void read_file(RcConf& conf, Sources& sources, SourceTexts& texts, const std::string& path) {
  auto text = sources.read(path);
  if (!text) return;  // FreeBSD's rc reads what is there and readable
  texts.push_back({path, std::move(*text)});
  conf.read(texts.back().text, static_cast<uint32_t>(texts.size() - 1));
}

}  // namespace

void RcConf::read(std::string_view text, uint32_t file) {
  Lookup lookup = [this](std::string_view name) -> std::optional<std::string> {
    const std::string* value = find(name);
    return value ? std::optional(*value) : std::nullopt;
  };
  ShellReader reader(text, file, lookup);
  for (reader.skip_blanks(); !reader.at_end(); reader.skip_blanks()) {
    if (reader.at_statement_end()) {
      reader.take_statement_end();
      continue;
    }
    size_t begin = reader.offset();
    auto name = reader.take_assignment();
    if (!name) {
      reader.skip_line();
      reader.diags().push_back({reader.since(begin), "not an assignment", "commands in rc.conf are not run"});
      continue;
    }
    std::string value = reader.read_word();
    assignments_.push_back({*name, value, reader.since(begin)});
    set(std::move(*name), std::move(value));
  }
  diags_.insert(diags_.end(), reader.diags().begin(), reader.diags().end());
}

const std::string* RcConf::find(std::string_view name) const {
  auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

std::string RcConf::get(std::string_view name, std::string_view fallback) const {
  const std::string* value = find(name);
  return value && !value->empty() ? *value : std::string(fallback);
}

std::optional<bool> RcConf::truth(std::string_view name, std::string_view fallback) const {
  return truth_of_word(get(name, fallback));
}

std::optional<bool> truth_of_word(std::string_view word) {
  constexpr std::array<std::string_view, 4> yes{"yes", "true", "on", "1"}, no{"no", "false", "off", "0"};
  std::string lower = to_lower(word);
  if (std::ranges::find(yes, lower) != yes.end()) return true;
  if (std::ranges::find(no, lower) != no.end()) return false;
  return std::nullopt;
}

RcConf load_rc_conf(Sources& sources, SourceTexts& texts, std::string_view service) {
  std::vector<std::string> files{"/etc/rc.conf", "/etc/rc.conf.local"};
  if (!service.empty()) {
    files.push_back(fmt::format("/etc/rc.conf.d/{}", service));
    if (auto folder = sources.glob(files.back() + "/*")) files.insert(files.end(), folder->begin(), folder->end());
  }
  RcConf conf;
  for (const std::string& file : files) read_file(conf, sources, texts, file);
  return conf;
}

std::string set_in_rc_conf(std::string_view text, std::string_view name, std::string_view value) {
  std::string line = fmt::format("{}={}", name, shell_quote(value));
  auto assignments = assignments_in(text);
  auto last = std::find_if(assignments.rbegin(), assignments.rend(),
                           [name](const RcAssignment& assignment) { return assignment.name == name; });
  std::string out(text);
  if (last != assignments.rend()) return out.replace(last->at.begin, last->at.end - last->at.begin, line);
  if (!out.empty() && out.back() != '\n') out += '\n';
  if (out.ends_with("\\\n")) out += '\n';  // or it would join the new line to the last one
  return out + line + '\n';
}

std::optional<std::string> remove_from_rc_conf(std::string_view text, std::string_view name) {
  auto assignments = assignments_in(text);
  std::string out(text);
  bool found = false;
  for (auto at = assignments.rbegin(); at != assignments.rend(); ++at) {
    if (at->name != name) continue;
    Span cut = whole_line(text, at->at);
    out.erase(cut.begin, cut.end - cut.begin);
    found = true;
  }
  return found ? std::optional(out) : std::nullopt;
}

}  // namespace cellblock::conf
