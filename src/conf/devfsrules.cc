#include "conf/devfsrules.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"
#include "conf/shell.hpp"

namespace cellblock::conf {
namespace {

constexpr int max_number = 65535;
constexpr std::array<std::string_view, 4> types{"disk", "mem", "tape", "tty"};

std::optional<int> parse_number(std::string_view text) {
  auto number = parse_int(text);
  if (!number || *number < 0 || *number > max_number) return std::nullopt;
  return static_cast<int>(*number);
}

Result<mode_t> parse_mode(std::string_view text) {
  unsigned mode = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  if (error != std::errc() || end != text.data() + text.size() || mode > 07777)
    return fail(Why::invalid, "invalid mode: {}", text);
  return static_cast<mode_t>(mode);
}

// A keyword of a rule that has an argument.
Result<> take_pair(DevfsRule& rule, std::string_view keyword, const std::string& value) {
  if (keyword == "path") {
    rule.path = value;
  } else if (keyword == "type") {
    if (std::ranges::find(types, value) == types.end()) return fail(Why::invalid, "unknown device type: {}", value);
    rule.type = value;
  } else if (keyword == "mode") {
    CB_TRY(rule.mode, parse_mode(value));
  } else if (keyword == "user") {
    rule.user = value;
  } else if (keyword == "group") {
    rule.group = value;
  } else if (keyword == "include") {
    rule.include = parse_number(value);
    if (!rule.include) return fail(Why::invalid, "invalid ruleset number: {}", value);
  } else {
    return fail(Why::invalid, "unknown keyword: {}", keyword);
  }
  return {};
}

template <class Quote>
std::string words(const DevfsRule& rule, Quote quote) {
  std::vector<std::string> out;
  auto pair = [&](std::string_view keyword, const std::string& value) {
    if (!value.empty()) out.push_back(fmt::format("{} {}", keyword, quote(value)));
  };
  pair("path", rule.path);
  pair("type", rule.type);
  if (rule.include) out.push_back(fmt::format("include {}", *rule.include));
  if (rule.hide) out.push_back(*rule.hide ? "hide" : "unhide");
  pair("user", rule.user);
  pair("group", rule.group);
  if (rule.mode) out.push_back(fmt::format("mode {:o}", *rule.mode));
  return join(out, " ");
}

// "name=4" between the brackets.
struct Header {
  std::string name;
  int number = 0;
};

std::optional<Header> parse_header(std::string_view line) {
  size_t close = line.find(']');
  if (close == line.npos) return std::nullopt;
  std::string_view rest = trim(line.substr(close + 1));
  if (!rest.empty() && rest.front() != '#') return std::nullopt;
  std::string_view inside = line.substr(1, close - 1);
  size_t equals = inside.find('=');
  if (equals == inside.npos) return std::nullopt;
  std::string_view name = trim(inside.substr(0, equals));
  auto number = parse_number(trim(inside.substr(equals + 1)));
  if (!number || *number == 0 || !is_shell_name(name)) return std::nullopt;
  return Header{std::string(name), *number};
}

// One text being read: the ruleset of the last header takes the rules.
class Reading {
 public:
  Reading(DevfsRules& rules, uint32_t file) : rules_(rules), file_(file) {}

  void line(std::string_view line, size_t begin) {
    Span at{file_, static_cast<uint32_t>(begin), static_cast<uint32_t>(begin + line.size())};
    std::string_view body = trim(line);
    if (body.empty() || body.front() == '#') return;
    auto done = body.front() == '[' ? header(body) : rule(body);
    if (!done) rules_.diags.push_back({at, done.error().text(), hint_});
  }

 private:
  Result<> header(std::string_view body) {
    hint_ = "a ruleset begins with [name=number]";
    auto found = parse_header(body);
    set_ = nullptr;
    if (!found) return fail(Why::invalid, "{}: not a ruleset", body);
    set_ = &rules_.sets[found->number];
    set_->name = found->name;
    return {};
  }

  Result<> rule(std::string_view body) {
    hint_ = "a rule is: add [number] [path PATTERN] [type TYPE] hide|unhide|mode M|user U|group G|include N";
    if (!set_) return fail(Why::invalid, "{}: outside a ruleset", body);
    Lookup lookup = [this](std::string_view name) -> std::optional<std::string> {
      auto number = rules_.number_of(name);
      return number ? std::optional(std::to_string(*number)) : std::nullopt;
    };
    ShellReader reader(body, file_, lookup);
    std::vector<std::string> words;
    for (reader.skip_blanks(); !reader.at_statement_end(); reader.skip_blanks()) words.push_back(reader.read_word());
    if (!reader.diags().empty()) return fail(Why::invalid, "{}", reader.diags().front().what);
    if (words.empty() || words.front() != "add") return fail(Why::invalid, "{}: not a rule", body);
    words.erase(words.begin());
    CB_TRY(DevfsRule parsed, parse_devfs_rule(words));
    return add_devfs_rule(*set_, std::move(parsed));
  }

  DevfsRules& rules_;
  uint32_t file_;
  DevfsRuleset* set_ = nullptr;
  std::string hint_;
};

}  // namespace

std::string DevfsRule::text() const { return words(*this, [](const std::string& value) { return value; }); }

std::string DevfsRule::source() const {
  return words(*this, [](const std::string& value) { return shell_literal(value); });
}

std::optional<int> DevfsRules::number_of(std::string_view name) const {
  for (const auto& [number, set] : sets)
    if (!set.name.empty() && set.name == name) return number;
  return std::nullopt;
}

Result<DevfsRule> parse_devfs_rule(const std::vector<std::string>& words) {
  DevfsRule rule;
  auto word = words.begin();
  if (word != words.end())
    if (auto number = parse_number(*word)) {
      rule.number = *number;
      ++word;
    }
  bool acts = false;
  for (; word != words.end(); ++word) {
    if (*word == "hide" || *word == "unhide") {
      rule.hide = *word == "hide";
    } else {
      if (word + 1 == words.end()) return fail(Why::invalid, "expecting argument for {}", *word);
      CB_CHECK(take_pair(rule, *word, *(word + 1)));
      ++word;
    }
    acts = rule.hide || rule.mode || rule.include || !rule.user.empty() || !rule.group.empty();
  }
  if (!acts) return fail(Why::invalid, "a rule must do something");
  return rule;
}

Result<> add_devfs_rule(DevfsRuleset& set, DevfsRule rule) {
  if (rule.number == 0) {
    int last = set.rules.empty() ? 0 : set.rules.back().number;
    rule.number = (last / 100 + 1) * 100;
    if (rule.number > max_number) return fail(Why::exhausted, "too many rules");
  }
  auto place = std::ranges::lower_bound(set.rules, rule.number, {}, &DevfsRule::number);
  if (place != set.rules.end() && place->number == rule.number)
    return sys_fail(EEXIST, "rule {}", rule.number);
  set.rules.insert(place, std::move(rule));
  return {};
}

void parse_devfs_rules(DevfsRules& rules, std::string_view text, uint32_t file) {
  rules.sets.try_emplace(0);
  Reading reading(rules, file);
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.find('\n', begin), text.size());
    reading.line(text.substr(begin, end - begin), begin);
    begin = end + 1;
  }
}

const DevfsRules& builtin_devfs_rules() {
  static const DevfsRules rules = [] {
    DevfsRules made;
    parse_devfs_rules(made, builtin_devfs_rules_text(), Span::nowhere);
    return made;
  }();
  return rules;
}

}  // namespace cellblock::conf
