// text -> Tree: the grammar of jail.conf(5).
#pragma once

#include <string>
#include <vector>

#include "conf/diag.hpp"
#include "conf/source.hpp"
#include "conf/tree.hpp"

namespace cellblock::conf {

/// Whatever could be read, and everything that is wrong with it, sorted by place. jail(8) prints the list and
/// exits with 1 unless it is empty.
struct Parsed {
  Tree tree;
  std::vector<Diag> diags;
};

/// Reads `path` ("-": standard input, which messages call STDIN) and whatever it includes. After an error the
/// reader goes on behind the next ';' or '}'. A missing file is a Diag like any other.
Parsed parse(Sources& sources, const std::string& path);

/// One text that is at hand already.
Parsed parse_text(std::string text, const std::string& name = "jail.conf");

inline constexpr int max_include_depth = 32;
/// Blocks in blocks. A jail's whole name has at most 255 bytes, so that no useful file comes near.
inline constexpr int max_block_depth = 128;

}  // namespace cellblock::conf
