// devfs.rules(5): whatever the text, reading and judging end, and a rule that is shown reads back the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.hpp"
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
    for (const conf::DevfsRule& rule : set.rules) {
      if (rule.path.find_first_of(" \t\r\n") != rule.path.npos) continue;
      auto again = conf::parse_devfs_rule(split_words(fmt::format("{} {}", rule.number, rule.text())));
      if (again && again->text() != rule.text()) abort();
    }
  }
  return 0;
}
