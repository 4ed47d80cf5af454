#include "root_files.hpp"

namespace cellblock {

Result<> put_root_files(const RootDir& root, std::string_view kind, Existing existing) {
  for (const RootFile& file : root_files()) {
    if (file.kind != kind || (existing == Existing::keep && root.has(file.path))) continue;
    CB_CHECK(root.file(file.path, file.path == "/etc/shadow" ? 0600 : 0644, file.text));
  }
  return {};
}

}  // namespace cellblock
