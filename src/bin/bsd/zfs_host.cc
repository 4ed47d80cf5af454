// The host's own ZFS, where it has one.
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>

#include "base/text.hpp"
#include "common/run.hpp"
#include "zfs_verbs.hpp"

namespace cellblock::bsd {
namespace {

std::string real_path(const std::string& path) {
  char buffer[PATH_MAX];
  return ::realpath(path.c_str(), buffer) ? buffer : "";
}

}  // namespace

std::string host_zfs(std::string_view program) {
  const char* path = ::getenv("PATH");
  std::string self = real_path("/proc/self/exe");
  for (const std::string& folder : split(path ? path : "/usr/sbin:/usr/bin:/sbin:/bin", ':')) {
    std::string file = fmt::format("{}/{}", folder, program);
    if (::access(file.c_str(), X_OK) == 0 && real_path(file) != self) return file;
  }
  return {};
}

bool host_has_pool(const std::string& name) {
  std::string zpool = host_zfs("zpool");
  if (zpool.empty()) return false;
  auto said = run_for_output({zpool, "list", "-H", "-o", "name", name});
  return said && said->status == 0 && trim(said->text) == name;
}

int run_host_zfs(const std::string& path, const Words& words) {
  Words copy = words;
  std::vector<char*> argv;
  for (std::string& word : copy) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execv(path.c_str(), argv.data());
  warnx(words[0], "{}: {}", path, strerror_of(errno));
  return 1;
}

}  // namespace cellblock::bsd
