#include "sys/socket_holder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>

#include "base/text.hpp"

namespace cellblock::sys {
namespace {

using Directory = std::unique_ptr<DIR, int (*)(DIR*)>;

Directory open_directory(int at, const std::string& path) {
  int fd = ::openat(at, path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return {fd < 0 ? nullptr : ::fdopendir(fd), ::closedir};
}

void look_into(int proc, int pid, const EachHolder& each) {
  Directory files = open_directory(proc, std::to_string(pid) + "/fd");
  if (!files) return;
  while (const dirent* entry = ::readdir(files.get())) {
    char link[64];
    ssize_t size = ::readlinkat(::dirfd(files.get()), entry->d_name, link, sizeof link);
    uint32_t inode = size > 0 ? socket_inode({link, static_cast<size_t>(size)}) : 0;
    if (inode) each(proc, pid, static_cast<int>(parse_int(entry->d_name).value_or(0)), inode);
  }
}

}  // namespace

uint32_t socket_inode(std::string_view link) {
  constexpr std::string_view begin = "socket:[";
  if (!link.starts_with(begin) || !link.ends_with(']')) return 0;
  auto number = parse_int(link.substr(begin.size(), link.size() - begin.size() - 1));
  return number && *number > 0 && *number <= UINT32_MAX ? static_cast<uint32_t>(*number) : 0;
}

Result<> each_socket_holder(const std::function<bool(int pid)>& wanted, const EachHolder& each) {
  Directory proc = open_directory(AT_FDCWD, "/proc");
  if (!proc) return sys_fail(errno, "/proc");
  while (const dirent* entry = ::readdir(proc.get()))
    if (auto pid = parse_int(entry->d_name); pid && *pid > 0 && wanted(static_cast<int>(*pid)))
      look_into(::dirfd(proc.get()), static_cast<int>(*pid), each);
  return {};
}

}  // namespace cellblock::sys
