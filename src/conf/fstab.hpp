// fstab(5): one mount per line. Read by the `mount` and `mount.fstab` parameters of a jail and by mount(8).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "conf/diag.hpp"

namespace cellblock::conf {

/// One line: the first two fields are decoded already.
struct FstabEntry {
  std::string source;
  std::string target;
  std::string type;
  std::vector<std::string> options;  ///< the fourth field, split at its commas
  int dump = 0, pass = 0;
  Span at;  ///< the whole line

  bool has(std::string_view option) const;
};

struct Fstab {
  std::vector<FstabEntry> entries;
  std::vector<Diag> diags;  ///< as jail(8) words them: `LINE: missing information`
};

/// One line without its newline. An empty line or a comment is an entry without a target. Fails with
/// `LINE: missing information` (fewer than three fields) or `LINE: fstab parse error` (a broken escape).
Result<FstabEntry> parse_fstab_line(std::string_view line);

/// All lines; the good ones come through whatever is wrong with the others. `file` is for the spans.
Fstab parse_fstab(std::string_view text, uint32_t file);

/// The line that gives `entry` back, with tabs between the fields, as `mount -p` prints it.
std::string fstab_line(const FstabEntry& entry);

}  // namespace cellblock::conf
