#include "jail/dump.hpp"

#include <algorithm>

#include "apply/mounting.hpp"
#include "conf/print.hpp"
#include "plan/dump.hpp"
#include "plan/wants.hpp"

namespace cellblock::jail {
namespace {

bool defines(const std::vector<conf::Item>& items, std::string_view name) {
  return std::ranges::any_of(items, [name](const conf::Item& item) {
    if (auto* param = std::get_if<conf::ParamDecl>(&item.what)) return param->variable && param->name.value == name;
    if (auto* include = std::get_if<conf::IncludeDecl>(&item.what))
      return std::ranges::any_of(include->files, [name](const auto& file) { return defines(file.items, name); });
    return false;
  });
}

std::string plan_of(const model::Wanted& wanted) {
  std::vector<std::string> fstab;
  std::string notes;
  for (const std::string& file : plan::values_of(wanted, "mount.fstab")) {
    auto lines = apply::read_fstab(file);
    if (!lines) {
      notes += fmt::format("# mount.fstab: {}\n", lines.error().text());
      continue;
    }
    fstab.insert(fstab.end(), lines->begin(), lines->end());
  }
  return notes + plan::dump(wanted, fstab);
}

}  // namespace

bool dumps_description(std::string_view what) { return what == "tree" || what == "world" || what == "plan"; }

std::string dump(std::string_view what, const conf::Tree& tree, const std::vector<model::Wanted>& jails) {
  if (what == "tree") return conf::print_tree(tree);
  if (what == "world") return conf::print_jails(jails, "\n  ");
  std::string out;
  for (const model::Wanted& wanted : jails) out += plan_of(wanted);
  return out;
}

bool defines_variable(const conf::Tree& tree, std::string_view name) { return defines(tree.items, name); }

}  // namespace cellblock::jail
