#include "kernel/cable_laying.hpp"

#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "base/hash.hpp"
#include "kernel/cable_remains.hpp"
#include "kernel/cable_rules.hpp"
#include "kernel/faults.hpp"
#include "kernel/strays.hpp"
#include "record/rules.hpp"
#include "sys/file.hpp"

namespace cellblock::kernel {

using model::Cable;
using model::CableId;
using record::State;

uint64_t fingerprint(const Cable& cable) {
  std::string text = fmt::format("{} {} {} {}", cable.bridge, cable.near, cable.interface, cable.mtu.value_or(0));
  for (const auto& one : cable.addresses) text += fmt::format(" {}/{}", one.address, one.prefix);
  for (const auto& one : cable.ranges) text += fmt::format(" {}-{}/{}", one.first, one.last, one.prefix);
  for (const std::string& gateway : cable.gateways) text += " via " + gateway;
  for (uint8_t byte : cable.hardware.value_or(std::array<uint8_t, 6>{})) text += fmt::format(" {}", byte);
  if (cable.dhcp) text += " dhcp";
  if (cable.isolated) text += " isolated";
  if (!cable.vlans.empty()) text += " vlans " + text_of(cable.vlans);
  text += record::marks_of(cable.rules);
  return hash_of(text);
}

namespace {

/// Locally administered, the same at every start, another one on every host.
std::array<uint8_t, 6> stable_hardware(std::string_view name) {
  static const std::string machine = [] {
    Fd file(::open("/etc/machine-id", O_RDONLY | O_CLOEXEC));
    char text[64];
    ssize_t got = file ? ::read(file.get(), text, sizeof text) : 0;
    return std::string(text, got > 0 ? static_cast<size_t>(got) : 0);
  }();
  uint64_t hash = hash_of(fmt::format("{}/{}", machine, name));
  std::array<uint8_t, 6> bytes{};
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(hash), hash >>= 8;
  bytes[0] = static_cast<uint8_t>((bytes[0] & 0xfc) | 2);
  return bytes;
}

/// What is the cable's own at every start.
std::string seed_of(const Cable& cable) { return cable.name.empty() ? cable.jail : cable.jail + "/" + cable.name; }

}  // namespace

std::array<uint8_t, 6> hardware_of(const Cable& cable) { return cable.hardware ? *cable.hardware : stable_hardware(seed_of(cable)); }

static Result<> check_vlans(const State& state, const Cable& cable, const std::optional<net::Link>& bridge) {
  if (cable.vlans.empty() || !bridge || bridge->bridge.filters_vlans == true) return {};
  if (!bridge->bridge.filters_vlans) return fail(Why::unsupported, "net.vlan: the bridges of this kernel keep no VLANs apart");
  if (state.bridges.contains(cable.bridge)) return {};
  return fail(Why::invalid, "net.vlan: bridge {} keeps no VLANs apart: ip link set {} type bridge vlan_filtering 1", cable.bridge, cable.bridge);
}

Result<Found> look(net::Network& host, const State& state, const Cable& cable, const CableId& own) {
  Found found;
  CB_TRY(found.bridge, find_link(host, cable.bridge));
  if (found.bridge && found.bridge->name != cable.bridge)
    return fail(Why::invalid, "net.bridge: {}: another name of {}", cable.bridge, found.bridge->name);
  if (found.bridge && found.bridge->kind != "bridge")
    return fail(Why::invalid, "net.bridge: {}: an interface, but not a bridge", cable.bridge);
  if (found.bridge && cable.mtu && *cable.mtu != found.bridge->mtu)
    return fail(Why::invalid, "net.mtu: {}: bridge {} has {}", *cable.mtu, cable.bridge, found.bridge->mtu);
  CB_CHECK(check_vlans(state, cable, found.bridge));
  found.segment = found.bridge;
  if (cable.vlans.is_apart()) {
    CB_TRY(found.segment, find_link(host, segment_of(cable.bridge, cable.vlans)));
    const bool is_users = found.bridge && !state.bridges.contains(cable.bridge);
    if (is_users && !found.segment && !cable.rules.empty())
      return fail(Why::invalid, "net.vlan: {}: the host has no interface there, by which net.nat and net.forward lead: ip link add link {} name {} type vlan id {}",
                  cable.vlans.untagged, cable.bridge, segment_of(cable.bridge, cable.vlans), cable.vlans.untagged);
  }
  CB_TRY(found.remains, find_link(host, cable.near));
  auto had = state.cables.find(own);
  if (found.remains && had != state.cables.end() && had->second.near == cable.near && found.remains->group == cable_group) {
    found.remains.reset();
    return found;
  }
  if (found.remains && !is_loose_end(state, *found.remains))
    return fail(Why::exists, "net.bridge: an interface of the host is named {} already", cable.near);
  return found;
}

std::string lines_for(const Cable& cable, const CableId& id, uint64_t like) {
  return record::cable_line(id, {cable.bridge, cable.near, cable.addresses, like, cable.rules, cable.isolated, cable.vlans, cable.gateways}) +
         (cable.rules.empty() ? "" : record::rules_line(id));
}

static bool is_among(Own own, const CableId& id) { return std::ranges::find(own, id) != own.end(); }

Result<> check_taken(const State& state, const Cable& cable, Own own) {
  for (const auto& one : cable.addresses) {
    for (const CableId& id : record::cables_at(state, segment_of(cable.bridge, cable.vlans), one.address)) {
      const model::Jail* jail = is_among(own, id) ? nullptr : state.snapshot.find(id.jid);
      if (jail && is_alive(state, *jail))
        return fail(Why::exists, "net.address: {}: jail {} has it", one.address, jail->prison.name);
    }
  }
  return check_ports_of_jails(state, cable, own);
}

namespace {

net::Address address_for(const model::CableAddress& one, int index) {
  net::Address address{.index = index, .ip = *net::parse_ip(one.address), .prefix = one.prefix};
  if (address.ip.v6) address.flags = IFA_F_NODAD;  // no jail on the bridge has it
  else if (one.prefix < 31) address.broadcast = net::broadcast_of(address.ip, one.prefix);
  return address;
}

}  // namespace

/// One of a range that the jail had before.
static std::optional<net::Ip> address_had(const Cable& cable, const net::Ip& first, const net::Ip& last) {
  for (const std::string& text : cable.had)
    if (auto ip = net::parse_ip(text); ip && ip->v6 == first.v6 && ip->bytes >= first.bytes && ip->bytes <= last.bytes) return ip;
  return std::nullopt;
}

Result<> choose_addresses(net::Network& host, const State& state, Cable& cable, const net::Link* interface, Own own) {
  if (cable.ranges.empty()) return {};
  std::set<std::string> taken(cable.gateways.begin(), cable.gateways.end());
  for (const auto& one : cable.bridge_addresses) taken.insert(one.address);
  const std::string segment = segment_of(cable.bridge, cable.vlans);
  if (interface) {
    CB_TRY(std::vector<net::Address> addresses, host.addresses(interface->index));
    for (const net::Address& one : addresses) taken.insert(one.ip.text());
  }
  for (const model::Range& range : cable.ranges) {
    const net::Ip first = *net::parse_ip(range.first), last = *net::parse_ip(range.last);
    auto is_taken = [&](const net::Ip& one) {
      return taken.contains(one.text()) ||
             std::ranges::any_of(record::cables_at(state, segment, one.text()), [&](const CableId& id) { return !is_among(own, id); });
    };
    std::optional<net::Ip> free = address_had(cable, first, last);
    if (!free || is_taken(*free)) free = net::free_address(first, last, seed_of(cable), is_taken);
    if (!free) return fail(Why::invalid, "net.address: {}-{}/{}: all are taken", range.first, range.last, range.prefix);
    cable.addresses.push_back({free->text(), range.prefix});
  }
  return {};
}

static void append_addresses(std::vector<net::Request>& requests, const Cable& cable, int index) {
  for (const auto& one : cable.bridge_addresses)
    if (index) requests.push_back(net::add_address(address_for(one, index), net::Existing::replace));
}

Result<> give_addresses(net::Network& host, const Cable& cable, int index) {
  std::vector<net::Request> requests;
  append_addresses(requests, cable, index);
  CB_TRY(std::vector<Result<>> outcomes, host.change(requests));
  for (Result<>& outcome : outcomes) CB_CHECK(std::move(outcome), "net.bridge.address");
  return {};
}

/// Whoever is root in a jail can announce routers and redirections: they are not the host's. Nor has anybody the address that the host
/// makes itself there: as long as it asked for that, some seconds, it would ask nobody for a jail's.
static void listen_to_nobody(const std::string& interface) {
  for (const char* file : {"ipv6/conf/{}/accept_ra", "ipv6/conf/{}/autoconf", "ipv6/conf/{}/accept_redirects", "ipv6/conf/{}/accept_dad", "ipv4/conf/{}/accept_redirects",
                           "ipv4/conf/{}/secure_redirects"})
    (void)sys::write_at(AT_FDCWD, ("/proc/sys/net/" + fmt::format(fmt::runtime(file), interface)).c_str(), "0");  // a kernel may have no IPv6
}

Result<net::Link> make_bridge(net::Network& host, const Cable& cable) {
  auto made = host.change(net::new_link(cable.bridge, "bridge"));
  if (!made && made.error().sys != EEXIST) return pass(made.error(), "net.bridge: {}", cable.bridge);
  faults::passed("bridge made");
  CB_TRY(net::Link link, host.link(cable.bridge));
  // An address of its own: else it would take the lowest of its ports', and change as jails come and go.
  // It forwards every multicast packet to all: whom a querier would not know yet is not cut off.
  listen_to_nobody(cable.bridge);
  std::vector<net::Request> requests = {net::set_bridge(link.index, {.multicast_snooping = false}),
                                        net::set_hardware(link.index, stable_hardware("bridge " + cable.bridge))};
  if (cable.mtu) requests.push_back(net::set_mtu(link.index, *cable.mtu));
  requests.push_back(net::set_up(link.index, true));
  append_addresses(requests, cable, cable.vlans.is_apart() ? 0 : link.index);
  CB_TRY(std::vector<Result<>> outcomes, host.change(requests));
  for (Result<>& outcome : outcomes) CB_CHECK(std::move(outcome), "net.bridge: {}", cable.bridge);
  if (cable.mtu) link.mtu = *cable.mtu;
  return link;
}

/// Whether the end on the host stays down until all is set that keeps it apart from others on the bridge.
static bool joins_deaf(bool isolated, const model::Vlans& vlans) { return isolated || !vlans.empty(); }

/// The end on the host has no addresses of its own and nothing of IPv6: else the kernel would add a route for it to a list
/// of as many as there are jails, and look through them for each packet. It becomes a port when all is set up in
/// the jail: what a new stack has to say to everybody then doesn't reach every jail on the bridge.
Result<> lay(net::Network& host, int conf, const Cable& cable, const net::Link& bridge, int there) {
  net::Cable veth{.near_name = cable.near, .far_name = cable.interface, .near = {.group = cable_group}, .far_network = there,
                  .near_hardware = {}, .far_hardware = hardware_of(cable), .mtu = bridge.mtu};
  CB_CHECK(host.change(net::new_cable(veth)));
  (void)sys::write_at(conf, (cable.near + "/disable_ipv6").c_str(), "1");
  return host.change(net::set_link_local(cable.near, net::LinkLocal::none, !joins_deaf(cable.isolated, cable.vlans)));
}

/// The host's own interface in the VLAN; of one that is there in part the rest.
static Result<> make_vlan_interface(net::Network& host, const Cable& cable, const net::Link& bridge) {
  const uint16_t vlan = cable.vlans.untagged;
  const std::string name = segment_of(cable.bridge, cable.vlans);
  auto made = host.change(net::new_vlan(name, bridge.index, vlan));
  if (!made && made.error().sys != EEXIST) return pass(made.error(), "net.vlan: interface {}", name);
  CB_TRY(net::Link link, host.link(name));
  if (link.kind != "vlan" || link.lower != bridge.index || link.vlan != vlan)
    return fail(Why::exists, "net.vlan: {}: the host has another interface {}", vlan, name);
  faults::passed("VLAN interface made");
  listen_to_nobody(name);
  std::vector<net::Request> requests = {net::set_group(link.index, cable_group),
                                        net::add_vlans(bridge.index, {.first = vlan, .last = vlan, .self = true}), net::set_up(link.index, true)};
  CB_TRY(std::vector<Result<>> outcomes, host.change(requests));
  for (Result<>& outcome : outcomes) CB_CHECK(std::move(outcome), "net.vlan: interface {}", name);
  return give_addresses(host, cable, link.index);
}

Result<> make_vlans(net::Network& host, const Cable& cable, net::Link& bridge, bool with_interface) {
  if (bridge.bridge.filters_vlans != true) {
    auto changed = host.change(net::set_bridge(bridge.index, {.filters_vlans = true}));
    if (!changed && changed.error().why != Why::unsupported) return pass(std::move(changed.error()), "net.vlan: {}", cable.bridge);
    CB_TRY(bridge, host.link(cable.bridge));
    if (bridge.bridge.filters_vlans != true) return fail(Why::unsupported, "net.vlan: the bridges of this kernel keep no VLANs apart");
  }
  const bool wants_interface = with_interface && cable.vlans.is_apart() && !cable.bridge_addresses.empty();
  return wants_interface ? make_vlan_interface(host, cable, bridge) : Result<>();
}

Result<std::vector<net::Request>> port_requests(net::Network& host, const record::CableMade& made, int bridge) {
  std::vector<net::Request> requests = {net::set_master(made.near, bridge)};
  if (!joins_deaf(made.isolated, made.vlans)) return requests;
  if (made.isolated) requests.push_back(net::set_port(made.near, {.isolated = true}));
  CB_TRY(std::optional<net::Link> near, find_link(host, made.near));
  if (!near) return std::vector<net::Request>();
  const uint16_t own = made.vlans.untagged;
  if (own) requests.push_back(net::delete_vlans(near->index, {.first = 1, .last = model::last_vlan}));  // whatever the bridge gives its ports
  if (own) requests.push_back(net::add_vlans(near->index, {.first = own, .last = own, .untagged = true}));
  for (const model::VlanRange& range : made.vlans.tagged) requests.push_back(net::add_vlans(near->index, {.first = range.first, .last = range.last}));
  requests.push_back(net::set_up(near->index, true));
  return requests;
}

namespace {

bool has_ip6(const Cable& cable) {
  return std::ranges::any_of(cable.addresses, [](const auto& one) { return one.address.contains(':'); });
}

/// What the new stack tells of its multicast groups is told by the time that it joins the bridge, and not to all jails
/// there. As on FreeBSD, what routers announce is for those who ask for it.
void quieten(net::Settings& settings, const Cable& cable, int there) {
  auto folder = settings.open(there, fmt::format("ipv6/conf/{}", cable.interface).c_str());
  if (!folder) return;
  (void)sys::write_at(folder->get(), "mldv2_unsolicited_report_interval", "1");
  (void)sys::write_at(folder->get(), "accept_ra", "0");
}

/// As on FreeBSD there is no link-local address where there is no other one. Ours is known to be the only one of its kind: nobody has to be asked.
void append_link_local(std::vector<net::Request>& requests, const Cable& cable, int index) {
  if (!has_ip6(cable)) return;
  std::array<uint8_t, 6> mac = hardware_of(cable);
  net::Address address{.index = index, .prefix = 64, .flags = IFA_F_NODAD, .scope = RT_SCOPE_LINK};
  address.ip = {true, {0xfe, 0x80, 0, 0, 0, 0, 0, 0, static_cast<uint8_t>(mac[0] ^ 2), mac[1], mac[2], 0xff, 0xfe, mac[3],
                       mac[4], mac[5]}};
  // Before Linux 6.2 or so the interface has made the same one by itself, in spite of the request before this.
  requests.push_back(net::add_address(address, net::Existing::replace));
}

}  // namespace

Result<> furnish(net::Settings& settings, const Cable& cable, int there, net::Existing existing) {
  if (has_ip6(cable)) quieten(settings, cable, there);
  CB_TRY(net::Network inside, net::Network::open(there));
  CB_TRY(net::Link far, inside.link(cable.interface));
  std::vector<net::Request> requests = {net::set_up(1, true),
                                        net::set_link_local(cable.interface, net::LinkLocal::none, true)};
  append_link_local(requests, cable, far.index);
  std::vector<std::string> about(requests.size(), cable.interface);
  for (const auto& one : cable.addresses) {
    requests.push_back(net::add_address(address_for(one, far.index), existing));
    about.push_back("net.address: " + one.address);
  }
  for (const std::string& gateway : cable.gateways) {
    net::Ip ip = *net::parse_ip(gateway);
    requests.push_back(net::add_route({.to = {net::Ip{ip.v6, {}}, 0}, .gateway = ip, .index = far.index}, existing));
    about.push_back("net.gateway: " + gateway);
  }
  CB_TRY(std::vector<Result<>> outcomes, inside.change(requests));
  for (size_t i = 0; i < outcomes.size(); ++i) CB_CHECK(std::move(outcomes[i]), "{}", about[i]);
  return {};
}

}  // namespace cellblock::kernel
