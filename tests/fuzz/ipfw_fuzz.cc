// ipfw(8)'s rules and instances of NAT, one a line: whatever they say, parsing ends, what is refused is told in one line,
// what is taken compiles or says why not, and its listing is read as the same rule.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.hpp"
#include "ipfw/compile.hpp"
#include "ipfw/links.hpp"
#include "ipfw/natd.hpp"

using namespace cellblock;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ipfw::Ruleset set;
  for (const std::string& line : split(std::string_view(reinterpret_cast<const char*>(data), size), '\n')) {
    // As a shell hands them over: with tabs between, words may have blanks in them, or be empty.
    std::vector<std::string> words = line.find('\t') == line.npos ? split_words(line) : split(line, '\t');
    if (!words.empty() && ipfw::refuse_links(words[0], std::span(words).subspan(1)).text().empty()) abort();
    if (auto natd = ipfw::parse_natd(words, [](const std::string& path) -> Result<std::string> { return path; })) {
      if (auto nat = natd->nat()) set.nats.push_back(std::move(*nat));
    }
    if (auto nat = ipfw::parse_nat(1, words)) {
      if (auto again = ipfw::parse_nat(1, split_words(nat->text)); !again || again->text != nat->text) abort();
      set.nats.push_back(std::move(*nat));
    }
    auto rule = ipfw::parse_rule(words);
    if (!rule) {
      if (rule.error().text().empty()) abort();
      continue;
    }
    auto again = ipfw::parse_rule(split_words(rule->text));
    if (!again || again->text != rule->text) abort();
    if (set.rules.size() < 8) set.rules.push_back({1, 1, std::move(*rule)});
  }
  (void)ipfw::name_tables(set);
  nft::Batch batch;
  (void)ipfw::compile(set, batch);
  return 0;
}
