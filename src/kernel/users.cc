#include "kernel/users.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/text.hpp"
#include "sys/file.hpp"

namespace cellblock::kernel {
namespace {

/// A jail may have made the file huge or a FIFO; neither may hold the host up.
constexpr size_t largest_database = 8 << 20;

Result<std::string> read_database(int root, const char* path) {
  CB_TRY(Fd file, sys::open_resolved(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS));
  CB_TRY(struct stat status, sys::status_of(file.get()));
  if (!S_ISREG(status.st_mode)) return sys_fail(EINVAL, "{}: not a regular file", path);
  return sys::read_all(file.get(), largest_database);
}

/// Ids are 32 bits and all ones means "none": anything else in the field is no id.
Result<uint32_t> parse_id(const std::string& text) {
  auto id = parse_int(text);
  if (!id || *id < 0 || *id >= 0xffffffff) return fail(Why::invalid, "not a user or group id: {}", text);
  return static_cast<uint32_t>(*id);
}

Result<std::vector<gid_t>> groups_of(const std::string& group, const std::string& name, gid_t primary) {
  std::vector<gid_t> groups{primary};
  for (const std::string& line : split(group, '\n')) {
    std::vector<std::string> fields = split(line, ':');
    if (fields.size() < 4) continue;
    for (const std::string& member : split(fields[3], ',')) {
      if (member != name) continue;
      CB_TRY(uint32_t gid, parse_id(fields[2]));
      if (gid != primary) groups.push_back(gid);
    }
  }
  return groups;
}

}  // namespace

Result<User> find_user_in(const std::string& passwd, const std::string& group, const std::string& name) {
  for (const std::string& line : split(passwd, '\n')) {
    std::vector<std::string> fields = split(line, ':');
    if (fields.size() < 7 || fields[0] != name) continue;
    User user;
    user.name = name;
    CB_TRY(user.uid, parse_id(fields[2]), "{}", name);
    CB_TRY(user.gid, parse_id(fields[3]), "{}", name);
    if (!fields[5].empty()) user.home = fields[5];
    if (!fields[6].empty()) user.shell = fields[6];
    CB_TRY(user.groups, groups_of(group, name, user.gid), "{}", name);
    return user;
  }
  return fail(Why::absent, "{}: no such user", name);
}

Result<User> find_user(int root, const std::string& name) {
  auto passwd = read_database(root, "etc/passwd");
  if (!passwd) {
    if (passwd.error().why == Why::absent) return fail(Why::absent, "{}: no such user", name);
    return pass(passwd.error());
  }
  auto group = read_database(root, "etc/group");
  return find_user_in(*passwd, group ? *group : std::string(), name);
}

}  // namespace cellblock::kernel
