// pf.conf(5): whatever it says, reading ends, and every rule and every error can be printed.
#include <cstdint>
#include <cstdlib>

#include "pf/parse.hpp"
#include "pf/print.hpp"

namespace {

using namespace cellblock;

void hold(bool good) {
  if (!good) abort();
}

class House final : public pf::Machine {
 public:
  std::vector<pf::TableEntry> addresses(const std::string& interface, bool) const override {
    return interface == "em0" ? std::vector<pf::TableEntry>{*pf::parse_entry("10.0.0.1")} : std::vector<pf::TableEntry>{};
  }
  std::optional<uint32_t> user(const std::string&) const override { return 1; }
  std::optional<uint32_t> group(const std::string&) const override { return {}; }
};

pf::Parsed read(std::string text) {
  conf::MemorySources sources({{"pf.conf", std::move(text)}, {"more", "pass\n"}});
  return pf::parse(sources, "pf.conf", House());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  pf::Parsed parsed = read({reinterpret_cast<const char*>(data), size});
  for (const pf::Problem& problem : parsed.problems) hold(!problem.text().empty());
  for (const auto* list : {&parsed.rules.rules, &parsed.rules.translations})
    for (const pf::Rule& rule : *list) hold(!pf::text_of(rule).empty());
  for (const pf::Table& table : parsed.rules.tables) hold(!pf::text_of(table).empty());
  return 0;
}
