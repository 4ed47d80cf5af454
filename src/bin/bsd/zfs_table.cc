#include "zfs_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace cellblock::bsd {
namespace {

void put_line(std::string& out, const std::vector<ZfsColumn>& columns, const std::vector<size_t>& widths, const ZfsRow& row) {
  for (size_t i = 0; i < row.size(); ++i) {
    bool last = i + 1 == row.size();
    size_t pad = widths[i] - std::min(widths[i], row[i].size());
    if (columns[i].to_the_right) out.append(pad, ' ');
    out += row[i];
    if (!columns[i].to_the_right && !last) out.append(pad, ' ');
    if (!last) out += "  ";
  }
  out += '\n';
}

}  // namespace

std::string zfs_table(const std::vector<ZfsColumn>& columns, const std::vector<ZfsRow>& rows) {
  ZfsRow headers;
  std::vector<size_t> widths;
  for (const ZfsColumn& column : columns) {
    headers.push_back(column.header);
    widths.push_back(column.header.size());
  }
  for (const ZfsRow& row : rows)
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string out;
  put_line(out, columns, widths, headers);
  for (const ZfsRow& row : rows) put_line(out, columns, widths, row);
  return out;
}

std::string zfs_script_lines(const std::vector<ZfsRow>& rows) {
  std::string out;
  for (const ZfsRow& row : rows) out += join(row, "\t") + "\n";
  return out;
}

}  // namespace cellblock::bsd
