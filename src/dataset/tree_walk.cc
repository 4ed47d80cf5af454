#include "dataset/tree_walk.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <algorithm>
#include <memory>
#include <optional>

#include "sys/file.hpp"

namespace cellblock::dataset {
namespace {

using stream::Kind;

Result<std::set<std::string>> names_in(int folder) {
  std::set<std::string> names;
  if (folder < 0) return names;
  CB_TRY(Fd copy, sys::open_at(folder, ".", O_RDONLY | O_DIRECTORY));
  std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(copy.get()), ::closedir);
  if (!stream) return sys_fail(errno, "opendir");
  copy.release();
  while (const dirent* entry = ::readdir(stream.get()))
    if (std::string_view name = entry->d_name; name != "." && name != "..") names.emplace(name);
  return names;
}

std::optional<Kind> kind_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR: return Kind::directory;
    case S_IFREG: return Kind::file;
    case S_IFLNK: return Kind::symlink;
    case S_IFIFO: return Kind::fifo;
    case S_IFCHR: return Kind::character;
    case S_IFBLK: return Kind::block;
    default: return std::nullopt;  // a socket is of no use without who listens
  }
}

bool is_same_time(const timespec& a, const timespec& b) { return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec; }

bool is_same_metadata(const struct stat& a, const struct stat& b) {
  return a.st_mode == b.st_mode && a.st_uid == b.st_uid && a.st_gid == b.st_gid && a.st_rdev == b.st_rdev && a.st_nlink == b.st_nlink &&
         (S_ISDIR(a.st_mode) || a.st_size == b.st_size) && is_same_time(a.st_mtim, b.st_mtim);
}

/// What nobody has touched: the same file with the same time of change. A copy of it has another time and is sent again.
bool is_untouched(const struct stat& a, const struct stat& b) {
  return is_same_metadata(a, b) && a.st_ino == b.st_ino && is_same_time(a.st_ctim, b.st_ctim);
}

}  // namespace

Result<> TreeWalk::walk(int now, int before) {
  CB_TRY(struct stat status, sys::status_of(now));
  CB_CHECK(send_entry(now, ".", ".", status));
  CB_CHECK(send_xattrs(now, "."));
  return folder(now, before, "");
}

Result<> TreeWalk::folder(int now, int before, const std::string& path) {
  CB_TRY(std::set<std::string> names, names_in(now));
  CB_TRY(std::set<std::string> old_names, names_in(before));
  for (const std::string& name : old_names)
    if (!names.contains(name)) CB_CHECK(writer_.put(stream::Remove{path + name}));
  for (const std::string& name : names) CB_CHECK(one(now, old_names.contains(name) ? before : -1, name.c_str(), path + name));
  return {};
}

Result<> TreeWalk::one(int now, int before, const char* name, const std::string& path) {
  struct stat status {}, old {};
  if (::fstatat(now, name, &status, AT_SYMLINK_NOFOLLOW) < 0) return sys_fail(errno, "{}", path);
  bool had = before >= 0 && ::fstatat(before, name, &old, AT_SYMLINK_NOFOLLOW) == 0;
  if (!kind_of(status.st_mode)) return had ? writer_.put(stream::Remove{path}) : Result<>{};
  if (!S_ISDIR(status.st_mode)) {
    if (had && is_untouched(status, old)) return {};
    return send_file(now, name, path, had);
  }
  if (had && !S_ISDIR(old.st_mode)) CB_CHECK(writer_.put(stream::Remove{path}));
  CB_TRY(Fd here, sys::open_at(now, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  Fd there(had && S_ISDIR(old.st_mode) ? ::openat(before, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1);
  if (!had || !is_untouched(status, old)) {
    CB_CHECK(send_entry(now, name, path, status));
    CB_CHECK(send_xattrs(now, name));
  }
  return folder(here.get(), there.get(), path + "/");
}

Result<> TreeWalk::send_file(int folder, const char* name, const std::string& path, bool had_name) {
  if (had_name) CB_CHECK(writer_.put(stream::Remove{path}));
  CB_TRY(Fd file, sys::open_at(folder, name, O_PATH | O_NOFOLLOW));
  CB_TRY(struct stat status, sys::status_of(file.get()));
  if (status.st_nlink > 1) {
    auto [known, is_new] = links_.emplace(std::pair(uint64_t{status.st_dev}, uint64_t{status.st_ino}), path);
    if (!is_new) return writer_.put(stream::Link{path, known->second});
  }
  CB_CHECK(send_entry(folder, name, path, status));
  if (S_ISREG(status.st_mode)) {
    CB_TRY(Fd data, sys::open_at(folder, name, O_RDONLY | O_NOFOLLOW));
    CB_CHECK(send_data(data.get(), static_cast<uint64_t>(status.st_size)));
  }
  return send_xattrs(folder, name);  // last: writing takes capabilities away
}

/// Holes are left out.
Result<> TreeWalk::send_data(int file, uint64_t size) {
  for (off_t at = 0; static_cast<uint64_t>(at) < size;) {
    off_t begin = ::lseek(file, at, SEEK_DATA);
    if (begin < 0) return errno == ENXIO ? Result<>{} : sys_fail(errno, "lseek");
    off_t end = ::lseek(file, begin, SEEK_HOLE);
    if (end < 0) return sys_fail(errno, "lseek");
    for (at = begin; at < end;) {
      std::string bytes(std::min<size_t>(stream::largest_data, static_cast<size_t>(end - at)), '\0');
      ssize_t got = ::pread(file, bytes.data(), bytes.size(), at);
      if (got < 0) return sys_fail(errno, "read");
      if (got == 0) return {};
      bytes.resize(static_cast<size_t>(got));
      CB_CHECK(writer_.put(stream::Data{static_cast<uint64_t>(at), std::move(bytes)}));
      at += got;
    }
  }
  return {};
}

Result<> TreeWalk::send_entry(int folder, const char* name, const std::string& path, const struct stat& status) {
  stream::Entry entry{.path = path, .kind = *kind_of(status.st_mode), .mode = status.st_mode & 07777u, .uid = status.st_uid, .gid = status.st_gid,
                      .seconds = status.st_mtim.tv_sec, .nanoseconds = static_cast<uint32_t>(status.st_mtim.tv_nsec), .device = status.st_rdev};
  if (S_ISREG(status.st_mode)) entry.size = static_cast<uint64_t>(status.st_size);
  if (S_ISLNK(status.st_mode)) {
    char target[PATH_MAX];
    ssize_t length = ::readlinkat(folder, name, target, sizeof target);
    if (length < 0) return sys_fail(errno, "readlink {}", path);
    entry.target.assign(target, static_cast<size_t>(length));
  }
  return writer_.put(entry);
}

Result<> TreeWalk::send_xattrs(int folder, const char* name) {
  std::string file = fmt::format("/proc/self/fd/{}/{}", folder, name);
  char names[65536];
  ssize_t length = ::llistxattr(file.c_str(), names, sizeof names);
  std::string value(65536, '\0');
  for (std::string_view rest(names, length > 0 ? static_cast<size_t>(length) : 0); !rest.empty();) {
    std::string key(rest.substr(0, rest.find('\0')));
    rest.remove_prefix(key.size() + 1);
    ssize_t size = key.starts_with("trusted.") ? -1 : ::lgetxattr(file.c_str(), key.c_str(), value.data(), value.size());
    if (size >= 0) CB_CHECK(writer_.put(stream::Xattr{key, value.substr(0, static_cast<size_t>(size))}));
  }
  return {};
}

}  // namespace cellblock::dataset
