// ifconfig(8).
#include <algorithm>
#include <map>

#include "applet.hpp"
#include "base/text.hpp"
#include "hardware.hpp"
#include "ifconfig_change.hpp"
#include "ifconfig_text.hpp"
#include "ifconfig_words.hpp"
#include "own_jail.hpp"
#include "stack.hpp"

namespace cellblock::bsd {
namespace {

constexpr std::string_view me = "ifconfig";

int refuse(const Error& error) {
  warnx(me, "{}", error.chain.empty() ? refusal(error) : error.text());
  return 1;
}

bool has_family(const net::Link& link, const std::vector<net::Address>& addresses, IfFamily family) {
  if (family == IfFamily::any) return true;
  if (family == IfFamily::ether) return link.type == 1 && cloner_of(link) != "lo";
  return std::ranges::any_of(addresses, [&](const net::Address& address) {
    return address.index == link.index && address.ip.v6 == (family == IfFamily::inet6);
  });
}

class Listing {
 public:
  static Result<Listing> of(net::Network& network) {
    Listing listing;
    CB_TRY(listing.links_, network.links());
    CB_TRY(listing.addresses_, network.addresses());
    keep_own_addresses(listing.addresses_);
    return listing;
  }

  std::vector<const net::Link*> chosen(const IfRequest& request) const {
    std::vector<const net::Link*> out;
    for (const net::Link& link : links_)
      if (is_wanted(link, request) && has_family(link, addresses_, request.kind == IfKind::names ? request.family : IfFamily::any))
        out.push_back(&link);
    return out;
  }

  std::string text(const net::Link& link, IfFamily family) const {
    Shown shown{.link = link};
    for (const net::Address& address : addresses_)
      if (address.index == link.index) shown.addresses.push_back(address);
    for (const net::Link& other : links_) {
      if (other.master == link.index || (link.kind == "vlan" && other.index == link.lower)) shown.members.push_back(other);
      if (span_of(other) == link.index) shown.spans.push_back(other);
    }
    if (cloner_of(link).empty() || link.kind == "vlan") shown.hardware = hardware_of(link.name);
    return interface_text(shown, family);
  }

 private:
  std::vector<net::Link> links_;
  std::vector<net::Address> addresses_;
};

int list(net::Network& network, const IfRequest& request) {
  auto listing = Listing::of(network);
  if (!listing) return refuse(listing.error());
  if (!request.interface.empty()) {
    auto link = find_link(network, request.interface);
    if (!link) return refuse(link.error());
    fmt::print("{}", listing->text(*link, request.family));
    return 0;
  }
  std::vector<std::string> names;
  for (const net::Link* link : listing->chosen(request)) {
    names.push_back(shown_name(link->name));
    if (request.kind == IfKind::list) fmt::print("{}", listing->text(*link, request.family));
    if (request.kind == IfKind::group_members) fmt::print("{}\n", names.back());
  }
  if (request.kind == IfKind::names) fmt::print("{}\n", join(names, " "));
  return 0;
}

int change(net::Network& network, const IfRequest& request) {
  bool comes_back = request.words.size() == 1 && request.words[0].act == IfAct::unvnet && request.addresses.empty();
  Result<> done;
  IfChange changing(network, request);
  if (comes_back && !request.create) done = take_from_jail(request.interface, request.words[0].text);  // it is over there
  else if (request.destroy) done = changing.destroy();
  else done = request.create ? changing.create() : changing.apply();
  if (!done) return refuse(done.error());
  if (!changing.printed().empty()) fmt::print("{}\n", changing.printed());
  return 0;
}

}  // namespace

int ifconfig(const Words& words) {
  auto request = parse_ifconfig(words);
  if (!request && request.error().text().empty()) {
    print_ifconfig_usage();
    return 1;
  }
  if (!request) return refuse(request.error());
  if (request->kind == IfKind::cloners) {
    fmt::print("bridge epair gif gre lo tap tun vlan wg\n");
    return 0;
  }
  auto network = open_stack(request->jail);
  if (!network) return refuse(network.error());
  return request->kind == IfKind::change ? change(*network, *request) : list(*network, *request);
}

}  // namespace cellblock::bsd
