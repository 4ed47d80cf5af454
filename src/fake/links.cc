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

Result<> Links::move_in(const std::string& interface, const model::Jail& jail) {
  const pid_t keeper = jail.runtime.keeper;
  CB_CHECK(world_.request(fmt::format("vnet {} {}", interface, keeper)));
  if (!moved.emplace(interface, keeper).second) return sys_fail(ENODEV, "{}", interface);
  return {};
}

Result<> Links::move_back(const std::string& interface, const model::Jail& jail) {
  const pid_t keeper = jail.runtime.keeper;
  CB_CHECK(world_.request(fmt::format("-vnet {} {}", interface, keeper)));
  if (moved.erase(interface) == 0) return sys_fail(ENODEV, "{}", interface);
  return {};
}

Result<> Links::check(std::span<const model::CableWish> wishes, model::JailId) {
  for (const model::CableWish& wish : wishes)
    if (wish.cable) CB_CHECK(world_.request("check cable " + wish.cable->bridge));
  return {};
}

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

Result<> Links::change(std::span<const model::CableWish> wishes, model::JailId jid, pid_t) {
  for (const model::CableWish& wish : wishes) {
    if (wish.cable) CB_CHECK(world_.request(fmt::format("change {} {}", wish.cable->near, wish.cable->bridge)));
    else CB_CHECK(world_.request(fmt::format("cut {}", jid)));
  }
  for (const model::CableWish& wish : wishes) {
    if (wish.cable) cables[{jid, wish.name}] = wish.cable->bridge;
    else cables.erase({jid, wish.name});
  }
  return {};
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
