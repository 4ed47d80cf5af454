#include "ipfw/states.hpp"

#include <algorithm>
#include <iterator>
#include <map>

namespace cellblock::ipfw {
namespace {

/// The names that a packet has been asked for.
class Asked {
 public:
  bool has(const std::string& name) const { return all_ || (name != any_state && names_.contains(name)); }
  void add(const std::string& name) {
    all_ |= name == any_state;
    names_.insert(name);
  }
  /// What both have.
  void meet(const Asked& other) {
    if (other.all_) return;
    if (all_) {
      *this = other;
      return;
    }
    std::erase_if(names_, [&other](const std::string& name) { return !other.names_.contains(name); });
  }

 private:
  bool all_ = false;
  std::set<std::string> names_;
};

}  // namespace

size_t place_of(const std::vector<Kept>& rules, uint32_t number) {
  return static_cast<size_t>(std::ranges::lower_bound(rules, number, {}, [](const Kept& kept) { return kept.rule.number; }) - rules.begin());
}

bool ends_search(const Rule& rule) {
  if (rule.by_table) return false;
  return rule.act != Act::count && rule.act != Act::setfib && rule.act != Act::set_dscp;
}

bool asks_for(const Rule& asking, const Rule& keeping) {
  return keeping.keeps_state && (asking.state_name == any_state || asking.state_name == keeping.state_name);
}

std::vector<bool> askers(const std::vector<Kept>& rules, size_t begin, const std::set<size_t>& entries) {
  std::vector<bool> out(rules.size());
  std::map<size_t, Asked> skips;  // what all have been asked that come there
  for (size_t at : entries) skips[at];
  std::optional<Asked> by_table;  // they may come to any rule behind
  Asked now;
  auto skip = [&now](std::optional<Asked>& way) { way ? way->meet(now) : (void)(way = now); };
  for (size_t at = begin; at < rules.size(); ++at) {
    const Rule& rule = rules[at].rule;
    if (auto known = skips.find(at); known != skips.end()) now.meet(known->second);
    if (by_table) now.meet(*by_table);
    if (rule.act == Act::check_state || rule.keeps_state) {
      out[at] = !now.has(rule.state_name);
      now.add(rule.state_name);
    }
    if (rule.act != Act::skipto) continue;
    if (rule.by_table) skip(by_table);
    else if (auto [way, is_first] = skips.try_emplace(place_of(rules, rule.argument), now); !is_first) way->second.meet(now);
  }
  return out;
}

}  // namespace cellblock::ipfw
