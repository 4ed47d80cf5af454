#include "route_text.hpp"

#include <fmt/core.h>
#include <linux/rtnetlink.h>

#include <algorithm>

namespace cellblock::bsd {
namespace {

using net::Route;

bool is_host(const Route& route) { return route.to.length == route.to.ip.bits(); }

std::string name_of(int index, const LinkNames& names) {
  auto found = names.find(index);
  return found == names.end() ? fmt::format("if{}", index) : found->second;
}

bool is_shown(const Route& route, uint32_t table) {
  if (route.type == RTN_LOCAL) return is_host(route) && table == net::main_table;
  bool passes = route.type == RTN_UNICAST || route.type == RTN_BLACKHOLE || route.type == RTN_UNREACHABLE || route.type == RTN_PROHIBIT;
  return passes && route.table == table && !(route.to.ip.v6 && route.to.ip.bytes[0] == 0xff);
}

}  // namespace

std::vector<Route> shown_routes(std::vector<Route> routes, uint32_t table) {
  std::erase_if(routes, [table](const Route& route) { return !is_shown(route, table); });
  std::ranges::stable_sort(routes, [](const Route& a, const Route& b) {
    return std::tie(a.to.ip, a.to.length) < std::tie(b.to.ip, b.to.length);
  });
  // The loopback's own address has a route by the link and a local one: it is one entry.
  auto same = [](const Route& a, const Route& b) { return a.to == b.to && (a.type == RTN_LOCAL) != (b.type == RTN_LOCAL); };
  routes.erase(std::unique(routes.begin(), routes.end(), same), routes.end());
  return routes;
}

std::string destination_text(const Route& route, const LinkNames& names) {
  if (route.to.length == 0) return "default";
  std::string scope = route.to.ip.is_link_local() ? "%" + name_of(route.index, names) : "";
  std::string length = is_host(route) ? "" : fmt::format("/{}", route.to.length);
  return route.to.ip.text() + scope + length;
}

std::string gateway_text(const Route& route, const LinkNames& names) {
  if (!route.gateway) return fmt::format("link#{}", route.index);
  return route.gateway->text() + (route.gateway->is_link_local() ? "%" + name_of(route.index, names) : "");
}

std::string flags_letters(const Route& route) {
  std::string out = "U";
  bool own = route.type == RTN_LOCAL;
  bool loopback = own && (route.to.ip.v6 ? route.to.ip == *net::parse_ip("::1") : route.to.ip.bytes[0] == 127);
  if (route.gateway) out += 'G';
  if (is_host(route)) out += 'H';
  if (route.type == RTN_UNREACHABLE || route.type == RTN_PROHIBIT) out += 'R';
  if (route.protocol == RTPROT_REDIRECT) out += 'D';
  bool made_by_hand = route.protocol == RTPROT_STATIC || route.protocol == RTPROT_BOOT;
  if (made_by_hand || (own && (!loopback || route.to.ip.v6))) out += 'S';
  if (route.protocol > RTPROT_STATIC) out += '1';  // a daemon's
  if (route.type == RTN_BLACKHOLE) out += 'B';
  return out;
}

std::string interface_of(const Route& route, const LinkNames& names) {
  bool loops = route.type == RTN_LOCAL || route.type == RTN_BLACKHOLE || route.type == RTN_UNREACHABLE;
  return loops ? "lo0" : name_of(route.index, names);
}

std::string table_text(const std::vector<Route>& routes, bool v6, const LinkNames& names) {
  size_t to = v6 ? 33 : 18, by = v6 ? 29 : 18;
  std::string out = fmt::format("\nInternet{}:\n{:<{}} {:<{}} {:<6} {:>8} Expire\n", v6 ? "6" : "", "Destination", to, "Gateway",
                                by, "Flags", "Netif");
  for (const Route& route : routes) {
    out += fmt::format("{:<{}} {:<{}} {:<6} {:>8}", destination_text(route, names), to, gateway_text(route, names), by,
                       flags_letters(route), interface_of(route, names));
    out += route.expires ? fmt::format(" {:>6}\n", route.expires) : "\n";
  }
  return out;
}

std::string get_text(const net::Ip& asked, const Route& route, uint32_t fib, uint32_t mtu, const LinkNames& names) {
  std::string out = fmt::format("   route to: {}\n", asked.is_zero() ? "default" : asked.text());
  bool whole = route.to.length == 0;
  out += fmt::format("destination: {}\n", whole ? "default" : route.to.ip.text());
  if (!is_host(route)) out += fmt::format("       mask: {}\n", whole ? "default" : net::mask_of(route.to.ip.v6, route.to.length).text());
  if (route.gateway) out += fmt::format("    gateway: {}\n", gateway_text(route, names));
  std::string flags = "UP";
  if (route.gateway) flags += ",GATEWAY";
  if (is_host(route)) flags += ",HOST";
  if (route.type == RTN_UNREACHABLE || route.type == RTN_PROHIBIT) flags += ",REJECT";
  flags += ",DONE";
  if (route.protocol == RTPROT_STATIC || route.protocol == RTPROT_BOOT) flags += ",STATIC";
  if (route.type == RTN_BLACKHOLE) flags += ",BLACKHOLE";
  if (route.protocol == RTPROT_KERNEL) flags += ",PINNED";
  out += fmt::format("        fib: {}\n  interface: {}\n      flags: <{}>\n", fib, interface_of(route, names), flags);
  out += " recvpipe  sendpipe  ssthresh  rtt,msec    mtu        weight    expire\n";
  return out + fmt::format("{:>8}  {:>8}  {:>8}  {:>8}  {:>8}  {:>8}  {:>8} \n", 0, 0, 0, 0, route.mtu ? route.mtu : mtu, 1, route.expires);
}

}  // namespace cellblock::bsd
