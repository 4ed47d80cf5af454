#include "neighbour_text.hpp"

#include <fmt/core.h>
#include <linux/if_arp.h>
#include <linux/neighbour.h>

#include <algorithm>

#include "ifconfig_text.hpp"

namespace cellblock::bsd {
namespace {

using net::Neighbour;

constexpr uint16_t for_ever = NUD_PERMANENT | NUD_NOARP;

std::string name_of(int index, const LinkNames& names) {
  auto found = names.find(index);
  return found == names.end() ? fmt::format("if{}", index) : found->second;
}

/// 0: the kernel no longer trusts it and asks when it needs it.
uint32_t seconds_left(const Neighbour& neighbour) {
  uint32_t age = neighbour.confirmed / 100;
  return (neighbour.state & NUD_REACHABLE) ? std::max(trusted_seconds, age + 1) - age : 0;
}

char state_letter(uint16_t state) {
  if (state & (NUD_INCOMPLETE | NUD_FAILED)) return 'I';
  if (state & (NUD_REACHABLE | for_ever)) return 'R';
  if (state & NUD_STALE) return 'S';
  if (state & NUD_DELAY) return 'D';
  return state & NUD_PROBE ? 'P' : 'N';
}

}  // namespace

std::vector<Neighbour> with_own(std::vector<Neighbour> all, const std::vector<net::Address>& addresses,
                                const std::vector<net::Link>& links, bool v6) {
  // Nobody's: what the kernel knows without asking, such as a multicast group's address.
  std::erase_if(all, [](const Neighbour& neighbour) { return (neighbour.state & NUD_NOARP) || neighbour.state == NUD_NONE; });
  for (const net::Address& address : addresses) {
    auto link = std::ranges::find(links, address.index, &net::Link::index);
    if (address.ip.v6 != v6 || link == links.end() || link->type != ARPHRD_ETHER || cloner_of(*link) == "lo") continue;
    all.push_back({.index = address.index, .ip = address.ip, .hardware = link->hardware, .state = NUD_PERMANENT});
  }
  std::ranges::stable_sort(all, [](const Neighbour& a, const Neighbour& b) { return std::tie(a.index, a.ip) < std::tie(b.index, b.ip); });
  return all;
}

std::string arp_line(const Neighbour& neighbour, const LinkNames& names) {
  std::string out = fmt::format("? ({}) at {} on {}", neighbour.ip.text(),
                                neighbour.hardware.empty() ? "(incomplete)" : net::hardware_text(neighbour.hardware),
                                name_of(neighbour.index, names));
  uint32_t left = seconds_left(neighbour);
  if ((neighbour.state & for_ever) || (neighbour.flags & NTF_PROXY)) out += " permanent";
  else out += left ? fmt::format(" expires in {} seconds", left) : " expired";
  if (neighbour.flags & NTF_PROXY) out += " published";
  return out + " [ethernet]\n";
}

std::string scoped_text(const Neighbour& neighbour, const LinkNames& names) {
  return neighbour.ip.text() + (neighbour.ip.is_link_local() ? "%" + name_of(neighbour.index, names) : "");
}

std::string ndp_heading() {
  return fmt::format("{:<36} {:<17} {:>6} {:<9} {} {:>5}\n", "Neighbor", "Linklayer Address", "Netif", "Expire", "S", "Flags");
}

std::string ndp_line(const Neighbour& neighbour, const LinkNames& names) {
  uint32_t left = seconds_left(neighbour);
  std::string expires = neighbour.state & for_ever ? "permanent" : left ? fmt::format("{}s", left) : "expired";
  std::string flags;
  if (neighbour.flags & NTF_ROUTER) flags += 'R';
  if (neighbour.flags & NTF_PROXY) flags += 'p';
  std::string out = fmt::format("{:<36} {:<17} {:>6} {:<9.9} {} {}", scoped_text(neighbour, names),
                                neighbour.hardware.empty() ? "(incomplete)" : net::hardware_text(neighbour.hardware),
                                name_of(neighbour.index, names), expires, state_letter(neighbour.state), flags);
  out.erase(out.find_last_not_of(' ') + 1);
  return out + "\n";
}

}  // namespace cellblock::bsd
