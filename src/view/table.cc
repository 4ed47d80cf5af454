#include "view/table.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "view/jls.hpp"

namespace cellblock::view {
namespace {

constexpr std::string_view gap = "  ";

/// A cell as the terminal may be given it.
std::string shown(const std::string& cell) {
  if (cell.empty()) return "-";
  return harmless(cell, "");
}

size_t width_of(std::string_view text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string in_capitals(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

void append_row(std::string& out, const Table& table, const std::vector<size_t>& widths,
                const std::vector<std::string>& cells) {
  for (size_t at = 0; at < cells.size(); ++at) {
    if (at > 0) out += gap;
    bool right = table.columns[at].align == Align::right;
    if (right) out.append(widths[at] - width_of(cells[at]), ' ');
    append_padded(out, cells[at], right || at + 1 == cells.size() ? 0 : widths[at], std::string::npos);
  }
  out += '\n';
}

}  // namespace

std::string render(const Table& table) {
  std::vector<std::vector<std::string>> lines(1);
  for (const Column& column : table.columns) lines[0].push_back(in_capitals(column.title));
  for (const auto& row : table.rows) {
    lines.emplace_back();
    for (const std::string& cell : row) lines.back().push_back(shown(cell));
  }
  std::vector<size_t> widths(table.columns.size());
  for (const auto& line : lines)
    for (size_t at = 0; at < line.size(); ++at) widths[at] = std::max(widths[at], width_of(line[at]));
  std::string out;
  for (const auto& line : lines) append_row(out, table, widths, line);
  return out;
}

std::string render_json(const Table& table) {
  std::string out = "[";
  for (const auto& row : table.rows) {
    if (&row != &table.rows.front()) out += ", ";
    std::string members;
    Xo xo({.style = XoStyle::json, .no_top = true}, members);
    for (size_t at = 0; at < row.size(); ++at) {
      bool number = table.columns[at].align == Align::right && parse_int(row[at]);
      if (number)
        xo.literal(table.columns[at].title, row[at]);
      else
        xo.string(table.columns[at].title, row[at]);
    }
    out += "{" + members + "}";
  }
  return out + "]\n";
}

Table jail_table(const model::Snapshot& snapshot) {
  Table table{{{"name"}, {"jid", Align::right}, {"state"}, {"addresses"}, {"hostname"}, {"path"}}, {}};
  for (const auto& [jid, jail] : snapshot.jails) {
    const model::Prison& prison = jail.prison;
    std::vector<std::string> addresses = prison.ip4_addr;
    addresses.insert(addresses.end(), prison.ip6_addr.begin(), prison.ip6_addr.end());
    table.rows.push_back({prison.name, std::to_string(jid), prison.dying ? "dying" : "active",
                          join(addresses, ","), prison.hostname, prison.path});
  }
  return table;
}

}  // namespace cellblock::view
