#include "dataset/tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "dataset/btrfs.hpp"
#include "sys/file.hpp"

namespace cellblock::dataset {
namespace {

constexpr int deepest = 200;

using Stream = std::unique_ptr<DIR, int (*)(DIR*)>;

Stream read_folder(Fd folder) {
  Stream stream(::fdopendir(folder.get()), ::closedir);
  if (stream) folder.release();
  return stream;
}

bool is_dot(const dirent* entry) {
  std::string_view name = entry->d_name;
  return name == "." || name == "..";
}

Result<Fd> open_folder(int at, const char* name) { return sys::open_at(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW); }

// What lies too deep is moved up beside the tree and has its turn later.
class Removal {
 public:
  explicit Removal(int top) : top_(top) {}

  Result<> remove(int at, const char* name, int depth) {
    if (::unlinkat(at, name, 0) == 0 || errno == ENOENT) return {};
    if (errno != EISDIR && errno != EPERM) return sys_fail(errno, "{}", name);
    if (depth > deepest) return postpone(at, name);
    auto folder = open_folder(at, name);
    if (!folder) return folder.error().why == Why::absent ? Result<>{} : pass(std::move(folder.error()));
    // At once, where that can be; one that holds further subvolumes has to be emptied of them first.
    if (btrfs::is_subvolume(folder->get()) && btrfs::remove_subvolume(at, name)) return {};
    CB_CHECK(empty(std::move(*folder), depth));
    if (::unlinkat(at, name, AT_REMOVEDIR) == 0 || errno == ENOENT || btrfs::remove_subvolume(at, name)) return {};
    return sys_fail(ENOTEMPTY, "{}", name);
  }

  std::vector<std::string> postponed() { return std::exchange(postponed_, {}); }

 private:
  Result<> empty(Fd folder, int depth) {
    int fd = folder.get();
    Stream stream = read_folder(std::move(folder));
    while (const dirent* entry = stream ? ::readdir(stream.get()) : nullptr)
      if (!is_dot(entry)) CB_CHECK(remove(fd, entry->d_name, depth + 1));
    return {};
  }

  Result<> postpone(int at, const char* name) {
    std::string aside = fmt::format("deep.{}.{}", ::getpid(), ++count_);
    if (::renameat(at, name, top_, aside.c_str()) < 0) return sys_fail(errno, "{}", name);
    postponed_.push_back(aside);
    return {};
  }

  int top_, count_ = 0;
  std::vector<std::string> postponed_;
};

class Measure {
 public:
  Result<> add(int at, const char* name, int depth) {
    struct stat status {};
    if (::fstatat(at, name, &status, AT_SYMLINK_NOFOLLOW) < 0) return errno == ENOENT ? Result<>{} : sys_fail(errno, "{}", name);
    if (status.st_nlink > 1 && !S_ISDIR(status.st_mode) && !seen_.emplace(status.st_dev, status.st_ino).second) return {};
    bytes += static_cast<uint64_t>(status.st_blocks) * 512;
    if (!S_ISDIR(status.st_mode) || depth > deepest) return {};
    auto folder = open_folder(at, name);
    if (!folder) return folder.error().why == Why::absent ? Result<>{} : pass(std::move(folder.error()));
    int fd = folder->get();
    Stream stream = read_folder(std::move(*folder));
    while (const dirent* entry = stream ? ::readdir(stream.get()) : nullptr)
      if (!is_dot(entry)) CB_CHECK(add(fd, entry->d_name, depth + 1));
    return {};
  }

  uint64_t bytes = 0;

 private:
  std::set<std::pair<dev_t, ino_t>> seen_;
};

}  // namespace

Result<> remove_tree(int folder, const std::string& name) {
  Removal removal(folder);
  CB_CHECK(removal.remove(folder, name.c_str(), 0));
  for (std::vector<std::string> more = removal.postponed(); !more.empty(); more = removal.postponed())
    for (const std::string& one : more) CB_CHECK(removal.remove(folder, one.c_str(), 0));
  return {};
}

Result<uint64_t> tree_bytes(int folder, const char* name) {
  Measure measure;
  CB_CHECK(measure.add(folder, name, 0));
  return measure.bytes;
}

}  // namespace cellblock::dataset
