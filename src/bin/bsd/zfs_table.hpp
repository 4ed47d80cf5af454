// Tables as zfs(8) prints them: columns as wide as what is in them, two blanks between. Pure.
#pragma once

#include <string>
#include <vector>

namespace cellblock::bsd {

struct ZfsColumn {
  std::string header;
  bool to_the_right = false;
};

using ZfsRow = std::vector<std::string>;

std::string zfs_table(const std::vector<ZfsColumn>& columns, const std::vector<ZfsRow>& rows);
/// -H: no header, tabs.
std::string zfs_script_lines(const std::vector<ZfsRow>& rows);

}  // namespace cellblock::bsd
