#include "dataset/tree_build.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>

#include "dataset/tree.hpp"
#include "sys/file.hpp"

namespace cellblock::dataset {
namespace {

using stream::Entry;
using stream::Kind;

/// No symbolic link on the way, and no way out or into another mount.
constexpr uint64_t inside = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;

mode_t type_of(Kind kind) {
  switch (kind) {
    case Kind::directory: return S_IFDIR;
    case Kind::file: return S_IFREG;
    case Kind::symlink: return S_IFLNK;
    case Kind::fifo: return S_IFIFO;
    case Kind::character: return S_IFCHR;
    case Kind::block: return S_IFBLK;
  }
  return 0;
}

tl::unexpected<Error> bad(std::string_view what, const std::string& path) { return fail(Why::invalid, "invalid stream ({}: {})", path, what); }

}  // namespace

Result<TreeBuild::Place> TreeBuild::place_of(const std::string& path) const {
  size_t slash = path.rfind('/');
  std::string above = slash == path.npos ? "." : path.substr(0, slash);
  auto folder = sys::open_resolved(top_, above.c_str(), O_PATH | O_DIRECTORY, inside);
  if (!folder) return pass(std::move(folder.error()), "cannot receive {}", path);
  return Place{std::move(*folder), slash == path.npos ? path : path.substr(slash + 1)};
}

Result<> TreeBuild::take(const stream::Message& message) {
  if (auto one = std::get_if<Entry>(&message)) return entry(*one);
  if (auto one = std::get_if<stream::Xattr>(&message)) return xattr(*one);
  if (auto one = std::get_if<stream::Data>(&message)) return data(*one);
  if (auto one = std::get_if<stream::Link>(&message)) return link(*one);
  if (auto one = std::get_if<stream::Remove>(&message)) return remove(one->path);
  return bad("a message out of place", ".");
}

Result<> TreeBuild::entry(const Entry& entry) {
  bool is_device = entry.kind == Kind::character || entry.kind == Kind::block;
  if (is_device && devices_ == Devices::refused) return bad("a device; -D takes them", entry.path);
  if (entry.path == "." && entry.kind != Kind::directory) return bad("the top is no directory", entry.path);
  file_.reset();
  CB_TRY(last_, place_of(entry.path));
  if (entry.path != ".") CB_CHECK(make(last_, entry), "cannot receive {}", entry.path);
  CB_CHECK(attributes(last_, entry), "cannot receive {}", entry.path);
  if (entry.kind == Kind::directory) folders_.push_back(entry);
  return {};
}

Result<> TreeBuild::make(const Place& place, const Entry& entry) {
  int at = place.folder.get();
  const char* name = place.name.c_str();
  int made = 0;
  switch (entry.kind) {
    case Kind::directory: {
      struct stat status {};
      if (::fstatat(at, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode)) return {};
      made = ::mkdirat(at, name, 0700);
      break;
    }
    case Kind::file: {
      CB_TRY(file_, sys::open_at(at, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
      size_ = entry.size;
      made = ::ftruncate(file_.get(), static_cast<off_t>(entry.size));
      break;
    }
    case Kind::symlink: made = ::symlinkat(entry.target.c_str(), at, name); break;
    case Kind::fifo:
    case Kind::character:
    case Kind::block: made = ::mknodat(at, name, type_of(entry.kind) | 0600, static_cast<dev_t>(entry.device)); break;
  }
  return made == 0 ? Result<>{} : sys_fail(errno, "{}", entry.path);
}

// The owner first: a change of it takes set-id bits away.
Result<> TreeBuild::attributes(const Place& place, const Entry& entry) {
  int at = place.folder.get();
  const char* name = place.name.c_str();
  if (::fchownat(at, name, entry.uid, entry.gid, AT_SYMLINK_NOFOLLOW) < 0) return sys_fail(errno, "chown");
  if (entry.kind != Kind::symlink && ::fchmodat(at, name, entry.mode, 0) < 0) return sys_fail(errno, "chmod");
  timespec times[2] = {{entry.seconds, entry.nanoseconds}, {entry.seconds, entry.nanoseconds}};
  if (::utimensat(at, name, times, AT_SYMLINK_NOFOLLOW) < 0) return sys_fail(errno, "utimensat");
  return {};
}

Result<> TreeBuild::xattr(const stream::Xattr& xattr) {
  if (!last_.folder) return bad("an attribute of nothing", xattr.name);
  if (xattr.name.starts_with("trusted.")) return bad("an attribute that orders overlayfs about", xattr.name);
  std::string file = fmt::format("/proc/self/fd/{}/{}", last_.folder.get(), last_.name);
  if (::lsetxattr(file.c_str(), xattr.name.c_str(), xattr.value.data(), xattr.value.size(), 0) < 0) return sys_fail(errno, "setxattr {}", xattr.name);
  return {};
}

Result<> TreeBuild::data(const stream::Data& data) {
  if (!file_) return bad("data of nothing", ".");
  if (data.offset > size_ || data.bytes.size() > size_ - data.offset) return bad("data behind the end", last_.name);
  struct stat before {};
  if (::fstat(file_.get(), &before) < 0) return sys_fail(errno, "fstat");
  for (size_t done = 0; done < data.bytes.size();) {
    ssize_t put = ::pwrite(file_.get(), data.bytes.data() + done, data.bytes.size() - done, static_cast<off_t>(data.offset + done));
    if (put < 0) return sys_fail(errno, "write");
    done += static_cast<size_t>(put);
  }
  // Writing takes set-id bits away and sets the time.
  timespec times[2] = {before.st_mtim, before.st_mtim};
  if (::fchmod(file_.get(), before.st_mode & 07777) < 0 || ::futimens(file_.get(), times) < 0) return sys_fail(errno, "chmod");
  return {};
}

Result<> TreeBuild::link(const stream::Link& link) {
  CB_TRY(Place from, place_of(link.target));
  CB_TRY(Place to, place_of(link.path));
  last_ = {};
  file_.reset();
  if (::linkat(from.folder.get(), from.name.c_str(), to.folder.get(), to.name.c_str(), 0) < 0) return sys_fail(errno, "link {}", link.path);
  return {};
}

Result<> TreeBuild::remove(const std::string& path) {
  CB_TRY(Place place, place_of(path));
  last_ = {};
  file_.reset();
  CB_TRY(Fd folder, sys::open_at(place.folder.get(), ".", O_RDONLY | O_DIRECTORY));
  return remove_tree(folder.get(), place.name);
}

Result<> TreeBuild::finish() {
  for (auto next = folders_.rbegin(); next != folders_.rend(); ++next) {
    const Entry& entry = *next;
    auto place = place_of(entry.path);
    if (!place) continue;  // gone since
    struct stat status {};
    if (::fstatat(place->folder.get(), place->name.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(status.st_mode)) continue;
    timespec times[2] = {{entry.seconds, entry.nanoseconds}, {entry.seconds, entry.nanoseconds}};
    if (::utimensat(place->folder.get(), place->name.c_str(), times, AT_SYMLINK_NOFOLLOW) < 0) return sys_fail(errno, "utimensat");
  }
  return {};
}

}  // namespace cellblock::dataset
