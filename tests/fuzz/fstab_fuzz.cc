// fstab(5): whatever the text, reading ends, spans lie inside it, and a printed line reads back the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "conf/fstab.hpp"
#include "model/mount_type.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cellblock;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  conf::Fstab fstab = conf::parse_fstab(text, 0);
  for (const conf::Diag& diag : fstab.diags)
    if (diag.at.begin > diag.at.end || diag.at.end > size) abort();
  for (const conf::FstabEntry& entry : fstab.entries) {
    if (entry.at.end > size) abort();
    auto again = conf::parse_fstab_line(conf::fstab_line(entry));
    if (!again || again->source != entry.source || again->target != entry.target) abort();
    (void)model::mount_recipe(entry.type, entry.source, entry.options);
  }
  return 0;
}
