// Bridges of ifconfig(8): members, span ports, the spanning tree.
#include <algorithm>
#include <cerrno>

#include "ifconfig_change.hpp"
#include "ifconfig_text.hpp"
#include "net/span.hpp"
#include "net/vnet.hpp"
#include "stack.hpp"

namespace cellblock::bsd {

Result<std::vector<net::Link>> IfChange::members(bool spans) {
  CB_TRY(std::vector<net::Link> all, network_.links());
  std::erase_if(all, [&](const net::Link& link) { return (spans ? span_of(link) : link.master) != link_.index; });
  return all;
}

Result<net::Link> IfChange::member(const std::string& name, std::string_view call) {
  auto link = find_link(network_, name);
  if (link && link->master == link_.index) return link;
  return fail(Why::absent, "{} {}: No such file or directory", call, name);
}

/// Two ends of one cable.
static bool are_ends(const net::Link& one, const net::Link& other) {
  return one.kind == "veth" && other.kind == "veth" && !one.lower_network && one.lower == other.index && other.lower == one.index;
}

Result<> IfChange::add_member(const std::string& name) {
  auto refuse = [&name](Why why, int error) { return fail(why, "BRDGADD {}: {}", name, strerror_of(error)); };
  auto link = find_link(network_, name);
  if (!link) return refuse(Why::absent, ENOENT);
  if (link->master == link_.index) return refuse(Why::exists, EEXIST);
  if (link->master != 0 || span_of(*link) != 0) return refuse(Why::busy, EBUSY);
  if (link->is_loopback()) return refuse(Why::invalid, EINVAL);
  if (link->kind == "bridge") return fail(Why::invalid, "BRDGADD {}: {}: a bridge is no member of another", name, strerror_of(EINVAL));
  CB_TRY(std::vector<net::Link> others, members(false));
  auto end = std::ranges::find_if(others, [&](const net::Link& other) { return are_ends(*link, other); });
  auto now = find_link(network_, link_.name);  // stp may be a word before this one
  if (end != others.end() && now && !now->bridge.stp)
    return fail(Why::invalid, "BRDGADD {}: {}: a loop: its other end, {}, is a member, and nothing has stp", name, strerror_of(EINVAL), end->name);
  CB_TRY(std::vector<net::Link> spans, members(true));
  std::string call = fmt::format("BRDGADD {}", name);
  // All members have one MTU: the first one's.
  if (!others.empty() && link->mtu != link_.mtu) CB_CHECK(send(net::set_mtu(link->index, link_.mtu), call));
  CB_CHECK(send(net::set_master(link->index, link_.index), call));
  if (others.empty() && link->mtu != link_.mtu) {
    link_.mtu = link->mtu;
    CB_CHECK(send(net::set_mtu(link_.index, link->mtu), call));
  }
  for (const net::Link& span : spans)
    for (const net::Request& request : net::mirror(link->index, net::Way::in, span.index)) CB_CHECK(send(request, call));
  return {};
}

Result<> IfChange::delete_member(const std::string& name) {
  CB_TRY(net::Link link, member(name, "BRDGDEL"));
  CB_TRY(std::vector<net::Link> spans, members(true));
  for (const net::Link& span : spans) (void)network_.change(net::unmirror(link.index, net::Way::in, span.index));
  return send(net::set_master(link.index, 0), fmt::format("BRDGDEL {}", name));
}

// A span port is no member: it gets a copy of what comes in by a member and of what the host sends by the bridge.
Result<> IfChange::span(const std::string& name, bool on) {
  std::string call = fmt::format("{} {}", on ? "BRDGADDS" : "BRDGDELS", name);
  auto link = find_link(network_, name);
  if (!link || (!on && span_of(*link) != link_.index)) return fail(Why::absent, "{}: {}", call, strerror_of(ENOENT));
  if (on && span_of(*link) == link_.index) return fail(Why::exists, "{}: {}", call, strerror_of(EEXIST));
  if (on && (link->master != 0 || span_of(*link) != 0)) return fail(Why::busy, "{}: {}", call, strerror_of(EBUSY));
  if (link->index == link_.index || link->is_loopback()) return fail(Why::invalid, "{}: {}", call, strerror_of(EINVAL));
  CB_TRY(std::vector<net::Link> sources, members(false));
  sources.push_back(link_);
  for (const net::Link& source : sources) {
    net::Way way = source.index == link_.index ? net::Way::out : net::Way::in;
    if (!on) (void)network_.change(net::unmirror(source.index, way, link->index));
    else
      for (const net::Request& request : net::mirror(source.index, way, link->index)) CB_CHECK(send(request, call));
  }
  if (on) return send(net::add_other_name(link->index, span_mark(link_.index, net::new_token())), call);
  for (const std::string& other : link->other_names)
    if (other.starts_with("span=")) CB_CHECK(send(net::delete_other_name(link->index, other), call));
  return {};
}

Result<> IfChange::port(const IfWord& word) {
  bool number = word.act == IfAct::port_priority || word.act == IfAct::port_cost;
  std::string_view call = number ? (word.act == IfAct::port_cost ? "BRDGSIFCOST" : "BRDGSIFPRIO") : "BRDGGIFFLGS";
  CB_TRY(net::Link link, member(word.text, call));
  net::PortChange change;
  net::BridgeChange bridge;
  switch (word.act) {
    case IfAct::learn: change.learning = word.on; break;
    case IfAct::discover: change.flood = word.on; break;
    case IfAct::isolate: change.isolated = word.on; break;
    case IfAct::port_priority: change.priority = static_cast<uint16_t>(word.number / 4); break;
    case IfAct::port_cost: change.cost = static_cast<uint32_t>(std::max<int64_t>(word.number, 1)); break;
    // The protocol belongs to the bridge here: with its first member it begins for all, without any it ends.
    case IfAct::stp: bridge.stp = true; break;
    default: bridge.stp = false; break;
  }
  std::string what = fmt::format("{} {}", number ? call : "BRDGSIFFLGS", word.text);
  return send(bridge.stp ? net::set_bridge(link_.index, bridge) : net::set_port(link.index, change), what);
}

Result<> IfChange::bridge_word(const IfWord& word) {
  if (link_.kind != "bridge") return fail(Why::invalid, "{}: not a bridge", shown_name(link_.name));
  net::BridgeChange change;
  auto hundredths = static_cast<uint32_t>(std::min<int64_t>(word.number, UINT32_MAX / 100) * 100);
  std::string_view call;
  switch (word.act) {
    case IfAct::add_member: return add_member(word.text);
    case IfAct::delete_member: return delete_member(word.text);
    case IfAct::span: return span(word.text, true);
    case IfAct::unspan: return span(word.text, false);
    case IfAct::flush: return send(net::flush_bridge(link_.index), "BRDGFLUSH");
    case IfAct::priority:
      if (word.number > 61440) return fail(Why::invalid, "BRDGSPRI {}: Invalid argument", word.number);
      change.priority = static_cast<uint16_t>(word.number), call = "BRDGSPRI";
      break;
    case IfAct::hello_time: change.hello_time = hundredths, call = "BRDGSHT"; break;
    case IfAct::forward_delay: change.forward_delay = hundredths, call = "BRDGSFD"; break;
    case IfAct::max_age: change.max_age = hundredths, call = "BRDGSMA"; break;
    case IfAct::timeout: change.ageing_time = hundredths, call = "BRDGSTO"; break;
    default: return port(word);
  }
  return send(net::set_bridge(link_.index, change), fmt::format("{} {}", call, word.number));
}

}  // namespace cellblock::bsd
