// Sources: how a reader of this folder gets at files. Readers do no I/O of their own.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace cellblock::conf {

class Sources {
 public:
  virtual ~Sources() = default;

  /// The whole text of a file; "-" is standard input. On failure Error::sys is the errno.
  virtual Result<std::string> read(const std::string& path) = 0;

  /// The paths that match a pattern with *, ? or [...] in glob(3)'s sense, sorted; none is success.
  virtual Result<std::vector<std::string>> glob(const std::string& pattern) = 0;
};

/// Whether glob(3) would take `path` for a pattern.
bool is_pattern(const std::string& path);

/// Texts in memory, by path: for tests, and for text that arrived over the wire.
class MemorySources final : public Sources {
 public:
  using Texts = std::map<std::string, std::string>;
  explicit MemorySources(Texts texts = {}) : texts_(std::move(texts)) {}
  void set(const std::string& path, std::string text) { texts_[path] = std::move(text); }
  Result<std::string> read(const std::string& path) override;
  Result<std::vector<std::string>> glob(const std::string& pattern) override;

 private:
  Texts texts_;
};

/// Files on disk, below the working directory where a path is relative: what programs use.
class DiskSources final : public Sources {
 public:
  Result<std::string> read(const std::string& path) override;
  Result<std::vector<std::string>> glob(const std::string& pattern) override;
};

}  // namespace cellblock::conf
