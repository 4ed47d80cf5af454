// A tree as a stream tells it, whole or by what differs from another one.
#pragma once

#include <sys/stat.h>

#include <map>
#include <set>
#include <string>

#include "dataset/stream.hpp"

namespace cellblock::dataset {

class TreeWalk {
 public:
  explicit TreeWalk(stream::Writer& writer) : writer_(writer) {}
  /// `before` < 0: there was nothing.
  Result<> walk(int now, int before);
  /// The same without the top directory itself.
  Result<> folder_only(int now, int before) { return folder(now, before, ""); }

 private:
  Result<> folder(int now, int before, const std::string& path);
  Result<> one(int now, int before, const char* name, const std::string& path);
  Result<> send_file(int folder, const char* name, const std::string& path, bool had_name);
  Result<> send_data(int file, uint64_t size);
  Result<> send_entry(int folder, const char* name, const std::string& path, const struct stat& status);
  Result<> send_xattrs(int folder, const char* name);

  stream::Writer& writer_;
  std::map<std::pair<uint64_t, uint64_t>, std::string> links_;
};

}  // namespace cellblock::dataset
