// Tags: what `tag` says of a packet, in its connection's label.
//
// In pf the last rule with `tag` that matched on a packet's way wins, whether or not it decides. A label's bits can be set
// but not cleared. So each rule sets a bit of its own, the higher the later the rule is asked, and the highest bit of the
// label says which tag the packet has: `tagged` compares the whole as a number. Rules in a row with one tag share a bit.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "pf/compile.hpp"

namespace cellblock::pf {

class Tags {
 public:
  /// Refuses more than 32 changes of tags, and anchors that ask each other or lie too deep.
  static Result<Tags> of(const Whole& whole);
  /// What the rule with that number sets on that way; 0: nothing.
  uint32_t set_by(uint32_t rule, Phase phase) const;
  /// Each bit that, as the highest of a label, means that tag.
  std::vector<uint32_t> bits_of(const std::string& tag) const;

 private:
  using Path = std::vector<std::string>;
  explicit Tags(const Whole& whole) : whole_(whole) {}
  Result<> filters(const Path& path, Phase phase);
  Result<> translations(const Path& path, Phase phase);
  Result<> below(const Path& path, const Rule& rule, Phase phase, Result<> (Tags::*walk)(const Path&, Phase));
  Result<> note(const Rule& rule, uint32_t id, Phase phase);

  const Whole& whole_;
  std::map<std::pair<Phase, uint32_t>, size_t> slots_;
  std::vector<std::string> tags_;  ///< of each bit, the lowest first
};

}  // namespace cellblock::pf
