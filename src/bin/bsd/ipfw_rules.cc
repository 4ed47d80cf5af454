// ipfw(8): the commands that change rules and instances of NAT.
#include <linux/netlink.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "base/text.hpp"
#include "ipfw/links.hpp"
#include "ipfw_session.hpp"
#include "jail_groups.hpp"
#include "net/fib.hpp"

namespace cellblock::bsd {
namespace {

using ipfw::Kept;

/// A number that no rule has: what had it before left marks on connections.
uint32_t new_id(const ipfw::Ruleset& rules) {
  for (;;) {
    uint32_t id = 0;
    (void)!::getrandom(&id, sizeof id, 0);
    id = (id & 0xffffff) | 1;
    if (std::ranges::none_of(rules.rules, [id](const Kept& kept) { return kept.id == id; })) return id;
  }
}

/// setfib's packets need the kernel's rules for that table.
Result<> make_ready(const ipfw::Rule& rule) {
  CB_CHECK(ipfw::prepare(rule));
  if (rule.act != ipfw::Act::setfib || rule.argument == 0) return {};
  auto table = net::table_of_fib(rule.argument);
  if (!table) return fail(Why::invalid, "setfib: fib too large.");
  CB_TRY(auto routes, sys::netlink::Socket::open(NETLINK_ROUTE));
  return net::add_fib_rules(routes, rule.argument, *table);
}

}  // namespace

bool is_link(std::string_view verb) { return verb == "pipe" || verb == "queue" || verb == "sched"; }

std::optional<RuleRange> rule_range(std::string_view word) {
  std::string_view high = word, low = take_part(high, '-');
  auto first = parse_int(low), last = high.empty() ? first : parse_int(high);
  if (!first || !last || *first < 0 || *last > ipfw::last_number || *first > *last) return std::nullopt;
  return RuleRange{static_cast<uint32_t>(*first), static_cast<uint32_t>(*last)};
}

int IpfwSession::run(const Words& words, std::string_view where) {
  where_ = where;
  only_set_.reset();
  const std::string& verb = words[0];
  Words rest(words.begin() + 1, words.end());
  if (verb == "add") return make(adding(rest));
  if (verb == "delete" || verb == "del") return remove(rest);
  if (verb == "list" || verb == "l") return list(rest, options_.has('a'));
  if (verb == "show") return list(rest, true);
  if (verb == "zero" || verb == "resetlog") return zero(words);
  if (verb == "flush") return flush();
  if (verb == "nat") return nat(rest);
  if (verb == "set") return set(rest);
  if (verb == "table") return table(rest);
  if (is_link(verb)) return refuse(ipfw::refuse_links(verb, rest));
  if (verb == "enable" || verb == "disable") return turn(verb, rest);
  for (std::string_view lacking : {"nat64lsn", "nat64stl", "nptv6", "internal"})
    if (verb == lacking) return refuse(fmt::format("{}: not supported on this system", verb), ex_unavailable);
  return refuse(fmt::format("bad command `{}'", verb), ex_usage);
}

int IpfwSession::refuse(std::string_view text, int status) {
  warnx("ipfw", "{}{}", where_, text);
  return status;
}

int IpfwSession::refuse(const Error& error) {
  if (error.sys == EPERM) return refuse(strerror_of(EPERM), ex_noperm);
  if (error.sys) return refuse(error.text(), ex_oserr);
  bool lacks = error.why == Why::unsupported || error.why == Why::absent;
  return refuse(error.text(), lacks ? ex_unavailable : ex_dataerr);
}

Result<> IpfwSession::put(ipfw::Ruleset& rules, ipfw::Rule& rule) {
  uint32_t last = 0, order = 0;
  for (const Kept& kept : rules.rules) {
    last = std::max(last, kept.rule.number);
    order = std::max(order, kept.order);
  }
  bool full = last > ipfw::last_number - ipfw::number_step - 1;
  if (rule.number == 0) rule.number = std::min(last + ipfw::number_step, full ? last : ipfw::last_number - 1);
  if (rule.act == ipfw::Act::skipto && !rule.by_table && rule.argument <= rule.number) return fail(Why::invalid, "skipto: only to a rule further on");
  // What could not be read again would stand in the way of every command.
  if (auto again = ipfw::parse_rule(split_words(rule.text)); !again || again->text != rule.text) return fail(Why::invalid, "``{}'' can't be kept", rule.text);
  auto behind = std::ranges::upper_bound(rules.rules, rule.number, {}, [](const Kept& kept) { return kept.rule.number; });
  rules.rules.insert(behind, Kept{order + 1, new_id(rules), rule});
  return {};
}

Result<IpfwSession::Change> IpfwSession::adding(const Words& words) {
  CB_TRY(Words numbered, number_jails(words));
  CB_TRY(ipfw::Rule rule, ipfw::parse_rule(numbered));
  if (!is_dry()) CB_CHECK(make_ready(rule));
  auto made = std::make_shared<ipfw::Rule>();
  return Change{[this, made, rule = std::move(rule)](ipfw::Ruleset& rules) {
                  *made = rule;
                  return put(rules, *made);
                },
                [this, made] {
                  if (auto warning = ipfw::warning_of(*made); !warning.empty()) warnx("ipfw", "{}{}", where_, warning);
                  say("{:05} {}", made->number, made->text);
                }};
}

int IpfwSession::make(const Result<Change>& change) {
  if (!change) return refuse(change.error());
  if (auto done = edit(change->edit); !done) return refuse(done.error());
  change->done();
  return 0;
}

Result<> IpfwSession::remove_rules(ipfw::Ruleset& rules, const std::string& word, bool nats, std::optional<uint32_t> set) {
  auto range = *rule_range(word);
  size_t gone = 0;
  if (nats) gone = std::erase_if(rules.nats, [&](const ipfw::Nat& nat) { return range.has(nat.number) && !nat.diverted; });
  else
    gone = std::erase_if(rules.rules, [&](const Kept& kept) {
      return range.has(kept.rule.number) && (!set || kept.rule.set == *set);
    });
  if (gone > 0) return {};
  return fail(Why::absent, "{}", nats ? fmt::format("nat {} not available", word) : fmt::format("rule {} not found", word));
}

/// "delete set N", "delete [nat] NUMBER ...". What is wrong here is wrong in the command's words.
Result<IpfwSession::Change> IpfwSession::deleting(const Words& words) {
  if (words.empty()) return fail(Why::invalid, "missing rule specification");
  if (words[0] == "set") {
    auto number = words.size() == 2 ? set_number(words[1], ipfw::last_set) : std::nullopt;
    if (!number) return fail(Why::invalid, "invalid set number");
    return Change{[number](ipfw::Ruleset& rules) -> Result<> {
                    size_t gone = std::erase_if(rules.rules, [&](const Kept& kept) { return kept.rule.set == *number; });
                    return gone ? Result<>() : fail(Why::absent, "no rules in set {}", *number);
                  },
                  [] {}};
  }
  bool nats = words[0] == "nat";
  Words which(words.begin() + nats, words.end());
  for (const std::string& word : which)
    if (!rule_range(word)) return fail(Why::invalid, "invalid rule number {}", word);
  return Change{[this, which, nats, set = only_set_](ipfw::Ruleset& rules) -> Result<> {
                  // All or none: other lines of a file may be in the same transaction.
                  ipfw::Ruleset changed = which.size() > 1 ? rules : ipfw::Ruleset();
                  for (const std::string& word : which) CB_CHECK(remove_rules(which.size() > 1 ? changed : rules, word, nats, set));
                  if (which.size() > 1) rules = std::move(changed);
                  return {};
                },
                [] {}};
}

int IpfwSession::remove(const Words& words) {
  auto change = deleting(words);
  if (!change) return refuse(change.error().text(), words.size() > 1 && words[0] == "set" ? ex_dataerr : ex_usage);
  return make(change);
}

int IpfwSession::flush() {
  // As on FreeBSD only somebody who can answer is asked.
  if (!options_.has('f') && !flags_.force && !is_quiet() && ::isatty(0)) {
    fmt::print("Are you sure? [yn] ");
    std::fflush(stdout);
    int answer = std::getchar();
    if (answer != 'y' && answer != 'Y') return 0;
  }
  auto emptied = [this](ipfw::Ruleset& rules) -> Result<> {
    std::erase_if(rules.rules, [this](const Kept& kept) { return only_set_ ? kept.rule.set == *only_set_ : kept.rule.set != ipfw::last_set; });
    return {};
  };
  // What another version has left and nobody can read goes too.
  auto done = ipfw::edit(socket_, with_jails(emptied), !is_dry(), ipfw::Unread::left_out);
  if (!done) return refuse(done.error());
  say("Flushed all rules.");
  return 0;
}

Result<std::vector<Kept>> IpfwSession::meant(const ipfw::Ruleset& rules, std::span<const std::string> words) const {
  std::vector<Kept> out, all = rules.rules;
  all.push_back({0, 0, {.number = ipfw::last_number, .set = ipfw::last_set}});
  auto take = [&](const RuleRange& range) {
    size_t before = out.size();
    for (const Kept& kept : all)
      if (range.has(kept.rule.number) && (!only_set_ || kept.rule.set == *only_set_)) out.push_back(kept);
    return out.size() > before;
  };
  if (words.empty()) take({0, ipfw::last_number});
  for (const std::string& word : words) {
    auto range = rule_range(word);
    if (!range) return fail(Why::invalid, "invalid rule number {}", word);
    if (!take(*range)) return fail(Why::absent, "rule {} not found", word);
  }
  return out;
}

Result<> IpfwSession::zero_counters(std::span<const std::string> words) {
  CB_TRY(ipfw::Ruleset rules, ipfw::read_ruleset(socket_));
  CB_TRY(std::vector<Kept> those, meant(rules, words));
  if (is_dry() || !rules.loaded) return {};
  for (const Kept& kept : those) CB_CHECK(nft::zero_counter(socket_, nft::Family::inet, ipfw::table, ipfw::counter_of(kept.id)));
  return {};
}

Result<> IpfwSession::log_anew(std::span<const std::string> words) {
  return edit([&](ipfw::Ruleset& rules) -> Result<> {
    CB_TRY(std::vector<Kept> those, meant(rules, words));
    for (const Kept& kept : those) rules.logs_anew.push_back(kept.id);
    return {};
  });
}

/// "zero" and "resetlog", of all rules or of those named.
int IpfwSession::zero(const Words& words) {
  bool logs = words[0] == "resetlog";
  auto those = std::span(words).subspan(1);
  if (auto done = logs ? log_anew(those) : zero_counters(those); !done) return refuse(done.error());
  if (those.empty()) say("{}", logs ? "Logging counts cleared." : "Accounting cleared.");
  for (const std::string& word : those) say("Entry {} {}.", word, logs ? "logging count reset" : "cleared");
  return 0;
}

int IpfwSession::nat(const Words& words) {
  if (!words.empty() && (words.back() == "show" || words.back() == "list")) return show_nats(words);
  auto number = words.empty() ? std::nullopt : rule_range(words[0]);
  if (!number || number->low != number->high || number->low == 0) return refuse(fmt::format("bad nat: {}", words.empty() ? "" : words[0]), ex_dataerr);
  if (words.size() < 2 || words[1] != "config") return refuse("bad nat command", ex_usage);
  auto made = ipfw::parse_nat(number->low, std::span(words).subspan(2));
  if (!made) return refuse(made.error());
  auto done = edit([&](ipfw::Ruleset& rules) -> Result<> {
    std::erase_if(rules.nats, [&](const ipfw::Nat& nat) { return nat.is(number->low, false); });
    rules.nats.push_back(*made);
    return {};
  });
  if (!done) return refuse(done.error());
  say("ipfw nat {} config {}", number->low, made->text);
  return 0;
}

}  // namespace cellblock::bsd
