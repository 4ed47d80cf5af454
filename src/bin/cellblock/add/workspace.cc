#include "add/workspace.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>

#include "root_dir.hpp"
#include "sys/file.hpp"

namespace cellblock::add {
namespace {

bool is_same(const std::string& a, const std::string& b) {
  struct stat one, other;
  return ::lstat(a.c_str(), &one) == 0 && ::lstat(b.c_str(), &other) == 0 && one.st_ino == other.st_ino &&
         one.st_dev == other.st_dev;
}

std::string draft_of(const std::string& config) {
  size_t slash = config.rfind('/');
  return config.substr(0, slash + 1) + "." + config.substr(slash + 1) + ".new";
}

// The folder, if nobody holds its lock. It may have been replaced while we waited for nothing.
Result<Fd> lock(const std::string& work) {
  CB_TRY(Fd folder, sys::open(work, O_RDONLY | O_DIRECTORY));
  if (::flock(folder.get(), LOCK_EX | LOCK_NB) < 0) return sys_fail(errno, "{}", work);
  if (!is_same(work, fmt::format("/proc/self/fd/{}/.", folder.get()))) return sys_fail(EBUSY, "{}", work);
  return folder;
}

void take_away(const Places& places) {
  std::string image = places.work + "/image";
  bool complete = ::access(places.config.c_str(), F_OK) == 0;
  if (!complete && is_same(image, places.image)) {
    ::unlink(places.image.c_str());
    ::rmdir(places.root.c_str());
  }
  ::unlink(draft_of(places.config).c_str());
  ::unlink(image.c_str());
  ::rmdir((places.work + "/root").c_str());
  ::rmdir(places.work.c_str());
}

Result<> write_new(const std::string& path, const std::string& text, mode_t mode) {
  CB_TRY(Fd file, sys::open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600));
  if (::fchmod(file.get(), mode) < 0) return sys_fail(errno, "{}", path);
  CB_CHECK(sys::write_all(file.get(), text), "{}", path);
  if (::fsync(file.get()) < 0) return sys_fail(errno, "{}", path);
  return {};
}

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

Result<> make_parents(const std::string& path) {
  CB_CHECK(RootDir::make(parent_of(path)));
  return {};
}

Result<Fd> take_turn_in(const std::string& folder) {
  CB_TRY(Fd turn, sys::open(folder, O_RDONLY | O_DIRECTORY));
  while (::flock(turn.get(), LOCK_EX) < 0)
    if (errno != EINTR) return sys_fail(errno, "flock {}", folder);
  return turn;
}

}  // namespace

Result<Fd> take_turn(const Places& places) { return take_turn_in(parent_of(places.work)); }

Result<Workspace> Workspace::create(const Places& places) {
  CB_CHECK(make_parents(places.work));
  CB_TRY(Fd turn, take_turn(places));  // or clean_up() could take the new folder away before it is locked
  CB_CHECK(sys::make_directory(AT_FDCWD, places.work.c_str(), 0700), "{}", places.work);
  auto locked = lock(places.work);
  if (!locked && locked.error().why == Why::busy) return fail(Why::busy, "another `cellblock add` is making this jail");
  CB_TRY(Fd folder, std::move(locked));
  Workspace workspace(places, std::move(folder));
  CB_CHECK(sys::make_directory(AT_FDCWD, workspace.mount_point().c_str(), 0700));
  return workspace;
}

Workspace::~Workspace() {
  if (lock_) take_away(places_);
}

Result<> Workspace::place_image() const {
  // link(2), not rename(2): it replaces nothing, and the name left in the folder says that the image is ours.
  if (::link(image().c_str(), places_.image.c_str()) < 0) return sys_fail(errno, "{}", places_.image);
  return sys::make_directory(AT_FDCWD, places_.root.c_str(), 0755);
}

Result<> Workspace::place_config(const std::string& text) const {
  CB_CHECK(make_parents(places_.config));
  std::string draft = draft_of(places_.config);
  CB_CHECK(write_new(draft, text, 0644));
  if (::renameat2(AT_FDCWD, draft.c_str(), AT_FDCWD, places_.config.c_str(), RENAME_NOREPLACE) == 0) return {};
  return sys_fail(errno, "{}", places_.config);
}

void clean_up(const std::string& folder, Places (*of)(std::string_view name)) {
  auto turn = take_turn_in(folder);
  if (!turn) return;  // no folder
  std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(folder.c_str()), ::closedir);
  while (const dirent* entry = entries ? ::readdir(entries.get()) : nullptr) {
    std::string_view name = entry->d_name;
    if (name.size() < 6 || !name.starts_with('.') || !name.ends_with(".new")) continue;
    Places places = of(name.substr(1, name.size() - 5));
    if (auto locked = lock(places.work)) take_away(places);
  }
}

Result<> replace_file(const std::string& path, const std::string& text) {
  std::unique_ptr<char, void (*)(void*)> resolved(::realpath(path.c_str(), nullptr), ::free);
  std::string target = resolved ? resolved.get() : path;
  struct stat old {};
  bool existed = ::stat(target.c_str(), &old) == 0;
  std::string draft = draft_of(target);
  CB_CHECK(write_new(draft, text, existed ? old.st_mode & 07777 : 0644));
  if (existed && ::chown(draft.c_str(), old.st_uid, old.st_gid) < 0) return sys_fail(errno, "{}", draft);
  if (::rename(draft.c_str(), target.c_str()) < 0) return sys_fail(errno, "{}", target);
  return {};
}

}  // namespace cellblock::add
