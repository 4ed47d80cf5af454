// The kinds of root that `cellblock mkroot` makes. Each prints what it made.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "root_dir.hpp"

namespace cellblock {

struct MkrootRequest {
  std::string kind;  ///< from-binary, busybox, debian, prepare
  std::string suite, mirror, include;
  std::vector<std::string> files;     ///< --file: taken along under their own paths
  std::vector<std::string> programs;
  std::string directory;
};

/// The message says what is wrong: `mkroot: ...`
Result<MkrootRequest> parse_mkroot(const std::vector<std::string>& words);

Result<> make_root_from_binary(const MkrootRequest& request);
Result<> make_busybox_root(const MkrootRequest& request);
Result<> make_debian_root(const MkrootRequest& request);
/// What a fresh system needs before it is a jail, on a root that another tool made.
Result<> prepare_root(const MkrootRequest& request);

/// The folder to be filled, made if it is missing. Refuses what would be harmed: this host's root, and a folder with
/// something in it that no mkroot has put there.
Result<RootDir> open_new_root(const std::string& directory);

/// The same for callers with words of their own. Returns what was put there: "busybox, 303 commands, 1.9M".
Result<std::string> fill_with_busybox(const std::string& directory);
Result<> prepare_debian(const RootDir& root);

/// 1.9M, 700K
std::string human_size(uint64_t bytes);

}  // namespace cellblock
