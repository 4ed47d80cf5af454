#include "sys/mount.hpp"

#include <sched.h>
#include <sys/stat.h>

#include <cerrno>
#include <optional>

#include "base/text.hpp"
#include "sys/compat.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

namespace cellblock::sys {
namespace {

/// The kernel's own sentence about a failed fsconfig(2), which says more than EINVAL.
std::string reason_of(int context) {
  char text[512];
  ssize_t length = ::read(context, text, sizeof text);
  if (length <= 2) return {};
  return ": " + std::string(trim(std::string_view(text + 2, static_cast<size_t>(length) - 2)));
}

Result<Fd> open_context(const char* type) {
  Fd context(::fsopen(type, FSOPEN_CLOEXEC));
  if (!context && errno == ENOSYS) return sys_fail(errno, "fsopen");
  if (!context) return sys_fail(errno, "file system {}", type);
  return context;
}

Result<> configure(int context, const char* type, const Tree::Options& options) {
  for (const auto& [key, value] : options) {
    int command = value.empty() ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING;
    if (::fsconfig(context, static_cast<fsconfig_command>(command), key.c_str(),
                   value.empty() ? nullptr : value.c_str(), 0) < 0) {
      int error = errno;
      if (error == ENOSYS) return sys_fail(error, "fsconfig");
      return sys_fail(error, "{} option {}{}", type, key, reason_of(context));
    }
  }
  return {};
}

Result<Fd> finish(int context, const char* type, uint64_t attributes) {
  if (::fsconfig(context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) < 0) {
    int error = errno;
    return sys_fail(error, "mount {}{}", type, reason_of(context));
  }
  Fd mount(::fsmount(context, FSMOUNT_CLOEXEC, static_cast<unsigned>(attributes)));
  if (!mount) return sys_fail(errno, "fsmount {}", type);
  return mount;
}

constexpr uint64_t proc_attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

/// Kernels without proc's pidns= option: a child that lives in the pid namespace makes the mount. Both share
/// memory and descriptors and the parent sleeps meanwhile, so the child's Result is the parent's.
Result<Fd> proc_by_child(int pid_namespace, const Tree::Options& options) {
  CB_TRY(Fd own, open("/proc/self/ns/pid", O_RDONLY));
  if (::setns(pid_namespace, CLONE_NEWPID) < 0) return sys_fail(errno, "setns pid");
  Result<Fd> made = fail(Why::failed, "proc");
  auto body = [&] { made = Tree::create("proc", options, proc_attributes).map([](Tree tree) { return tree.take(); }); };
  auto done = run_sharing(body);
  if (::setns(own.get(), CLONE_NEWPID) < 0) return sys_fail(errno, "setns pid back");
  if (!done) return pass(std::move(done.error()));
  return made;
}

/// id parent major:minor root target options [optional ...] - type source super-options   (proc(5))
std::optional<MountEntry> parse_mount(std::string_view line) {
  size_t dash = line.find(" - ");
  if (dash == line.npos) return std::nullopt;
  std::string_view first = line.substr(0, dash), second = line.substr(dash + 3);
  auto id = parse_int(take_part(first, ' ')), parent = parse_int(take_part(first, ' '));
  std::string_view device = take_part(first, ' ');
  if (!id || !parent) return std::nullopt;
  MountEntry entry{.id = static_cast<uint64_t>(*id), .parent = static_cast<uint64_t>(*parent), .device = std::string(device)};
  entry.root = unvis(take_part(first, ' '));
  entry.target = unvis(take_part(first, ' '));
  entry.options = take_part(first, ' ');
  entry.type = take_part(second, ' ');
  entry.source = unvis(take_part(second, ' '));
  entry.super_options = take_part(second, ' ');
  if (entry.options.empty() || entry.type.empty()) return std::nullopt;
  return entry;
}

}  // namespace

Result<Tree> Tree::clone(int fd, bool recursive) {
  unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0u);
  Fd tree(::open_tree(fd, "", flags));
  if (!tree) return sys_fail(errno, "open_tree");
  return Tree(std::move(tree));
}

Result<Tree> Tree::create(const char* type, const Options& options, uint64_t attributes) {
  CB_TRY(Fd context, open_context(type));
  CB_CHECK(configure(context.get(), type, options));
  CB_TRY(Fd mount, finish(context.get(), type, attributes));
  return Tree(std::move(mount));
}

Result<Tree> Tree::proc_for(pid_t pid, const Options& options) {
  CB_TRY(Fd pid_namespace, open(fmt::format("/proc/{}/ns/pid", pid), O_RDONLY));
  CB_TRY(Fd context, open_context("proc"));
  if (::syscall(SYS_fsconfig, context.get(), fsconfig_set_fd, "pidns", nullptr, pid_namespace.get()) < 0) {
    if (errno != EINVAL) return sys_fail(errno, "proc option pidns");
    CB_TRY(Fd made, proc_by_child(pid_namespace.get(), options));
    return Tree(std::move(made));
  }
  CB_CHECK(configure(context.get(), "proc", options));
  CB_TRY(Fd mount, finish(context.get(), "proc", proc_attributes));
  return Tree(std::move(mount));
}

Result<Tree> Tree::sysfs_for(int pidfd, const Options& options) {
  CB_TRY(Fd own, open("/proc/self/ns/net", O_RDONLY));
  if (::setns(pidfd, CLONE_NEWNET) < 0) return sys_fail(errno, "setns net");
  auto made = create("sysfs", options, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
  if (::setns(own.get(), CLONE_NEWNET) < 0) return sys_fail(errno, "setns net back");
  return made;
}

Result<> Tree::change(uint64_t attributes, int user_namespace, bool recursive) {
  mount_attr attr{};
  attr.attr_set = attributes;
  if (user_namespace >= 0) {
    attr.attr_set |= MOUNT_ATTR_IDMAP;
    attr.userns_fd = static_cast<uint64_t>(user_namespace);
  }
  if (::mount_setattr(fd_.get(), "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), &attr, sizeof attr) < 0)
    return sys_fail(errno, "mount_setattr");
  return {};
}

Result<> Tree::attach(int target) const {
  if (::move_mount(fd_.get(), "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
    return sys_fail(errno, "move_mount");
  return {};
}

Result<> Tree::attach(const char* path) const {
  if (::move_mount(fd_.get(), "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) < 0)
    return sys_fail(errno, "move_mount {}", path);
  return {};
}

std::vector<MountEntry> parse_mount_table(const std::string& mountinfo) {
  std::vector<MountEntry> table;
  for (std::string_view rest = mountinfo; !rest.empty();)
    if (auto entry = parse_mount(take_part(rest, '\n'))) table.push_back(std::move(*entry));
  return table;
}

Result<std::vector<MountEntry>> mount_table() {
  CB_TRY(std::string text, read_file("/proc/self/mountinfo"));
  return parse_mount_table(text);
}

Result<uint64_t> mount_id(int fd) {
  struct statx status {};
  // A file system of a user program tells those whom it is not for nothing that they ask for.
  bool told = ::statx(fd, "", AT_EMPTY_PATH, 0, &status) == 0 && (status.stx_mask & STATX_MNT_ID);
  if (told) return status.stx_mnt_id;
  // Before Linux 5.8, or where a filter hides statx(2).
  CB_TRY(std::string info, read_file(fmt::format("/proc/self/fdinfo/{}", fd)), "mount id");
  size_t at = info.find("mnt_id:");
  if (at == info.npos) return fail(Why::unsupported, "mount id: this kernel tells none");
  auto id = parse_int(trim(std::string_view(info).substr(at + 7, info.find('\n', at) - at - 7)));
  if (!id) return fail(Why::unsupported, "mount id: this kernel tells none");
  return static_cast<uint64_t>(*id);
}

Result<uint64_t> mount_number(int fd) {
  struct statx status {};
  bool told = ::statx(fd, "", AT_EMPTY_PATH, statx_mnt_id_unique, &status) == 0;
  // A user program's file system tells those whom it is not for nothing that they ask for.
  if (!told && errno == EACCES) told = ::statx(fd, "", AT_EMPTY_PATH, 0, &status) == 0;
  if (!told) return sys_fail(errno, "statx");
  if (!(status.stx_mask & (statx_mnt_id_unique | STATX_MNT_ID))) return fail(Why::unsupported, "mount number: this kernel tells none");
  return status.stx_mnt_id;
}

}  // namespace cellblock::sys
