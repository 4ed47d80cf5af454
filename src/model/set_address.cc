#include "model/set_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "model/ip.hpp"

namespace cellblock::model {
namespace {

constexpr size_t max_addresses = 255;  // sysctl security.jail.jail_max_af_ips

constexpr Family both[] = {
    {"IPv4", "ip4", "ip4.addr", AF_INET, &Prison::ip4, &Prison::ip4_addr},
    {"IPv6", "ip6", "ip6.addr", AF_INET6, &Prison::ip6, &Prison::ip6_addr},
};

using Bytes = std::array<unsigned char, sizeof(in6_addr)>;

Bytes bytes_of(const std::string& address, const Family& family) {
  Bytes bytes{};
  ::inet_pton(family.number, address.c_str(), bytes.data());
  return bytes;
}

bool is_of_no_host(const std::string& address, const Family& family) {
  return family.number == AF_INET ? address == "0.0.0.0" || address == "255.255.255.255" : address == "::";
}

bool holds(const std::vector<std::string>& addresses, const std::string& address) {
  return std::ranges::find(addresses, address) != addresses.end();
}

/// The jail whose network stack `prison` uses; 0 is the host's.
JailId stack_of(const Snapshot& now, const Prison& prison) {
  const Prison* at = &prison;
  while (at->vnet != Sys::fresh) {
    const Jail* above = now.find(at->parent);
    if (!above) return 0;
    at = &above->prison;
  }
  return at->jid;
}

/// Two jails may share an address only if neither has another one. Jails above and below are no rivals: there
/// the one's addresses are part of the other's.
bool clashes(const Snapshot& now, const Prison& prison, const Family& family) {
  const std::vector<std::string>& wanted = prison.*family.addresses;
  for (const auto& [jid, jail] : now.jails) {
    const Prison& other = jail.prison;
    const std::vector<std::string>& theirs = other.*family.addresses;
    if (theirs.empty() || (wanted.size() == 1 && theirs.size() == 1)) continue;
    if (other.*family.sys == Sys::inherit || other.dying || jid == prison.jid) continue;
    if (std::ranges::none_of(wanted, [&](const std::string& address) { return holds(theirs, address); })) continue;
    if (is_below(prison.name, other.name) || is_below(other.name, prison.name)) continue;
    if (stack_of(now, other) == stack_of(now, prison)) return true;
  }
  return false;
}

/// A jail whose parent may use no address of the family can't either.
void inherit_addresses(Prison& prison, const Prison& parent, const Family& family) {
  prison.*family.sys = parent.*family.sys == Sys::disable ? Sys::disable : Sys::inherit;
  prison.*family.addresses = parent.vnet == Sys::fresh ? std::vector<std::string>() : parent.*family.addresses;
}

Result<> set_family(const Snapshot& now, const SetRequest& request, const Prison& parent, bool created,
                    const Family& family, Prison& prison) {
  bool listed = request.has(family.addr_parameter), said = request.has(family.sys_parameter);
  bool restricting = listed || (said ? request.values.*family.sys != Sys::inherit : created);
  if (!created && (listed || said) && restricting != (prison.*family.sys != Sys::inherit))
    return fail(Why::invalid, "{} cannot be changed after creation", family.sys_parameter);
  if (!restricting && created) inherit_addresses(prison, parent, family);
  if (!restricting || !(listed || created)) return {};
  std::vector<std::string>& addresses = prison.*family.addresses;
  addresses = request.values.*family.addresses;
  prison.*family.sys = addresses.empty() ? Sys::disable : Sys::fresh;
  if (addresses.empty()) return {};
  if (parent.vnet != Sys::fresh && is_restricted(parent, family))
    for (const std::string& address : addresses)
      if (!holds(parent.*family.addresses, address)) return refuse(EPERM);
  if (clashes(now, prison, family)) return fail(why_of(EADDRINUSE), "{} addresses clash", family.name);
  return {};
}

}  // namespace

std::span<const Family> families() { return both; }

Result<> order_addresses(std::vector<std::string>& addresses, const Family& family) {
  if (addresses.size() > max_addresses) return fail(Why::invalid, "too many {} addresses", family.name);
  for (const std::string& address : addresses) {
    if (is_of_no_host(address, family)) return refuse(EINVAL);
    auto bytes = parse_ip_bytes(address);
    if (bytes && is_mapped(*bytes)) return fail(Why::invalid, "{}: {}: an IPv4 address, for ip4.addr", family.addr_parameter, address);
  }
  if (addresses.size() < 2) return {};
  std::vector<std::pair<Bytes, std::string>> rest;
  for (const std::string& address : addresses) rest.emplace_back(bytes_of(address, family), address);
  std::sort(rest.begin() + 1, rest.end());
  for (size_t at = 1; at < rest.size(); ++at)
    if (rest[at].first == rest[at - 1].first || rest[at].first == rest[0].first) return refuse(EINVAL);
  std::ranges::transform(rest, addresses.begin(), [](auto& entry) { return std::move(entry.second); });
  return {};
}

Result<> set_addresses(const Snapshot& now, const SetRequest& request, const Prison& parent, bool created,
                       Prison& prison) {
  bool restricting = request.has_any({"ip4.addr", "ip6.addr"});
  if (prison.vnet == Sys::fresh) {
    if (restricting) return fail(Why::invalid, "vnet jails cannot have IP address restrictions");
    prison.ip4 = prison.ip6 = Sys::inherit;
    return {};
  }
  for (const Family& family : both) CB_CHECK(set_family(now, request, parent, created, family, prison));
  return {};
}

bool restrict_addresses(Prison& prison, const Prison& parent, const Family& family) {
  if (prison.vnet == Sys::fresh || parent.vnet == Sys::fresh || !is_restricted(parent, family)) return false;
  std::vector<std::string>& addresses = prison.*family.addresses;
  const std::vector<std::string>& theirs = parent.*family.addresses;
  Sys before = prison.*family.sys;
  if (before == Sys::disable) return false;
  bool changed = false;
  if (before == Sys::inherit) {
    changed = addresses != theirs;
    addresses = theirs;
  } else {
    changed = std::erase_if(addresses, [&](const std::string& address) { return !holds(theirs, address); }) > 0;
  }
  if (addresses.empty()) prison.*family.sys = Sys::disable;
  return changed || prison.*family.sys != before;
}

}  // namespace cellblock::model
