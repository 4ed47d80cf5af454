// What is written down of one dataset: a text file of lines, one fact each, its words encoded as vis(3) does.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace cellblock::dataset {

using Properties = std::map<std::string, std::string>;  ///< those set here, not those inherited

struct Snapshot {
  std::string name;
  std::string data;  ///< the id of what it holds, in the back end
  uint64_t guid = 0;
  uint64_t number = 0;  ///< createtxg: grows with every change of the pool
  int64_t created = 0;
  Properties properties;
  friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

struct Record {
  std::string backend;  ///< "overlay", "btrfs", "copy", "image"
  std::string data;     ///< the id of what is mounted
  std::string origin;   ///< the snapshot that it was cloned from
  uint64_t guid = 0;
  uint64_t number = 0;
  int64_t created = 0;
  Properties properties;
  std::vector<Snapshot> snapshots;  ///< oldest first

  const Snapshot* snapshot(std::string_view name) const;
  Snapshot* snapshot(std::string_view name);
  friend bool operator==(const Record&, const Record&) = default;
};

std::string record_text(const Record& record);
/// Why::invalid for anything that record_text() would not have written: a half file, unknown lines.
Result<Record> parse_record(std::string_view text);

}  // namespace cellblock::dataset
