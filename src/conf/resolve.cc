#include "conf/resolve.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <deque>

#include "conf/jail_builder.hpp"

namespace cellblock::conf {
namespace {

/// The parameters of one block, or of everything outside of blocks.
struct Section {
  std::string name;
  std::vector<const ParamDecl*> params;
};

/// Blocks in file order, nested ones under their whole name. What stands outside of any block belongs to a
/// block `*` that stands where the first such parameter does.
class Sections {
 public:
  explicit Sections(const Tree& tree) { walk(tree.items, nullptr); }
  const std::deque<Section>& all() const { return all_; }

 private:
  void walk(const std::vector<Item>& items, Section* current) {
    for (const Item& item : items) {
      if (const auto* param = std::get_if<ParamDecl>(&item.what)) {
        (current ? current : global())->params.push_back(param);
      } else if (const auto* jail = std::get_if<JailDecl>(&item.what)) {
        std::string name = current ? current->name + '.' + jail->name.value : jail->name.value;
        all_.push_back({std::move(name), {}});
        walk(jail->items, &all_.back());
      } else if (const auto* include = std::get_if<IncludeDecl>(&item.what)) {
        for (const Included& file : include->files) walk(file.items, current);
      }
    }
  }

  Section* global() {
    if (!global_) {
      all_.push_back({"*", {}});
      global_ = &all_.back();
    }
    return global_;
  }

  std::deque<Section> all_;  // a deque, since pointers into it must last
  Section* global_ = nullptr;
};

std::vector<size_t> wildcards(const std::deque<Section>& sections) {
  std::vector<size_t> out;
  for (size_t i = 0; i < sections.size(); ++i)
    if (is_wildcard(sections[i].name)) out.push_back(i);
  return out;
}

/// The jail of section number `self`: what its own block and every matching wildcard say, in file order.
JailBuilder build(const std::deque<Section>& sections, const std::vector<size_t>& wild, size_t self) {
  const std::string& name = sections[self].name;
  JailBuilder jail(name);
  auto add = [&](size_t section) {
    for (const ParamDecl* param : sections[section].params) jail.add(*param);
  };
  auto behind = std::ranges::lower_bound(wild, self);
  for (auto at = wild.begin(); at != behind; ++at)
    if (wildcard_match(sections[*at].name, name)) add(*at);
  add(self);
  for (auto at = behind; at != wild.end(); ++at)
    if (wildcard_match(sections[*at].name, name)) add(*at);
  jail.finish();
  return jail;
}

}  // namespace

Resolved resolve(const Tree& tree) {
  Sections sections(tree);
  std::vector<size_t> wild = wildcards(sections.all());
  Resolved out;
  for (size_t i = 0; i < sections.all().size(); ++i)
    if (!std::ranges::binary_search(wild, i)) build(sections.all(), wild, i).move_to(out);
  return out;
}

bool is_wildcard(std::string_view name) {
  for (;;) {
    size_t dot = name.find('.');
    if (name.substr(0, dot) == "*") return true;
    if (dot == name.npos) return false;
    name.remove_prefix(dot + 1);
  }
}

bool wildcard_match(std::string_view wildcard, std::string_view name) {
  for (;;) {
    size_t name_dot = name.find('.'), wild_dot = wildcard.find('.');
    if (name_dot == name.npos || wild_dot == wildcard.npos) return wildcard == name || wildcard == "*";
    std::string_view component = wildcard.substr(0, wild_dot);
    if (component != "*" && component != name.substr(0, name_dot)) return false;
    name.remove_prefix(name_dot + 1);
    wildcard.remove_prefix(wild_dot + 1);
  }
}

bool same_slot(std::string_view a, std::string_view b) {
  auto negates = [](std::string_view longer, std::string_view shorter) {
    return longer.starts_with("no") && longer.substr(2) == shorter;
  };
  for (;;) {
    if (a == b || negates(a, b) || negates(b, a)) return true;
    size_t dot = a.find('.');
    if (dot == a.npos || a.substr(0, dot + 1) != b.substr(0, dot + 1)) return false;
    a.remove_prefix(dot + 1);
    b.remove_prefix(dot + 1);
  }
}

}  // namespace cellblock::conf
