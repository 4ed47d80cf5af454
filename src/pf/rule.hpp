// What pf.conf(5) says, as values: rules without lists (those are expanded as pf expands them), tables, options.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "net/ip.hpp"

namespace cellblock::pf {

enum class Action : uint8_t { pass, block, match, anchor, nat, rdr, binat, nat_anchor, rdr_anchor, binat_anchor, scrub };
enum class Way : uint8_t { both, in, out };
enum class Family : uint8_t { any, inet, inet6 };
enum class Refusal : uint8_t { drop, rst, icmp, any };  ///< any: `block return`
enum class State : uint8_t { none, keep };
enum class AddressKind : uint8_t { any, network, table, interface, no_route, urpf_failed };
/// How one of several addresses of translation is chosen.
enum class Choice : uint8_t { none, round_robin, random, source_hash, bitmask };

struct Address {
  AddressKind kind = AddressKind::any;
  bool negated = false;
  net::Ip ip;
  int length = 0;
  std::string name;  ///< of a table; of an interface in parentheses ("em0", "em0:network"): its addresses at any time

  bool is_any() const { return kind == AddressKind::any; }
  bool is_loopback() const { return kind == AddressKind::network && !ip.v6 && ip.bytes[0] == 127; }
  bool is_table(const std::string& table) const { return kind == AddressKind::table && name == table; }
  friend bool operator==(const Address&, const Address&) = default;
};

enum class PortTest : uint8_t { any, equal, unequal, less, at_most, greater, at_least, range, within, outside };
struct Ports {
  PortTest test = PortTest::any;
  uint16_t first = 0, last = 0;
  friend bool operator==(const Ports&, const Ports&) = default;
};

struct Peer {
  Address address;
  Ports ports;
};

struct Interface {
  std::string name;  ///< empty: every one
  bool negated = false;
};

struct TcpFlags {
  uint8_t set = 0, of = 0;
};

/// Limits of what states a rule makes; 0: none.
struct StateLimits {
  uint32_t max = 0, source_states = 0, connections = 0, rate = 0, seconds = 0;
  std::string overload;  ///< the table
  bool flush = false, flush_global = false;  ///< the states of the rule, or all, of who goes over a limit

  bool by_source() const { return source_states || connections || rate; }
  bool any() const { return max || by_source(); }
};

/// The codes of ICMP's "unreachable" and of ICMPv6's: each family has its own.
struct RefusalCodes {
  uint8_t v4 = 3, v6 = 4;  ///< port-unr
  friend bool operator==(const RefusalCodes&, const RefusalCodes&) = default;
};

/// One rule without lists.
struct Rule {
  Action action = Action::pass;
  bool no = false;  ///< `no nat`, `no rdr`
  Refusal refusal = Refusal::drop;
  RefusalCodes refusal_codes;
  Way way = Way::both;
  bool log = false, quick = false;
  Interface on;
  Family family = Family::any;
  std::optional<uint8_t> protocol;
  Peer from, to;
  std::optional<TcpFlags> flags;
  std::optional<uint8_t> icmp_type, icmp_code;
  State state = State::none;
  StateLimits limits;
  std::optional<uint32_t> probability;  ///< of 2^32
  std::string label;
  std::optional<uint32_t> user, group;
  std::string tag, tagged;
  bool tagged_negated = false;
  // nat, rdr and binat
  std::vector<Address> targets;
  Choice choice = Choice::none;
  Ports target_ports;  ///< any, equal or range
  bool static_port = false, passes = false, sticky = false;
  std::string hash_key;  ///< of source-hash
  // scrub
  uint16_t max_mss = 0;
  uint8_t min_ttl = 0;
  bool no_df = false, reassemble = false;
  std::optional<uint8_t> tos;
  std::string anchor;  ///< the name, and "/*" behind it for those below
  uint32_t line = 0;
};

/// So many addresses can be chosen from.
inline constexpr size_t most_in_pool = 256;

/// Whether it is one of `action`'s translations, in the chains of which the first rule that matches decides.
constexpr bool translates(Action action) { return action >= Action::nat && action <= Action::binat_anchor; }
constexpr bool is_anchor(Action action) {
  return action == Action::anchor || (action >= Action::nat_anchor && action <= Action::binat_anchor);
}
constexpr Action anchor_of(Action action) {
  return action == Action::nat ? Action::nat_anchor : action == Action::rdr ? Action::rdr_anchor : Action::binat_anchor;
}
/// In which order the translations of what comes in, goes out are asked.
constexpr std::array<Action, 2> order_of_translations(bool in) {
  return in ? std::array{Action::rdr, Action::binat} : std::array{Action::binat, Action::nat};
}

struct TableEntry {
  net::Ip ip;
  int length = 0;
  bool negated = false;
  friend auto operator<=>(const TableEntry&, const TableEntry&) = default;
};

struct Table {
  std::string name;
  bool persist = false, constant = false;
  bool given = false;  ///< the text says what is in it; otherwise it keeps what it has
  std::vector<TableEntry> entries;
};

/// `set timeout`: seconds by pf's names.
using Timeouts = std::map<std::string, uint32_t>;

struct Ruleset {
  std::vector<Table> tables;
  std::vector<Rule> scrubs;
  std::vector<Rule> rules;         ///< filter rules and anchors in order
  std::vector<Rule> translations;  ///< nat, rdr, binat and their anchors in order
  std::vector<std::string> skipped;  ///< `set skip on`
  Timeouts timeouts;
};

}  // namespace cellblock::pf
