// ipfw(8): list and show.
#include <algorithm>

#include "ipfw_session.hpp"

namespace cellblock::bsd {
namespace {

using ipfw::Kept;

/// One rule a line, its counters as wide as the widest.
class Listing {
 public:
  Listing(const ipfw::Ruleset& rules, std::vector<nft::Counter> counters, bool counts, bool sets)
      : rules_(rules), counters_(std::move(counters)), counts_(counts), sets_(sets) {
    for (const Kept& kept : rules.rules) {
      nft::Counter seen = counter(kept.id);
      packets_ = std::max(packets_, fmt::formatted_size("{}", seen.packets));
      bytes_ = std::max(bytes_, fmt::formatted_size("{}", seen.bytes));
    }
  }

  void print(const Kept& kept) const {
    bool off = rules_.is_off(kept.rule.set);
    if (off && !sets_) return;
    nft::Counter seen = counter(kept.id);
    fmt::print("{}{:05} ", off ? "# DISABLED " : "", kept.rule.number);
    if (counts_) fmt::print("{:>{}} {:>{}} ", seen.packets, packets_, seen.bytes, bytes_);
    if (sets_) fmt::print("set {} ", kept.rule.set);
    fmt::print("{}\n", kept.rule.text);
  }

 private:
  nft::Counter counter(uint32_t id) const {
    auto found = std::ranges::find(counters_, ipfw::counter_of(id), &nft::Counter::name);
    return found == counters_.end() ? nft::Counter{} : *found;
  }
  const ipfw::Ruleset& rules_;
  std::vector<nft::Counter> counters_;
  bool counts_, sets_;
  size_t packets_ = 0, bytes_ = 0;
};

}  // namespace

int IpfwSession::list(const Words& words, bool counts) {
  auto rules = ipfw::read_ruleset(socket_);
  if (!rules) return refuse(rules.error());
  if (!rules->loaded) return refuse("retrieving config failed: Protocol not available", ex_oserr);
  auto counters = nft::counters(socket_, nft::Family::inet, ipfw::table);
  if (!counters) return refuse(counters.error());
  rules->rules.push_back({0, 0, {.number = ipfw::last_number, .set = ipfw::last_set, .act = ipfw::Act::deny, .text = "deny ip from any to any"}});
  if (only_set_) std::erase_if(rules->rules, [this](const Kept& kept) { return kept.rule.set != *only_set_; });
  Listing listing(*rules, std::move(*counters), counts, options_.has('S'));
  if (words.empty())
    for (const Kept& kept : rules->rules) listing.print(kept);
  int status = 0;
  for (const std::string& word : words) {
    auto range = rule_range(word);
    bool found = false;
    for (const Kept& kept : rules->rules) {
      if (!range || !range->has(kept.rule.number)) continue;
      listing.print(kept);
      found = true;
    }
    if (!found) status = refuse(range ? fmt::format("rule {} does not exist", word) : fmt::format("invalid rule number: {}", word), ex_unavailable);
  }
  return status;
}

int IpfwSession::show_nats(const Words& words) {
  auto rules = ipfw::read_ruleset(socket_);
  if (!rules) return refuse(rules.error());
  auto number = rule_range(words[0]);
  for (const ipfw::Nat& nat : rules->nats)
    if (words.size() == 1 || (number && number->has(nat.number))) fmt::print("ipfw nat {} config {}\n", nat.number, nat.text);
  return 0;
}

}  // namespace cellblock::bsd
