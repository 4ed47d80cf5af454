#include "conf/source.hpp"

#include <fnmatch.h>

namespace cellblock::conf {

bool is_pattern(const std::string& path) {
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '\\')
      ++i;
    else if (path[i] == '*' || path[i] == '?' || (path[i] == '[' && path.find(']', i + 1) != path.npos))
      return true;
  }
  return false;
}

Result<std::string> MemorySources::read(const std::string& path) {
  auto found = texts_.find(path);
  if (found == texts_.end()) return sys_fail(ENOENT, "{}", path);
  return found->second;
}

Result<std::vector<std::string>> MemorySources::glob(const std::string& pattern) {
  std::vector<std::string> paths;
  for (const auto& [path, text] : texts_)
    if (::fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0) paths.push_back(path);
  return paths;
}

}  // namespace cellblock::conf
