// An interface as ifconfig(8) shows it. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ifconfig_words.hpp"
#include "net/address.hpp"
#include "net/link.hpp"

namespace cellblock::bsd {

/// The name that FreeBSD's commands know an interface by: the loopback is lo0.
std::string shown_name(std::string_view kernel_name);
std::string kernel_name(std::string_view shown_name);

/// "epair", "bridge", "tap", "lo" ...: what cloned it; empty for hardware.
std::string_view cloner_of(const net::Link& link);
/// Its groups, those of its kind first. `all` is not among them.
std::vector<std::string> groups_of(const net::Link& link);

// Marks on an interface are kept where they live and die with it: among its other names. Each is unique on the host by
// `token`.
std::string group_mark(std::string_view group, std::string_view token);
std::string span_mark(int bridge, std::string_view token);
bool is_group_mark(std::string_view name, std::string_view group);
/// The bridge that it is a span port of, 0: none.
int span_of(const net::Link& link);

/// What the driver tells that netlink doesn't.
struct Hardware {
  std::string media;         ///< "1000baseT <full-duplex>"
  bool receive_checksums = false, send_checksums = false, segmentation = false;
};

struct Shown {
  net::Link link;
  std::vector<net::Address> addresses;  ///< its own
  std::vector<net::Link> members, spans;  ///< of a bridge
  Hardware hardware;
};

std::string interface_text(const Shown& shown, IfFamily family);

/// The interfaces that a listing is about.
bool is_wanted(const net::Link& link, const IfRequest& request);

}  // namespace cellblock::bsd
