#include "plan/cable.hpp"

#include <net/if.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "model/ip.hpp"
#include "plan/wants.hpp"

namespace cellblock::plan {
namespace {

using model::Cable;
using model::CableAddress;
using model::is_for_one;
using model::same_network;

constexpr std::string_view dhcp = "dhcp";

/// What Linux takes as an interface's name.
Result<> check_name(std::string_view parameter, std::string_view name) {
  if (name.size() >= IFNAMSIZ)
    return fail(Why::invalid, "{}: {}: an interface's name has {} characters at most", parameter, name, IFNAMSIZ - 1);
  bool bad = name.empty() || name == "." || name == ".." ||
             std::ranges::any_of(name, [](unsigned char byte) { return byte <= ' ' || byte == '/' || byte == ':' || byte == '%'; });
  if (bad) return fail(Why::invalid, "{}: \"{}\" can't name an interface", parameter, name);
  return {};
}

/// Whose an IPv4 address is that is nobody's alone (RFC 1122 section 3.2.1.3; RFC 3021 for networks of two).
const char* not_of_one(const model::IpBytes& address, int length) {
  if (address.v6 || length > 30) return nullptr;
  bool zeros = true, ones = true;
  for (int bit = length; bit < 32; ++bit) {
    const bool set = address.at[bit / 8] & (0x80 >> (bit % 8));
    zeros = zeros && !set;
    ones = ones && set;
  }
  return zeros ? "the network's own address" : ones ? "the network's broadcast address" : nullptr;
}

Result<CableAddress> address_of(std::string_view parameter, const std::string& value) {
  size_t slash = value.find('/');
  auto bytes = model::parse_ip_bytes(value.substr(0, slash));
  if (!bytes || !is_for_one(*bytes)) return fail(Why::invalid, "{}: {}: not an address of a jail's", parameter, value);
  if (slash == value.npos) return fail(Why::invalid, "{}: {}: the length of its network is missing, as in {}/{}",
                                       parameter, value, value, bytes->v6 ? 64 : 24);
  auto length = parse_int(value.substr(slash + 1));
  if (!length || *length < 1 || *length > (bytes->v6 ? 128 : 32))
    return fail(Why::invalid, "{}: {}: bad length of a network", parameter, value);
  if (const char* whose = not_of_one(*bytes, *length)) return fail(Why::invalid, "{}: {}: {}", parameter, value, whose);
  return CableAddress{show(*bytes), static_cast<int>(*length)};
}

Result<model::Range> range_of(const std::string& value) {
  size_t dash = value.find('-');
  CB_TRY(CableAddress last, address_of("net.address", value.substr(dash + 1)));
  auto first = model::parse_ip_bytes(value.substr(0, dash)), end = model::parse_ip_bytes(last.address);
  if (const char* whose = first ? not_of_one(*first, last.prefix) : nullptr) return fail(Why::invalid, "net.address: {}: {}", value, whose);
  bool good = first && is_for_one(*first) && same_network(*first, *end, last.prefix) &&
              std::memcmp(first->at, end->at, sizeof end->at) <= 0;
  if (!good) return fail(Why::invalid, "net.address: {}: not a range of one network", value);
  return model::Range{show(*first), last.address, last.prefix};
}

Result<> read_addresses(Cable& cable, const model::Wanted& wanted) {
  for (const std::string& value : values_of(wanted, "net.address")) {
    if (value == dhcp) {
      cable.dhcp = true;
      continue;
    }
    if (value == "auto") return fail(Why::invalid, "net.address: auto: needs net.network");
    if (value.contains('-')) {
      CB_TRY(model::Range range, range_of(value));
      cable.ranges.push_back(std::move(range));
      continue;
    }
    CB_TRY(CableAddress address, address_of("net.address", value));
    auto same = [&](const CableAddress& other) { return other.address == address.address; };
    if (std::ranges::any_of(cable.addresses, same)) return fail(Why::invalid, "net.address: {}: given twice", value);
    cable.addresses.push_back(std::move(address));
  }
  return {};
}

Result<> read_gateways(Cable& cable, const model::Wanted& wanted) {
  bool has[2] = {false, false};
  for (const std::string& value : values_of(wanted, "net.gateway")) {
    auto gateway = model::parse_ip_bytes(value);
    if (!gateway || !is_for_one(*gateway)) return fail(Why::invalid, "net.gateway: {}: not an address", value);
    if (std::exchange(has[gateway->v6], true))
      return fail(Why::invalid, "net.gateway: {}: there is one for {} already", value, gateway->v6 ? "IPv6" : "IPv4");
    std::string text = show(*gateway);
    bool near = model::is_link_local(*gateway);
    for (const CableAddress& address : cable.addresses) {
      if (address.address == text) return fail(Why::invalid, "net.gateway: {}: the jail's own address", value);
      near = near || same_network(*model::parse_ip_bytes(address.address), *gateway, address.prefix);
    }
    for (const model::Range& range : cable.ranges)
      near = near || same_network(*model::parse_ip_bytes(range.first), *gateway, range.prefix);
    if (!near) return fail(Why::invalid, "net.gateway: {}: in no network of net.address", value);
    cable.gateways.push_back(std::move(text));
  }
  return {};
}

Result<> read_hardware(Cable& cable, const std::string& value) {
  std::vector<std::string> parts = split(value, ':');
  std::array<uint8_t, 6> bytes{};
  bool good = parts.size() == bytes.size();
  for (size_t i = 0; good && i < bytes.size(); ++i) {
    const char* end = parts[i].data() + parts[i].size();
    auto [stop, error] = std::from_chars(parts[i].data(), end, bytes[i], 16);
    good = error == std::errc() && stop == end && parts[i].size() <= 2;
  }
  if (!good) return fail(Why::invalid, "net.mac: {}: not a hardware address", value);
  bool zero = std::ranges::all_of(bytes, [](uint8_t byte) { return byte == 0; });
  if (zero || (bytes[0] & 1)) return fail(Why::invalid, "net.mac: {}: not the address of one interface", value);
  cable.hardware = bytes;
  return {};
}

/// Whether the jail is to have an address of that family which is known before it runs.
bool has_family(const Cable& cable, bool v6) {
  auto same = [v6](const std::string& address) { return address.contains(':') == v6; };
  return std::ranges::any_of(cable.addresses, same, &CableAddress::address) ||
         std::ranges::any_of(cable.ranges, same, &model::Range::first);
}

Result<> read_mtu(Cable& cable, const std::string& value) {
  const bool v6 = has_family(cable, true) || std::ranges::any_of(cable.bridge_addresses, [](const CableAddress& one) { return one.address.contains(':'); });
  const int least = v6 ? 1280 : 68;  // RFC 8200 section 5; RFC 791
  auto number = parse_int(value);
  if (!number || *number < least || *number > 65535)
    return fail(Why::invalid, "net.mtu: {}: not from {} to 65535", value, least);
  cable.mtu = static_cast<uint32_t>(*number);
  return {};
}

Result<> read_vlans(Cable& cable, const model::Wanted& wanted) {
  if (const std::string* value = text_of(wanted, "net.vlan")) {
    auto number = model::parse_vlan(*value);
    if (!number) return fail(Why::invalid, "net.vlan: {}: not from 1 to {}", *value, model::last_vlan);
    cable.vlans.untagged = *number;
  }
  for (const std::string& value : values_of(wanted, "net.vlan.tagged")) {
    auto range = model::parse_vlan_range(value);
    if (!range) return fail(Why::invalid, "net.vlan.tagged: {}: no VLANs, as in 20 or 30-40", value);
    if (cable.vlans.untagged >= range->first && cable.vlans.untagged <= range->last)
      return fail(Why::invalid, "net.vlan.tagged: {}: net.vlan has {}", value, cable.vlans.untagged);
    cable.vlans.tagged.push_back(*range);
  }
  return cable.vlans.is_apart() ? check_name("net.vlan", segment_of(cable.bridge, cable.vlans)) : Result<>();
}

/// Some packet has to be able to take the way.
Result<> check_families(const Cable& cable, const model::Forward& forward) {
  bool v4 = has_family(cable, false), v6 = has_family(cable, true);
  if (!v4 && !v6) return fail(Why::invalid, "net.forward: {}: the jail has no address of its own in net.address", model::place_of(forward));
  auto possible = [&](const std::string& address) { return address.contains(':') ? v6 : v4; };
  const std::string* bad = !forward.host.empty() && !possible(forward.host) ? &forward.host : nullptr;
  for (const model::SourceNetwork& source : forward.sources)
    if (!bad && !possible(source.address)) bad = &source.address;
  if (!bad) return {};
  return fail(Why::invalid, "net.forward: {}: {}: the jail has no {} address", model::place_of(forward), *bad,
              bad->contains(':') ? "IPv6" : "IPv4");
}

Result<> read_forwards(Cable& cable, const model::Wanted& wanted) {
  std::vector<model::Forward>& forwards = cable.rules.forwards;
  for (const std::string& value : values_of(wanted, "net.forward")) {
    CB_TRY(model::Forward forward, model::parse_forward(value), "net.forward");
    CB_CHECK(check_families(cable, forward));
    if (std::ranges::any_of(forwards, [&](const model::Forward& other) { return collide(other, forward); }))
      return fail(Why::invalid, "net.forward: {}: given twice", model::place_of(forward));
    forwards.push_back(std::move(forward));
  }
  return {};
}

Result<> read_nat(Cable& cable, const model::Wanted& wanted) {
  cable.rules.nat = is_true(wanted, "net.nat");
  if (cable.rules.nat && !has_family(cable, false) && !has_family(cable, true))
    return fail(Why::invalid, "net.nat: the jail has no address of its own in net.address");
  const model::Setting* setting = wanted.find("net.bridge.nat");
  const std::string value = !setting ? "false" : setting->bare() ? "true" : setting->values.back();
  if (value == "false") return {};
  cable.rules.bridge_nat = value == "true" ? "" : value;
  if (value == cable.bridge) return fail(Why::invalid, "net.bridge.nat: {}: the bridge itself", value);
  return value == "true" ? Result<>() : check_name("net.bridge.nat", value);
}

/// An end on the host: the jail's name, or JAIL.CABLE, with less of the jail's name where that is too long, and a bit of its
/// sum instead.
std::string near_name(const std::string& jail, const std::string& cable) {
  constexpr size_t most = IFNAMSIZ - 1, sum = 4;
  if (cable.empty()) return jail;
  std::string whole = jail + "." + cable;
  if (whole.size() <= most || cable.size() + sum + 2 > most) return whole;
  return fmt::format("{}{:04x}.{}", jail.substr(0, most - cable.size() - sum - 1), hash_of(jail) & 0xffff, cable);
}

std::string interface_of(const model::Wanted& wanted) {
  const std::string* interface = text_of(wanted, "net.interface");
  return interface ? *interface : "eth0";
}

bool has_own_stack(const model::Wanted& wanted) {
  if (is_true(wanted, "vnet")) return true;
  const std::string* value = text_of(wanted, "vnet");
  return value && *value == "new";
}

}  // namespace

std::string whole_range(const std::string& address) {
  size_t slash = address.find('/');
  auto first = model::parse_ip_bytes(address.substr(0, slash));
  auto length = slash == address.npos ? std::nullopt : parse_int(address.substr(slash + 1));
  int bits = first && first->v6 ? 128 : 32;
  if (!first || !length || *length < 1 || *length > bits - 2) return address;
  model::IpBytes last = *first;
  for (int bit = static_cast<int>(*length); bit < bits; ++bit) {
    auto mask = static_cast<unsigned char>(0x80 >> (bit % 8));
    first->at[bit / 8] &= static_cast<unsigned char>(~mask);
    last.at[bit / 8] |= mask;
  }
  first->at[bits / 8 - 1] |= 1;
  last.at[bits / 8 - 1] &= 0xfe;  // the last is everybody's
  return fmt::format("{}-{}/{}", show(*first), show(last), *length);
}

bool overlap(const std::string& left, const std::string& right) {
  auto a = address_of("", left), b = address_of("", right);
  return a && b && same_network(*model::parse_ip_bytes(a->address), *model::parse_ip_bytes(b->address), std::min(a->prefix, b->prefix));
}

bool is_of_cable(std::string_view name) { return name.starts_with("net.") && name != "net.dns" && name != "net.search"; }

std::vector<std::string> address_command(const model::Wanted& wanted) {
  const std::vector<std::string>& addresses = values_of(wanted, "net.address");
  if (std::ranges::find(addresses, dhcp) == addresses.end()) return {};
  return {"dhclient", "-q", interface_of(wanted)};
}

Result<std::optional<Cable>> cable_of(const model::Wanted& wanted, const std::string& cable_name) {
  if (std::ranges::none_of(wanted.settings, is_of_cable, &model::Setting::name)) return std::nullopt;
  const std::string* bridge = text_of(wanted, "net.bridge");
  if (const std::string* network = text_of(wanted, "net.network"); network && !bridge)
    return fail(Why::absent, "net.network: {}: there is none of that name", *network);
  if (!bridge) return fail(Why::invalid, "net.bridge: missing: net.* say all that the cable is to be");
  if (const std::string* network = text_of(wanted, "net.network")) return fail(Why::invalid, "net.network: {}: not together with net.bridge", *network);
  if (bridge->empty()) {
    for (const model::Setting& one : wanted.settings)
      if (is_of_cable(one.name) && one.name != "net.bridge")
        return fail(Why::invalid, "{}: needs a bridge, and net.bridge is empty", one.name);
    return std::nullopt;
  }
  if (!has_own_stack(wanted)) return fail(Why::invalid, "net.bridge: needs a network stack of the jail's own (vnet)");
  const std::string* name = text_of(wanted, "name");
  if (!name) return fail(Why::invalid, "net.bridge: needs a jail with a name");
  Cable cable{.name = cable_name, .jail = *name, .bridge = *bridge, .near = near_name(*name, cable_name), .interface = interface_of(wanted)};
  CB_CHECK(check_name("net.bridge", cable.bridge));
  CB_CHECK(check_name("net.interface", cable.interface));
  CB_CHECK(check_name(cable_name.empty() ? "name" : "net.interface", cable.near));
  if (cable.near == cable.bridge) return fail(Why::invalid, "net.bridge: {}: the name of the jail's own end on the host", cable.bridge);
  if (cable.interface == "lo") return fail(Why::invalid, "net.interface: lo: every jail has it already");
  CB_CHECK(read_addresses(cable, wanted));
  for (const std::string& value : values_of(wanted, "net.bridge.address")) {
    CB_TRY(CableAddress address, address_of("net.bridge.address", value));
    if (std::ranges::any_of(cable.addresses, [&](const CableAddress& own) { return own.address == address.address; }))
      return fail(Why::invalid, "net.bridge.address: {}: the jail's own address", value);
    cable.bridge_addresses.push_back(std::move(address));
  }
  CB_CHECK(read_vlans(cable, wanted));
  CB_CHECK(read_gateways(cable, wanted));
  if (const std::string* value = text_of(wanted, "net.mac")) CB_CHECK(read_hardware(cable, *value));
  if (const std::string* value = text_of(wanted, "net.mtu")) CB_CHECK(read_mtu(cable, *value));
  cable.isolated = is_true(wanted, "net.isolated");
  CB_CHECK(read_nat(cable, wanted));
  CB_CHECK(read_forwards(cable, wanted));
  return cable;
}

}  // namespace cellblock::plan
