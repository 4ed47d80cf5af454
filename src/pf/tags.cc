#include "pf/tags.hpp"

#include <algorithm>

namespace cellblock::pf {
namespace {

constexpr size_t most_changes = 32;
constexpr size_t deepest_anchor = 12;  // the kernel follows 16 jumps, and some lead to an anchor's outermost rules and on

}  // namespace

Result<Tags> Tags::of(const Whole& whole) {
  Tags out(whole);
  if (!whole.rulesets.contains("")) return out;
  for (Phase phase : {Phase::in, Phase::out}) {  // translation comes first both ways
    CB_CHECK(out.translations({""}, phase));
    CB_CHECK(out.filters({""}, phase));
  }
  return out;
}

uint32_t Tags::set_by(uint32_t rule, Phase phase) const {
  auto found = slots_.find({phase, rule});
  return found == slots_.end() ? 0 : 1u << found->second;
}

std::vector<uint32_t> Tags::bits_of(const std::string& tag) const {
  std::vector<uint32_t> out;
  for (size_t i = 0; i < tags_.size(); ++i)
    if (tags_[i] == tag) out.push_back(1u << i);
  return out;
}

Result<> Tags::filters(const Path& path, Phase phase) {
  const Kept& kept = whole_.rulesets.at(path.back());
  for (size_t i = 0; i < kept.rules.rules.size(); ++i) {
    const Rule& rule = kept.rules.rules[i];
    if (rule.way != Way::both && (rule.way == Way::in) != (phase == Phase::in)) continue;
    if (rule.action == Action::anchor) CB_CHECK(below(path, rule, phase, &Tags::filters));
    else CB_CHECK(note(rule, kept.id_of_rule(i), phase));
  }
  return {};
}

Result<> Tags::translations(const Path& path, Phase phase) {
  const Kept& kept = whole_.rulesets.at(path.back());
  for (Action action : order_of_translations(phase == Phase::in))
    for (size_t i = 0; i < kept.rules.translations.size(); ++i) {
      const Rule& rule = kept.rules.translations[i];
      if (rule.action == anchor_of(action)) CB_CHECK(below(path, rule, phase, &Tags::translations));
      if (rule.action == action) CB_CHECK(note(rule, kept.id_of_translation(i), phase));
    }
  return {};
}

Result<> Tags::below(const Path& path, const Rule& rule, Phase phase, Result<> (Tags::*walk)(const Path&, Phase)) {
  for (const std::string& anchor : whole_.called(path.back(), rule.anchor)) {
    if (std::ranges::find(path, anchor) != path.end()) return fail(Why::invalid, "anchor {} leads to itself", anchor);
    if (path.size() > deepest_anchor) return fail(Why::unsupported, "anchors in each other more than {} deep are not supported on Linux", deepest_anchor);
    Path longer(path);
    longer.push_back(anchor);
    CB_CHECK((this->*walk)(longer, phase));
  }
  return {};
}

Result<> Tags::note(const Rule& rule, uint32_t id, Phase phase) {
  if (rule.tag.empty() || slots_.contains({phase, id})) return {};
  if (tags_.empty() || tags_.back() != rule.tag) tags_.push_back(rule.tag);
  if (tags_.size() > most_changes) return fail(Why::unsupported, "more than {} changes of tags are not supported on Linux", most_changes);
  slots_[{phase, id}] = tags_.size() - 1;
  return {};
}

}  // namespace cellblock::pf
