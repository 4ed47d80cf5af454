// Properties as `zfs list` and `zfs get` show them.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "dataset/session.hpp"
#include "dataset/space.hpp"

namespace cellblock::dataset {

enum class Exact : uint8_t { no, yes };  ///< -p: bytes and seconds instead of units and dates

struct Shown {
  std::string value;
  std::string source;  ///< "-", "local", "default", "inherited from tank"
};

class Show {
 public:
  Show(Session& session, Pool& pool) : session_(session), pool_(pool), space_(pool) {}

  /// "-" for what such a thing has not; Why::absent for a dataset that is not there.
  Result<Shown> property(const Name& name, std::string_view property, Exact exact);
  /// For sorting: sizes and times as numbers, wide enough to be compared as text.
  Result<std::string> sort_key(const Name& name, std::string_view property);
  /// All that `zfs get all` shows of it.
  Result<std::vector<std::string>> all_properties(const Name& name);

 private:
  Result<std::string> of_dataset(const std::string& path, const Record& record, std::string_view property);
  Result<std::string> of_snapshot(const Name& name, const Record& record, const Snapshot& snapshot, std::string_view property);
  Result<std::string> clones(const Name& name);
  Result<const Snapshot*> snapshot(const Record& record, const Name& name);

  Session& session_;
  Pool& pool_;
  Space space_;
  /// Of the dataset that was asked for last: there may be thousands.
  std::string indexed_;
  std::unordered_map<std::string_view, const Snapshot*> index_;
};

/// Which things a command is about.
struct Selection {
  std::vector<std::string> names;  ///< none: all pools
  int depth = 0;                   ///< below them; -1: whatever
  bool filesystems = true, snapshots = false;
};
Result<std::vector<Name>> select(Session& session, const Selection& selection);

}  // namespace cellblock::dataset
