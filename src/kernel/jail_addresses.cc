#include "kernel/jail_addresses.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <unordered_set>

#include "kernel/faults.hpp"
#include "kernel/policy.hpp"
#include "port/latency.hpp"
#include "sys/cgroup.hpp"
#include "sys/file.hpp"

namespace cellblock::kernel {
namespace {

using model::Allow;
using model::Jail;
using model::Prison;
using model::Snapshot;
using model::Sys;

constexpr const char* group_of_jails = "cellblock";

void add_ip4(bpf::AddressRules& rules, const std::string& written) {
  cb_address address{{0, 0, htonl(0xffff), 0}};
  if (::inet_pton(AF_INET, plain_address(written).c_str(), &address.address[3]) != 1) return;
  uint32_t at = rules.entry.ip4_count++;
  if (at < cb_first_addresses) rules.entry.ip4[at] = address.address[3];
  rules.addresses.push_back(address);
}

void add_ip6(bpf::AddressRules& rules, const std::string& written) {
  cb_address address{};
  if (::inet_pton(AF_INET6, plain_address(written).c_str(), address.address) != 1) return;
  uint32_t at = rules.entry.ip6_count++;
  if (at < cb_first_addresses) std::memcpy(rules.entry.ip6[at], address.address, sizeof address.address);
  rules.addresses.push_back(address);
}

/// By the jail's root, whatever the kernel thinks of capabilities.
bool grants_ports(const Prison& prison) {
  return model::allowed(prison.allow, Allow::reserved_ports) && model::allowed(prison.allow, Allow::suser);
}

/// The next jail around it with rules; nullptr: none, on the stack that it shares.
const Jail* above_with_rules(const Prison& prison, const Snapshot& now) {
  const Jail* above = prison.parent ? now.find(prison.parent) : nullptr;
  while (above && above->prison.vnet != Sys::fresh && !has_address_rules(above->prison))
    above = above->prison.parent ? now.find(above->prison.parent) : nullptr;
  return above && has_address_rules(above->prison) ? above : nullptr;
}

bool is_on_host_stack(const Prison& prison, const Snapshot& now) {
  for (const Jail* above = prison.parent ? now.find(prison.parent) : nullptr; above;
       above = above->prison.parent ? now.find(above->prison.parent) : nullptr)
    if (above->prison.vnet == Sys::fresh) return false;
  return true;
}

}  // namespace

std::string plain_address(const std::string& written) {
  size_t bar = written.find('|');
  std::string_view text = std::string_view(written).substr(bar == std::string::npos ? 0 : bar + 1);
  return std::string(text.substr(0, text.find_first_of("/ ")));
}

bool has_address_rules(const Prison& prison) {
  if (stack_of(prison) != Stack::shared) return false;
  bool by_kernel = prison.linux_userns == Sys::inherit;  // the capability is good on the host's stack
  return is_restricted(prison) || grants_ports(prison) != by_kernel;
}

bpf::AddressRules address_rules(const Jail& jail, uint64_t above, bool on_host_stack) {
  const Prison& prison = jail.prison;
  bpf::AddressRules rules;
  rules.entry.above = above;
  rules.entry.root = jail.runtime.uid_base;
  auto flag = [&](bool set, uint32_t bit) { rules.entry.flags |= set ? bit : 0; };
  flag(prison.ip4 == Sys::inherit && prison.ip4_addr.empty(), cb_all_ip4);
  flag(prison.ip6 == Sys::inherit && prison.ip6_addr.empty(), cb_all_ip6);
  flag(grants_ports(prison), cb_reserved_ports);
  flag(model::allowed(prison.allow, Allow::raw_sockets), cb_raw_sockets);
  flag(prison.ip4_saddrsel, cb_choose_ip4);
  flag(prison.ip6_saddrsel, cb_choose_ip6);
  for (const std::string& address : prison.ip4_addr) add_ip4(rules, address);
  for (const std::string& address : prison.ip6_addr) add_ip6(rules, address);
  rules.found_by_address = on_host_stack && rules.addresses.size() > 1;
  return rules;
}

Result<Fd> JailAddresses::lock() const { return sys::take_lock(home_.fd(), "addresses.lock"); }

Result<uint64_t> JailAddresses::id_of(const std::string& cgroup) {
  struct stat status {};
  if (::fstatat(groups_, cgroup.c_str(), &status, 0) < 0) return sys_fail(errno, "cgroup {}", cgroup);
  return status.st_ino;
}

Result<bpf::AddressRules> JailAddresses::rules_of(const Jail& jail, const Snapshot& now) {
  uint64_t around = 0;
  if (const Jail* above = above_with_rules(jail.prison, now)) {
    CB_TRY(around, id_of(above->runtime.cgroup));
  }
  return address_rules(jail, around, is_on_host_stack(jail.prison, now));
}

/// In the version of the programs that has it already, else in this one. They may be unloaded, as unused, before the
/// entry is in: then once more.
Result<> JailAddresses::write(uint64_t group, const bpf::AddressRules& rules) {
  CB_TRY(uint64_t jails, id_of(group_of_jails));
  for (;;) {
    auto programs = bpf::Addresses::open(jails);
    if (!programs) {
      CB_TRY(Fd directory, sys::open_at(groups_, group_of_jails, O_RDONLY | O_DIRECTORY));
      CB_TRY(programs, bpf::Addresses::load(groups_, directory.get()));
    }
    CB_CHECK(programs->set(group, rules));
    if (programs->is_pinned()) return {};
  }
}

Result<> JailAddresses::hold(const Jail& jail, const Snapshot& now) {
  if (!has_address_rules(jail.prison)) return {};
  auto held = [&]() -> Result<> {
    CB_TRY(uint64_t group, id_of(jail.runtime.cgroup));
    CB_TRY(bpf::AddressRules rules, rules_of(jail, now));
    return write(group, rules);
  }();
  latency::mark("addresses");
  if (held || !is_restricted(jail.prison)) return {};
  return pass(held.error(), "this kernel can't hold a jail to its addresses");
}

Result<> JailAddresses::change(const Prison& before, const Jail& jail, const Snapshot& now) {
  bool had = has_address_rules(before), has = has_address_rules(jail.prison);
  if (!had && !has) return {};
  if (!has) return release({before, jail.runtime}, group_of({before, jail.runtime}));
  if (had && address_rules({before, jail.runtime}, 0, true) == address_rules(jail, 0, true)) return {};
  CB_TRY(uint64_t group, id_of(jail.runtime.cgroup));
  CB_TRY(bpf::AddressRules rules, rules_of(jail, now));
  CB_TRY(std::vector<bpf::Addresses> versions, bpf::Addresses::all());
  for (bpf::Addresses& one : versions)
    if (one.knows(group)) return one.set(group, rules);
  auto written = write(group, rules);
  return written || is_restricted(jail.prison) ? written : Result<>();
}

uint64_t JailAddresses::group_of(const Jail& jail) {
  return has_address_rules(jail.prison) ? id_of(jail.runtime.cgroup).value_or(0) : 0;
}

Result<> JailAddresses::release(const Jail& jail, uint64_t group) {
  if (!has_address_rules(jail.prison)) return {};
  if (group == 0) return sweep().map([](size_t) {});
  auto programs = id_of(group_of_jails).and_then([](uint64_t jails) { return bpf::Addresses::open(jails); });
  if (programs && programs->knows(group)) return programs->forget(group);
  CB_TRY(std::vector<bpf::Addresses> versions, bpf::Addresses::all());
  for (bpf::Addresses& one : versions) CB_CHECK(one.forget(group));
  return {};
}

/// What is in the maps is read before the groups are: a jail that is made meanwhile has its group first.
Result<size_t> JailAddresses::sweep() {
  CB_TRY(std::vector<bpf::Addresses> versions, bpf::Addresses::all());
  std::vector<std::pair<bpf::Addresses*, uint64_t>> known;
  for (bpf::Addresses& one : versions) {
    CB_TRY(std::vector<uint64_t> groups, one.groups());
    for (uint64_t group : groups) known.emplace_back(&one, group);
  }
  if (known.empty()) return 0;
  CB_TRY(std::unordered_set<uint64_t> there, sys::group_ids(groups_, group_of_jails));
  size_t removed = 0;
  for (auto [one, group] : known) {
    if (there.contains(group)) continue;
    CB_CHECK(one->forget(group));
    ++removed;
  }
  return removed;
}

Result<size_t> JailAddresses::repair(const Snapshot& now) {
  CB_TRY(size_t removed, sweep());
  for (const auto& [jid, jail] : now.jails) {
    if (!has_address_rules(jail.prison) || jail.runtime.keeper == 0) continue;
    CB_CHECK(change(Prison(), jail, now), "jail {}", jail.prison.name);
  }
  CB_CHECK(bpf::unload_unused().map([](size_t) {}));
  return removed;
}

}  // namespace cellblock::kernel
