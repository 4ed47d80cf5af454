// The table itself: the parts joined and sorted at compile time, so that a program pays nothing for it.
#include <algorithm>
#include <array>

#include "model/allow_rows.hpp"
#include "model/command_rows.hpp"
#include "model/kernel_rows.hpp"
#include "model/param_order.hpp"

namespace cellblock::model {
namespace {

constexpr size_t total = std::size(identity_rows) + std::size(system_rows) + std::size(own_rows) +
                         std::size(allow_rows) + std::size(command_rows);

consteval std::array<Param, total> joined() {
  std::array<Param, total> all;
  auto end = std::ranges::copy(identity_rows, all.begin()).out;
  end = std::ranges::copy(system_rows, end).out;
  end = std::ranges::copy(own_rows, end).out;
  end = std::ranges::copy(allow_rows, end).out;
  std::ranges::copy(command_rows, end);
  std::ranges::sort(all, jls_order, &Param::name);
  return all;
}

constexpr std::array<Param, total> table = joined();
static_assert(std::ranges::adjacent_find(table, {}, &Param::name) == table.end(), "a parameter has two rows");

/// Where the dotted names begin: within each half names are in plain order, so a search compares no dots.
constexpr auto dotted = std::ranges::find_if(table, [](const Param& param) { return param.name.contains('.'); });

}  // namespace

std::span<const Param> params() { return table; }

const Param* find_row(std::string_view name) {
  bool has_dot = name.contains('.');
  auto begin = has_dot ? dotted : table.begin(), end = has_dot ? table.end() : dotted;
  auto found = std::ranges::lower_bound(begin, end, name, {}, &Param::name);
  return found != end && found->name == name ? &*found : nullptr;
}

}  // namespace cellblock::model
