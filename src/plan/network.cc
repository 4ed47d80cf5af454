#include "plan/network.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "model/ip.hpp"
#include "model/resolver.hpp"
#include "plan/cable.hpp"
#include "plan/cables.hpp"
#include "plan/wants.hpp"

namespace cellblock::plan {
namespace {

using model::Setting;
using model::Wanted;

constexpr std::array<std::string_view, 11> known = {"name", "address", "bridge", "dns", "domain", "isolated", "mtu", "nat", "pool", "search", "vlan"};

/// The jail that all checks are made for: one that takes everything that the network gives.
Wanted guest_of(const Wanted& network) {
  const std::string name = bridge_of(network) == "guest" ? "visitor" : "guest";  // its end isn't the bridge
  Wanted guest{.name = name, .configured = true, .settings = {{"name", {name}}, {"vnet", {}}}, .problems = {}};
  guest.settings.push_back({"net.network", {network.name}});
  guest.settings.push_back({"net.address", {"auto"}});
  return guest;
}

void set_default(Wanted& jail, std::string_view name, std::vector<std::string> values) {
  if (!values.empty() && !jail.find(name)) jail.settings.push_back({std::string(name), std::move(values)});
}

std::vector<std::string> pools_of(const Wanted& network) {
  std::vector<std::string> pools;
  const std::vector<std::string>& given = values_of(network, "pool");
  for (const std::string& address : values_of(network, "address")) {
    size_t slash = address.find('/');
    bool v6 = address.contains(':'), has_own = false;
    for (const std::string& pool : given) {
      if (pool.contains(':') != v6) continue;
      has_own = true;
      pools.push_back(pool + (slash == address.npos ? "" : address.substr(slash)));
    }
    if (!has_own) pools.push_back(whole_range(address));
  }
  return pools;
}

/// "auto" becomes the ranges of the network.
void choose_ranges(Wanted& jail, const Wanted& network) {
  for (Setting& setting : jail.settings) {
    if (setting.name != "net.address") continue;
    std::vector<std::string> values;
    for (std::string& value : setting.values) {
      if (value != "auto") values.push_back(std::move(value));
      else for (std::string& pool : pools_of(network)) values.push_back(std::move(pool));
    }
    setting.values = std::move(values);
  }
}

Result<> check_auto(const Wanted& jail, const Wanted& network) {
  const std::vector<std::string>& asked = values_of(jail, "net.address");
  if (std::ranges::find(asked, "auto") == asked.end() || !values_of(network, "address").empty()) return {};
  return fail(Why::invalid, "net.address: auto: network {} has no address", network.name);
}

/// The network's addresses of the families that the jail has.
std::vector<std::string> gateways_for(const Wanted& jail, const Wanted& network) {
  std::vector<std::string> gateways;
  for (const std::string& address : values_of(network, "address")) {
    auto same = [&](const std::string& own) { return own.contains(':') == address.contains(':'); };
    auto before = [&](const std::string& other) { return other.contains(':') == address.contains(':'); };
    if (std::ranges::any_of(values_of(jail, "net.address"), same) && std::ranges::none_of(gateways, before))
      gateways.push_back(address.substr(0, address.find('/')));
  }
  return gateways;
}

/// What a jail's parameter net.* is of a network: "net.mtu: ...", "net.bridge.address: ...".
std::string in_words_of_network(const Wanted& network, std::string text) {
  for (const std::string& pool : values_of(network, "pool"))
    if (constexpr std::string_view whole = "net.address"; text.starts_with(fmt::format("{}: {}/", whole, pool))) return "pool" + text.substr(whole.size());
  for (std::string_view prefix : {"net.bridge.", "net."})
    if (text.starts_with(prefix)) return text.substr(prefix.size());
  return text;
}

Result<> check_addresses(const Wanted& network) {
  bool has[2] = {false, false};
  for (const std::string& address : values_of(network, "address")) {
    const bool v6 = address.contains(':');
    if (std::exchange(has[v6], true)) return fail(Why::invalid, "address: {}: there is one of {} already", address, v6 ? "IPv6" : "IPv4");
  }
  for (const std::string& pool : values_of(network, "pool")) {
    auto around = [&](const std::string& address) { return overlap(address, pool.substr(0, pool.find('-')) + address.substr(std::min(address.find('/'), address.size()))); };
    if (std::ranges::none_of(values_of(network, "address"), around)) return fail(Why::invalid, "pool: {}: in no network of address", pool);
  }
  return {};
}

/// A word for yes or no would be taken for an interface's name.
Result<> check_flags(const Wanted& network) {
  for (const Setting& setting : network.settings) {
    if (setting.name == "isolated") CB_CHECK(model::truth_of(setting).map([](bool) {}));
    for (std::string_view word : {"yes", "no", "on", "off", "0", "1"})
      if (setting.name == "nat" && !setting.bare() && setting.values.back() == word)
        return fail(Why::invalid, "nat: {}: true, false or an interface", word);
  }
  return {};
}

/// A network that somebody has, by its first address.
struct Taken {
  std::string first;  ///< its family and its bytes
  int prefix;
  const std::string* text;
  const Wanted* network;
};

std::vector<Taken> taken_by(const Wanted& network) {
  std::vector<Taken> taken;
  for (const std::string& address : values_of(network, "address")) {
    const size_t slash = std::min(address.find('/'), address.size());
    auto bytes = model::parse_ip_bytes(address.substr(0, slash));
    const auto length = slash < address.size() ? static_cast<int>(parse_int(address.substr(slash + 1)).value_or(0)) : 0;
    const int most = bytes && bytes->v6 ? 128 : 32;
    if (!bytes || length < 1 || length > most) continue;  // problem_of() has said so
    for (int bit = length; bit < most; ++bit) bytes->at[bit / 8] &= static_cast<unsigned char>(~(0x80 >> (bit % 8)));
    taken.push_back({(bytes->v6 ? "6" : "4") + std::string(reinterpret_cast<const char*>(bytes->at), sizeof bytes->at), length, &address, &network});
  }
  return taken;
}

std::string problem_of(const Wanted& network) {
  for (const Setting& setting : network.settings)
    if (std::ranges::find(known, setting.name) == known.end())
      return fmt::format("{}: {}: no parameter of a network", network.name, setting.name);
  auto good = check_flags(network).and_then([&] { return check_addresses(network); });
  if (good) good = cable_to(network).map([](auto&&) {});
  return good ? std::string() : fmt::format("{}: {}", network.name, in_words_of_network(network, good.error().text()));
}

}  // namespace

Result<model::Cable> cable_to(const Wanted& network) {
  Wanted guest = guest_of(network);
  if (values_of(network, "address").empty()) std::erase_if(guest.settings, [](auto& one) { return one.name == "net.address"; });
  CB_CHECK(expand_network(guest, {&network, 1}));
  CB_CHECK(model::check_resolver(values_of(network, "dns"), values_of(guest, "net.search")));
  CB_TRY(std::optional<model::Cable> cable, cable_of(guest));
  return std::move(*cable);
}

std::string bridge_of(const Wanted& network) {
  const std::string* bridge = text_of(network, "bridge");
  return bridge ? *bridge : network.name;
}

std::string segment_of(const Wanted& network) {
  const std::string* vlan = text_of(network, "vlan");
  return model::segment_of(bridge_of(network), {vlan ? model::parse_vlan(*vlan).value_or(0) : uint16_t{0}, {}});
}

std::vector<std::string> check_networks(std::span<const Wanted> networks) {
  std::vector<std::string> problems;
  std::map<std::string, const Wanted*> segments;
  std::vector<Taken> taken;
  for (const Wanted& network : networks) {
    if (std::string problem = problem_of(network); !problem.empty()) problems.push_back(std::move(problem));
    auto [first, is_new] = segments.emplace(segment_of(network), &network);
    if (!is_new) problems.push_back(fmt::format("{}: bridge: {} has {} already", network.name, first->second->name, bridge_of(network)));
    std::ranges::move(taken_by(network), std::back_inserter(taken));
  }
  // Two networks are beside each other or one in the other: in this order each is beside, or in, the last that is in none.
  std::ranges::stable_sort(taken, {}, [](const Taken& one) { return std::tie(one.first, one.prefix); });
  const Taken* around = nullptr;
  for (const Taken& one : taken) {
    if (!around || !overlap(*one.text, *around->text)) {
      around = &one;
      continue;
    }
    const Taken *before = around, *later = &one;
    if (later->network < before->network) std::swap(before, later);  // as they stand in the file
    problems.push_back(fmt::format("{}: address: {}: overlaps {} of {}", later->network->name, *later->text, *before->text, before->network->name));
  }
  return problems;
}

namespace {

Result<> expand_one(Wanted& jail, std::span<const Wanted> networks, bool leaves_by_it) {
  const std::string* name = text_of(jail, "net.network");
  if (!name) return {};
  auto network = std::ranges::find(networks, *name, &Wanted::name);
  if (network == networks.end()) return fail(Why::absent, "net.network: {}: there is none of that name", *name);
  if (jail.find("net.bridge")) return fail(Why::invalid, "net.network: {}: not together with net.bridge", *name);
  CB_CHECK(check_auto(jail, *network));
  jail.settings.push_back({"net.bridge", {bridge_of(*network)}});
  choose_ranges(jail, *network);
  if (leaves_by_it) set_default(jail, "net.gateway", gateways_for(jail, *network));
  if (const std::string* mtu = text_of(*network, "mtu")) set_default(jail, "net.mtu", {*mtu});
  if (const std::string* vlan = text_of(*network, "vlan")) set_default(jail, "net.vlan", {*vlan});
  if (const Setting* nat = network->find("nat"); nat && !jail.find("net.bridge.nat"))
    jail.settings.push_back({"net.bridge.nat", nat->values});
  if (is_true(*network, "isolated") && !jail.find("net.isolated")) jail.settings.push_back({"net.isolated", {}});
  set_default(jail, "net.dns", values_of(*network, "dns"));
  const std::vector<std::string>& search = values_of(*network, "search");
  if (jail.find("net.dns")) set_default(jail, "net.search", search.empty() ? values_of(*network, "domain") : search);
  jail.settings.push_back({"net.bridge.address", values_of(*network, "address")});
  std::erase_if(jail.settings, [](const Setting& one) { return one.name == "net.network"; });
  return {};
}

}  // namespace

bool wants_network(const Wanted& jail) {
  const std::vector<std::string> names = cable_names(jail);
  return std::ranges::any_of(names, [&](const std::string& name) { return jail.find(model::name_for(name, "net.network")); });
}

Result<> expand_network(Wanted& jail, std::span<const Wanted> networks) {
  Result<> first;
  const std::vector<std::string> names = cable_names(jail);
  bool has_gateway = std::ranges::any_of(names, [&](const std::string& name) { return jail.find(model::name_for(name, "net.gateway")); });
  for (const std::string& name : names) {
    Wanted one = with_one(jail, name);
    if (auto expanded = expand_one(one, networks, !has_gateway); !expanded) {
      if (first) first = fail(expanded.error().why, "{}", model::name_for(name, expanded.error().text()));
      continue;
    }
    has_gateway = has_gateway || one.find("net.gateway");
    put_back(jail, name, one);
  }
  return first;
}

}  // namespace cellblock::plan
