// The commands of ipfw(8) on one network stack.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "applet.hpp"
#include "base/error.hpp"
#include "ipfw/compile.hpp"
#include "jail_groups.hpp"
#include "sys/netlink.hpp"

namespace cellblock::bsd {

// <sysexits.h>, as ipfw(8) means them.
inline constexpr int ex_usage = 64, ex_dataerr = 65, ex_noinput = 66, ex_unavailable = 69, ex_oserr = 71, ex_noperm = 77;

class IpfwSession {
 public:
  IpfwSession(sys::netlink::Socket socket, const Options& options) : socket_(std::move(socket)), options_(options) {}

  /// One command. `where` is said before an error. Returns the exit status.
  int run(const Words& words, std::string_view where);
  /// One command of a file. Rules and tables' entries that are added and deleted one behind the other become one transaction, at the latest
  /// with finish(), which has to come.
  int run_line(const Words& words, std::string_view where);
  int finish();

 private:
  bool is_quiet() const { return options_.has('q') || flags_.quiet; }
  bool is_dry() const { return options_.has('n'); }
  int refuse(std::string_view text, int status);
  int refuse(const Error& error);
  int refuse_unless(const Result<>& done) { return done ? 0 : refuse(done.error()); }
  template <class... A>
  void say(fmt::format_string<A...> format, A&&... args) {
    if (!is_quiet()) fmt::print("{}\n", fmt::format(format, std::forward<A>(args)...));
  }

  Result<> edit(const ipfw::Edit& edit) { return ipfw::edit(socket_, with_jails(edit), !is_dry()); }

  /// A change of the rules, and what is said when it is done.
  struct Change {
    ipfw::Edit edit;
    std::function<void()> done;
  };
  struct Flags {
    bool quiet = false, force = false;
  };
  struct Line {
    Words words;
    std::string where;
    Flags flags;
    Change change;
  };
  Result<> take_flags(Words& words);
  Result<Change> adding(const Words& words);
  Result<Change> deleting(const Words& words);
  int make(const Result<Change>& change);
  int one_by_one(const std::vector<Line>& lines);

  Result<> put(ipfw::Ruleset& rules, ipfw::Rule& rule);
  int remove(const Words& words);
  Result<> remove_rules(ipfw::Ruleset& rules, const std::string& word, bool nats, std::optional<uint32_t> set);
  int flush();
  int zero(const Words& words);
  /// The rules that the words name, of the set that was: without words all, the last one too.
  Result<std::vector<ipfw::Kept>> meant(const ipfw::Ruleset& rules, std::span<const std::string> words) const;
  Result<> zero_counters(std::span<const std::string> words);
  Result<> log_anew(std::span<const std::string> words);
  int nat(const Words& words);

  int list(const Words& words, bool counts);
  Result<> list_states(const ipfw::Ruleset& rules);
  int show_nats(const Words& words);

  int turn(const std::string& verb, const Words& words);
  int set(const Words& words);
  int one_set(uint32_t number, const Words& words);
  int show_sets();
  Result<> switch_sets(ipfw::Ruleset& rules, const Words& words);

  int table(const Words& words);
  int all_tables(const Words& words);
  int create_table(const std::string& name, const Words& words);
  int destroy_table(const std::string& name);
  /// "table NAME add|delete KEY ..."
  Result<Change> changing_table(const Words& words);
  int flush_table(const std::string& name);
  int swap_tables(const std::string& name, const Words& words);
  int show_table(const ipfw::Ruleset& rules, const std::string& name, bool header);
  int table_info(const ipfw::Ruleset& rules, const std::string& name);
  int look_up(const std::string& name, const Words& words);

  sys::netlink::Socket socket_;
  const Options& options_;
  std::string where_;
  Flags flags_;              ///< of one line
  std::vector<Line> lines_;  ///< that wait
  std::optional<uint32_t> only_set_;  ///< "set N COMMAND"
};

/// "N" or "N-M".
struct RuleRange {
  uint32_t low = 0, high = 0;
  bool has(uint32_t number) const { return number >= low && number <= high; }
};
std::optional<RuleRange> rule_range(std::string_view word);

/// pipe, queue and sched: dnctl(8)'s words.
bool is_link(std::string_view verb);

/// A set's number; 31 always is enabled, and holds what flush leaves.
std::optional<uint32_t> set_number(std::string_view text, uint32_t most);

}  // namespace cellblock::bsd
