#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/fd.hpp"
#include "conf/source.hpp"

namespace cellblock::conf {
namespace {

struct CloseDir {
  void operator()(DIR* dir) const { ::closedir(dir); }
};

/// More is no text that somebody has written: /dev/zero, a log.
constexpr size_t most_text = 64u << 20;

Result<std::string> read_all(int fd, const std::string& path) {
  std::string text;
  char chunk[65536];
  for (;;) {
    ssize_t got = ::read(fd, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return sys_fail(errno, "{}", path);
    if (got == 0) return text;
    text.append(chunk, static_cast<size_t>(got));
    if (text.size() > most_text) return sys_fail(EFBIG, "{}", path);
  }
}

/// The names in `dir` that match, sorted. A directory that can't be read has none, as glob(3) sees it.
std::vector<std::string> matches(const std::string& dir, const std::string& pattern) {
  std::vector<std::string> names;
  std::unique_ptr<DIR, CloseDir> open(::opendir(dir.empty() ? "." : dir.c_str()));
  if (!open) return names;
  while (const dirent* entry = ::readdir(open.get()))
    if (::fnmatch(pattern.c_str(), entry->d_name, FNM_PERIOD) == 0) names.emplace_back(entry->d_name);
  std::sort(names.begin(), names.end());
  return names;
}

bool exists(const std::string& path) {
  struct stat status;
  return ::lstat(path.c_str(), &status) == 0;
}

std::string without_escapes(const std::string& part) {
  std::string out;
  for (size_t i = 0; i < part.size(); ++i) {
    if (part[i] == '\\' && i + 1 < part.size()) ++i;
    out += part[i];
  }
  return out;
}

/// glob(3) of libc would bring getpwnam(3) into a static program for its "~"; this is the part without it.
void expand(const std::string& done, const std::string& rest, std::vector<std::string>& out) {
  size_t slash = rest.find('/');
  std::string part = rest.substr(0, slash);
  if (slash == rest.npos) {
    for (const std::string& name : matches(done, part)) out.push_back(done + name);
    return;
  }
  size_t next = std::min(rest.find_first_not_of('/', slash), rest.size());
  std::string slashes = rest.substr(slash, next - slash);
  if (!is_pattern(part)) return expand(done + without_escapes(part) + slashes, rest.substr(next), out);
  for (const std::string& name : matches(done, part))
    if (exists(done + name + "/.")) expand(done + name + slashes, rest.substr(next), out);
}

}  // namespace

Result<std::string> DiskSources::read(const std::string& path) {
  if (path == "-") return read_all(STDIN_FILENO, path);
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return sys_fail(errno, "{}", path);
  return read_all(fd.get(), path);
}

Result<std::vector<std::string>> DiskSources::glob(const std::string& pattern) {
  std::vector<std::string> paths;
  expand("", pattern, paths);
  return paths;
}

}  // namespace cellblock::conf
