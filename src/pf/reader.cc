// What every statement needs, macros, includes, options and tables.
#include "pf/reader.hpp"

#include <algorithm>

#include "base/text.hpp"

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

Result<> Reader::syntax_error() const {
  if (peek().is("$") && !lexer_.error().empty()) return fail(Why::invalid, "{}", lexer_.error());
  return fail(Why::invalid, "syntax error");
}

Result<> Reader::unable(const std::string& word) const { return fail(Why::unsupported, "{} is not supported on Linux", word); }

void Reader::skip_line() {
  while (peek().kind != TokenKind::newline && peek().kind != TokenKind::end) take();
  take();
}

Result<> Reader::statement() {
  if (at_end()) return peek().is("}") ? syntax_error() : Result<>{};
  if (peek().kind != TokenKind::word) return syntax_error();
  std::string word = take().text;
  if (peek().is("=")) return macro(word);
  if (word == "pass") return filter(Action::pass);
  if (word == "block") return filter(Action::block);
  if (word == "match") return filter(Action::match);
  if (word == "table") return table();
  if (word == "set") return set_option();
  if (word == "include") return include();
  if (word == "anchor") return anchor();
  if (word == "antispoof") return antispoof();
  if (word == "no") {
    CB_TRY(std::string what, want_text());
    return what == "nat" || what == "rdr" ? translation(what, true) : unable("no " + what);
  }
  if (word == "nat" || word == "rdr") return translation(word, false);
  for (std::string_view known : {"scrub", "binat", "nat-anchor", "rdr-anchor", "binat-anchor", "altq", "queue", "load", "ether"})
    if (word == known) return unable(word);
  return syntax_error();
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
  macros_.emplace(name, value);  // pfctl -D comes first, and a file may not redefine what it gave
  return {};
}

Result<> Reader::include() {
  CB_TRY(std::string path, want_text());
  if (depth_ >= max_include_depth) return fail(Why::invalid, "failed to include file {}: too deep", path);
  auto text = sources_.read(path);
  if (!text) return fail(Why::absent, "failed to include file {}", path);
  Reader(sources_, machine_, macros_, out_, *rules_, path, std::move(*text), depth_ + 1).read();
  return {};
}

Result<> Reader::skip_on() {
  if (!took("on")) return syntax_error();
  return list([this]() -> Result<> {
    CB_TRY(std::string name, want_text());
    rules_->skipped.push_back(name);
    return {};
  });
}

Result<> Reader::set_option() {
  CB_TRY(std::string word, want_text());
  if (word == "skip") return skip_on();
  if (word == "block-policy") {
    CB_TRY(std::string value, want_text());
    if (value != "drop" && value != "return") return syntax_error();
    policy_ = value == "return" ? Refusal::any : Refusal::drop;
    return {};
  }
  if (word == "state-policy" && (took("floating") || took("if-bound"))) return unable("state-policy");
  return unable("set " + word);
}

Result<TableEntry> parse_entry(const std::string& word) {
  auto prefix = net::parse_prefix(word);
  if (!prefix) return fail(Why::invalid, "no IP address found for {}", word);
  return TableEntry{net::network_of(prefix->ip, prefix->length), prefix->length};
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
  return list([&, this]() -> Result<> {
    if (peek().is("!")) return fail(Why::unsupported, "table <{}>: negated entries are not supported on Linux", table.name);
    std::vector<Address> found;
    CB_CHECK(plain_address(found, false));
    for (const Address& address : found) {
      if (address.kind != AddressKind::network) return syntax_error();
      table.entries.push_back({address.ip, address.length});
    }
    return {};
  });
}

Result<> Reader::table() {
  CB_CHECK(want_mark("<"));
  Table table;
  CB_TRY(table.name, want_text());
  CB_CHECK(want_mark(">"));
  if (table.name.size() > 31) return fail(Why::invalid, "table name too long, max 31 chars");
  while (!at_end()) {
    if (took("persist")) table.persist = true;
    else if (took("const")) table.constant = true;
    else if (took("counters")) table.counters = true;
    else if (took("file")) {
      CB_TRY(std::string path, want_text());
      auto text = sources_.read(path);
      if (!text) return fail(Why::absent, "cannot open {}", path);
      CB_TRY(std::vector<TableEntry> entries, parse_entries(*text));
      table.entries.insert(table.entries.end(), entries.begin(), entries.end());
    } else if (peek().is("{")) {
      CB_CHECK(table_entries(table));
    } else {
      return syntax_error();
    }
  }
  std::ranges::sort(table.entries);
  auto again = std::unique(table.entries.begin(), table.entries.end());
  table.entries.erase(again, table.entries.end());
  std::erase_if(rules_->tables, [&table](const Table& has) { return has.name == table.name; });
  rules_->tables.push_back(std::move(table));
  return {};
}

Parsed parse(conf::Sources& sources, const std::string& path, const Machine& machine, Macros given) {
  Parsed out;
  auto text = sources.read(path);
  std::string name = path == "-" ? "stdin" : path;
  if (!text) {
    out.problems.push_back({name, 0, text.error().text()});
    return out;
  }
  Reader(sources, machine, given, out, out.rules, name, std::move(*text), 0).read();
  return out;
}

}  // namespace cellblock::pf
