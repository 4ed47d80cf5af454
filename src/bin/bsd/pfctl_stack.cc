#include "pfctl_stack.hpp"

#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netlink.h>

#include <algorithm>

#include "base/text.hpp"
#include "ifconfig_text.hpp"
#include "pf/overload.hpp"
#include "pf/states.hpp"
#include "sys/file.hpp"

namespace cellblock::bsd {
namespace {

/// The third field of the line that begins with the name: an id of passwd(5), group(5).
std::optional<uint32_t> id_in(const std::string& path, const std::string& name) {
  auto text = sys::read_file(path);
  for (const std::string& line : split(text.value_or(""), '\n')) {
    auto fields = split(line, ':');
    if (fields.size() < 3 || fields[0] != name) continue;
    auto id = parse_int(fields[2]);
    if (id && *id >= 0 && *id <= UINT32_MAX) return static_cast<uint32_t>(*id);
  }
  return {};
}

}  // namespace

Result<StackMachine> StackMachine::look() {
  CB_TRY(net::Network network, net::Network::open());
  StackMachine out;
  CB_TRY(out.links_, network.links());
  CB_TRY(out.addresses_, network.addresses());
  return out;
}

std::vector<pf::TableEntry> StackMachine::addresses(const std::string& interface, pf::Part part) const {
  std::vector<pf::TableEntry> out;
  for (const net::Address& address : addresses_)
    for (const net::Link& link : links_) {
      bool wanted = link.index == address.index && (interface == "self" || link.name == interface || shown_name(link.name) == interface);
      bool again = part == pf::Part::first && std::ranges::any_of(out, [&](const pf::TableEntry& entry) { return entry.ip.v6 == address.ip.v6; });
      if (!wanted || again || address.ip.is_link_local() || (part == pf::Part::broadcast && address.ip.v6)) continue;
      net::Ip ip = part == pf::Part::broadcast ? net::broadcast_of(address.ip, address.prefix) : address.ip;
      int length = part == pf::Part::networks ? address.prefix : address.ip.bits();
      out.push_back({net::network_of(ip, length), length});
    }
  return out;
}

std::optional<uint32_t> StackMachine::user(const std::string& name) const { return id_in("/etc/passwd", name); }
std::optional<uint32_t> StackMachine::group(const std::string& name) const { return id_in("/etc/group", name); }

Result<Pf> Pf::open(const Options& options) {
  std::string anchor = options.value('a');
  while (anchor.starts_with('/')) anchor.erase(0, 1);
  bool below = anchor == "*" || anchor.ends_with("/*");
  if (below) anchor.erase(anchor.size() == 1 ? 0 : anchor.size() - 2);
  if (!anchor.empty()) CB_CHECK(pf::check_anchor(anchor));
  bool shows = std::ranges::all_of(options.all(), [](const auto& option) { return std::string_view("dFkzTfe").find(option.first) == std::string_view::npos; });
  if (!shows && anchor.substr(anchor.rfind('/') + 1).starts_with('_'))
    return fail(Why::invalid, "anchor names beginning with '_' cannot be modified from the command line");
  if (below && !shows) return fail(Why::unsupported, "-a {} with what isn't -s is not supported on Linux", options.value('a'));
  CB_TRY(sys::netlink::Socket socket, sys::netlink::Socket::open(NETLINK_NETFILTER));
  CB_TRY(StackMachine machine, StackMachine::look());
  CB_TRY(pf::Whole whole, pf::read_whole(socket));
  return Pf{std::move(socket), std::move(machine), std::move(whole), &options, std::move(anchor), below};
}

Result<> Pf::commit() {
  CB_TRY(nft::Batch batch, pf::change(socket, whole, machine));
  if (has('n')) return {};
  if (whole.loaded) CB_CHECK(pf::end_overloaded(socket));
  CB_CHECK(batch.commit(socket));
  CB_TRY(whole, pf::read_whole(socket));
  return {};
}

// Connections from before have no place for pf's label: without it none of them would get a state. Without their
// entries they are new ones; those that are translated need theirs.
Result<> Pf::forget_unlabelled() {
  CB_TRY(std::vector<pf::Connection> all, pf::connections(socket));
  std::erase_if(all, [](const pf::Connection& one) { return one.has_label || one.status & IPS_NAT_MASK; });
  return pf::forget(socket, all);
}

bool is_overtaken(const Result<>& done) { return !done && done.error().sys == ERESTART; }

int Pf::verbose() const {
  return static_cast<int>(std::ranges::count_if(options->all(), [](const auto& option) { return option.first == 'v'; }));
}

bool pf_is_enabled() {
  auto socket = sys::netlink::Socket::open(NETLINK_NETFILTER);
  auto whole = socket ? pf::read_whole(*socket) : Result<pf::Whole>(pass(socket.error()));
  return whole && whole->enabled;
}

std::string word_like(const std::string& text, std::span<const std::string_view> list) {
  for (std::string_view word : list)
    if (!text.empty() && word.starts_with(text)) return std::string(word);
  return "";
}

}  // namespace cellblock::bsd
