#include "conf/tree.hpp"

#include <algorithm>

namespace cellblock::conf {
namespace {

bool same(const Value& a, const Value& b) {
  return std::ranges::equal(a.pieces, b.pieces, [](const Piece& x, const Piece& y) {
    return x.variable == y.variable && x.text == y.text;
  });
}

bool same(const std::vector<Value>& a, const std::vector<Value>& b) {
  return std::ranges::equal(a, b, [](const Value& x, const Value& y) { return same(x, y); });
}

bool same(const std::vector<Item>& a, const std::vector<Item>& b);

/// One overload for each kind of item; `other` is of the same kind.
struct SameAs {
  const Item& other;

  bool operator()(const ParamDecl& a) const {
    const auto& b = std::get<ParamDecl>(other.what);
    return a.name.value == b.name.value && a.variable == b.variable && a.assign == b.assign &&
           same(a.values, b.values);
  }
  bool operator()(const JailDecl& a) const {
    const auto& b = std::get<JailDecl>(other.what);
    return a.name.value == b.name.value && same(a.items, b.items);
  }
  bool operator()(const IncludeDecl& a) const {
    const auto& b = std::get<IncludeDecl>(other.what);
    return same(a.patterns, b.patterns) &&
           std::ranges::equal(a.files, b.files,
                              [](const Included& x, const Included& y) { return same(x.items, y.items); });
  }
  bool operator()(const Comment& a) const {
    const auto& b = std::get<Comment>(other.what);
    return a.text == b.text && a.trailing == b.trailing;
  }
};

bool same(const std::vector<Item>& a, const std::vector<Item>& b) {
  return std::ranges::equal(a, b, [](const Item& x, const Item& y) {
    return x.what.index() == y.what.index() && std::visit(SameAs{y}, x.what);
  });
}

}  // namespace

bool same(const Tree& a, const Tree& b) { return same(a.items, b.items); }

}  // namespace cellblock::conf
