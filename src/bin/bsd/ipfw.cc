// ipfw(8).
#include <linux/netlink.h>
#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "applet.hpp"
#include "base/text.hpp"
#include "ipfw/compile.hpp"
#include "stack.hpp"

namespace cellblock::bsd {
namespace {

constexpr std::string_view me = "ipfw";
constexpr int ex_usage = 64, ex_dataerr = 65, ex_noinput = 66, ex_unavailable = 69, ex_oserr = 71;

int usage() {
  fmt::print(stderr, "usage: ipfw [options]\ndo \"ipfw -h\" or \"man ipfw\" for details\n");
  return ex_usage;
}

using ipfw::Kept;

class Session {
 public:
  Session(sys::netlink::Socket socket, const Options& options)
      : socket_(std::move(socket)), quiet_(options.has('q')), dry_(options.has('n')), counts_(options.has('a')), sure_(options.has('f') || options.has('q')) {}

  /// One command. `where` is said before an error.
  int run(const Words& words, std::string_view where) {
    where_ = where;
    const std::string& verb = words[0];
    Words rest(words.begin() + 1, words.end());
    if (verb == "add") return add(rest);
    if (verb == "delete" || verb == "del") return remove(rest);
    if (verb == "list" || verb == "l") return list(rest, counts_);
    if (verb == "show") return list(rest, true);
    if (verb == "zero") return zero(rest);
    if (verb == "flush") return flush();
    if (verb == "nat") return nat(rest);
    for (std::string_view lacking : {"pipe", "queue", "sched", "table", "set", "resetlog", "enable", "disable", "nat64lsn", "nptv6"})
      if (verb == lacking) return refuse(fmt::format("{}: not supported on this system", verb), ex_unavailable);
    return refuse(fmt::format("bad command `{}'", verb), ex_usage);
  }

 private:
  int refuse(std::string_view text, int status) {
    warnx(me, "{}{}", where_, text);
    return status;
  }
  int refuse(const Error& error) {
    if (error.sys) return refuse(error.sys == EPERM ? strerror_of(EPERM) : error.text(), error.sys == EPERM ? 77 : ex_oserr);
    return refuse(error.text(), error.why == Why::unsupported ? ex_unavailable : ex_dataerr);
  }

  Result<> store(const ipfw::Ruleset& wanted) {
    CB_TRY(nft::Batch batch, ipfw::change(socket_, wanted));
    return batch.commit(socket_);
  }

  /// A number that no rule has: what had it before left marks on connections.
  static uint32_t new_id(const ipfw::Ruleset& rules) {
    for (;;) {
      uint32_t id = 0;
      (void)!::getrandom(&id, sizeof id, 0);
      id = (id & 0xffffff) | 1;
      if (std::ranges::none_of(rules.rules, [id](const Kept& kept) { return kept.id == id; })) return id;
    }
  }

  int add(const Words& words) {
    auto rule = ipfw::parse_rule(words);
    if (!rule) return refuse(rule.error());
    auto rules = ipfw::read_ruleset(socket_);
    if (!rules) return refuse(rules.error());
    uint32_t last = 0, order = 0;
    for (const Kept& kept : rules->rules) {
      last = std::max(last, kept.rule.number);
      order = std::max(order, kept.order);
    }
    if (rule->number == 0) rule->number = std::min(last + ipfw::number_step, last > ipfw::last_number - ipfw::number_step - 1 ? last : ipfw::last_number - 1);
    if (rule->act == ipfw::Act::skipto && rule->argument <= rule->number)
      return refuse("skipto: only to a rule further on", ex_dataerr);
    std::string shown = fmt::format("{:05} {}", rule->number, rule->text);
    rules->rules.push_back({order + 1, new_id(*rules), std::move(*rule)});
    std::ranges::stable_sort(rules->rules, {}, [](const Kept& kept) { return kept.rule.number; });
    if (!dry_)
      if (auto done = store(*rules); !done) return refuse(done.error());
    if (!quiet_) fmt::print("{}\n", shown);
    return 0;
  }

  struct Range {
    uint32_t low = 0, high = 0;
    bool has(uint32_t number) const { return number >= low && number <= high; }
  };
  static std::optional<Range> range_of(std::string_view word) {
    std::string_view high = word, low = take_part(high, '-');
    auto first = parse_int(low), last = high.empty() ? first : parse_int(high);
    if (!first || !last || *first < 0 || *last > ipfw::last_number || *first > *last) return std::nullopt;
    return Range{static_cast<uint32_t>(*first), static_cast<uint32_t>(*last)};
  }

  int remove(const Words& words) {
    if (words.empty()) return refuse("missing rule specification", ex_usage);
    auto rules = ipfw::read_ruleset(socket_);
    if (!rules) return refuse(rules.error());
    bool nats = words[0] == "nat";
    for (size_t i = nats; i < words.size(); ++i) {
      auto range = range_of(words[i]);
      if (!range) return refuse(fmt::format("invalid rule number {}", words[i]), ex_usage);
      size_t gone = nats ? std::erase_if(rules->nats, [&](const ipfw::Nat& nat) { return range->has(nat.number); })
                         : std::erase_if(rules->rules, [&](const Kept& kept) { return range->has(kept.rule.number); });
      if (gone == 0) return refuse(nats ? fmt::format("nat {} not available", words[i]) : fmt::format("rule {} not found", words[i]), ex_unavailable);
    }
    auto done = dry_ ? Result<>() : store(*rules);
    return done ? 0 : refuse(done.error());
  }

  int flush() {
    if (!sure_) {
      fmt::print("Are you sure? [yn] ");
      std::fflush(stdout);
      int answer = std::getchar();
      if (answer != 'y' && answer != 'Y') return 0;
    }
    auto rules = ipfw::read_ruleset(socket_);
    if (!rules) return refuse(rules.error());
    rules->rules.clear();
    if (auto done = dry_ ? Result<>() : store(*rules); !done) return refuse(done.error());
    if (!quiet_) fmt::print("Flushed all rules.\n");
    return 0;
  }

  int list(const Words& words, bool counts) {
    auto rules = ipfw::read_ruleset(socket_);
    if (!rules) return refuse(rules.error());
    if (!rules->loaded) return refuse("retrieving config failed: Protocol not available", ex_oserr);
    auto counters = nft::counters(socket_, nft::Family::inet, ipfw::table);
    if (!counters) return refuse(counters.error());
    rules->rules.push_back({0, 0, {.number = ipfw::last_number, .act = ipfw::Act::deny, .text = "deny ip from any to any"}});
    auto counter = [&](uint32_t id) {
      auto found = std::ranges::find(*counters, ipfw::counter_of(id), &nft::Counter::name);
      return found == counters->end() ? nft::Counter{} : *found;
    };
    size_t packets = 0, bytes = 0;
    for (const Kept& kept : rules->rules) {
      packets = std::max(packets, fmt::formatted_size("{}", counter(kept.id).packets));
      bytes = std::max(bytes, fmt::formatted_size("{}", counter(kept.id).bytes));
    }
    auto print = [&](const Kept& kept) {
      nft::Counter seen = counter(kept.id);
      fmt::print("{:05} ", kept.rule.number);
      if (counts) fmt::print("{:>{}} {:>{}} ", seen.packets, packets, seen.bytes, bytes);
      fmt::print("{}\n", kept.rule.text);
    };
    if (words.empty()) std::ranges::for_each(rules->rules, print);
    int status = 0;
    for (const std::string& word : words) {
      auto range = range_of(word);
      bool found = false;
      if (range) {
        for (const Kept& kept : rules->rules) {
          if (!range->has(kept.rule.number)) continue;
          print(kept);
          found = true;
        }
      }
      if (!found) status = refuse(range ? fmt::format("rule {} does not exist", word) : fmt::format("invalid rule number: {}", word), ex_unavailable);
    }
    return status;
  }

  int zero(const Words& words) {
    auto rules = ipfw::read_ruleset(socket_);
    if (!rules) return refuse(rules.error());
    if (!words.empty()) return refuse("zero: only all rules together on this system", ex_unavailable);
    if (auto done = nft::zero_counters(socket_, nft::Family::inet, ipfw::table); !done) return refuse(done.error());
    if (!quiet_) fmt::print("Accounting cleared.\n");
    return 0;
  }

  int nat(const Words& words) {
    auto rules = ipfw::read_ruleset(socket_);
    if (!rules) return refuse(rules.error());
    bool shows = !words.empty() && (words.back() == "show" || words.back() == "list");
    auto number = words.empty() ? std::nullopt : range_of(words[0]);
    if (shows) {
      for (const ipfw::Nat& nat : rules->nats)
        if (words.size() == 1 || (number && number->has(nat.number))) fmt::print("ipfw nat {} config {}\n", nat.number, nat.text);
      return 0;
    }
    if (!number || number->low != number->high || number->low == 0) return refuse(fmt::format("bad nat: {}", words.empty() ? "" : words[0]), ex_dataerr);
    if (words.size() < 2 || words[1] != "config") return refuse("bad nat command", ex_usage);
    auto made = ipfw::parse_nat(number->low, std::span(words).subspan(2));
    if (!made) return refuse(made.error());
    std::string text = made->text;
    std::erase_if(rules->nats, [&](const ipfw::Nat& nat) { return nat.number == number->low; });
    rules->nats.push_back(std::move(*made));
    if (auto done = dry_ ? Result<>() : store(*rules); !done) return refuse(done.error());
    if (!quiet_) fmt::print("ipfw nat {} config {}\n", number->low, text);
    return 0;
  }

  sys::netlink::Socket socket_;
  bool quiet_, dry_, counts_, sure_;
  std::string where_;
};

/// A file of commands, one a line; the first that fails ends it.
int from_file(Session& session, const std::string& path) {
  FILE* file = std::fopen(path.c_str(), "re");
  if (!file) {
    warnx(me, "{}: {}", path, strerror_of(errno));
    return ex_noinput;
  }
  char line[4096];
  int status = 0;
  for (int number = 1; status == 0 && std::fgets(line, sizeof line, file); ++number) {
    std::string_view text(line);
    Words words = split_words(text.substr(0, text.find('#')));
    if (!words.empty() && words[0] == "ipfw") words.erase(words.begin());
    if (!words.empty()) status = session.run(words, fmt::format("{}:{}: ", path, number));
  }
  std::fclose(file);
  return status;
}

}  // namespace

int ipfw(const Words& words) {
  Options options(words, "aceD:dfhj:Nnp:qSTtv");
  if (!options.error().empty()) {
    warnx(me, "{}", options.error());
    return usage();
  }
  if (options.rest().empty() || options.has('h')) return usage();
  for (char letter : std::string_view("cDdeNpSTtv")) {
    if (!options.has(letter)) continue;
    warnx(me, "-{}: not supported on this system", letter);
    return ex_unavailable;
  }
  auto network = open_stack(options.value('j'));
  if (!network) {
    warnx(me, "{}", refusal(network.error()));
    return ex_unavailable;
  }
  auto socket = sys::netlink::Socket::open(NETLINK_NETFILTER);
  if (!socket) {
    warnx(me, "socket unavailable: {}", refusal(socket.error()));
    return ex_unavailable;
  }
  Session session(std::move(*socket), options);
  const Words& rest = options.rest();
  if (rest.size() == 1 && rest[0].starts_with('/')) return from_file(session, rest[0]);
  return session.run(rest, "");
}

}  // namespace cellblock::bsd
