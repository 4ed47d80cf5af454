// Names of datasets and snapshots, as OpenZFS has them: POOL[/COMPONENT...][@SNAPSHOT].
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace cellblock::dataset {

struct Name {
  std::string path;      ///< "tank/jails/web"
  std::string snapshot;  ///< "date", or empty

  bool is_snapshot() const { return !snapshot.empty(); }
  std::string pool() const { return path.substr(0, path.find('/')); }
  /// "tank/jails"; empty for a pool's own dataset.
  std::string parent() const;
  std::string text() const { return is_snapshot() ? path + "@" + snapshot : path; }
  friend bool operator==(const Name&, const Name&) = default;
};

/// Why::invalid with OpenZFS' words: "invalid character ' ' in name".
Result<Name> parse_name(std::string_view text);
/// A snapshot's name alone, as `rename` takes it behind an '@'.
Result<> check_component(std::string_view text);
/// A pool's name: a letter first, and none of the words that zpool(8) keeps.
Result<> check_pool_name(std::string_view text);

/// Whether `path` is `above` or lies below it.
bool is_within(std::string_view path, std::string_view above);

/// The name of the file that describes the dataset, and back.
std::string file_of(std::string_view path);
std::string path_of_file(std::string_view file);

}  // namespace cellblock::dataset
