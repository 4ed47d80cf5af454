// What every statement needs, macros, includes, options and tables.
#include "pf/reader.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "pf/timeouts.hpp"

namespace cellblock::pf {

Reader::Reader(conf::Sources& sources, const Machine& machine, Macros& macros, Parsed& out, Ruleset& rules, std::string file,
               std::string text, int depth)
    : sources_(sources), machine_(machine), macros_(macros), out_(out), rules_(&rules), file_(std::move(file)),
      lexer_(std::move(text), macros), depth_(depth) {
  token_ = lexer_.next();
}

void Reader::read() {
  while (peek().kind != TokenKind::end) {
    line_ = peek().line;
    auto done = statement();
    if (done && !at_end()) done = syntax_error();
    if (done && peek().is("}")) done = syntax_error();
    if (done) {
      if (peek().kind == TokenKind::newline) take();
      continue;
    }
    out_.problems.push_back({file_, line_, done.error().text()});
    skip_line();
  }
}

Token Reader::take() {
  Token taken = std::move(token_);
  token_ = lexer_.next();
  return taken;
}

bool Reader::took(std::string_view word) {
  if (!peek().is_word(word)) return false;
  take();
  return true;
}

bool Reader::took_mark(std::string_view mark) {
  if (!peek().is(mark)) return false;
  take();
  return true;
}

Result<> Reader::want_mark(std::string_view mark) { return took_mark(mark) ? Result<>{} : syntax_error(); }

Result<std::string> Reader::want_text() {
  if (!peek().is_text()) return pass(syntax_error().error());
  return take().text;
}

Result<uint32_t> Reader::want_number() {
  auto number = peek().is_text() ? parse_int(peek().text) : std::nullopt;
  if (!number || *number < 0 || *number > UINT32_MAX) return pass(syntax_error().error());
  take();
  return static_cast<uint32_t>(*number);
}

Result<std::string> Reader::want_name(std::string_view what, size_t most) {
  CB_TRY(std::string name, want_text());
  bool good = !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
    return c > ' ' && c < 0x7f && std::string_view("(){}<>!=/#,\"'|*\\$").find(static_cast<char>(c)) == std::string_view::npos;
  });
  if (!good || name.size() > most) return fail(Why::invalid, "{} name '{}' is too long (more than {} characters) or has wrong ones", what, name, most);
  return name;
}

Result<> Reader::syntax_error() const {
  if (peek().is("$") && !lexer_.error().empty()) return fail(Why::invalid, "{}", lexer_.error());
  return fail(Why::invalid, "syntax error");
}

Result<> Reader::unable(const std::string& word) const { return fail(Why::unsupported, "{} is not supported on Linux", word); }

void Reader::skip_line() {
  while (peek().kind != TokenKind::newline && peek().kind != TokenKind::end) take();
  take();
}

/// An anchor in braces is asked by filter rules alone.
static bool is_of_whole(std::string_view word) {
  for (std::string_view one : {"set", "scrub", "nat", "rdr", "binat", "no", "nat-anchor", "rdr-anchor", "binat-anchor"})
    if (word == one) return true;
  return false;
}

Result<> Reader::statement() {
  if (at_end()) return peek().is("}") ? syntax_error() : Result<>{};
  if (peek().kind != TokenKind::word) return syntax_error();
  std::string word = take().text;
  if (peek().is("=")) return macro(word);
  if (rules_ != &out_.rules && is_of_whole(word)) return fail(Why::invalid, "{} can't stand in an anchor's braces", word);
  if (word == "pass") return filter(Action::pass);
  if (word == "block") return filter(Action::block);
  if (word == "match") return filter(Action::match);
  if (word == "anchor") return anchor(Action::anchor);
  if (word == "nat-anchor") return anchor(Action::nat_anchor);
  if (word == "rdr-anchor") return anchor(Action::rdr_anchor);
  if (word == "binat-anchor") return anchor(Action::binat_anchor);
  if (word == "table") return table();
  if (word == "set") return set_option();
  if (word == "include") return include();
  if (word == "load") return load_anchor();
  if (word == "antispoof") return antispoof();
  if (word == "scrub") return scrub(false);
  if (word == "nat" || word == "rdr" || word == "binat") return translation(word, false);
  if (word != "no") {
    for (std::string_view known : {"altq", "queue", "ether", "scrub-anchor"})
      if (word == known) return unable(word);
    return syntax_error();
  }
  CB_TRY(std::string what, want_text());
  if (what == "scrub") return scrub(true);
  return what == "nat" || what == "rdr" || what == "binat" ? translation(what, true) : syntax_error();
}

Result<> Reader::macro(const std::string& name) {
  take();
  std::string value;
  while (peek().is_text() || (peek().is("/") || peek().is("!"))) {
    if (!value.empty()) value += ' ';
    value += take().text;
  }
  if (value.empty() || !at_end()) return syntax_error();
  bool is_name = std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) || c == '_'; });
  if (!is_name) return fail(Why::invalid, "macro name cannot contain '{}'", name);
  if (Macro& macro = macros_[name]; !macro.given) macro.text = value;
  return {};
}

Result<> Reader::include() {
  CB_TRY(std::string path, want_text());
  if (depth_ >= max_include_depth) return fail(Why::invalid, "failed to include file {}: too deep", path);
  auto text = sources_.read(path);
  if (!text) return fail(Why::absent, "failed to include file {}", path);
  Reader included(sources_, machine_, macros_, out_, *rules_, path, std::move(*text), depth_ + 1);
  included.below(anchor_);
  included.policy_ = policy_;
  included.unnamed_ = unnamed_;
  included.read();
  policy_ = included.policy_;
  unnamed_ = included.unnamed_;
  return {};
}

Result<> Reader::skip_on() {
  if (!took("on")) return syntax_error();
  return list([this]() -> Result<> {
    CB_TRY(std::string name, want_name("interface", 15));
    rules_->skipped.push_back(name);
    return {};
  });
}

Result<> Reader::timeout() {
  CB_TRY(std::string name, want_text());
  bool off = name == "adaptive.start" || name == "adaptive.end";  // only as 0: states don't age faster when there are many
  if (!off && !is_timeout(name)) return unable("set timeout " + name);
  CB_TRY(uint32_t seconds, want_number());
  if (off) return seconds == 0 ? Result<>{} : unable("set timeout " + name);
  if (seconds > longest_timeout) return fail(Why::invalid, "timeout {} is longer than {} seconds", name, longest_timeout);
  rules_->timeouts[name] = seconds;
  return {};
}

// The machine's sysctls say how many states and fragments there are; tables have no limit, whatever is wished for.
Result<> Reader::limit() {
  CB_TRY(std::string what, want_text());
  if (what != "table-entries") return unable("set limit " + what);
  return want_number() ? Result<>{} : syntax_error();
}

// Options whose value is what happens anyway are taken; others that would have no effect are errors.
Result<> Reader::set_option() {
  CB_TRY(std::string word, want_text());
  if (word == "skip") return skip_on();
  if (word == "timeout") return list([this] { return timeout(); });
  if (word == "limit") return list([this] { return limit(); });
  std::string value = at_end() ? "" : take().text;
  if (auto timeouts = word == "optimization" ? timeouts_of(value) : std::nullopt) {
    for (const auto& [name, seconds] : *timeouts) rules_->timeouts[name] = seconds;
    return {};
  }
  if (word == "block-policy") {
    if (value != "drop" && value != "return") return syntax_error();
    policy_ = value == "return" ? Refusal::any : Refusal::drop;
    return {};
  }
  constexpr std::pair<std::string_view, std::string_view> as_is[] = {
      {"state-policy", "floating"}, {"optimization", "normal"},  {"loginterface", "none"},
      {"debug", "none"},            {"debug", "urgent"},         {"ruleset-optimization", "none"},
      {"ruleset-optimization", "basic"}, {"require-order", "no"}, {"require-order", "yes"},
      {"fail-policy", "drop"}, {"syncookies", "never"}, {"reassemble", "yes"}};
  for (const auto& [option, only] : as_is)
    if (word == option && value == only) return {};
  return unable("set " + word + (value.empty() ? "" : " " + value));
}

// "10/8" is 10.0.0.0/8.
std::optional<net::Prefix> parse_network(std::string word) {
  size_t slash = word.find('/');
  bool digits = slash != word.npos && slash > 0 && word.find_first_not_of("0123456789.") == slash;
  if (digits && word[slash - 1] != '.')
    for (auto dots = std::count(word.begin(), word.end(), '.'); dots < 3; ++dots) word.insert(word.find('/'), ".0");
  return net::parse_prefix(word);
}

Result<TableEntry> parse_entry(const std::string& word) {
  bool negated = word.starts_with('!');
  auto prefix = parse_network(word.substr(negated));
  if (!prefix) return fail(Why::invalid, "no IP address found for {}", word);
  return TableEntry{net::network_of(prefix->ip, prefix->length), prefix->length, negated};
}

Result<std::vector<TableEntry>> parse_entries(std::string_view text) {
  std::vector<TableEntry> out;
  while (!text.empty()) {
    std::string_view line = take_part(text, '\n');
    for (const std::string& word : split_words(take_part(line, '#'))) {
      CB_TRY(TableEntry entry, parse_entry(word));
      out.push_back(entry);
    }
  }
  return out;
}

Result<> Reader::table_entries(Table& table) {
  auto entry = [&, this]() -> Result<> {
    bool negated = took_mark("!");
    std::vector<Address> found;
    CB_CHECK(plain_address(found, negated));
    for (const Address& address : found) table.entries.push_back({address.ip, address.length, negated});
    return {};
  };
  return nested(entry, Empty::allowed);
}

Result<> Reader::table() {
  CB_CHECK(want_mark("<"));
  Table table;
  CB_TRY(table.name, want_name("table", 31));
  CB_CHECK(want_mark(">"));
  bool again = std::ranges::find(rules_->tables, table.name, &Table::name) != rules_->tables.end();
  if (again) return fail(Why::invalid, "table <{}> is defined already", table.name);
  while (!at_end()) {
    if (took("persist")) table.persist = true;
    else if (took("const")) table.constant = true;
    else if (peek().is_word("counters")) return unable("counters");
    else if (took("file")) {
      table.given = true;
      CB_TRY(std::string path, want_text());
      auto text = sources_.read(path);
      if (!text) return fail(Why::absent, "cannot open {}", path);
      CB_TRY(std::vector<TableEntry> entries, parse_entries(*text));
      table.entries.insert(table.entries.end(), entries.begin(), entries.end());
    } else if (peek().is("{")) {
      table.given = true;
      CB_CHECK(table_entries(table));
    } else {
      return syntax_error();
    }
  }
  std::ranges::sort(table.entries);
  auto twice = std::ranges::unique(table.entries);
  table.entries.erase(twice.begin(), twice.end());
  rules_->tables.push_back(std::move(table));
  return {};
}

std::optional<Part> part_of(std::string_view word) {
  size_t colon = word.find(':');
  if (colon == word.npos) return Part::hosts;
  std::string_view what = word.substr(colon + 1);
  if (what == "network") return Part::networks;
  if (what == "0") return Part::first;
  if (what == "broadcast") return Part::broadcast;
  return {};
}

Parsed parse_text(conf::Sources& sources, const std::string& name, std::string text, const Machine& machine, Macros given) {
  Parsed out;
  Reader(sources, machine, given, out, out.rules, name, std::move(text), 0).read();
  return out;
}

Parsed parse(conf::Sources& sources, const std::string& path, const Machine& machine, Macros given) {
  auto text = sources.read(path);
  std::string name = path == "-" ? "stdin" : path;
  if (text) return parse_text(sources, name, std::move(*text), machine, std::move(given));
  Parsed out;
  out.problems.push_back({name, 0, text.error().text()});
  return out;
}

}  // namespace cellblock::pf
