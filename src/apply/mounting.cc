#include "apply/mounting.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/fd.hpp"
#include "base/text.hpp"

namespace cellblock::apply {
namespace {

constexpr size_t largest_fstab = 1 << 20;

Result<std::string> read_text(const std::string& file) {
  Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return sys_fail(errno, "{}", file);
  std::string text;
  char buffer[8192];
  while (text.size() < largest_fstab) {
    ssize_t got = ::read(fd.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return sys_fail(errno, "{}", file);
    if (got == 0) return text;
    text.append(buffer, static_cast<size_t>(got));
  }
  return sys_fail(EFBIG, "{}", file);
}

}  // namespace

port::MountRequest request_of(const conf::FstabEntry& entry, const std::string& root) {
  return {.source = entry.source, .target = entry.target, .type = entry.type, .options = entry.options, .root = root};
}

std::string mount_command(const conf::FstabEntry& entry) {
  std::string options = entry.options.empty() ? "" : " -o " + join(entry.options, ",");
  return fmt::format("/sbin/mount -t {}{} {} {}", entry.type, options, entry.source, entry.target);
}

std::string umount_command(const conf::FstabEntry& entry) {
  return fmt::format("/sbin/umount -t {} {}", entry.type, entry.target);
}

Result<std::vector<std::string>> read_fstab(const std::string& file) {
  CB_TRY(std::string text, read_text(file));
  std::vector<std::string> lines;
  for (std::string& line : split(text, '\n')) {
    line.resize(std::min(line.find('#'), line.size()));
    if (!trim(line).empty()) lines.push_back(std::move(line));
  }
  return lines;
}

OwnMount own_mount(std::string_view parameter, const std::string& root, const std::string& devfs_ruleset) {
  OwnMount mount;
  std::string_view type = parameter.substr(parameter.find('.') + 1);
  mount.target = root + (type == "devfs" ? "/dev" : type == "fdescfs" ? "/dev/fd" : "/proc");
  std::string option = type == "devfs" ? " -oruleset=" + (devfs_ruleset.empty() ? "4" : devfs_ruleset) : "";
  mount.mount_command = fmt::format("/sbin/mount -t {}{} . {}", type, option, mount.target);
  mount.umount_command = "/sbin/umount " + mount.target;
  return mount;
}

}  // namespace cellblock::apply
