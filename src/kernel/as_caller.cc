#include "kernel/as_caller.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/openat2.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "base/text.hpp"
#include "sys/file.hpp"

namespace cellblock::kernel {
namespace {

/// The words of one line of /proc/PID/status.
std::vector<std::string> field(const std::string& status, const std::string& name) {
  size_t at = status.find("\n" + name + ":");
  if (at == status.npos) return {};
  at += name.size() + 2;
  return split_words(std::string_view(status).substr(at, status.find('\n', at) - at));
}

uint64_t number_in(const std::vector<std::string>& words, int base) {
  uint64_t number = 0;
  if (!words.empty()) std::from_chars(words[0].data(), words[0].data() + words[0].size(), number, base);
  return number;
}

/// The caller's ids as they count for files, as its user namespace names them.
struct Ids {
  std::vector<gid_t> groups;
  uid_t uid = 0;
  gid_t gid = 0;
};

Result<uint32_t> id_inside(const std::string& text, uint32_t base) {
  auto id = parse_int(text);
  if (!id || *id < base || *id - base >= 0xffffffff) return bare_fail(EACCES);
  return static_cast<uint32_t>(*id - base);
}

Result<Ids> ids_of(const std::string& status, uint32_t base) {
  std::vector<std::string> uids = field(status, "Uid"), gids = field(status, "Gid");
  if (uids.size() < 4 || gids.size() < 4) return bare_fail(ESRCH);
  Ids ids;  // real, effective, saved, of the file system
  CB_TRY(ids.uid, id_inside(uids[3], base));
  CB_TRY(ids.gid, id_inside(gids[3], base));
  for (const std::string& word : field(status, "Groups"))
    if (auto group = id_inside(word, base)) ids.groups.push_back(*group);
  return ids;
}

Result<> keep_capabilities(uint64_t set) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct halves[2]{};
  if (::syscall(SYS_capget, &header, halves) < 0) return bare_fail(errno);
  for (int half = 0; half < 2; ++half) {
    halves[half].permitted &= static_cast<uint32_t>(set >> 32 * half);
    halves[half].effective = halves[half].permitted;
    halves[half].inheritable = 0;
  }
  return ::syscall(SYS_capset, &header, halves) < 0 ? Result<>(bare_fail(errno)) : Result<>();
}

Result<> take_ids(const std::string& status, const Ids& ids) {
  if (::setgroups(ids.groups.size(), ids.groups.data()) < 0 || ::setresgid(ids.gid, ids.gid, ids.gid) < 0 ||
      ::setresuid(ids.uid, ids.uid, ids.uid) < 0)
    return bare_fail(EACCES);
  ::umask(static_cast<mode_t>(number_in(field(status, "Umask"), 8)));
  return keep_capabilities(number_in(field(status, "CapEff"), 16));
}

}  // namespace

Result<Standpoint> Standpoint::of(const Notification& call) {
  auto of_caller = [&](const char* what) { return fmt::format("/proc/{}/{}", call.pid(), what); };
  Standpoint here;
  CB_TRY(here.mounts_, sys::open(of_caller("ns/mnt"), O_RDONLY));
  CB_TRY(here.root_, sys::open(of_caller("root"), O_PATH | O_DIRECTORY));
  CB_TRY(here.directory_, sys::open(of_caller("cwd"), O_PATH | O_DIRECTORY));
  CB_TRY(here.descriptors_, sys::open("/proc/self/fd", O_PATH | O_DIRECTORY));
  if (!call.valid()) return bare_fail(ESRCH);
  return here;
}

Result<> Standpoint::enter() const {
  if (::setns(mounts_.get(), CLONE_NEWNS) < 0 || ::fchdir(root_.get()) < 0 || ::chroot(".") < 0 ||
      ::fchdir(directory_.get()) < 0)
    return bare_fail(errno);
  return {};
}

Result<Fd> Standpoint::open(const std::string& path, int more_flags) const {
  return sys::open_resolved(AT_FDCWD, path.c_str(), O_PATH | more_flags, RESOLVE_NO_MAGICLINKS);
}

Result<> Standpoint::go_to_descriptors() const {
  return ::fchdir(descriptors_.get()) < 0 ? Result<>(bare_fail(errno)) : Result<>();
}

Result<> become_caller(const Notification& call, const model::Jail& jail) {
  auto of_caller = [&](const char* what) { return fmt::format("/proc/{}/{}", call.pid(), what); };
  CB_TRY(std::string status, sys::read_file(of_caller("status")));
  CB_TRY(Fd users, sys::open(of_caller("ns/user"), O_RDONLY));
  CB_TRY(Fd own_users, sys::open("/proc/self/ns/user", O_RDONLY));
  CB_TRY(Standpoint place, Standpoint::of(call));
  CB_TRY(struct stat theirs, sys::status_of(users.get()));
  CB_TRY(struct stat ours, sys::status_of(own_users.get()));
  bool own_ids = theirs.st_ino != ours.st_ino;
  CB_TRY(Ids ids, ids_of(status, own_ids ? jail.runtime.uid_base : 0));
  CB_CHECK(place.enter());
  if (own_ids && ::setns(users.get(), CLONE_NEWUSER) < 0) return bare_fail(errno);
  return take_ids(status, ids);
}

}  // namespace cellblock::kernel
