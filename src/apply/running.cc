#include "apply/running.hpp"

#include "base/text.hpp"

namespace cellblock::apply {
namespace {

constexpr size_t few = 3;

}  // namespace

Result<> Running::read() {
  if (snapshot_) return {};
  CB_TRY(snapshot_, jails_.get());
  by_name_.reserve(snapshot_->jails.size());
  for (const auto& [jid, jail] : snapshot_->jails) by_name_.emplace(jail.prison.name, &jail);
  return {};
}

Result<const model::Snapshot*> Running::all() {
  CB_CHECK(read());
  return &*snapshot_;
}

Result<const model::Jail*> Running::find(std::string_view word) {
  if (snapshot_ || ++asked_ > few) {
    CB_CHECK(read());
    if (parse_int(word)) return snapshot_->find_word(word, "");
    auto found = by_name_.find(word);
    return found == by_name_.end() ? nullptr : found->second;
  }
  auto [entry, fresh] = single_.try_emplace(std::string(word));
  if (fresh) {
    auto jail = jails_.find(word);
    if (!jail && jail.error().why != Why::absent) return pass(std::move(jail.error()));
    if (jail) entry->second = std::move(*jail);
  }
  return entry->second ? &*entry->second : nullptr;
}

}  // namespace cellblock::apply
