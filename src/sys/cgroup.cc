#include "sys/cgroup.hpp"

#include <linux/magic.h>
#include <poll.h>
#include <sys/mount.h>
#include <sys/vfs.h>

#include <cerrno>
#include <ctime>

#include "base/text.hpp"
#include "sys/file.hpp"

namespace cellblock::sys {
namespace {

bool is_cgroup2(const Fd& fd) {
  struct statfs status {};
  return fd && ::fstatfs(fd.get(), &status) == 0 && status.f_type == CGROUP2_SUPER_MAGIC;
}

Fd open_directory(const char* path) { return Fd(::open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }

Result<> collect_ids(int group, std::unordered_set<uint64_t>& ids) {
  CB_TRY(struct stat status, status_of(group));
  ids.insert(status.st_ino);
  for (const std::string& name : directories_in(group)) {
    auto inner = open_at(group, name.c_str(), O_RDONLY | O_DIRECTORY);
    if (inner) CB_CHECK(collect_ids(inner->get(), ids));
  }
  return {};
}

long milliseconds_now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

}  // namespace

Result<Fd> open_cgroup_root(const std::string& fallback) {
  for (const char* path : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
    Fd fd = open_directory(path);
    if (is_cgroup2(fd)) return fd;
  }
  Fd fd = open_directory(fallback.c_str());
  if (is_cgroup2(fd)) return fd;
  CB_CHECK(make_directory(AT_FDCWD, fallback.c_str(), 0700));
  if (::mount("cgroup2", fallback.c_str(), "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) < 0)
    return sys_fail(errno, "mount cgroup2 on {}", fallback);
  return open(fallback, O_RDONLY | O_DIRECTORY);
}

Result<Fd> make_group(int root, const std::string& path) {
  CB_CHECK(make_directory(root, path.c_str(), 0755), "cgroup");
  CB_TRY(Fd group, open_at(root, path.c_str(), O_RDONLY | O_DIRECTORY), "cgroup");
  return group;
}

Result<> kill_group(int root, const std::string& path) {
  auto killed = write_at(root, (path + "/cgroup.kill").c_str(), "1");
  if (!killed && killed.error().why != Why::absent) return killed;
  return {};
}

Result<> remove_group(int root, const std::string& path) {
  if (::unlinkat(root, path.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) return {};
  auto group = open_at(root, path.c_str(), O_RDONLY | O_DIRECTORY);
  if (!group) return group.error().why == Why::absent ? Result<>() : pass(group.error());
  for (const std::string& name : directories_in(group->get())) CB_CHECK(remove_group(group->get(), name));
  return remove_directory(root, path.c_str());
}

Result<std::unordered_set<uint64_t>> group_ids(int root, const std::string& path) {
  std::unordered_set<uint64_t> ids;
  auto group = open_at(root, path.c_str(), O_RDONLY | O_DIRECTORY);
  if (!group && group.error().why != Why::absent) return pass(group.error());
  if (group) CB_CHECK(collect_ids(group->get(), ids));
  return ids;
}

Result<std::vector<pid_t>> group_processes(int root, const std::string& path, const std::set<std::string>& without) {
  CB_TRY(std::string text, read_file_at(root, (path + "/cgroup.procs").c_str()));
  std::vector<pid_t> pids;
  for (const std::string& word : split_words(text))
    if (auto pid = parse_int(word)) pids.push_back(static_cast<pid_t>(*pid));
  CB_TRY(Fd group, open_at(root, path.c_str(), O_RDONLY | O_DIRECTORY));
  for (const std::string& name : directories_in(group.get())) {
    if (without.contains(path + "/" + name)) continue;
    auto inner = group_processes(root, path + "/" + name, without);
    if (inner) pids.insert(pids.end(), inner->begin(), inner->end());  // else it has ended meanwhile
  }
  return pids;
}

Result<bool> group_populated(int root, const std::string& path) {
  auto events = read_file_at(root, (path + "/cgroup.events").c_str());
  if (!events) return events.error().why == Why::absent ? Result<bool>(false) : pass(events.error());
  return events->find("populated 1") != std::string::npos;
}

Result<bool> wait_group_empty(int root, const std::string& path, int milliseconds) {
  auto events = open_at(root, (path + "/cgroup.events").c_str(), O_RDONLY);
  if (!events) return events.error().why == Why::absent ? Result<bool>(true) : pass(events.error());
  long deadline = milliseconds_now() + milliseconds;
  for (;;) {
    CB_TRY(bool populated, group_populated(root, path));
    long left = deadline - milliseconds_now();
    if (!populated || left <= 0) return !populated;
    pollfd poll{events->get(), POLLPRI, 0};
    if (::poll(&poll, 1, static_cast<int>(left)) < 0 && errno != EINTR) return sys_fail(errno, "poll");
    char flush[128];
    (void)!::pread(events->get(), flush, sizeof flush, 0);  // the file must be read for the next event to show
  }
}

}  // namespace cellblock::sys
