// The journal, whatever is in it: reading ends, the shortest journal reads back to the same state, and it makes no
// difference in how many pieces the text came.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "record/journal.hpp"

namespace {

using namespace cellblock::record;

void require(bool truth) {
  if (!truth) abort();
}

/// What is read of a journal that is written in two pieces; the second begins with the torn end of the first.
std::string read_in_pieces(std::string_view text, size_t cut) {
  State state;
  size_t used = fold(state, text.substr(0, cut));
  require(used <= cut);
  fold(state, text.substr(used));
  return rewrite(state);
}

/// Without the line "last": history that is skipped over is not judged.
std::string_view without_last(std::string_view text) {
  size_t last = text.rfind("\nlast ");
  return last == text.npos ? text : text.substr(0, last + 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  State state;
  size_t used = fold(state, text);
  require(used <= size && text.find('\n', used) == text.npos);
  for (const auto& [jid, jail] : state.snapshot.jails) require(jail.prison.jid == jid && jid > 0);
  for (const auto& [jid, maker] : state.makers) require(state.snapshot.jails.contains(jid));

  for (const auto& [jid, jail] : state.snapshot.jails) {
    size_t steps = 0;
    for (const auto* up = &jail; up; up = state.snapshot.find(up->prison.parent))
      require(++steps <= state.snapshot.jails.size());
  }

  std::string shortest = rewrite(state);
  State again;
  require(fold(again, shortest) == shortest.size());
  require(again.snapshot.jails.size() == state.snapshot.jails.size());
  require(again.mounts.size() == state.mounts.size() && again.aliases.size() == state.aliases.size());
  require(again.snapshot.last_jid == state.snapshot.last_jid);
  require(rewrite(again) == shortest);

  size_t cut = size ? data[0] * size / 256 : 0;
  require(without_last(read_in_pieces(text, cut)) == without_last(shortest));
  return 0;
}
