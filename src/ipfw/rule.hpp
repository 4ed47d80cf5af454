// ipfw(8)'s rules as values: text to rule and back. Nothing here reaches the kernel.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "net/ip.hpp"

namespace cellblock::ipfw {

/// What "check-state" asks for if no name is given, and where all are meant.
inline constexpr std::string_view default_state = "default", any_state = "any";
inline constexpr uint32_t last_number = 65535, number_step = 100, last_set = 31;

enum class Act { allow, deny, reset, unreach, unreach6, count, skipto, check_state, nat, divert, forward, setfib, set_dscp };

enum class Test {
  any, protocol, version, source, destination, source_me, destination_me, source_port, destination_port, in, out, receive,
  transmit, via, established, setup, tcp_flags, icmp_types, icmp6_types, fragment, ttl, length, uid, gid, jail, flow, tagged,
  reverse_path, ip_id, precedence, dscp, tcp_window, tcp_sequence, tcp_acknowledgement, tcp_options
};

/// A control group, so far below the root. 0: there is none now.
struct Group {
  uint64_t id = 0;
  uint32_t level = 0;
};

/// One thing that a packet is held to.
struct Match {
  Test test = Test::any;
  uint32_t low = 0, high = 0;  ///< a range of numbers; flags that are set and cleared; a flow's fields
  net::Ip ip{}, mask{};
  std::string name{};  ///< an interface
  /// `name` is of an interface, or of that which has `ip`.
  bool is_place() const { return test == Test::receive || test == Test::transmit || test == Test::via; }
  Group group{};  ///< of jail `low`
  std::string table{};  ///< what is asked instead
  std::optional<uint32_t> value{};  ///< that the table has to have for it
  bool loads = false;  ///< the table's value is kept for what comes next
};

/// What matches if one of several does, or (`negated`) if none does.
struct Term {
  std::vector<Match> any;
  bool negated = false;
};

/// So many connections of the same source or destination.
struct Limit {
  uint32_t keys = 0;  ///< limit_words
  uint32_t most = 0;
};

/// Where "fwd" leads packets: to this machine, or to another by which they go on.
struct Hop {
  net::Ip ip{};
  uint32_t port = 0;  ///< 0: as it was
  bool local = false;  ///< as the addresses are now

  friend bool operator==(const Hop&, const Hop&) = default;
};

struct Rule {
  uint32_t number = 0;  ///< 0: not given
  uint32_t set = 0;
  double probability = 1;
  Act act = Act::allow;
  bool by_table = false;  ///< "tablearg": the argument is the value of the last table that the rule asks
  uint32_t argument = 0;  ///< a code, a port, a rule's or an instance's number
  bool log = false, keeps_state = false;
  uint32_t log_amount = 0;  ///< so many times; 0: always
  std::optional<uint32_t> tag, untag;
  std::optional<Hop> hop;
  std::optional<Limit> limit;  ///< keeps states too
  std::string state_name{default_state};  ///< that it keeps, or asks for
  std::vector<Term> terms;
  size_t action_size = 0;  ///< of the text: what stands before the body
  std::string text;  ///< from the action on, as it is listed
};

/// The last table that has to have something of a packet for the rule to match; nothing: there is none.
const Match* last_table(const Rule& rule);

/// The name of a protocol's number; empty: it has none here.
std::string_view protocol_name(uint32_t number);

/// A rule's body as it is listed, with ports by their names where they have one.
std::string with_service_names(std::string_view body);

/// The words behind "add". An error is one line that names the word.
Result<Rule> parse_rule(std::span<const std::string> words);

}  // namespace cellblock::ipfw
