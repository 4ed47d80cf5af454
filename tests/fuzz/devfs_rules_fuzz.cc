// devfs.rules(5): whatever the text, reading and judging end, and a rule that is shown reads back the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "conf/devfsrules.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cellblock;
  conf::DevfsRules rules = conf::builtin_devfs_rules();
  conf::parse_devfs_rules(rules, {reinterpret_cast<const char*>(data), size}, 0);
  for (const conf::Diag& diag : rules.diags)
    if (diag.at.begin > diag.at.end || diag.at.end > size) abort();
  for (const auto& [number, set] : rules.sets) {
    auto tree = conf::devfs::visible(number, rules, conf::devfs::standard_devices(), {});
    for (size_t i = 1; tree && i < tree->size(); ++i)
      if ((*tree)[i - 1].name >= (*tree)[i].name) abort();
    conf::DevfsRules again;
    std::string source = "[again=1]\n";
    for (const conf::DevfsRule& rule : set.rules) source += fmt::format("add {} {}\n", rule.number, rule.source());
    conf::parse_devfs_rules(again, source, 0);
    const auto& read = again.sets[1].rules;
    if (read.size() != set.rules.size()) abort();
    for (size_t i = 0; i < read.size(); ++i)
      if (read[i].text() != set.rules[i].text()) abort();
  }
  return 0;
}
