// text -> Ruleset: the grammar of pf.conf(5). Pure: files and the machine's interfaces come from the caller.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "conf/source.hpp"
#include "pf/lexer.hpp"
#include "pf/rule.hpp"

namespace cellblock::pf {

/// Which of an interface's addresses: "em0", "em0:network", "em0:0", "em0:broadcast".
enum class Part : uint8_t { hosts, networks, first, broadcast };
std::optional<Part> part_of(std::string_view word);

/// What a text may ask of the machine.
class Machine {
 public:
  virtual ~Machine() = default;
  /// The addresses of an interface, of all ("self"). Empty: no such interface.
  virtual std::vector<TableEntry> addresses(const std::string& interface, Part part) const = 0;
  virtual std::optional<uint32_t> user(const std::string& name) const = 0;
  virtual std::optional<uint32_t> group(const std::string& name) const = 0;
};

struct Problem {
  std::string file;
  uint32_t line = 0;
  std::string what;

  std::string text() const { return fmt::format("{}:{}: {}", file, line, what); }
};

/// What was read, and all that is wrong with it in order: pfctl(8) loads nothing then.
struct Parsed {
  Ruleset rules;
  std::map<std::string, Ruleset> bodies;                       ///< of anchors with a body, by name below this one
  std::vector<std::pair<std::string, std::string>> to_load;    ///< `load anchor`: name and file
  std::vector<Problem> problems;
};

inline constexpr int max_include_depth = 16;
/// How many rules the lists of one line may become, and those of a text.
inline constexpr size_t max_expanded = 65536;

Parsed parse(conf::Sources& sources, const std::string& path, const Machine& machine, Macros given = {});
/// The same of a text that is at hand.
Parsed parse_text(conf::Sources& sources, const std::string& name, std::string text, const Machine& machine, Macros given = {});

/// An address or a network.
std::optional<net::Prefix> parse_network(std::string word);

/// Whether an anchor can have that name.
Result<> check_anchor(std::string_view name);

/// The entries of a table's file, or of a command line: one address a word, '#' begins a comment.
Result<TableEntry> parse_entry(const std::string& word);
Result<std::vector<TableEntry>> parse_entries(std::string_view text);

}  // namespace cellblock::pf
