// ipfw(8): list and show.
#include <algorithm>

#include "ipfw_session.hpp"
#include "pf/states.hpp"

namespace cellblock::bsd {
namespace {

using ipfw::Kept;

/// One rule a line, its counters as wide as the widest.
class Listing {
 public:
  Listing(const ipfw::Ruleset& rules, std::vector<nft::Counter> counters, bool counts, const Options& options)
      : rules_(rules), counters_(std::move(counters)), counts_(counts), sets_(options.has('S')), compact_(options.has('c')), brief_(options.has('b')), names_(options.has('N')) {
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
    fmt::print("{}\n", shown(kept.rule));
  }

 private:
  /// What -c and -b leave of it, and -N names.
  std::string shown(const ipfw::Rule& rule) const {
    std::string text = names_ ? rule.text.substr(0, rule.action_size) + ipfw::with_service_names(std::string_view(rule.text).substr(rule.action_size)) : rule.text;
    constexpr std::string_view nothing = " ip from any to any";
    if (brief_) {
      size_t comment = text.find(" // ", rule.action_size);
      return text.substr(0, rule.action_size) + (comment == text.npos ? "" : text.substr(comment));
    }
    bool plain = compact_ && std::string_view(text).substr(rule.action_size).starts_with(nothing);
    size_t behind = rule.action_size + nothing.size();
    if (plain && (behind == text.size() || text[behind] == ' ')) text.erase(rule.action_size, nothing.size());
    return text;
  }
  nft::Counter counter(uint32_t id) const {
    auto found = std::ranges::find(counters_, ipfw::counter_of(id), &nft::Counter::name);
    return found == counters_.end() ? nft::Counter{} : *found;
  }
  const ipfw::Ruleset& rules_;
  std::vector<nft::Counter> counters_;
  bool counts_, sets_, compact_, brief_, names_;
  size_t packets_ = 0, bytes_ = 0;
};

}  // namespace

int IpfwSession::list(const Words& words, bool counts) {
  auto rules = ipfw::read_ruleset(socket_);
  if (!rules) return refuse(rules.error());
  if (!rules->loaded) return refuse("retrieving config failed: Protocol not available", ex_oserr);
  auto counters = nft::counters(socket_, nft::Family::inet, ipfw::table);
  if (!counters) return refuse(counters.error());
  rules->rules.push_back({0, 0, {.number = ipfw::last_number, .set = ipfw::last_set, .act = ipfw::Act::deny, .action_size = 4, .text = "deny ip from any to any"}});
  if (only_set_) std::erase_if(rules->rules, [this](const Kept& kept) { return kept.rule.set != *only_set_; });
  Listing listing(*rules, std::move(*counters), counts, options_);
  if (options_.has('D')) return refuse_unless(list_states(*rules));
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
  if (options_.has('d')) {
    if (auto done = list_states(*rules); !done) return refuse(done.error());
  }
  return status;
}

Result<> IpfwSession::list_states(const ipfw::Ruleset& rules) {
  CB_TRY(std::vector<pf::Connection> all, pf::connections(socket_));
  std::vector<std::string> lines;
  for (const pf::Connection& each : all) {
    auto id = ipfw::id_of_mark(each.mark);
    auto kept = std::ranges::find_if(rules.rules, [id](const Kept& other) { return id && other.id == *id; });
    if (kept == rules.rules.end() || (only_set_ && kept->rule.set != *only_set_)) continue;
    std::string_view protocol = ipfw::protocol_name(each.protocol);
    lines.push_back(fmt::format("{:05} ({}s) {} {} {} {} <-> {} {} :{}", kept->rule.number, each.timeout, kept->rule.limit ? "LIMIT" : "STATE",
                                protocol.empty() ? fmt::format("proto {}", each.protocol) : std::string(protocol), each.source.ip.text(), each.source.port,
                                each.destination.ip.text(), each.destination.port, kept->rule.state_name));
  }
  if (!lines.empty()) fmt::print("## Dynamic rules ({}):\n", lines.size());
  for (const std::string& line : lines) fmt::print("{}\n", line);
  return {};
}

int IpfwSession::show_nats(const Words& words) {
  auto rules = ipfw::read_ruleset(socket_);
  if (!rules) return refuse(rules.error());
  auto number = rule_range(words[0]);
  for (const ipfw::Nat& nat : rules->nats)
    if (!nat.diverted && (words.size() == 1 || (number && number->has(nat.number)))) fmt::print("ipfw nat {} config {}\n", nat.number, nat.text);
  return 0;
}

}  // namespace cellblock::bsd
