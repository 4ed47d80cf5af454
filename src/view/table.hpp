// A table for people, and its rows as JSON for programs: the lists of the cellblock command.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/snapshot.hpp"

namespace cellblock::view {

enum class Align : uint8_t { left, right };

struct Column {
  std::string title;  ///< in small letters; the table shows it in capitals, JSON as it is
  Align align = Align::left;
};

struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  ///< as many cells as columns; an empty cell is shown as "-"
};

/// Columns as wide as their widest cell, two blanks between them, none at the end of a line. Control
/// characters are shown as \ooo.
std::string render(const Table& table);

/// `[{"name":"web",...}, ...]`. Cells of columns that align right are numbers where they look like one.
std::string render_json(const Table& table);

/// One row per jail: name, jid, state, addresses, hostname, path.
Table jail_table(const model::Snapshot& snapshot);

}  // namespace cellblock::view
