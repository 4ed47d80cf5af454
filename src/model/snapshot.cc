#include "model/snapshot.hpp"

#include <utility>

#include "base/text.hpp"

namespace cellblock::model {

const Jail* Snapshot::find(JailId jid) const {
  auto found = jails.find(jid);
  return found == jails.end() ? nullptr : &found->second;
}

const Jail* Snapshot::find(std::string_view name) const {
  for (const auto& [jid, jail] : jails)
    if (jail.prison.name == name) return &jail;
  return nullptr;
}

const Jail* Snapshot::find_word(std::string_view word, std::string_view viewer) const {
  std::string below(viewer);
  if (auto number = parse_int(word)) {
    const Jail* jail = std::in_range<JailId>(*number) ? find(static_cast<JailId>(*number)) : nullptr;
    return jail && is_below(jail->prison.name, below) ? jail : nullptr;
  }
  return find(viewer.empty() ? std::string(word) : below + "." + std::string(word));
}

}  // namespace cellblock::model
