#include "ifconfig_change.hpp"

#include <net/if.h>

#include <algorithm>
#include <cerrno>

#include "base/text.hpp"
#include "ifconfig_text.hpp"
#include "net/tap.hpp"
#include "net/vnet.hpp"
#include "stack.hpp"
#include "sys/file.hpp"

namespace cellblock::bsd {
namespace {

/// "epair12": "epair" and "12".
std::pair<std::string, std::string> split_unit(const std::string& name) {
  size_t letters = name.find_last_not_of("0123456789") + 1;
  return {name.substr(0, letters), name.substr(letters)};
}

/// Locally administered, of one host; the last byte is left to the caller's taste.
std::array<uint8_t, 6> random_hardware() {
  std::array<uint8_t, 6> out{0x02};
  std::string token = net::new_token();
  for (size_t i = 0; i < 4; ++i) out[i + 1] = static_cast<uint8_t>(std::stoul(token.substr(2 * i, 2), nullptr, 16));
  return out;
}

std::string flags_call() { return "ioctl (SIOCSIFFLAGS)"; }

}  // namespace

Result<> IfChange::send(const net::Request& request, std::string_view call) {
  auto sent = network_.change(request);
  if (sent) return {};
  return fail(sent.error().why, "{}: {}", call, refusal(sent.error()));
}

// ---- making ----

Result<std::string> IfChange::free_name(const std::string& kind, std::string_view suffix, int& unit) {
  CB_TRY(std::vector<net::Link> links, network_.links());
  for (;;) {
    std::string name = fmt::format("{}{}", kind, unit++);
    bool taken = std::ranges::any_of(links, [&](const net::Link& link) {
      return shown_name(link.name) == name || (!suffix.empty() && (link.name == name + "a" || link.name == name + "b"));
    });
    if (!taken) return name;
  }
}

Result<> IfChange::create_cable(const std::string& unit) {
  // The kernel makes the far end first: it is to be listed first.
  net::Cable cable{.near_name = unit + "b", .far_name = unit + "a"};
  cable.far_hardware = random_hardware();
  cable.near_hardware = cable.far_hardware;
  cable.far_hardware->back() = 0x0a;
  cable.near_hardware->back() = 0x0b;
  printed_ = cable.far_name;
  if (printed_.size() >= IFNAMSIZ) return fail(Why::invalid, "{}: cloning name too long", unit);
  auto made = network_.change(net::new_cable(cable));
  if (made) return {};
  if (made.error().sys == EEXIST) return fail(Why::exists, "interface {} already exists", unit);
  return fail(made.error().why, "SIOCIFCREATE2 ({}): {}", unit, refusal(made.error()));
}

Result<> IfChange::create_vlan(const std::string& name) {
  std::string parent;
  int64_t tag = -1;
  if (size_t dot = name.rfind('.'); dot != name.npos) {  // em0.5
    parent = name.substr(0, dot);
    tag = parse_int(name.substr(dot + 1)).value_or(-1);
  }
  for (const IfWord& word : request_.words) {
    if (word.act == IfAct::vlan_parent) parent = word.text;
    if (word.act == IfAct::vlan_tag) tag = word.number;
  }
  if (parent.empty() || tag < 0) return fail(Why::invalid, "both vlan and vlandev must be specified");
  if (tag < 1 || tag > 4094) return fail(Why::invalid, "value for vlan out of range");
  CB_TRY(net::Link below, find_link(network_, parent));
  auto made = network_.change(net::new_vlan(name, below.index, static_cast<uint16_t>(tag)));
  if (made) return {};
  if (made.error().sys == EEXIST) return fail(Why::exists, "interface {} already exists", name);
  return fail(made.error().why, "SIOCIFCREATE2 ({}): {}", name, refusal(made.error()));
}

Result<> IfChange::create_tunnel(const std::string& name, bool gre) {
  auto ends = std::ranges::find_if(request_.words, [](const IfWord& word) { return word.act == IfAct::tunnel && word.on; });
  if (ends == request_.words.end()) return fail(Why::invalid, "{}: the ends must be specified: tunnel SOURCE DESTINATION", name);
  net::Ip local = *net::parse_ip(ends->text), remote = *net::parse_ip(ends->second);
  bool carries_v6 = std::ranges::any_of(request_.addresses, [](const IfAddress& address) { return address.v6; });
  std::string kind = gre ? (local.v6 ? "ip6gre" : "gre") : local.v6 ? "ip6tnl" : carries_v6 ? "sit" : "ipip";
  return send(net::new_tunnel(name, kind, local, remote), fmt::format("SIOCIFCREATE2 ({})", name));
}

// A second loopback is a dummy; a kernel without them has bridges, which without members are as good.
Result<> IfChange::create_loopback(const std::string& name) {
  auto made = network_.change(net::new_link(name, "dummy"));
  if (!made && made.error().why == Why::unsupported) made = network_.change(net::new_link(name, "bridge"));
  if (made) return {};
  if (made.error().sys == EEXIST) return fail(Why::exists, "interface {} already exists", name);
  return fail(made.error().why, "SIOCIFCREATE2 ({}): {}", name, refusal(made.error()));
}

Result<> IfChange::create_kind(const std::string& kind, const std::string& name) {
  if (kind == "epair") return create_cable(name);
  if (kind == "lo") return create_loopback(name);
  if (kind == "gif" || kind == "gre") return create_tunnel(name, kind == "gre");
  if (kind == "vlan" || name.find('.') != name.npos) return create_vlan(name);
  Result<> made;
  if (kind == "bridge") made = network_.change(net::new_link(name, kind));
  else if (kind == "tap" || kind == "vmnet") made = net::make_tap(name, net::TapKind::ethernet);
  else if (kind == "tun") made = net::make_tap(name, net::TapKind::ip);
  else if (kind == "wg") made = network_.change(net::new_link(name, "wireguard"));
  else made = bare_fail(EINVAL);
  if (made) return {};
  if (made.error().sys == EEXIST) return fail(Why::exists, "interface {} already exists", name);
  if (made.error().sys == ENOENT) return fail(Why::absent, "SIOCIFCREATE2 ({}): there is no /dev/net/tun (in a jail, devfs_ruleset shows it)", name);
  return fail(made.error().why, "SIOCIFCREATE2 ({}): {}", name, refusal(made.error()));
}

Result<> IfChange::create() {
  auto [kind, unit] = split_unit(request_.interface);
  std::string name = request_.interface;
  bool is_ours = unit.empty() && name.find('.') == name.npos;
  for (int next = 0;;) {
    if (is_ours) {
      CB_TRY(name, free_name(kind, kind == "epair" ? "ab" : "", next));
      printed_ = name;
    }
    if (kernel_name(name) != name) return fail(Why::exists, "interface {} already exists", name);
    auto done = create_kind(kind, name);
    if (done) break;
    // Somebody else has taken the name since it was free.
    if (!is_ours || done.error().why != Why::exists) return done;
  }
  auto made = find_link(network_, kind == "epair" ? name + "a" : name);
  if (!made) return pass(made.error());
  link_ = *made;
  auto applied = apply();
  if (!applied) (void)network_.change(net::delete_link(link_.index));
  return applied;
}

Result<> IfChange::destroy() {
  CB_TRY(link_, find_link(network_, request_.interface));
  if (cloner_of(link_).empty() || link_.is_loopback()) return fail(Why::invalid, "SIOCIFDESTROY: Invalid argument");
  return send(net::delete_link(link_.index), "SIOCIFDESTROY");
}

// ---- changing ----

Result<> IfChange::apply() {
  if (link_.index == 0) {
    CB_TRY(link_, find_link(network_, request_.interface));
  }
  const IfWord* move = nullptr;
  for (const IfWord& each : request_.words) {
    if (each.act == IfAct::unvnet) return fail(Why::invalid, "-vnet stands alone");
    if (each.act == IfAct::vnet) move = &each;  // last, or the others would find nothing
  }
  for (const IfWord& each : request_.words)
    if (each.act != IfAct::vnet) CB_CHECK(word(each));
  for (const IfAddress& each : request_.addresses) CB_CHECK(address(each));
  return move ? vnet(*move) : Result<>();
}

Result<> IfChange::word(const IfWord& word) {
  unsigned mask = word.act == IfAct::arp ? IFF_NOARP : word.act == IfAct::promisc ? IFF_PROMISC : IFF_ALLMULTI;
  bool on = word.act == IfAct::arp ? !word.on : word.on;
  switch (word.act) {
    case IfAct::up: return send(net::set_up(link_.index, true), flags_call());
    case IfAct::down: return send(net::set_up(link_.index, false), flags_call());
    case IfAct::arp: case IfAct::promisc: case IfAct::allmulti:
      return send(net::set_flags(link_.index, on ? mask : 0, mask), flags_call());
    case IfAct::mtu:
      return send(net::set_mtu(link_.index, static_cast<uint32_t>(word.number)), "ioctl SIOCSIFMTU (set mtu)");
    case IfAct::hardware: return hardware(word.text);
    case IfAct::name: return rename(word.text);
    case IfAct::description: return send(net::set_description(link_.index, word.text), "ioctl (set descr)");
    case IfAct::group: case IfAct::ungroup: return group(word);
    case IfAct::vlan_tag: case IfAct::vlan_parent: case IfAct::tunnel:
      if (request_.create) return {};
      return fail(Why::unsupported, "{}: only together with create", word.act == IfAct::tunnel ? "tunnel" : "vlan, vlandev");
    case IfAct::ip6_disabled: return ip6_setting("disable_ipv6", word.on ? "1" : "0");
    case IfAct::accept_routers: return ip6_setting("accept_ra", word.on ? "2" : "0");
    case IfAct::link_local: return ip6_setting("addr_gen_mode", word.on ? "0" : "1");
    case IfAct::vnet: case IfAct::unvnet: case IfAct::nothing: return {};
    case IfAct::add_member: case IfAct::delete_member: case IfAct::span: case IfAct::unspan: case IfAct::stp: case IfAct::unstp:
    case IfAct::learn: case IfAct::discover: case IfAct::isolate: case IfAct::port_priority: case IfAct::port_cost:
    case IfAct::priority: case IfAct::hello_time: case IfAct::forward_delay: case IfAct::max_age: case IfAct::timeout:
    case IfAct::flush: return bridge_word(word);
  }
  return {};
}

Result<> IfChange::rename(const std::string& name) {
  constexpr std::string_view call = "ioctl SIOCSIFNAME (set name)";
  std::string wanted = kernel_name(name);
  auto renamed = network_.change(net::set_name(link_.index, wanted));
  if (!renamed && renamed.error().sys == EBUSY && link_.is_up()) {  // before Linux 6.2 only what is down
    CB_CHECK(send(net::set_up(link_.index, false), call));
    renamed = network_.change(net::set_name(link_.index, wanted));
    CB_CHECK(send(net::set_up(link_.index, true), call));
  }
  if (!renamed) return fail(renamed.error().why, "{}: {}", call, refusal(renamed.error()));
  link_.name = wanted;
  printed_ = name;
  return {};
}

Result<> IfChange::hardware(const std::string& text) {
  auto address = net::parse_hardware(text);
  return send(net::set_hardware(link_.index, address ? *address : random_hardware()), "ioctl (SIOCSIFLLADDR)");
}

Result<> IfChange::ip6_setting(const std::string& file, const std::string& value) {
  auto written = sys::write_at(AT_FDCWD, fmt::format("/proc/sys/net/ipv6/conf/{}/{}", link_.name, file).c_str(), value);
  if (written) return {};
  return fail(written.error().why, "ioctl(SIOCSIFINFO_IN6): {}", refusal(written.error()));
}

Result<> IfChange::group(const IfWord& word) {
  auto groups = groups_of(link_);
  bool has = std::ranges::count(groups, word.text) > 0;
  if (word.act == IfAct::group) {
    if (has) return fail(Why::exists, "ioctl (SIOCAIFGROUP): File exists");
    CB_CHECK(send(net::add_other_name(link_.index, group_mark(word.text, net::new_token())), "ioctl (SIOCAIFGROUP)"));
  }
  bool found = word.act == IfAct::group;
  for (const std::string& name : link_.other_names) {
    if (word.act == IfAct::group || !is_group_mark(name, word.text)) continue;
    CB_CHECK(send(net::delete_other_name(link_.index, name), "ioctl (SIOCDIFGROUP)"));
    found = true;
  }
  if (!found) return fail(Why::absent, "ioctl (SIOCDIFGROUP): {}", has ? "Operation not supported" : "No such file or directory");
  CB_TRY(link_, network_.link(link_.name));
  return {};
}

Result<> IfChange::vnet(const IfWord& word) {
  if (link_.is_loopback()) return fail(Why::invalid, "ioctl (SIOCSIFVNET): Operation not supported");
  return lend_to_jail(network_, link_, request_.jail, word.text);
}

}  // namespace cellblock::bsd
