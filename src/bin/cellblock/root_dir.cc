#include "root_dir.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <cerrno>
#include <memory>

#include "base/text.hpp"
#include "sys/file.hpp"

namespace cellblock {
namespace {

constexpr int folder = O_PATH | O_DIRECTORY;
constexpr const char* marks[] = {"trusted.cellblock.root", "user.cellblock.root"};  // the second without rights

// Writes to a name beside the final one and renames: a running program is not overwritten, and a link in the
// way is replaced, not followed.
class Replacement {
 public:
  static Result<Replacement> create(const Fd& dir, std::string_view name, mode_t mode) {
    std::string temporary = fmt::format(".{}.new", name);
    ::unlinkat(dir.get(), temporary.c_str(), 0);
    CB_TRY(Fd file, sys::open_at(dir.get(), temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
    if (::fchmod(file.get(), mode) < 0) return sys_fail(errno, "fchmod {}", temporary);
    return Replacement(dir, std::move(file), temporary, std::string(name));
  }
  int fd() const { return file_.get(); }
  Result<> finish() {
    if (::renameat(dir_.get(), temporary_.c_str(), dir_.get(), name_.c_str()) == 0) return {};
    int error = errno;
    ::unlinkat(dir_.get(), temporary_.c_str(), 0);
    return sys_fail(error, "{}", name_);
  }

 private:
  Replacement(const Fd& dir, Fd file, std::string temporary, std::string name)
      : dir_(dir), file_(std::move(file)), temporary_(std::move(temporary)), name_(std::move(name)) {}
  const Fd& dir_;
  Fd file_;
  std::string temporary_, name_;
};

Result<> copy_bytes(int from, int to, uint64_t size) {
  for (uint64_t done = 0; done < size;) {
    ssize_t moved = ::copy_file_range(from, nullptr, to, nullptr, size - done, 0);
    if (moved < 0) moved = ::sendfile(to, from, nullptr, size - done);
    if (moved < 0) return sys_fail(errno, "copying");
    if (moved == 0) return fail(Why::failed, "the file became shorter");
    done += static_cast<uint64_t>(moved);
  }
  return {};
}

}  // namespace

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

Result<RootDir> RootDir::make(const std::string& path) {
  for (size_t slash = path.find('/', 1); slash != path.npos; slash = path.find('/', slash + 1)) {
    bool last = path.find('/', slash + 1) == path.npos;
    CB_CHECK(sys::make_directory(AT_FDCWD, path.substr(0, slash).c_str(), last ? 0700 : 0755), "{}", path);
  }
  CB_CHECK(sys::make_directory(AT_FDCWD, path.c_str(), 0755), "{}", path);
  CB_TRY(Fd dir, sys::open(path, O_RDONLY | O_DIRECTORY));
  return RootDir(std::move(dir), path);
}

Result<> RootDir::directory(std::string_view path, mode_t mode) const {
  std::string above = ".";
  for (const std::string& component : split(path, '/')) {
    if (component.empty()) continue;
    CB_TRY(Fd dir, sys::open_resolved(dir_.get(), above.c_str(), folder, RESOLVE_IN_ROOT), "{}", path);
    CB_CHECK(sys::make_directory(dir.get(), component.c_str(), 0755), "{}", path);
    above += "/" + component;
  }
  if (mode == 0755) return {};
  CB_TRY(Fd made, sys::open_resolved(dir_.get(), above.c_str(), O_RDONLY | O_DIRECTORY, RESOLVE_IN_ROOT), "{}", path);
  if (::fchmod(made.get(), mode) < 0) return sys_fail(errno, "fchmod {}", path);
  return {};
}

Result<Fd> RootDir::parent_of(std::string_view path) const {
  size_t slash = path.rfind('/');
  std::string parent(slash == path.npos || slash == 0 ? "." : path.substr(0, slash));
  if (parent != ".") CB_CHECK(directory(parent));
  return sys::open_resolved(dir_.get(), parent.c_str(), folder, RESOLVE_IN_ROOT);
}

Result<bool> RootDir::link(std::string_view path, const std::string& target) const {
  CB_TRY(Fd parent, parent_of(path), "{}", path);
  if (::symlinkat(target.c_str(), parent.get(), std::string(base_name(path)).c_str()) == 0) return true;
  if (errno == EEXIST) return false;
  return sys_fail(errno, "symlinkat {}", path);
}

Result<> RootDir::file(std::string_view path, mode_t mode, std::string_view text) const {
  CB_TRY(Fd parent, parent_of(path), "{}", path);
  CB_TRY(Replacement file, Replacement::create(parent, base_name(path), mode), "{}", path);
  CB_CHECK(sys::write_all(file.fd(), text), "{}", path);
  CB_CHECK(file.finish(), "{}", path);
  return {};
}

Result<> RootDir::copy(std::string_view path, int from) const {
  CB_TRY(struct stat status, sys::status_of(from), "{}", path);
  CB_TRY(Fd parent, parent_of(path), "{}", path);
  CB_TRY(Replacement file, Replacement::create(parent, base_name(path), status.st_mode & 07777), "{}", path);
  CB_CHECK(copy_bytes(from, file.fd(), static_cast<uint64_t>(status.st_size)), "{}", path);
  struct timespec times[2] = {status.st_atim, status.st_mtim};
  ::futimens(file.fd(), times);
  CB_CHECK(file.finish(), "{}", path);
  return {};
}

Result<> RootDir::remove(std::string_view path) const {
  size_t slash = path.rfind('/');
  auto parent = sys::open_resolved(dir_.get(), std::string(path.substr(0, slash + 1)).c_str(), folder, RESOLVE_IN_ROOT);
  if (!parent) return parent.error().why == Why::absent ? Result<>() : pass(parent.error(), "{}", path);
  if (::unlinkat(parent->get(), std::string(base_name(path)).c_str(), 0) == 0 || errno == ENOENT) return {};
  return sys_fail(errno, "unlinkat {}", path);
}

bool RootDir::has(std::string_view path) const {
  return sys::open_resolved(dir_.get(), std::string(path).c_str(), O_PATH, RESOLVE_IN_ROOT).has_value();
}

bool RootDir::is_empty() const {
  std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(fmt::format("/proc/self/fd/{}", dir_.get()).c_str()), ::closedir);
  if (!entries) return false;
  while (const dirent* entry = ::readdir(entries.get())) {
    std::string_view name = entry->d_name;
    if (name != "." && name != ".." && name != "lost+found") return false;
  }
  return true;
}

bool RootDir::is_own_root() const {
  struct stat own {}, here {};
  return ::stat("/", &own) == 0 && ::fstat(dir_.get(), &here) == 0 && own.st_dev == here.st_dev && own.st_ino == here.st_ino;
}

void RootDir::mark() const {
  for (const char* name : marks)
    if (::fsetxattr(dir_.get(), name, "1", 1, 0) == 0) return;
}

bool RootDir::is_marked() const {
  for (const char* name : marks)
    if (::fgetxattr(dir_.get(), name, nullptr, 0) >= 0) return true;
  return false;
}

}  // namespace cellblock
