#include "fake/links.hpp"

#include <cerrno>

namespace cellblock::fake {
namespace {

std::string key(const std::string& interface, const std::string& address, int prefix) {
  return fmt::format("{} {}/{}", interface, address, prefix);
}

}  // namespace

Result<> Links::add_alias(const std::string& interface, const std::string& address, int prefix) {
  std::string alias = key(interface, address, prefix);
  CB_CHECK(world_.request("alias " + alias));
  if (!aliases.insert(alias).second) return sys_fail(EEXIST, "{}", alias);
  return {};
}

Result<> Links::remove_alias(const std::string& interface, const std::string& address, int prefix) {
  std::string alias = key(interface, address, prefix);
  CB_CHECK(world_.request("-alias " + alias));
  if (aliases.erase(alias) == 0) return sys_fail(ENOENT, "{}", alias);
  return {};
}

Result<> Links::move_in(const std::string& interface, pid_t keeper) {
  CB_CHECK(world_.request(fmt::format("vnet {} {}", interface, keeper)));
  if (!moved.emplace(interface, keeper).second) return sys_fail(ENODEV, "{}", interface);
  return {};
}

Result<> Links::move_back(const std::string& interface, pid_t keeper) {
  CB_CHECK(world_.request(fmt::format("-vnet {} {}", interface, keeper)));
  if (moved.erase(interface) == 0) return sys_fail(ENODEV, "{}", interface);
  return {};
}

}  // namespace cellblock::fake
