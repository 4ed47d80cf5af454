// ipfw's rules as nf_tables runs them, and as they are kept: in the kernel, as text, beside what runs.
#pragma once

#include <functional>
#include <map>

#include "ipfw/nat.hpp"
#include "ipfw/rule.hpp"
#include "ipfw/table.hpp"
#include "nft/batch.hpp"
#include "nft/dump.hpp"

namespace cellblock::ipfw {

inline constexpr std::string_view table = "ipfw";

struct Kept {
  uint32_t order = 0;  ///< among rules of one number
  uint32_t id = 0;     ///< of its counter and its states; never that of another rule before it
  Rule rule;
};

/// What sysctl(8) and "ipfw enable" turn on and off.
struct Switches {
  bool firewall = true;
  bool one_pass = true;  ///< what "nat" has translated is accepted, not asked further
  bool verbose = true;   ///< "log" logs

  /// By the last part of its name in sysctl(8).
  bool* find(std::string_view name);
  friend bool operator==(const Switches&, const Switches&) = default;
};

/// What a table held and is to hold, by key.
struct TableChange {
  Entries before, after;
};

struct Ruleset {
  std::vector<Kept> rules;  ///< by number, then order
  std::vector<Nat> nats;
  std::vector<Table> tables;
  Switches switches;
  uint32_t off = 0;  ///< a bit for each set that is disabled
  std::vector<uint32_t> logs_anew;  ///< ids of rules whose limit of what they log begins again
  std::map<std::string, TableChange> entries;  ///< of the tables whose entries change
  bool loaded = false;
  uint32_t generation = 0;  ///< of what was read

  /// Fills in the control groups of the jails that rules name, by jid.
  void find_jails(const std::function<Group(uint32_t)>& group_of);
  bool is_off(uint32_t set) const { return off >> set & 1; }
  const Table* table(std::string_view name) const;
};

/// Adds the tables that rules name and that are not there. A table of another type than a rule needs is an error.
Result<> name_tables(Ruleset& rules);
/// Finds the interfaces whose addresses rules name ("via 10.0.0.1"), as they are now; where none has it, none matches.
Result<> find_interfaces(Ruleset& rules);
/// What a new rule does not do, although it may seem to. Empty: there is nothing to be said.
std::string_view warning_of(const Rule& rule);
/// What a new rule needs of the network stack: an interface with each address that it names, a way to another machine.
Result<> prepare(Rule rule);
/// How many rules ask the table.
size_t references(const Ruleset& rules, std::string_view table);

/// What becomes of lines that can't be read, as another version may have left them.
enum class Unread { refused, left_out };
/// What the kernel of that socket's network stack keeps.
Result<Ruleset> read_ruleset(sys::netlink::Socket& socket, Unread unread = Unread::refused);

/// The transaction that makes `wanted` of what is there. Counters of rules that stay go on counting, tables that stay
/// keep their entries. It fails with ERESTART where something has changed since `wanted` was read.
Result<nft::Batch> change(sys::netlink::Socket& socket, const Ruleset& wanted);

using Edit = std::function<Result<>(Ruleset&)>;
/// Reads, changes and (`commits`) writes the rules; again from the start if somebody else has changed them meanwhile.
Result<> edit(sys::netlink::Socket& socket, const Edit& change_rules, bool commits = true, Unread unread = Unread::refused);

Result<std::vector<Entry>> entries_of(sys::netlink::Socket& socket, const Table& table);
/// The entries of a table, to be changed: what is left there is written with the rules.
Result<Entries*> entries_to_change(sys::netlink::Socket& socket, Ruleset& rules, const std::string& table);

/// What rules are made of, by name.
struct Made {
  std::vector<std::string> chains, sets;
};
/// Adds the chains and their rules, and the sets of limits, to `batch`; tables and counters have to be there.
Result<Made> compile(const Ruleset& rules, nft::Batch& batch);

inline constexpr uint32_t hop_mark = 0x2f200000;
/// What packets have that are led to another machine. Two in 65536 share one.
uint32_t mark_of_hop(const net::Ip& hop);

std::string counter_of(uint32_t id);
/// How much the rule may log yet, as an object of nf_tables. Nothing: without end, or nothing.
std::optional<nft::NamedLimit> log_limit_of(const Kept& kept);
/// The id of the rule that let a connection with that mark in; nothing: none of the rules.
std::optional<uint32_t> id_of_mark(uint32_t mark);

}  // namespace cellblock::ipfw
