// The files of rc.conf(5), read together and edited each for itself, the rest of a file left as it is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "conf/rcconf.hpp"

namespace cellblock::bsd {

class RcFiles {
 public:
  /// In the order in which rc reads them: later ones win. A file that is absent counts as empty.
  explicit RcFiles(const std::vector<std::string>& paths);

  /// What rc sees of all of them.
  const conf::RcConf& conf() const { return conf_; }

  /// The file whose assignment counts; for a variable that none sets, the first.
  const std::string& file_of(std::string_view name) const { return files_[index_of(name)].path; }

  /// Sets it where it counts. Fails, and changes nothing, where that file is there but can't be read.
  Result<> set(std::string_view name, std::string_view value);

  /// Takes each assignment away; the files that had one.
  Result<std::vector<std::string>> remove(std::string_view name);

 private:
  struct File {
    std::string path, text;
    Result<> known;  ///< a file that can't be read must not be replaced
  };

  size_t index_of(std::string_view name) const;
  void reread();
  static Result<> save(File& file, const std::string& text);

  std::vector<File> files_;
  conf::RcConf conf_;
};

/// /etc/rc.conf, /etc/rc.conf.local and, where a service is named, its own file.
std::vector<std::string> rc_paths(const std::string& service);

}  // namespace cellblock::bsd
