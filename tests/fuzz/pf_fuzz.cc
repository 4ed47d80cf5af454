// pf.conf(5): whatever it says, reading ends, every error can be printed, the rules become nftables' or an error, and what
// is printed of them reads as the same again (the kernel keeps them as text).
#include <cstdint>
#include <cstdlib>

#include "pf/compile.hpp"
#include "pf/print.hpp"

namespace {

using namespace cellblock;

void hold(bool good) {
  if (!good) abort();
}

class House final : public pf::Machine {
 public:
  std::vector<pf::TableEntry> addresses(const std::string& interface, pf::Part) const override {
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
  if (parsed.rules.rules.size() + parsed.rules.translations.size() > 2000) return 0;
  if (parsed.problems.empty()) {
    std::string text = pf::text_of(parsed.rules);
    pf::Parsed again = read(text);
    hold(again.problems.empty() && pf::text_of(again.rules) == text);
  }
  pf::Whole whole;
  whole.rulesets[""].rules = std::move(parsed.rules);
  for (auto& [name, body] : parsed.bodies) whole.rulesets[name].rules = std::move(body);
  nft::Batch batch;
  auto compiled = pf::compile(whole, pf::tables_of(whole, House()), batch);
  hold(compiled ? !batch.empty() : !compiled.error().text().empty());
  return 0;
}
