#include "netstat_text.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "ifconfig_text.hpp"

namespace cellblock::bsd {
namespace {

std::string number(const net::Counters* counters, uint64_t net::Counters::* which, int width) {
  return counters ? fmt::format(" {:>{}}", counters->*which, width) : fmt::format(" {:>{}}", "-", width);
}

std::string row(const std::string& name, const std::string& mtu, const std::string& network, const std::string& address,
                const net::Counters* counters, const InterfaceTable& table) {
  std::string out = fmt::format("{:<7.7} {:>5} {:<13.13} {:<17.17}", name, mtu, network, address);
  out += number(counters, &net::Counters::in_packets, 8) + number(counters, &net::Counters::in_errors, 5) +
         number(counters, &net::Counters::in_drops, 5);
  if (table.bytes) out += number(counters, &net::Counters::in_bytes, 10);
  out += number(counters, &net::Counters::out_packets, 8) + number(counters, &net::Counters::out_errors, 5);
  if (table.bytes) out += number(counters, &net::Counters::out_bytes, 10);
  out += number(counters, &net::Counters::collisions, 5);
  if (table.drops) out += number(counters, &net::Counters::out_drops, 5);
  return out + "\n";
}

}  // namespace

std::string interfaces_text(const std::vector<net::Link>& links, const std::vector<net::Address>& addresses,
                            const InterfaceTable& table) {
  std::string out = fmt::format("{:<7} {:>5} {:<13} {:<17} {:>8} {:>5} {:>5}{} {:>8} {:>5}{} {:>5}{}\n", "Name", "Mtu", "Network", "Address",
                                "Ipkts", "Ierrs", "Idrop", table.bytes ? "     Ibytes" : "", "Opkts", "Oerrs",
                                table.bytes ? "     Obytes" : "", "Coll", table.drops ? "  Drop" : "");
  for (const net::Link& link : links) {
    std::string name = shown_name(link.name) + (link.is_up() ? "" : "*");
    if (table.links)
      out += row(name, std::to_string(link.mtu), fmt::format("<Link#{}>", link.index),
                 cloner_of(link) == "lo" ? shown_name(link.name) : net::hardware_text(link.hardware), &link.counters, table);
    for (const net::Address& address : addresses) {
      if (address.index != link.index || !(address.ip.v6 ? table.v6 : table.v4)) continue;
      std::string scope = address.ip.is_link_local() ? "%" + shown_name(link.name) : "";
      std::string network = fmt::format("{}{}/{}", net::network_of(address.ip, address.prefix).text(), scope, address.prefix);
      out += row(name, "-", network, address.ip.text() + scope, nullptr, table);
    }
  }
  return out;
}

}  // namespace cellblock::bsd
