#include "dataset/tree_copy.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "sys/file.hpp"

namespace cellblock::dataset {
namespace {

using Stream = std::unique_ptr<DIR, int (*)(DIR*)>;

bool is_dot(std::string_view name) { return name == "." || name == ".."; }

Stream stream_of(int folder) {
  Fd copy(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  Stream stream(copy ? ::fdopendir(copy.get()) : nullptr, ::closedir);
  if (stream) copy.release();
  return stream;
}

/// Calls that know no *at() form take this name of an entry.
std::string proc_name(int folder, const char* name) { return fmt::format("/proc/self/fd/{}/{}", folder, name); }

bool is_wanted(std::string_view name, Overlay overlay) { return overlay == Overlay::keep || !name.starts_with("trusted.overlay."); }

/// A file by its name or by its descriptor: the calls differ in nothing else.
struct ByName {
  std::string name;
  ssize_t list(char* names, size_t size) const { return ::llistxattr(name.c_str(), names, size); }
  ssize_t get(const char* key, char* value, size_t size) const { return ::lgetxattr(name.c_str(), key, value, size); }
  int set(const char* key, const char* value, size_t size) const { return ::lsetxattr(name.c_str(), key, value, size, 0); }
};
struct ByDescriptor {
  int fd;
  ssize_t list(char* names, size_t size) const { return ::flistxattr(fd, names, size); }
  ssize_t get(const char* key, char* value, size_t size) const { return ::fgetxattr(fd, key, value, size); }
  int set(const char* key, const char* value, size_t size) const { return ::fsetxattr(fd, key, value, size, 0); }
};

template <class File>
Result<> copy_xattrs(const File& from, const File& to, Overlay overlay) {
  char names[65536];
  ssize_t length = from.list(names, sizeof names);
  if (length < 0) return errno == ENOTSUP || errno == ENOENT ? Result<>{} : sys_fail(errno, "listxattr");
  if (length == 0) return {};
  std::string value(65536, '\0');
  for (std::string_view rest(names, static_cast<size_t>(length)); !rest.empty();) {
    std::string name(rest.substr(0, rest.find('\0')));
    rest.remove_prefix(name.size() + 1);
    ssize_t size = is_wanted(name, overlay) ? from.get(name.c_str(), value.data(), value.size()) : -1;
    if (size < 0) continue;
    if (to.set(name.c_str(), value.data(), static_cast<size_t>(size)) < 0) return sys_fail(errno, "setxattr {}", name);
  }
  return {};
}

// Where the kernel doesn't copy: between two file systems, say.
Result<> copy_by_hand(int from, int to, off_t begin, off_t end) {
  std::string buffer(256 << 10, '\0');
  while (begin < end) {
    ssize_t got = ::pread(from, buffer.data(), std::min<size_t>(buffer.size(), static_cast<size_t>(end - begin)), begin);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return sys_fail(errno, "read");
    if (got == 0) return {};
    for (ssize_t put = 0, now = 0; put < got; put += now) {
      now = ::pwrite(to, buffer.data() + put, static_cast<size_t>(got - put), begin + put);
      if (now < 0) return sys_fail(errno, "write");
    }
    begin += got;
  }
  return {};
}

// What the file system can't share is copied, without the holes.
Result<> copy_range(int from, int to, off_t begin, off_t end) {
  while (begin < end) {
    off_t in = begin, out = begin;
    ssize_t done = ::copy_file_range(from, &in, to, &out, static_cast<size_t>(end - begin), 0);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP)) return copy_by_hand(from, to, begin, end);
    if (done < 0) return sys_fail(errno, "copy_file_range");
    if (done == 0) return {};  // it has become shorter meanwhile
    begin += done;
  }
  return {};
}

Result<> copy_data(int from, int to, off_t size) {
  if (::ioctl(to, FICLONE, from) == 0) return {};
  if (::ftruncate(to, size) < 0) return sys_fail(errno, "ftruncate");
  for (off_t at = 0; at < size;) {
    off_t begin = ::lseek(from, at, SEEK_DATA);
    if (begin < 0) return errno == ENXIO ? Result<>{} : sys_fail(errno, "lseek");
    off_t end = ::lseek(from, begin, SEEK_HOLE);
    if (end < 0) return sys_fail(errno, "lseek");
    CB_CHECK(copy_range(from, to, begin, end));
    at = end;
  }
  return {};
}

class Copy {
 public:
  Copy(int top, Overlay overlay) : top_(top), overlay_(overlay) {}

  Result<> folder(int from, int to, const std::string& path) {
    Stream stream = stream_of(from);
    if (!stream) return sys_fail(errno, "{}", path);
    while (const dirent* entry = ::readdir(stream.get()))
      if (!is_dot(entry->d_name)) CB_CHECK(entry_of(from, to, entry->d_name, path + entry->d_name), "{}", entry->d_name);
    return copy_attributes(from, to, overlay_);
  }

 private:
  Result<> entry_of(int from, int to, const char* name, const std::string& path) {
    struct stat status {};
    if (::fstatat(from, name, &status, AT_SYMLINK_NOFOLLOW) < 0) return errno == ENOENT ? Result<>{} : sys_fail(errno, "stat");
    if (S_ISDIR(status.st_mode)) return sub_folder(from, to, name, path);
    if (status.st_nlink > 1) {
      auto [known, is_new] = links_.emplace(std::pair(status.st_dev, status.st_ino), path);
      if (!is_new) return ::linkat(top_, known->second.c_str(), to, name, 0) == 0 ? Result<>{} : sys_fail(errno, "link");
    }
    if (S_ISREG(status.st_mode)) return file(from, to, name);
    CB_CHECK(S_ISLNK(status.st_mode) ? symlink(from, to, name) : node(to, name, status));
    return attributes_of(from, to, name, status);
  }

  Result<> sub_folder(int from, int to, const char* name, const std::string& path) {
    CB_TRY(Fd source, sys::open_at(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    if (::mkdirat(to, name, 0700) < 0) return sys_fail(errno, "mkdir");
    CB_TRY(Fd target, sys::open_at(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    return folder(source.get(), target.get(), path + "/");
  }

  Result<> file(int from, int to, const char* name) {
    CB_TRY(Fd source, sys::open_at(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
    CB_TRY(struct stat status, sys::status_of(source.get()));
    if (!S_ISREG(status.st_mode)) return fail(Why::busy, "it is being changed");
    CB_TRY(Fd target, sys::open_at(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
    CB_CHECK(copy_data(source.get(), target.get(), status.st_size));
    return copy_attributes(source.get(), target.get(), overlay_);
  }

  static Result<> symlink(int from, int to, const char* name) {
    char text[PATH_MAX];
    ssize_t length = ::readlinkat(from, name, text, sizeof text - 1);
    if (length < 0) return sys_fail(errno, "readlink");
    text[length] = '\0';
    if (::symlinkat(text, to, name) < 0) return sys_fail(errno, "symlink");
    return {};
  }

  static Result<> node(int to, const char* name, const struct stat& status) {
    if (::mknodat(to, name, status.st_mode & (S_IFMT | 0600), status.st_rdev) < 0) return sys_fail(errno, "mknod");
    return {};
  }

  Result<> attributes_of(int from, int to, const char* name, const struct stat& status) const {
    if (::fchownat(to, name, status.st_uid, status.st_gid, AT_SYMLINK_NOFOLLOW) < 0) return sys_fail(errno, "chown");
    if (!S_ISLNK(status.st_mode) && ::fchmodat(to, name, status.st_mode & 07777, 0) < 0) return sys_fail(errno, "chmod");
    CB_CHECK(copy_xattrs(ByName{proc_name(from, name)}, ByName{proc_name(to, name)}, overlay_));
    timespec times[2] = {status.st_atim, status.st_mtim};
    if (::utimensat(to, name, times, AT_SYMLINK_NOFOLLOW) < 0) return sys_fail(errno, "utimensat");
    return {};
  }

  int top_;
  Overlay overlay_;
  std::map<std::pair<dev_t, ino_t>, std::string> links_;
};

void mix(uint64_t& sum, uint64_t value) { sum = (sum ^ value) * 0x100000001b3 + (value >> 29); }

int64_t nanoseconds(const timespec& time) { return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; }

Result<> add_stamp(int folder, Stamp& stamp) {
  Stream stream = stream_of(folder);
  if (!stream) return sys_fail(errno, "opendir");
  uint64_t entries = 0;  // in whatever order
  while (const dirent* entry = ::readdir(stream.get())) {
    std::string_view name = entry->d_name;
    struct stat status {};
    if (name == ".." || ::fstatat(folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0) continue;
    int64_t changed = std::max(nanoseconds(status.st_ctim), nanoseconds(status.st_mtim));
    stamp.newest = std::max(stamp.newest, changed);
    uint64_t one = 0;
    for (uint64_t part : {uint64_t{status.st_ino}, static_cast<uint64_t>(nanoseconds(status.st_ctim)), static_cast<uint64_t>(nanoseconds(status.st_mtim)),
                          static_cast<uint64_t>(status.st_size), uint64_t{status.st_mode}})
      mix(one, part);
    for (char c : name) mix(one, static_cast<unsigned char>(c));
    entries += one;
    if (name == "." || !S_ISDIR(status.st_mode)) continue;
    if (auto below = sys::open_at(folder, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)) CB_CHECK(add_stamp(below->get(), stamp));
  }
  mix(stamp.sum, entries);
  return {};
}

}  // namespace

Result<> copy_attributes(int from, int to, Overlay overlay) {
  CB_TRY(struct stat status, sys::status_of(from));
  if (::fchown(to, status.st_uid, status.st_gid) < 0) return sys_fail(errno, "chown");
  if (::fchmod(to, status.st_mode & 07777) < 0) return sys_fail(errno, "chmod");
  CB_CHECK(copy_xattrs(ByDescriptor{from}, ByDescriptor{to}, overlay));
  timespec times[2] = {status.st_atim, status.st_mtim};
  if (::futimens(to, times) < 0) return sys_fail(errno, "utimensat");
  return {};
}

Result<> copy_tree(int from, int to, Overlay overlay) { return Copy(to, overlay).folder(from, to, ""); }

Result<Stamp> stamp_of(int folder) {
  Stamp stamp;
  CB_CHECK(add_stamp(folder, stamp));
  return stamp;
}

}  // namespace cellblock::dataset
