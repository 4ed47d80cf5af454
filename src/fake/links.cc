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

Result<> Links::check(const model::Cable& cable, model::JailId) { return world_.request("check cable " + cable.bridge); }

Result<> Links::connect(const model::Cable& cable, model::JailId jid, pid_t) {
  CB_CHECK(world_.request(fmt::format("connect {} {}", cable.near, cable.bridge)));
  cables[{jid, cable.name}] = cable.bridge;
  joining_ = true;
  return {};
}

Result<bool> Links::has(const model::Cable& cable, model::JailId jid) {
  auto found = cables.find({jid, cable.name});
  return found != cables.end() && found->second == cable.bridge;
}

Result<bool> Links::change(const model::Cable& cable, model::JailId jid, pid_t) {
  CB_TRY(bool same, has(cable, jid));
  if (same) return false;
  CB_CHECK(world_.request(fmt::format("change {} {}", cable.near, cable.bridge)));
  cables[{jid, cable.name}] = cable.bridge;
  return true;
}

Result<bool> Links::cut(const model::CableId& id) {
  if (!cables.contains(id)) return false;
  CB_CHECK(world_.request(fmt::format("cut {}", id.jid)));
  cables.erase(id);
  return true;
}

Result<> Links::disconnect(model::JailId jid) {
  CB_CHECK(world_.request(fmt::format("disconnect {}", jid)));
  std::erase_if(cables, [jid](const auto& each) { return each.first.jid == jid; });
  disconnected_ = true;
  return {};
}

Result<> Links::join() { return std::exchange(joining_, false) ? world_.request("join cables") : Result<>(); }

Result<> Links::settle() { return std::exchange(disconnected_, false) ? world_.request("settle cables") : Result<>(); }

}  // namespace cellblock::fake
