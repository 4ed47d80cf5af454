#include "apply/path_check.hpp"

#include <sys/stat.h>

#include <cerrno>

namespace cellblock::apply {
namespace {

std::string without_final_slashes(std::string root) {
  while (root.ends_with('/')) root.pop_back();
  return root;
}

}  // namespace

std::string below(const std::string& root, const std::string& path) {
  std::string base = without_final_slashes(root);
  if (!path.starts_with(base) || path.size() == base.size() || path[base.size()] != '/') return {};
  size_t begin = path.find_first_not_of('/', base.size());
  return begin == path.npos ? std::string() : path.substr(begin);
}

Result<> check_path(const std::string& root, const std::string& path, Leaf leaf) {
  if (!path.starts_with('/')) return fail(Why::invalid, "{}: not an absolute pathname", path);
  std::string rest = below(root, path);
  size_t end = path.size() - rest.size();
  while (end < path.size()) {
    end = std::min(path.find('/', end), path.size());
    std::string part = path.substr(0, end);
    bool last = path.find_first_not_of('/', end) == path.npos;
    struct stat status{};
    if (::lstat(part.c_str(), &status) != 0) {
      int error = errno;
      if (error == ENOENT && last && leaf == Leaf::may_be_missing) return {};
      return sys_fail(error, "{}", part);
    }
    if (S_ISLNK(status.st_mode)) return fail(Why::invalid, "{} is a symbolic link", part);
    end = path.find_first_not_of('/', end);
    if (end == path.npos) break;
  }
  return {};
}

}  // namespace cellblock::apply
